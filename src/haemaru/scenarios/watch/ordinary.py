"""Ordinary traffic: what nobody would report, however much of it looks at first like something else."""

import itertools
from collections.abc import Callable

import numpy as np

from haemaru.scenarios.sea import LANES, POINTS
from haemaru.scenarios.watch.cast import Cast, berth, lane_stops, lanes_with_stops, offing_anchorage
from haemaru.scenarios.watch.courses import HOUR, LONG, MINUTE, Course, Vessel, bearing
from haemaru.scenarios.watch.waters import BERTHS, BERTHS_OF, FEEDERS, MILE_M, metres, shifted

Act = Callable[[Course, float], None]
_FERRIES = ("busan_hakata", "pohang_ulleung", "donghae_ulleung", "jeju_yeosu")


def begin(course_from: str, luck: np.random.Generator) -> Course:
    """A course that begins at a berth (a long stay before) or, abroad, at the end of the lane."""
    names = BERTHS_OF.get(course_from)
    if not names:
        return Course(POINTS[course_from])
    name = str(luck.choice(names))
    course = Course(berth(luck, name))
    course.lie(LONG)
    course.tell("port_call", 0.0, f"lay at {name} when the watch began")
    return course


def finish(course: Course, to: str, luck: np.random.Generator, cast: Cast, anchor: bool) -> None:
    """The end of a voyage: to a berth or to anchor, and a long stay; abroad the ship sails out of sight."""
    names = BERTHS_OF.get(to)
    if not names:
        return
    middle = offing_anchorage(to)
    spot = cast.anchor_spot(middle) if anchor and middle else None
    if spot:
        course.go(spot, 7.0)
        course.swing(cast.seconds + 80 * HOUR, float(luck.uniform(60.0, 180.0)), luck)
        return
    name = str(luck.choice(names))
    course.go(berth(luck, name), float(luck.uniform(6.0, 9.0)))
    begun = course.now
    course.lie(LONG)
    course.tell("port_call", begun, f"arrived at {name}")


def voyage(
    cast: Cast, name: str, back: bool, knots: float, acts: list[tuple[float, Act]], anchors: float = 0.0
) -> Course:
    """A voyage along a lane; each act happens when so many miles (from the lane's first point) are run.

    `anchors` is how likely the ship goes to anchor at its end and not to a berth.
    """
    luck = cast.luck
    names = LANES[name][::-1] if back else LANES[name]
    aside = np.clip(luck.normal(0.0, 1000.0, 2), -1900.0, 1900.0)
    points = [POINTS[point] for point in names]
    points = [points[0], *(shifted(at, float(aside[0]), float(aside[1])) for at in points[1:-1]), points[-1]]
    course = begin(names[0], luck)
    course.mark("sail")
    if course.points[0] != points[0]:
        course.go(points[0], 7.0)
    miles = [0.0]
    for one, other in itertools.pairwise(points):
        miles.append(miles[-1] + float(metres(one[1], one[0], other[1], other[0])) / MILE_M)
    due = sorted(((miles[-1] - at if back else at), act) for at, act in acts)
    for leg, (one, other) in enumerate(itertools.pairwise(points)):
        heading = bearing(one, other)
        while due and due[0][0] < miles[leg + 1]:
            share = max(0.0, due[0][0] - miles[leg]) / (miles[leg + 1] - miles[leg])
            course.go((one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share), knots)
            due.pop(0)[1](course, heading)
        course.go(other, knots)
    course.mark("offing")
    finish(course, names[-1], luck, cast, anchor=bool(luck.random() < anchors))
    return course


def merchants(cast: Cast, count: int) -> list[Vessel]:
    """Ships that sail a lane once, at their own speed, and lie in port or at anchor before and after."""
    made = []
    for _ in range(count):
        name = str(cast.luck.choice([name for name in LANES if lane_stops(name)]))
        knots = float(cast.luck.uniform(9.5, 17.0))
        mile = float(cast.luck.choice(lane_stops(name)))
        course = voyage(cast, name, bool(cast.luck.random() < 0.5), knots, [(mile, lambda c, _: c.mark("there"))], 0.45)
        course.with_mark("there", float(cast.luck.uniform(-0.2, 1.2)) * cast.seconds)
        made.append(cast.add("tanker" if cast.luck.random() < 0.3 else "merchant", course))
    return made


