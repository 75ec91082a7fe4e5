"""Tracks for the automaton: small, invented, and made to touch every fact."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from haemaru.surveillance.detection.automaton import Automaton, Rows, joined_facts
from haemaru.surveillance.detection.facts import TABLES, Facts
from haemaru.surveillance.detection.rules import house_rules
from haemaru.surveillance.detection.state import State
from haemaru.surveillance.detection.zones import Zones

MINUTE = 60_000
START = 1_790_000_000_000
Told = dict[str, list[dict[str, int]]]


@pytest.fixture(scope="session")
def automaton() -> Automaton:
    return Automaton(house_rules(), Zones.none())


def rows(*told: tuple[int, float, int, int, int]) -> Rows:
    """Rows of (mmsi, minutes after START, lat, lon, sog)."""
    mmsi, minutes, lat, lon, sog = zip(*told, strict=True) if told else ((), (), (), (), ())
    t = [START + round(each * MINUTE) for each in minutes]
    return Rows(
        np.array(mmsi, np.int32), np.array(t, np.int64), np.array(lat, np.int32), np.array(lon, np.int32),
        np.array(sog, np.int16),
    )  # fmt: skip


def some(given: Rows, chosen: Any) -> Rows:
    """The chosen rows of a batch."""
    return Rows(given.mmsi[chosen], given.t[chosen], given.lat[chosen], given.lon[chosen], given.sog[chosen])


def told(facts: Facts) -> Told:
    """All facts as sorted rows, so that two sets can be compared whatever order they came in."""
    return {name: sorted(facts[name].to_pylist(), key=lambda row: tuple(row.values())) for name in TABLES}


@pytest.fixture(scope="session")
def facts_of(automaton: Automaton) -> Callable[[Rows], Told]:
    def all_facts(given: Rows) -> Told:
        state = State()
        ended = automaton.step(given, state)
        return told(joined_facts([ended, automaton.flush(state)]))

    return all_facts


def fleet(seed: int, ships: int = 6, count: int = 400) -> Rows:
    """Wild rows in time order: stops, silences, jumps, shared numbers, missing speeds, both sides of every line."""
    random = np.random.default_rng(seed)
    n = ships * count
    ship = random.integers(0, ships, n)
    mmsi = (440_000_001 + ship // 2).astype(np.int32)  # two ships share a number
    t = START + np.cumsum(random.choice([1_000, 20_000, 90_000, 700_000, 4_000_000], n, p=[0.3, 0.4, 0.25, 0.03, 0.02]))
    t[1:] += (np.diff(t) == 0).cumsum()
    pace = np.repeat(random.choice([0, 0, 15, 25, 120, 700], n // 20 + 1), 20)[:n]
    lat, lon = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for each in range(ships):
        mine = np.flatnonzero(ship == each)
        since = np.diff(t[mine], prepend=t[mine][:1])
        way = np.minimum(pace[mine] * since // 3600, 400_000)
        turn = random.integers(0, 4)
        lat[mine] = random.integers(-20_000, 20_000) + np.cumsum(
            way * (-1) ** turn + random.integers(-20, 20, len(mine))
        )
        lon[mine] = (
            107_990_000 + random.integers(-20_000, 20_000) + np.cumsum(way // 2 + random.integers(-20, 20, len(mine)))
        )
    jump = random.random(n) < 0.004
    lat[jump] += 3_000_000
    sog = np.where(random.random(n) < 0.1, 32767, pace + random.integers(0, 4, n))
    wrapped = (lon + 108_000_000) % 216_000_000 - 108_000_000
    return Rows(
        mmsi, t.astype(np.int64), np.clip(lat, -54_000_000, 54_000_000).astype(np.int32), wrapped.astype(np.int32),
        sog.astype(np.int16),
    )  # fmt: skip
