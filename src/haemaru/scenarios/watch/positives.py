"""What the hidden truth holds: ships that do the things a watch is there for, told as a witness would.

Durations, distances and speeds are natural ones, drawn without a look at any rule: a transfer takes a quarter of an
hour to an hour and a half, goods lie in the sea for some hours before a boat fetches them.
"""

import math

import numpy as np

from haemaru.scenarios.sea import Point
from haemaru.scenarios.watch.cast import Cast, lane_stops
from haemaru.scenarios.watch.courses import HOUR, KNOT, MINUTE, Course, bearing
from haemaru.scenarios.watch.ordinary import use_any_lane, voyage
from haemaru.scenarios.watch.waters import MILE_M, beyond_reach_nm, clear_way, lane_table, shifted


def lane_spot(cast: Cast, name: str) -> tuple[float, Point]:
    """A mile of a lane in open water, and where it is."""
    run, lon, lat, _ = lane_table(name)
    at = cast.luck.choice(lane_stops(name))
    return float(run[at]), (float(lon[at]), float(lat[at]))


def spot_on_lane(cast: Cast, name: str) -> tuple[float, Point]:
    """A mile of a lane in open water that nothing else has been given, if there is one left, and where it is."""
    for _ in range(300):
        mile, spot = lane_spot(cast, name)
        if cast.take_spot(spot, 3.0 * MILE_M):
            break
    return mile, spot


def gaps(cast: Cast, count: int) -> None:
    """A ship in good reception falls silent for hours; what it does meanwhile nobody hears."""
    done = 0
    for number in range(20 * count):
        if done == count:
            return
        name, back = use_any_lane(cast)
        knots, luck = float(cast.luck.uniform(9.0, 15.0)), cast.luck
        mile, spot = spot_on_lane(cast, name)
        length = float(luck.uniform(2.4, min(9.0, max(2.6, cast.seconds / HOUR - 4.5)))) * HOUR

        def silent(course: Course, heading: float, number: int = number, length: float = length) -> None:
            course.mark("gone")
            course.silences.append((course.now, course.now + length))
            if number % 2:
                course.slow_down(heading, 12.0)
                course.drift(float(cast.luck.uniform(0.3, 0.6)) * length, heading + 60.0, 0.6, cast.luck)

        course = voyage(cast, name, back, knots, [(mile, silent)])
        course.with_mark("gone", float(luck.uniform(2.3 * HOUR, cast.seconds - length - 0.8 * HOUR)))
        gone = course.marks["gone"]
        if not within_reach(course, (gone, gone + length)):
            continue
        done += 1
        vessel = cast.add("merchant", course, steady=True)
        cast.tell(vessel, "gap", gone, gone + length, spot, "fell silent where others are heard")


def within_reach(course: Course, moments: tuple[float, float]) -> bool:
    """Whether the ship is 15 miles and more within the stations' reach at both moments."""
    lon, lat = np.array(course.points).T
    there = np.interp(moments, course.t, lon), np.interp(moments, course.t, lat)
    return bool((beyond_reach_nm(*there) < -15.0).all())


def stops(cast: Cast, count: int, rule: str = "unexplained_stop") -> None:
    """A ship stops in open water: for half an hour to under two hours, or (loitering) for hours."""
    for _ in range(count):
        luck = cast.luck
        name, back = use_any_lane(cast)
        knots = float(luck.uniform(9.0, 16.0))
        mile, spot = spot_on_lane(cast, name)
        long_one = rule == "loitering"
        most = min(9.0, cast.seconds / HOUR - 2.5)
        length = float(luck.uniform(2.4, most)) * HOUR if long_one else float(luck.uniform(26.0, 100.0)) * MINUTE
        drifting = float(luck.uniform(0.2, 1.4))

        def stop(
            course: Course, heading: float, knots: float = knots, length: float = length, drift: float = drifting
        ) -> None:
            course.slow_down(heading, knots)
            course.mark("stopped")
            course.drift(length, heading + float(cast.luck.uniform(-90.0, 90.0)), drift, cast.luck)
            course.mark("moved")
            course.pick_up(heading, knots)

        course = voyage(cast, name, back, knots, [(mile, stop)])
        course.with_mark("stopped", float(luck.uniform(0.9 * HOUR, cast.seconds - length - 0.9 * HOUR)))
        vessel = cast.add("merchant", course, steady=True)
        began, ended = course.marks["stopped"], course.marks["moved"]
        cast.tell(vessel, rule, began, ended, spot, "lay stopped at sea without a reason")


def comer(cast: Cast, spot: Point, knots: float, far_m: float) -> Point | None:
    """A point so far from a spot from which a boat comes straight, clear of land."""
    for _ in range(60):
        angle = float(cast.luck.uniform(0.0, 6.283))
        start = shifted(spot, far_m * math.sin(angle), far_m * math.cos(angle))
        if clear_way([start, spot], 3_000.0):
            return start
    return None


