"""Stays under a tag: the kernel skips rows that change nothing; a plain reading of the definition finds the same."""

from itertools import pairwise

import numpy as np
import pytest
from tests.surveillance.detection.conftest import START, all_facts, tagged

from haemaru.surveillance.detection.automaton import Automaton, Rows
from haemaru.surveillance.detection.geometry import HALF_TURN, TURN
from haemaru.surveillance.detection.tags import IN_PORT, STAY_BITS, TERRITORIAL
from haemaru.surveillance.detection.zones import Zones

Row = tuple[int, int, int, int]
BREAK_MS = 600_000


@pytest.mark.parametrize("seed", range(8))
def test_stays_are_those_that_a_plain_reading_finds(automaton: Automaton, seed: int) -> None:
    ship = wandering(seed)

    facts = all_facts(automaton, ship)

    assert {track["part"] for track in facts["tracks"]} == {0}
    assert facts["zone_stays"] == plain_stays(ship, tagged())
    assert {stay["bit"] for stay in facts["zone_stays"]} >= {IN_PORT, TERRITORIAL}


def wandering(seed: int, count: int = 1500) -> Rows:
    """One ship that strays through every zone, slow and fast, now and then unheard for a while."""
    random = np.random.default_rng(seed)
    t = START + np.cumsum(random.choice([5_000, 60_000, 400_000, 8_000_000], count, p=[0.3, 0.5, 0.19, 0.01]))
    way = random.integers(-4_500, 4_501, (2, count)).cumsum(axis=1)
    lat, lon = (np.abs((each + 300_000) % 400_000 - 200_000) for each in way)
    sog = np.where(np.repeat(random.random(count // 25) < 0.4, 25), 4, random.integers(20, 150, count))
    east = (lon + 107_880_000 + HALF_TURN) % TURN - HALF_TURN
    return Rows(
        np.full(count, 440_000_001, np.int32), t, (lat - 80_000).astype(np.int32), east.astype(np.int32),
        sog.astype(np.int16),
    )  # fmt: skip


def plain_stays(ship: Rows, zones: Zones) -> list[dict[str, int]]:
    rows = list(zip(ship.t.tolist(), ship.lat.tolist(), ship.lon.tolist(), ship.sog.tolist(), strict=True))
    tags = zones.at(ship.lat.tolist(), ship.lon.tolist())
    ports = [port_at(zones, lat, lon) for _, lat, lon, _ in rows]
    found = []
    for bit in STAY_BITS:
        under = [(tag & bit != 0, port if bit == IN_PORT else 0) for tag, port in zip(tags, ports, strict=True)]
        found += [stay(int(ship.mmsi[0]), bit, port, spell, rows) for port, spell in spells(under, rows)]
    return sorted(found, key=lambda row: tuple(row.values()))


def spells(under: list[tuple[bool, int]], rows: list[Row]) -> list[tuple[int, list[int]]]:
    """Which rows lie in which stay: up to ten minutes outside, or in another port, do not end one."""
    made: list[tuple[int, list[int]]] = []
    is_open = False
    for at, (inside, port) in enumerate(under):
        if is_open:
            last = made[-1][1][-1]
            same = inside and port == made[-1][0]
            if not (same and last == at - 1) and rows[at][0] - rows[last][0] > BREAK_MS:
                is_open = False
            elif same:
                made[-1][1].append(at)
        if not is_open and inside:
            made.append((port, [at]))
            is_open = True
    return made


def stay(mmsi: int, bit: int, port: int, spell: list[int], rows: list[Row]) -> dict[str, int]:
    (t0, lat0, lon0, _), (t1, lat1, lon1, _) = rows[spell[0]], rows[spell[-1]]
    legs = [(one, other) for one, other in pairwise(spell) if other == one + 1]
    slow = sum(rows[other][0] - rows[one][0] for one, other in legs if rows[other][3] < 30)
    speeds = [rows[at][3] for at in spell]
    under_way = [speed for speed in speeds if speed >= 30]
    return {
        "mmsi": mmsi, "part": 0, "bit": bit, "port": port, "t0": t0, "lat0": lat0, "lon0": lon0, "t1": t1, "lat1": lat1,
        "lon1": lon1, "slow_ms": slow, "sog_max": max(speeds), "n_run": len(under_way), "sum_run": sum(under_way),
    }  # fmt: skip


def port_at(zones: Zones, lat: int, lon: int) -> int:
    line = (lat // 1500 if lat >= 0 else -1 - -lat // 1500) + 36_000
    column = (lon + 108_000_000) // 1500
    tile = int(zones.tiles[line // 100 * 1440 + column // 100])
    return int(zones.ports[tile, line % 100 * 100 + column % 100]) if tile >= 0 else 0
