"""How often live detection looks and puts itself down: so that both together stay a small part of one core."""

from typing import Final

SOONEST_S: Final = 5.0
"""A look comes this soon after the last one where looking is cheap; stories of officers ask for an alert in 10 s."""
SHARE_OF_A_CORE: Final = 0.005
"""What looking may take of one core; where a look costs more, it comes less often."""
SNAPSHOT_S: Final = 600.0
"""What a kill costs at most is reading the journal of so long: at 2,000 rows a second about two seconds of work."""


def pause_after(cost_s: float) -> float:
    """How long to wait after a look that took so much CPU.

    >>> pause_after(0.01), pause_after(0.2)
    (5.0, 40.0)
    """
    return max(SOONEST_S, cost_s / SHARE_OF_A_CORE)
