"""Measurements against peers, in the same run, as ratios; never a timed test.

`haemaru bench` prints them; docs/measurements.md says what was last measured, on which machine and under which load.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_PARTS = ("ais", "decisions", "detect", "exchange", "live", "positions")


def measure(what: str = "all", *, seed: int = 1, rows: int = 10_000_000, logs: Sequence[Path] = ()) -> dict[str, Any]:
    """Measures one part or all and tells the machine's load before and after."""
    from haemaru.bench.ais import measure as ais
    from haemaru.bench.decisions import measure as decisions
    from haemaru.bench.detection import measure as detection
    from haemaru.bench.exchange import measure as exchange
    from haemaru.bench.live import measure as live
    from haemaru.bench.positions import measure as positions
    from haemaru.bench.prompt import measure as prompt

    parts: dict[str, Callable[[], dict[str, Any]]]
    parts = {
        "ais": lambda: ais(logs),
        "decisions": decisions,
        "detect": lambda: detection(seed=seed, rows=rows),
        "exchange": exchange,
        "live": lambda: {**live(seed=seed), "prompt": prompt()},
        "positions": positions,
    }
    before = os.getloadavg()[0]
    figures: dict[str, Any] = {name: parts[name]() for name in _PARTS if what in ("all", name)}
    figures["machine"] = {
        "cores": os.cpu_count() or 0,
        "load_before": round(before, 2),
        "load_after": round(os.getloadavg()[0], 2),
    }
    return figures


__all__ = ["measure"]
