"""What every test may ask for. The smallest thing that will do: build it in the test before adding a fixture here."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from haemaru.clock import FakeClock, Ids

# A busy machine is no failure: how long an example takes is not what these tests are about.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at 2026-03-02 09:00 UTC until it is told to advance."""
    return FakeClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def ids(clock: FakeClock) -> Ids:
    """Names that are the same in every run."""
    return Ids(clock, random.Random(1))


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """Finds a file of `../shared` by its path there; skips the test, saying so, where it is absent."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"../shared/{name} is not on this machine")
        return path

    return find
