"""The automaton against a specification that anybody can read: plain SQL over rows, one file a fact table (`oracle/`).

Which part a row belongs to is told by a few lines of Python; everything else is window functions. Both must agree row
for row, times included, north and south and across the antimeridian.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow.compute import is_in
from pyarrow.dataset import dataset
from tests.surveillance.detection.conftest import Told, fleet, some, told

from haemaru.scenarios.watch import Order, make
from haemaru.surveillance.detection.automaton import Automaton, Rows, joined_facts
from haemaru.surveillance.detection.facts import TABLES
from haemaru.surveillance.detection.geometry import HALF_TURN, cosine, wrap
from haemaru.surveillance.detection.raster import polygon
from haemaru.surveillance.detection.rules import house_rules
from haemaru.surveillance.detection.state import State
from haemaru.surveillance.detection.zones import Zone, Zones

ORACLE = Path(__file__).parent / "oracle"
DAY_MS = 86_400_000
# The ports lie far apart: a ship that changes from port to port within 10 min is a case of its own.
PORTS = ((-15_000, 107_970_000, 9_000, 107_985_000), (2_985_000, 107_970_000, 3_030_000, 108_000_000))
LANE = (-300_000, 107_950_500, 300_000, 107_994_000)
SHORE = (60_000, 107_940_000, 90_000, 108_000_000)


def test_the_kernel_says_what_the_oracle_says() -> None:
    for seed in (1, 2):
        whole = fleet(seed)

        facts, expected = kernel(whole), oracle(whole)

        for name in TABLES:
            assert facts[name] == expected[name], name
            assert expected[name], f"{name}: nothing was compared"


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32), south=st.booleans(), turned=st.sampled_from([0, 100_000, HALF_TURN, 150_000_000]))
def test_the_kernel_says_what_the_oracle_says_anywhere(seed: int, south: bool, turned: int) -> None:
    whole = fleet(seed, ships=4, count=150)
    lon = (whole.lon.astype(np.int64) + turned + HALF_TURN) % (2 * HALF_TURN) - HALF_TURN
    moved = Rows(whole.mmsi, whole.t, -whole.lat if south else whole.lat, lon.astype(np.int32), whole.sog)

    facts, expected = kernel(moved), oracle(moved)

    for name in TABLES:
        assert facts[name] == expected[name], name


def test_the_kernel_says_what_the_oracle_says_of_an_invented_watch(tmp_path: Path) -> None:
    make(Order(seed=5, vessels=100, hours=6.0), tmp_path)
    table = dataset(tmp_path / "positions").to_table(columns=["mmsi", "t", "lat", "lon", "sog"])
    ships = sorted(set(table["mmsi"].to_pylist()))[::6]
    table = table.filter(is_in(table["mmsi"], value_set=pa.array(ships, table["mmsi"].type))).sort_by("t")
    watch = Rows(*(table[name].to_numpy() for name in table.column_names))

    facts, expected = kernel(watch), oracle(watch)

    for name in TABLES:
        assert facts[name] == expected[name], name
    assert len(expected["runs"]) > 20


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    kernel(some(fleet(1), slice(0, 10)))


def box(south: int, west: int, north: int, east: int) -> list[tuple[int, int]]:
    return [(south, west), (south, east), (north, east), (north, west)]


def zones() -> Zones:
    drawn = [Zone("port", f"port {at}", polygon([box(*edges)])) for at, edges in enumerate(PORTS)]
    drawn.append(Zone("lane", "lane", polygon([box(*LANE)])))
    drawn.append(Zone("land", "land", polygon([box(*SHORE)])))
    return Zones.of(drawn, house_rules())


ZONES = zones()


def kernel(given: Rows) -> Told:
    automaton, state = Automaton(house_rules(), ZONES), State()
    return told(joined_facts([automaton.step(given, state), automaton.flush(state)]))


def oracle(given: Rows) -> Told:
    parts, opens = zip(*split(given), strict=True)
    tags = ZONES.at(given.lat.tolist(), given.lon.tolist())
    table = {
        "mmsi": given.mmsi, "part": parts, "t": given.t, "lat": given.lat, "lon": given.lon, "sog": given.sog,
        "opens": opens, "tags": tags, "port": [port(*at) for at in zip(given.lat, given.lon, strict=True)],
    }  # fmt: skip
    connection = duckdb.connect()
    connection.execute((ORACLE / "macros.sql").read_text())
    connection.register(
        "given", pa.table({name: pa.array(np.asarray(column, np.int64)) for name, column in table.items()})
    )
    connection.execute("CREATE TABLE rows AS SELECT * REPLACE (opens = 1 AS opens) FROM given")
    connection.execute(f"CREATE TABLE told AS {(ORACLE / 'told.sql').read_text()}")
    facts = {}
    for name, columns in TABLES.items():
        found = connection.sql((ORACLE / f"{name}.sql").read_text()).to_arrow_table()
        facts[name] = found.select(list(columns)).cast(pa.schema([(column, pa.int64()) for column in columns]))
    connection.close()
    return told(facts)


def port(lat: int, lon: int) -> int:
    """The number of the port: edges are whole cells, an edge belongs to the cell on the side of the equator."""
    for number, (south, west, north, east) in enumerate(PORTS, start=1):
        line = lat // 1500 if lat >= 0 else -1 - -lat // 1500
        if south // 1500 <= line < north // 1500 and west <= lon < east:
            return number
    return 0


def split(given: Rows) -> Iterator[tuple[int, bool]]:
    """For each row its part, 4 * how many were opened before + its number, and whether the row opens it."""
    ships: dict[int, dict[int, tuple[int, int, int, int]]] = {}
    last: dict[int, int] = {}
    opened = 0
    for mmsi, t, lat, lon in zip(*(c.tolist() for c in (given.mmsi, given.t, given.lat, given.lon)), strict=True):
        parts = ships.setdefault(mmsi, {})
        reached = [(apart(at, lat, lon), number) for number, at in parts.items() if reaches(at, t, lat, lon)]
        number = min(reached)[1] if reached else -1
        for other in [o for o, at in parts.items() if o not in (number, last.get(mmsi)) and t - at[0] > DAY_MS]:
            del parts[other]
        new = number < 0
        if new:
            free = [n for n in range(4) if n not in parts]
            number = free[0] if free else min(parts, key=lambda n: parts[n][0])
            opened += 1
        identity = 4 * opened + number if new else parts[number][3]
        parts[number], last[mmsi] = (t, lat, lon, identity), number
        yield identity, new


def apart(at: tuple[int, int, int, int], lat: int, lon: int) -> int:
    east = abs(wrap(lon - at[2])) * cosine(abs(lat + at[1]) // 2) // 32_768
    return (lat - at[1]) ** 2 + east**2


def reaches(at: tuple[int, int, int, int], t: int, lat: int, lon: int) -> bool:
    reach = 2_000 * 1_000_000 // 185_220 + (t - at[0]) * 600 // 3600
    return math.isqrt(apart(at, lat, lon) - 1) + 1 <= reach if apart(at, lat, lon) > 0 else True