def feeders(cast: Cast, count: int, odd: int) -> None:
    """Coasters to and fro between two ports at much the same speed; `odd` of their legs take far too long."""
    luck = cast.luck
    for number in range(count):
        route = list(FEEDERS)[number % len(FEEDERS)]
        names = FEEDERS[route] if luck.random() < 0.5 else FEEDERS[route][::-1]
        slow = number < odd
        _feeder(cast, names, float(luck.normal(12.5, 0.5)), slow)


def _feeder(cast: Cast, names: tuple[str, ...], knots: float, slow: bool) -> None:
    luck = cast.luck
    first = names
    course = begin(names[0], luck)
    course.mark("sail")
    left: list[tuple[float, float, bool]] = []
    for leg in range(40):
        began = course.now
        odd = slow and leg == 1
        factor = float(luck.uniform(0.44, 0.58)) if odd else float(luck.uniform(0.97, 1.03))
        points = [POINTS[name] for name in names]
        course.go(points[0], 7.5)
        for at, point in enumerate(points[1:], 1):
            course.go(point, knots * (factor if 1 <= at < len(points) else 1.0))
        place = berth(luck, str(luck.choice(BERTHS_OF[names[-1]])))
        course.go(place, 7.5)
        left.append((began, course.now, odd))
        if odd:
            course.tell("leg_time_residual", began, f"{first[0]} and {first[-1]}: a leg in twice the usual time")
            course.mark("odd")
        begun = course.now
        course.lie(float(luck.uniform(1.5, 4.0)) * HOUR)
        course.tell("port_call", begun, f"called at {names[-1]}")
        names = names[::-1]
    if slow:
        started = next(start for start, _, odd in left if odd)
        took = course.marks["odd"] - started
        latest = max(0.7 * HOUR, cast.seconds - took - 0.7 * HOUR)
        course.with_mark("odd", float(luck.uniform(0.6 * HOUR, latest)) + took)
    else:
        course.with_mark("sail", float(luck.uniform(-10.0, 3.0)) * HOUR)
    cast.add("coaster", course, steady=slow)


def ferries(cast: Cast, count: int) -> None:
    """Ferries by their timetable."""
    luck = cast.luck
    for number in range(count):
        names = LANES[_FERRIES[number % len(_FERRIES)]]
        ends = (str(luck.choice(BERTHS_OF[names[0]])), str(luck.choice(BERTHS_OF[names[-1]])))
        knots = float(luck.uniform(17.0, 26.0))
        course = Course(berth(luck, ends[0]))
        points = [POINTS[name] for name in names]
        aside = luck.uniform(-900.0, 900.0, 2)
        points = [points[0], *(shifted(at, *map(float, aside)) for at in points[1:-1]), points[-1]]
        for trip in range(2 + int((cast.seconds + 30 * HOUR) / (2 * HOUR))):
            begun = course.now
            course.lie(float(luck.uniform(50.0, 130.0)) * MINUTE)
            course.tell("port_call", begun, "a ferry by its timetable")
            course.run(points if trip % 2 == 0 else points[::-1], knots)
            course.go(berth(luck, ends[1 - trip % 2]), 10.0)
        cast.add("ferry", course.starting(float(luck.uniform(-14.0, -1.0)) * HOUR), flag="KR")


def moored(cast: Cast, count: int) -> None:
    """Ships that lie at a berth all through the watch; some switch off for the night in harbour."""
    luck = cast.luck
    for _ in range(count):
        name = str(luck.choice([one for one in BERTHS if one not in ("hakata", "kanmon")]))
        course = Course(berth(luck, name))
        course.lie(LONG)
        course.tell("port_call", 0.0, f"lay at {name} all through", either_way=True)
        kind = str(luck.choice(("merchant", "tanker", "fishing", "coaster")))
        vessel = cast.add(kind, course.starting(-LONG / 2))
        if luck.random() < 0.1:
            gone = float(luck.uniform(0.1, 0.6)) * cast.seconds
            vessel.gaps.append((gone, gone + float(luck.uniform(2.5, 9.0)) * HOUR))


def anchored(cast: Cast, count: int) -> list[Vessel]:
    """Ships at anchor all through the watch."""
    made = []
    for _ in range(count):
        spot = cast.anchor_spot()
        if spot is None:
            break
        course = Course(spot)
        course.swing(cast.seconds + 2 * HOUR, float(cast.luck.uniform(60.0, 180.0)), cast.luck)
        made.append(cast.add("merchant", course.starting(-HOUR), steady=True))
    return made


def use_any_lane(cast: Cast) -> tuple[str, bool]:
    """A lane with open water, and a direction."""
    return str(cast.luck.choice(lanes_with_stops())), bool(cast.luck.random() < 0.5)
