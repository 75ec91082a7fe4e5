"""How far it is: great circles, for one pair or a column of positions.

A ship cannot cross land, so the way by sea is longer; until the sea grid is there the great circle stands in for it,
which makes every time of arrival too early, never too late.
"""

import numpy as np
import numpy.typing as npt

from haemaru.values import UNITS_PER_DEGREE, Position
from haemaru.values.position import EARTH_RADIUS_M

Units = npt.NDArray[np.int32] | npt.NDArray[np.int64]
Metres = npt.NDArray[np.float64]


def sea_distance_m(one: Position, other: Position) -> float:
    """The way by sea in metres: for now the great circle, a lower bound."""
    return one.distance_m(other)


def distances_m(lat: Units, lon: Units, at: Position) -> Metres:
    """The great-circle distance in metres from each position of two columns (1/600000 degree) to `at`."""
    north, east = np.radians(lat / UNITS_PER_DEGREE), np.radians(lon / UNITS_PER_DEGREE)
    there, east_there = np.radians(at.lat_degrees), np.radians(at.lon_degrees)
    half_lat = np.sin((north - there) / 2)
    half_lon = np.sin((east - east_there) / 2)
    chord = half_lat * half_lat + np.cos(north) * np.cos(there) * half_lon * half_lon
    metres: Metres = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(chord)))
    return metres
