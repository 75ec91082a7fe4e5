"""Ships that are not who they say: a number changed at sea, a number borne twice, a position that cannot be."""

import copy
import math

import numpy as np

from haemaru.scenarios.sea import Point
from haemaru.scenarios.watch.cast import Cast, berth
from haemaru.scenarios.watch.courses import HOUR, LONG, MINUTE, Course
from haemaru.scenarios.watch.ordinary import use_any_lane, voyage
from haemaru.scenarios.watch.positives import spot_on_lane, within_reach
from haemaru.scenarios.watch.waters import BERTHS, METRES_PER_DEGREE, Floats, well_heard

_EVER = 1e9


def _marked(cast: Cast, first: float, last: float) -> tuple[Course, Point]:
    """A voyage that is at a spot of open water (mark `there`) at a random second between two."""
    name, back = use_any_lane(cast)
    mile, spot = spot_on_lane(cast, name)
    course = voyage(cast, name, back, float(cast.luck.uniform(9.0, 15.0)), [(mile, lambda c, _: c.mark("there"))])
    return course.with_mark("there", float(cast.luck.uniform(first, max(first, last)))), spot


def changes(cast: Cast, count: int) -> None:
    """A ship stops reporting under one number and some minutes later goes on under another."""
    for _ in range(count):
        before, spot = _marked(cast, 2.5 * HOUR, cast.seconds - 2.5 * HOUR)
        changed = before.marks["there"]
        mute = float(cast.luck.uniform(2.0, 16.0)) * MINUTE
        after = copy.deepcopy(before)
        before.deeds = [deed for deed in before.deeds if deed.end < changed]
        after.deeds = [deed for deed in after.deeds if deed.end > changed]
        before.silences.append((changed, _EVER))
        after.silences.append((-_EVER, changed + mute))
        one, two = cast.add("merchant", before, steady=True), cast.add("merchant", after, steady=True)
        cast.tell(one, "identity_change", changed, changed + mute, spot, "went on under another number", two.mmsi)


def swaps_at_berth(cast: Cast, count: int) -> None:
    """One boat switches off at its berth and another, beside it, switches on: two boats, no change of number."""
    for _ in range(count):
        place = berth(cast.luck, str(cast.luck.choice(("busan", "pohang", "sokcho", "jeju", "gunsan"))))
        second = float(cast.luck.uniform(0.2, 0.8)) * cast.seconds
        for silence in ((second, _EVER), (-_EVER, second + 600.0)):
            course = Course(place)
            course.lie(LONG)
            course.starting(-LONG / 2).silences.append(silence)
            course.tell("port_call", -LONG / 2, "lay in harbour", either_way=True)
            cast.add("fishing", course, steady=True)


def doubles(cast: Cast, count: int) -> None:
    """Two ships bear one number at the same time, far from each other."""
    for number in range(count):
        first, spot = _marked(cast, 0.3 * cast.seconds, 0.7 * cast.seconds)
        if number % 2:
            names = [name for name, (_, at) in BERTHS.items() if _apart(at, spot) > 150_000.0]
            second = Course(berth(cast.luck, str(cast.luck.choice(names))))
            second.lie(LONG)
            second.starting(-LONG / 2)
        else:
            second, other = _marked(cast, 0.3 * cast.seconds, 0.7 * cast.seconds)
            for _ in range(40):
                if _apart(other, spot) > 150_000.0:
                    break
                second, other = _marked(cast, 0.3 * cast.seconds, 0.7 * cast.seconds)
        vessel = cast.add("merchant", first, second, steady=True)
        spans = [heard_span(course, cast.seconds) for course in (first, second)]
        began, ended = max(start for start, _ in spans), min(end for _, end in spans)
        cast.tell(vessel, "identity_conflict", began, ended, spot, "one number on two ships")


def _apart(one: Point, other: Point) -> float:
    east = (one[0] - other[0]) * math.cos(math.radians(one[1]))
    return math.hypot(east, one[1] - other[1]) * METRES_PER_DEGREE


def heard_span(course: Course, seconds: float) -> tuple[float, float]:
    """From when to when a ship is within reach of the stations during the watch."""
    lon, lat = np.array(course.points).T
    moments: Floats = np.arange(max(0.0, course.t[0]), min(seconds, course.t[-1]), 60.0)
    reached = moments[well_heard(np.interp(moments, course.t, lon), np.interp(moments, course.t, lat))]
    return (float(reached[0]), float(reached[-1])) if len(reached) else (0.0, 0.0)


def jumps(cast: Cast, count: int) -> None:
    """A ship's position is for some minutes where the ship cannot be, and then right again."""
    luck, done = cast.luck, 0
    for _ in range(20 * count):
        course, spot = _marked(cast, 1.0 * HOUR, cast.seconds - 2.0 * HOUR)
        began = course.marks["there"]
        length = float(luck.uniform(2.0, 3.5) if done % 3 == 0 else luck.uniform(6.0, 50.0)) * MINUTE
        if not within_reach(course, (began - HOUR, began + length + 0.5 * HOUR)):
            continue
        away, angle = float(luck.uniform(25_000.0, 250_000.0)), float(luck.uniform(0.0, 6.283))
        course.offsets.append((began, began + length, *_degrees(away, angle, spot)))
        vessel = cast.add("merchant", course, steady=True)
        cast.tell(vessel, "impossible_jump", began, began + length, spot, f"shown {away / 1000:.0f} km away and back")
        done += 1
        if done == count:
            return


def glitches(cast: Cast, count: int) -> None:
    """A bad fix of some hundred metres, as every receiver has now and then."""
    luck = cast.luck
    for _ in range(count):
        course, spot = _marked(cast, 1.0 * HOUR, cast.seconds - 1.0 * HOUR)
        began = course.marks["there"]
        course.offsets.append((began, began + 45.0, *_degrees(float(luck.uniform(200.0, 1200.0)), 1.0, spot)))
        cast.add("merchant", course, steady=True)


def _degrees(away: float, angle: float, spot: Point) -> tuple[float, float]:
    north, east = away * math.cos(angle), away * math.sin(angle)
    return north / METRES_PER_DEGREE, east / METRES_PER_DEGREE / math.cos(math.radians(spot[1]))