def meetings(cast: Cast, count: int) -> None:
    """Two ships meet in open water, lie close together, and part."""
    for number in range(count):
        luck = cast.luck
        name, back = use_any_lane(cast)
        knots = float(luck.uniform(9.0, 15.0))
        mile, spot = spot_on_lane(cast, name)
        together = float(luck.uniform(15.0, 90.0)) * MINUTE
        waits = float(luck.uniform(0.0, 0.3)) * together
        drift_knots = float(luck.uniform(0.1, 1.3))

        def meet(
            course: Course, heading: float, knots: float = knots, waits: float = waits, together: float = together,
            drift: float = drift_knots,
        ) -> None:  # fmt: skip
            course.slow_down(heading, knots)
            course.drift(waits, heading + 40.0, drift, cast.luck)
            course.mark("met")
            course.drift(together, heading + 40.0, drift, cast.luck)
            course.mark("parted")
            course.drift(float(cast.luck.uniform(0.0, 0.1)) * together, heading + 40.0, drift, cast.luck)
            course.pick_up(heading, knots)

        course = voyage(cast, name, back, knots, [(mile, meet)])
        course.with_mark("met", float(luck.uniform(1.5 * HOUR, cast.seconds - together - 1.2 * HOUR)))
        other = _other_side(cast, course, fast=number % 3 == 2)
        one = cast.add("merchant", course, steady=True)
        two = cast.add("small" if number % 3 == 2 else "merchant", other, steady=True)
        met, parted = course.marks["met"], course.marks["parted"]
        cast.tell(one, "rendezvous", met, parted, spot, "lay close together at sea", two.mmsi)


def _other_side(cast: Cast, course: Course, fast: bool) -> Course:
    """The partner's way: comes from afar, lies beside the first while it drifts, and goes off elsewhere."""
    luck = cast.luck
    met, parted = course.marks["met"], course.marks["parted"]
    moments = [i for i, t in enumerate(course.t) if met <= t <= parted]
    apart, angle = float(luck.uniform(50.0, 380.0)), float(luck.uniform(0.0, 6.283))
    east, north = apart * math.sin(angle), apart * math.cos(angle)
    knots = float(luck.uniform(16.0, 28.0)) if fast else float(luck.uniform(9.0, 14.0))
    spot = shifted(course.points[moments[0]], east, north)
    start = comer(cast, spot, knots, 55_000.0) or comer(cast, spot, knots, 20_000.0) or shifted(spot, 9e3, 0.0)
    other = Course(start)
    heading = bearing(start, spot)
    other.go(shifted(spot, *_back(heading, _way_m(knots))), knots)
    other.slow_down(heading, knots)
    other.go(spot, 2.5)
    other.mark("met")
    for at in moments[1:]:
        other.t.append(other.marks["met"] + course.t[at] - met)
        other.points.append(shifted(course.points[at], east, north))
        other.state.append(0)
    away = comer(cast, other.here, knots, 55_000.0) or start
    other.pick_up(bearing(other.here, away), knots)
    other.go(away, knots)
    return other.with_mark("met", met)


def _way_m(knots: float) -> float:
    """Metres run while slowing down from full speed, and a little more."""
    return sum(share * knots * KNOT * 170.0 for share in (0.75, 0.5, 0.3)) + 40.0


def _back(heading: float, distance: float) -> tuple[float, float]:
    return -distance * math.sin(math.radians(heading)), -distance * math.cos(math.radians(heading))


def drops(cast: Cast, count: int, lag_hours: float | None = None) -> None:
    """A ship stops for minutes; hours later a boat comes to the same water, stops for minutes, and goes."""
    luck = cast.luck
    for _ in range(count):
        name, back = use_any_lane(cast)
        knots = float(luck.uniform(9.0, 15.0))
        mile, spot = spot_on_lane(cast, name)
        length = float(luck.uniform(8.0, 38.0)) * MINUTE
        most = min(46.0, cast.seconds / HOUR - 3.5)
        lag = (lag_hours or float(luck.uniform(1.3, most))) * HOUR

        def drop(course: Course, heading: float, knots: float = knots, length: float = length) -> None:
            course.slow_down(heading, knots)
            course.mark("dropped")
            course.drift(length, heading, float(min(0.5, 120.0 / length / KNOT)), cast.luck)
            course.mark("left")
            course.pick_up(heading, knots)

        course = voyage(cast, name, back, knots, [(mile, drop)])
        earliest = max(0.9 * HOUR, cast.watch + 0.5 * HOUR - lag)
        latest = max(earliest, cast.seconds - lag - length - 1.5 * HOUR)
        course.with_mark("dropped", float(luck.uniform(earliest, latest)))
        index = course.t.index(course.marks["dropped"])
        fetched = fetch(cast, course.points[index], course.marks["left"] + lag)
        one, two = cast.add("merchant", course, steady=True), cast.add("small", fetched, steady=True)
        began, ended = course.marks["dropped"], fetched.marks["away"]
        note = f"left something in the sea; a boat fetched it {lag / HOUR:.1f} h later"
        cast.tell(one, "drop_and_retrieve", began, ended, spot, note, two.mmsi)


def fetch(cast: Cast, spot: Point, second: float) -> Course:
    """A boat that comes to a spot at this second, searches and lifts for some minutes, and goes the way it came."""
    luck = cast.luck
    knots = float(luck.uniform(12.0, 24.0))
    place = shifted(spot, *map(float, luck.uniform(-110.0, 110.0, 2)))
    start = comer(cast, place, knots, 40_000.0) or comer(cast, place, knots, 15_000.0) or shifted(place, 9e3, 0.0)
    course = Course(start)
    heading = bearing(start, place)
    course.go(shifted(place, *_back(heading, _way_m(knots))), knots)
    course.slow_down(heading, knots)
    course.go(place, 2.0)
    course.mark("fetched")
    course.drift(float(luck.uniform(8.0, 35.0)) * MINUTE, float(luck.uniform(0, 360)), 0.12, luck)
    course.mark("away")
    course.pick_up(heading + 180.0, knots)
    course.go(start, knots)
    return course.with_mark("fetched", second)
