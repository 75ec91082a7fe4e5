"""Tracks for the automaton: small, invented, and made to touch every fact."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from haemaru.surveillance.detection.automaton import Automaton, Rows, joined_facts
from haemaru.surveillance.detection.facts import TABLES, Facts
from haemaru.surveillance.detection.geometry import HALF_TURN
from haemaru.surveillance.detection.raster import polygon
from haemaru.surveillance.detection.rules import house_rules
from haemaru.surveillance.detection.state import State
from haemaru.surveillance.detection.zones import Zone, Zones

MINUTE = 60_000
START = 1_790_000_000_000
Told = dict[str, list[dict[str, int]]]


@pytest.fixture(scope="session")
def automaton() -> Automaton:
    """Under zones on both sides of the equator and of the antimeridian, where `fleet` sails."""
    return Automaton(house_rules(), tagged())


def tagged(*, mirrored_and_turned: bool = False) -> Zones:
    """Two ports that touch, an anchorage, a coast, a lane and a territorial sea; or the same mirrored and turned."""
    boxes = {
        "territorial_sea": [(-700_000, 107_000_000, 900_000, 108_600_000)],
        "port": [(-9_000, 107_980_500, 9_000, 108_000_000), (9_000, 107_980_500, 30_000, 108_010_000)],
        "anchorage": [(-60_000, 107_900_000, -20_000, 108_000_000)],
        "lane": [(60_000, 107_900_000, 200_000, 108_100_000)],
        "land": [(-100_000, 108_030_000, 60_000, 108_090_000)],
    }
    zones = []
    for kind, several in boxes.items():
        for south, west, north, east in several:
            ring = [(south, west), (south, east), (north, east), (north, west)]
            if mirrored_and_turned:
                ring = [(-lat, lon - HALF_TURN) for lat, lon in ring]
            zones.append(Zone(kind, "", polygon([ring])))
    return Zones.of(zones, house_rules())


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
    return lambda given: all_facts(automaton, given)


def all_facts(automaton: Automaton, given: Rows) -> Told:
    """What one call over all rows tells, with what is open at the end."""
    state = State()
    ended = automaton.step(given, state)
    return told(joined_facts([ended, automaton.flush(state)]))


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
