"""Positions are integers; distances take the short way over the antimeridian and in every hemisphere."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.values import UNITS_PER_DEGREE, Position
from haemaru.wording import Fault

POSITIONS = st.builds(Position, st.integers(-54_000_000, 54_000_000), st.integers(-108_000_000, 107_999_999))


@given(POSITIONS)
def test_json_and_text_come_back(at: Position) -> None:
    assert Position.from_json(json.loads(json.dumps(at.as_json()))) == at
    again = Position.parse(str(at))
    assert abs(again.lat - at.lat) <= 1
    assert abs(again.lon - at.lon) <= 1


@given(POSITIONS)
def test_degrees_and_minutes_come_back_within_a_thousandth_of_a_minute(at: Position) -> None:
    again = Position.parse(at.degrees_minutes())

    assert abs(again.lat - at.lat) <= 10
    assert min(abs(again.lon - at.lon), 2 * 108_000_000 - abs(again.lon - at.lon)) <= 10


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("34.85, 128.70", 34.85, 128.7),
        ("34.85N 128.70E", 34.85, 128.7),
        ("34.85 S, 128.70 W", -34.85, -128.7),
        ("-34.85,-128.7", -34.85, -128.7),
        ("34°51.0'N 128°42.0'E", 34.85, 128.7),
        ("34 51.0 N 128 42.0 E", 34.85, 128.7),
        ("34-51S, 128-42W", -34.85, -128.7),
        ("0, 180", 0, -180),
    ],
)
def test_what_officers_write_is_read(text: str, lat: float, lon: float) -> None:
    at = Position.parse(text)

    assert (at.lat, at.lon) == (round(lat * UNITS_PER_DEGREE), round(lon * UNITS_PER_DEGREE))


@pytest.mark.parametrize(
    "value",
    ["", "here", "91, 0", "0, 181", "34°60.0'N 128°42.0'E", "-34.85N, 128E", "34.85", None, 5, "nan, nan", "1e3, 5"],
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(Fault, match="bad_position"):
        Position.parse(value)


@pytest.mark.parametrize(
    "value", [None, {}, {"lat": 1}, {"lat": "1", "lon": 2}, {"lat": True, "lon": 2}, {"lat": math.nan, "lon": 2}]
)
def test_json_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(Fault, match="bad_position"):
        Position.from_json(value)


@pytest.mark.parametrize(
    ("one", "other", "nm"),
    [
        ((35.0, 129.0), (36.0, 129.0), 60.04),
        ((-35.0, -72.0), (-36.0, -72.0), 60.04),
        ((-17.0, 179.5), (-17.0, -179.5), 57.42),
        ((0.0, 179.75), (0.0, -179.75), 30.02),
        ((89.5, 10.0), (89.5, -170.0), 60.04),
    ],
)
def test_distances_hold_in_every_hemisphere(one: tuple[float, float], other: tuple[float, float], nm: float) -> None:
    assert Position.from_degrees(*one).distance_nm(Position.from_degrees(*other)) == pytest.approx(nm, rel=1e-3)


@given(POSITIONS, POSITIONS)
def test_the_haversine_agrees_with_the_law_of_cosines(one: Position, other: Position) -> None:
    north, south = math.radians(one.lat_degrees), math.radians(other.lat_degrees)
    turn = math.radians(other.lon_degrees - one.lon_degrees)
    cosine = math.sin(north) * math.sin(south) + math.cos(north) * math.cos(south) * math.cos(turn)

    assert one.distance_m(other) == pytest.approx(6_371_008.8 * math.acos(max(-1.0, min(1.0, cosine))), abs=500)


@given(POSITIONS, POSITIONS)
def test_distance_is_the_same_both_ways_and_never_more_than_half_round(one: Position, other: Position) -> None:
    assert one.distance_m(other) == pytest.approx(other.distance_m(one), abs=1e-6)
    assert 0 <= one.distance_m(other) <= math.pi * 6_371_008.8 + 1
    assert one.distance_m(one) == 0
