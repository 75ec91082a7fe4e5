"""Columns of distances agree with single ones, also south, west and over the antimeridian."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.geography import distances_m, sea_distance_m
from haemaru.values import Position

POSITIONS = st.builds(Position, st.integers(-54_000_000, 54_000_000), st.integers(-108_000_000, 107_999_999))


@given(st.lists(POSITIONS, min_size=1, max_size=20), POSITIONS)
def test_a_column_agrees_with_single_distances(points: list[Position], there: Position) -> None:
    lat = np.array([point.lat for point in points], dtype=np.int32)
    lon = np.array([point.lon for point in points], dtype=np.int32)

    assert distances_m(lat, lon, there) == pytest.approx([point.distance_m(there) for point in points], abs=0.5)


@pytest.mark.parametrize(("lat", "lon"), [(-33.0, -71.6), (-18.1, 179.9), (65.0, -169.0), (35.1, 129.0)])
def test_half_a_degree_east_is_the_same_length_in_every_hemisphere(lat: float, lon: float) -> None:
    here, there = Position.from_degrees(lat, lon), Position.from_degrees(lat, lon + 0.5 if lon < 179.5 else lon - 359.5)

    metres = sea_distance_m(here, there)

    assert metres == pytest.approx(0.5 * 60 * 1853.25 * np.cos(np.radians(lat)), rel=1e-3)
