"""Areas of the sea as rings of corners, and whether a position lies inside: one at a time, or a column of a million.

A point is inside when a line from it to the east crosses the rings an odd number of times, so a ring within a ring is a
hole. All arithmetic is in whole 1/600000 degrees and exact, and the column gives the same answer as the single question
for every point, those on an edge included. A ring may cross the antimeridian: each side is taken the short way round.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haemaru.values import UNITS_PER_DEGREE, Position
from haemaru.wording import Fault

Units = npt.NDArray[np.int32] | npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_TURN = 360 * UNITS_PER_DEGREE
_MOST_CORNERS = 10_000

Edge = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Area:
    """A named area: the edges of its rings (lat, lon, lat, lon), each upwards in latitude, and its bounds."""

    id: str
    edges: tuple[Edge, ...]
    south: int
    north: int
    west: int
    east: int

    @classmethod
    def from_degrees(cls, area_id: str, rings: Sequence[Sequence[Sequence[float]]], where: str = "area") -> "Area":
        """The area of rings of `[lat, lon]` corners; raises `Fault("bad_area")` naming the ring that is none."""
        edges: list[Edge] = []
        corners: list[tuple[int, int]] = []
        for index, ring in enumerate(rings):
            placed = _unwrapped(ring, f"{where}[{index}]")
            corners += placed
            edges += [_upwards(*one, *other) for one, other in zip(placed, placed[1:] + placed[:1], strict=True)]
        if not edges or len(edges) > _MOST_CORNERS:
            raise Fault("bad_area", where, problem=f"1 to {_MOST_CORNERS} corners")
        lats, lons = [lat for lat, _ in corners], [lon for _, lon in corners]
        # A level edge is never crossed by a line to the east.
        kept = tuple(edge for edge in edges if edge[0] != edge[2])
        return cls(area_id, kept, min(lats), max(lats), min(lons), max(lons))

    def holds(self, at: Position) -> bool:
        """True when the position lies inside."""
        return any(self._crossings_odd(at.lat, lon) for lon in (at.lon - _TURN, at.lon, at.lon + _TURN))

    def holds_many(self, lat: Units, lon: Units) -> Mask:
        """For each position of two columns in 1/600000 degree, whether it lies inside."""
        north, east = lat.astype(np.int64), lon.astype(np.int64)
        inside = np.zeros(len(north), dtype=np.bool_)
        for turn in (-_TURN, 0, _TURN):
            if self.east < -_TURN // 2 + turn or self.west > _TURN // 2 + turn:
                continue
            near = (north >= self.south) & (north <= self.north)
            near &= (east + turn >= self.west) & (east + turn <= self.east)
            found = np.flatnonzero(near)
            if found.size:
                inside[found] |= self._odd_many(north[found], east[found] + turn)
        return inside

    def _crossings_odd(self, lat: int, lon: int) -> bool:
        if not (self.south <= lat <= self.north and self.west <= lon <= self.east):
            return False
        odd = False
        for low, low_lon, high, high_lon in self.edges:
            if low <= lat < high and (lon - low_lon) * (high - low) < (lat - low) * (high_lon - low_lon):
                odd = not odd
        return odd

    def _odd_many(self, lat: npt.NDArray[np.int64], lon: npt.NDArray[np.int64]) -> Mask:
        odd = np.zeros(len(lat), dtype=np.bool_)
        for low, low_lon, high, high_lon in self.edges:
            beside = (low <= lat) & (lat < high)
            odd ^= beside & ((lon - low_lon) * (high - low) < (lat - low) * (high_lon - low_lon))
        return odd


def _unwrapped(ring: Sequence[Sequence[float]], where: str) -> list[tuple[int, int]]:
    placed: list[tuple[int, int]] = []
    for corner in ring:
        if len(corner) != 2 or any(isinstance(part, bool) or not isinstance(part, int | float) for part in corner):
            raise Fault("bad_area", where, problem="a corner is a pair of numbers")
        at = Position.from_degrees(corner[0], corner[1], where)
        lon = at.lon
        if placed:
            # The short way from the corner before: a step of more than half a turn goes over the antimeridian.
            lon = placed[-1][1] + (lon - placed[-1][1] + _TURN // 2) % _TURN - _TURN // 2
        placed.append((at.lat, lon))
    if len(placed) > 1 and placed[0] == placed[-1]:
        placed.pop()
    if len(set(placed)) < 3:
        raise Fault("bad_area", where, problem="a ring needs three corners")
    return placed


def _upwards(lat: int, lon: int, other_lat: int, other_lon: int) -> Edge:
    return (lat, lon, other_lat, other_lon) if lat <= other_lat else (other_lat, other_lon, lat, lon)
