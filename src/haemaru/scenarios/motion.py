"""Where an invented ship is at any moment: a pure function of time, so that a world needs no stored tracks.

A `Voyage` goes once along a lane and arrives at a known time. A `Shuttle` runs a lane to and fro with a stay at
each end. A `Round` circles a ground. A `Mooring` swings on its anchor. All take UTC milliseconds and give a `Place`.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from haemaru.scenarios.sea import Path, Point, moved

HOUR_MS = 3_600_000

UNDER_WAY, AT_ANCHOR, FISHING = 0, 1, 7  # navigational status as AIS numbers it


@dataclass(frozen=True, slots=True)
class Place:
    """One moment of a ship: degrees, knots, course in degrees, AIS navigational status."""

    lon: float
    lat: float
    knots: float
    course: float
    status: int


class Motion(Protocol):
    """Tells where a ship is, and whether it is on the way back along its lane."""

    def place(self, at_ms: int) -> Place:
        """The ship at UTC milliseconds."""
        ...

    def returning(self, at_ms: int) -> bool:
        """Whether the ship now heads for the first point of its lane."""
        ...


@dataclass(frozen=True, slots=True)
class Mooring:
    """A ship at anchor: it swings with the tide on a short circle."""

    anchor: Point
    swing_miles: float
    phase: float

    def place(self, at_ms: int) -> Place:
        """The ship at UTC milliseconds."""
        # 12.42 h: the main lunar tide, which turns a ship at anchor.
        heading = (at_ms / (12.42 * HOUR_MS) * 360.0 + self.phase) % 360.0
        lon, lat = moved(self.anchor, heading, self.swing_miles)
        return Place(lon, lat, 0.1, (heading + 180.0) % 360.0, AT_ANCHOR)

    def returning(self, at_ms: int) -> bool:
        """A ship at anchor is never on its way back."""
        return False


@dataclass(frozen=True, slots=True)
class Round:
    """A ship that circles a ground: a fishing boat at work, a cutter on patrol."""

    centre: Point
    radius_miles: float
    knots: float
    phase: float
    status: int

    def place(self, at_ms: int) -> Place:
        """The ship at UTC milliseconds."""
        turn = 360.0 * self.knots * (at_ms / HOUR_MS) / (2 * math.pi * self.radius_miles) + self.phase
        lon, lat = moved(self.centre, turn % 360.0, self.radius_miles)
        return Place(lon, lat, self.knots, (turn + 90.0) % 360.0, self.status)

    def returning(self, at_ms: int) -> bool:
        """A ship on its ground is never on its way back."""
        return False


@dataclass(frozen=True, slots=True)
class Shuttle:
    """A ship that runs a lane to and fro, with a stay at each end."""

    path: Path
    knots: float
    stay_hours: float
    phase: float  # share of the whole cycle at 1970, 0 to 1

    def _cycle(self, at_ms: int) -> tuple[float, float, float]:
        leg_hours = self.path.length / self.knots
        whole = 2 * (leg_hours + self.stay_hours)
        return (at_ms / HOUR_MS + self.phase * whole) % whole, leg_hours, whole

    def place(self, at_ms: int) -> Place:
        """The ship at UTC milliseconds."""
        hours, leg, whole = self._cycle(at_ms)
        back = hours >= whole / 2
        sailed = hours - whole / 2 if back else hours
        if sailed >= leg:
            return Mooring(self.path.points[0 if back else -1], 0.08, self.phase * 360.0).place(at_ms)
        (lon, lat), course = self.path.at(self.path.length - sailed * self.knots if back else sailed * self.knots)
        return Place(lon, lat, self.knots, (course + 180.0) % 360.0 if back else course, UNDER_WAY)

    def returning(self, at_ms: int) -> bool:
        """Whether the ship now heads for the first point, or has not yet left the last."""
        hours, leg, whole = self._cycle(at_ms)
        return leg <= hours < whole / 2 + leg


@dataclass(frozen=True, slots=True)
class Voyage:
    """A ship that goes once along its lane, arrives at a known time and then lies at anchor."""

    path: Path
    knots: float
    arrives_ms: int
    phase: float

    def place(self, at_ms: int) -> Place:
        """The ship at UTC milliseconds."""
        left = (self.arrives_ms - at_ms) / HOUR_MS * self.knots
        if left <= 0 or left >= self.path.length:
            return Mooring(self.path.points[-1 if left <= 0 else 0], 0.08, self.phase * 360.0).place(at_ms)
        (lon, lat), course = self.path.at(self.path.length - left)
        return Place(lon, lat, self.knots, course, UNDER_WAY)

    def returning(self, at_ms: int) -> bool:
        """A single voyage has no way back."""
        return False
