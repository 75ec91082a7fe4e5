"""What one invented ship does, as points in time joined by straight lines, and what a witness would tell of it.

A `Course` is written forwards from hour 0 of its own clock, then moved with `starting` or `with_mark` to where the
watch needs it; what lies outside the watch is never heard. Times are seconds, speeds knots, distances metres.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from haemaru.scenarios.sea import Point
from haemaru.scenarios.watch.waters import MILE_M, metres, shifted

MOVING, LYING = 0, 1  # how often a ship reports: under way, or at anchor or moored
HOUR = 3600.0
MINUTE = 60.0
LONG = 600 * HOUR  # a stay that outlasts every watch
KNOT = MILE_M / HOUR


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a witness would tell: the rule it belongs to, from when to when (seconds), and where."""

    rule: str
    start: float
    end: float
    at: Point
    note: str
    either_way: bool = False  # a fair person might name it or not


@dataclass(slots=True)
class Course:
    """The way of one ship: times, places and whether it lies still between each and the next."""

    at: Point
    t: list[float] = field(default_factory=lambda: [0.0])
    points: list[Point] = field(default_factory=list)
    state: list[int] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    marks: dict[str, float] = field(default_factory=dict)
    silences: list[tuple[float, float]] = field(default_factory=list)
    offsets: list[tuple[float, float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.points:
            self.points.append(self.at)

    @property
    def now(self) -> float:
        """Seconds on its own clock so far."""
        return self.t[-1]

    @property
    def here(self) -> Point:
        """Where it is now."""
        return self.points[-1]

    def mark(self, name: str) -> None:
        """Remembers this moment under a name."""
        self.marks[name] = self.now

    def _add(self, seconds: float, to: Point, state: int) -> None:
        if seconds > 0:
            self.t.append(self.now + seconds)
            self.points.append(to)
            self.state.append(state)

    def follow(self, to: Point, seconds: float) -> None:
        """Moves so that it is at a point after so long, whatever speed that takes."""
        self._add(seconds, to, MOVING)

    def go(self, to: Point, knots: float) -> None:
        """Runs straight to a point."""
        distance = float(metres(self.here[1], self.here[0], to[1], to[0]))
        self._add(distance / (knots * KNOT), to, MOVING)

    def run(self, points: Sequence[Point], knots: float) -> None:
        """Runs along points."""
        for point in points:
            self.go(point, knots)

    def ahead(self, course: float, knots: float, seconds: float, state: int = MOVING) -> None:
        """Runs on a course for so long."""
        distance = knots * KNOT * seconds
        east, north = distance * math.sin(math.radians(course)), distance * math.cos(math.radians(course))
        self._add(seconds, shifted(self.here, east, north), state)

    def slow_down(self, course: float, knots: float, to_knots: float = 0.5) -> None:
        """Loses way as a ship does, in about ten minutes from full speed."""
        for speed in (0.75 * knots, 0.5 * knots, 0.3 * knots):
            if speed > to_knots:
                self.ahead(course, speed, 170.0)

    def pick_up(self, course: float, knots: float) -> None:
        """Gathers way."""
        for share in (0.3, 0.55, 0.8):
            self.ahead(course, share * knots, 120.0)

    def drift(self, seconds: float, course: float, knots: float, luck: np.random.Generator) -> None:
        """Drifts without way on, turning slowly; a quarter of an hour at a time."""
        left = seconds
        while left > 0:
            step = min(left, luck.uniform(600.0, 1200.0))
            self.ahead(course, knots * luck.uniform(0.7, 1.3), step)
            course += luck.normal(0.0, 15.0)
            left -= step

    def lie(self, seconds: float) -> None:
        """Lies moored."""
        self._add(seconds, self.here, LYING)

    def swing(self, seconds: float, radius_m: float, luck: np.random.Generator) -> None:
        """Lies at anchor and swings with the tide (12.42 h) and, less, with the wind."""
        phase, sense = luck.uniform(0.0, 2 * math.pi), luck.choice((-1.0, 1.0))
        yaw = luck.uniform(0.04, 0.12)

        def offset(after: float) -> tuple[float, float]:
            angle = phase + sense * 2 * math.pi * after / (12.42 * HOUR) + yaw * math.sin(after / 700.0)
            return radius_m * math.sin(angle), radius_m * math.cos(angle)

        east, north = offset(0.0)
        middle, after = shifted(self.here, -east, -north), 0.0
        while after < seconds:
            step = min(1200.0, seconds - after)
            after += step
            self._add(step, shifted(middle, *offset(after)), LYING)

    def tell(self, rule: str, start: float, note: str, *, at: Point | None = None, either_way: bool = False) -> None:
        """Notes what a witness would tell of the time from `start` to now."""
        self.deeds.append(Deed(rule, start, self.now, at or self.here, note, either_way))

    def starting(self, second: float) -> "Course":
        """The same with its beginning at this second of the watch."""
        return self._moved(second)

    def with_mark(self, name: str, second: float) -> "Course":
        """The same with the remembered moment at this second of the watch."""
        return self._moved(second - self.marks[name])

    def _moved(self, by: float) -> "Course":
        self.t = [moment + by for moment in self.t]
        self.marks = {name: moment + by for name, moment in self.marks.items()}
        self.silences = [(start + by, end + by) for start, end in self.silences]
        self.offsets = [(start + by, end + by, east, north) for start, end, east, north in self.offsets]
        self.deeds = [Deed(d.rule, d.start + by, d.end + by, d.at, d.note, d.either_way) for d in self.deeds]
        return self


@dataclass(slots=True)
class Vessel:
    """One identity of the watch: what it says it is, how it reports, and the courses that report under it."""

    mmsi: int
    kind: str
    courses: list[Course]
    report_s: float
    loss: float
    class_b: bool = False
    gaps: list[tuple[float, float]] = field(default_factory=list)
    name: str = ""
    flag: str = "KR"


def bearing(a: Point, b: Point) -> float:
    """The course from one point to another."""
    east = (b[0] - a[0]) * math.cos(math.radians((a[1] + b[1]) / 2))
    return math.degrees(math.atan2(east, b[1] - a[1])) % 360.0
