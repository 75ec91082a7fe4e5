"""Inside or outside: exact, the same for one and for many, in every hemisphere and over the antimeridian."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.geography import Area
from haemaru.values import UNITS_PER_DEGREE, Position
from haemaru.wording import Fault

SQUARE = [[34.0, 128.0], [34.0, 129.0], [35.0, 129.0], [35.0, 128.0]]
FIJI = [[-18.0, 178.0], [-18.0, -179.0], [-16.0, -179.0], [-16.0, 178.0]]


def at(lat: float, lon: float) -> Position:
    return Position.from_degrees(lat, lon)


def test_a_square_holds_its_middle_and_nothing_beside_it() -> None:
    area = Area.from_degrees("square", [SQUARE])

    assert area.holds(at(34.5, 128.5))
    assert not any(
        area.holds(at(*out)) for out in [(33.9, 128.5), (35.1, 128.5), (34.5, 127.9), (34.5, 129.1), (-34.5, -128.5)]
    )


def test_an_edge_belongs_to_one_of_two_neighbours_only() -> None:
    west = Area.from_degrees("west", [SQUARE])
    east = Area.from_degrees("east", [[[lat, lon + 1] for lat, lon in SQUARE]])
    border = [at(34 + step / 100, 129.0) for step in range(100)]

    assert all(west.holds(point) != east.holds(point) for point in border)


def test_a_ring_within_a_ring_is_a_hole() -> None:
    hole = [[34.4, 128.4], [34.4, 128.6], [34.6, 128.6], [34.6, 128.4]]
    area = Area.from_degrees("ring", [SQUARE, hole])

    assert not area.holds(at(34.5, 128.5))
    assert area.holds(at(34.3, 128.3))


def test_an_area_may_cross_the_antimeridian() -> None:
    area = Area.from_degrees("fiji", [FIJI])

    assert all(area.holds(at(-17, lon)) for lon in (178.5, 179.99, 180, -179.99, -179.5))
    assert not any(area.holds(at(-17, lon)) for lon in (177.9, -178.9, 0, 90, -90))


@pytest.mark.parametrize("ring", [SQUARE, FIJI, [[-60, -70], [-50, -60], [-55, -80], [10, 20], [-20, 30]]])
@given(st.lists(st.tuples(st.integers(-54_000_000, 54_000_000), st.integers(-108_000_000, 107_999_999)), max_size=30))
def test_many_answer_as_one_by_one(ring: list[list[float]], points: list[tuple[int, int]]) -> None:
    area = Area.from_degrees("any", [ring])
    near = [(round(lat * UNITS_PER_DEGREE), _lon(lon)) for lat, lon in ring]
    asked = [*points, *near, *((lat, lon - 1) for lat, lon in near if lon > -108_000_000)]
    lat, lon = (np.array([point[part] for point in asked], dtype=np.int32) for part in (0, 1))

    assert area.holds_many(lat, lon).tolist() == [area.holds(Position(*point)) for point in asked]


def _lon(degrees: float) -> int:
    return (round(degrees * UNITS_PER_DEGREE) + 108_000_000) % 216_000_000 - 108_000_000


@pytest.mark.parametrize(
    "rings",
    [
        [],
        [[]],
        [[[34, 128], [35, 128]]],
        [[[34, 128], [34, 128], [34, 128]]],
        [[[34], [35], [36]]],
        [[["a", 1], [2, 3], [4, 5]]],
    ],
)
def test_what_is_no_ring_is_refused(rings: Any) -> None:
    with pytest.raises(Fault, match="bad_area"):
        Area.from_degrees("bad", rings)


def test_a_corner_off_the_earth_is_refused() -> None:
    with pytest.raises(Fault, match="bad_position"):
        Area.from_degrees("bad", [[[91, 0], [0, 0], [0, 1]]])
