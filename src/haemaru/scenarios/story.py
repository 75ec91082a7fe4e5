"""The Okgye story as steps in time; the words of each step stand in the catalogues, in both languages."""

from datetime import datetime, timedelta

from haemaru.scenarios.world import Step

_BEFORE_BOARDING: tuple[tuple[str, str, int], ...] = (
    # step, party, minutes after the tip
    ("tip", "kcg", 0),
    ("candidates", "kcg", 1),
    ("case", "kcg", 3),
    ("picture", "kcs", 5),
    ("demand", "kcg", 12),
    ("reply", "kcs", 40),
    ("support", "kcg", 60),
    ("commit", "kcs", 75),
    ("correction", "kcg", 300),
)
_FROM_BOARDING: tuple[tuple[str, str, int], ...] = (
    # step, party, minutes after the time of arrival
    ("boarding", "kcg", 0),
    ("found", "kcs", 240),
    ("return", "kcs", 480),
    ("training", "kcs", 1500),
)

STEPS = tuple(name for name, _, _ in (*_BEFORE_BOARDING, *_FROM_BOARDING))
"""The ids of the steps, in the order they are told."""


def okgye_steps(now: datetime, eta: datetime) -> tuple[Step, ...]:
    """Who does what when, from the telephone call to the course that is held because of it."""
    before = [_step(name, party, now + timedelta(minutes=minutes)) for name, party, minutes in _BEFORE_BOARDING]
    after = [_step(name, party, eta + timedelta(minutes=minutes)) for name, party, minutes in _FROM_BOARDING]
    return (*before, *after)


def _step(name: str, party: str, at: datetime) -> Step:
    return Step(name, at, party, f"story.okgye.{name}")
