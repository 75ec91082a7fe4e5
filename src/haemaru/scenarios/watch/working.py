"""Craft at work: fishing in its several ways, pilots, bunker barges, launches and pleasure boats.

All of them stop, meet and come close every day, and a witness would shrug.
"""

import math

import numpy as np

from haemaru.scenarios.sea import GROUNDS, POINTS, Point
from haemaru.scenarios.watch.cast import Cast, berth, offing_anchorage
from haemaru.scenarios.watch.courses import HOUR, LONG, MINUTE, Course, Vessel, bearing
from haemaru.scenarios.watch.waters import BERTHS, BERTHS_OF, MILE_M, clear_way, metres, shifted

_BUSY = ("busan", "ulsan", "pohang", "donghae", "yeosu", "incheon", "daesan", "jeju")


def fishing(cast: Cast, count: int) -> None:
    """Boats that tow and haul all day, each on its own beat; a few share one; some come from and go to harbour."""
    luck = cast.luck
    left = count
    grounds = list(GROUNDS.values())
    while left > 0:
        centre, room = grounds[int(luck.integers(len(grounds)))]
        known = shifted(centre, *map(float, luck.uniform(-0.6 * room * MILE_M, 0.6 * room * MILE_M, 2)))
        old = luck.random() < 0.4 and cast.take_spot(known, 2.6 * MILE_M)
        beat = known if old else cast.free_spot(2.6 * MILE_M)
        together = 1 if luck.random() < 0.85 else int(luck.integers(2, 4))
        for number in range(min(left, together)):
            if beat is None:  # the sea is full: this one stays in harbour
                _idle(cast)
            else:
                _trawler(cast, shifted(beat, 1500.0 * number, 0.0))
        left -= together


def _idle(cast: Cast) -> None:
    course = Course(berth(cast.luck, str(cast.luck.choice(("hupo", "jukbyeon", "seongsanpo", "jindo", "sokcho")))))
    course.lie(LONG)
    course.tell("port_call", 0.0, "a fishing boat in harbour", either_way=True)
    cast.add("fishing", course.starting(-LONG / 2))


def _trawler(cast: Cast, beat: Point) -> None:
    luck = cast.luck
    course = Course(shifted(beat, *map(float, luck.uniform(-900.0, 900.0, 2))))
    tow_knots, tow_s = float(luck.uniform(3.4, 4.6)), float(luck.uniform(40.0, 110.0)) * MINUTE
    haul_s, row = float(luck.uniform(16.0, 45.0)) * MINUTE, float(luck.uniform(0.0, 360.0))
    while course.now < cast.seconds + 6 * HOUR:
        tow(course, beat, row, tow_knots, tow_s * float(luck.uniform(0.8, 1.2)))
        course.drift(haul_s * float(luck.uniform(0.8, 1.25)), row, float(luck.uniform(0.4, 1.3)), luck)
        row = float(luck.uniform(0.0, 360.0))
    cast.add("fishing", course.starting(-float(luck.uniform(0.5, 5.0)) * HOUR))


def tow(course: Course, beat: Point, row: float, knots: float, seconds: float) -> None:
    """Tows to and fro over the beat, turning for home whenever it is more than a mile off."""
    until = course.now + seconds
    while course.now < until:
        off = float(metres(course.here[1], course.here[0], beat[1], beat[0]))
        row = bearing(course.here, beat) if off > MILE_M else row + 12.0
        course.ahead(row, knots, min(600.0, max(60.0, until - course.now)))


def pair_trawling(cast: Cast, pairs: int) -> None:
    """Two boats with one net between them: side by side for hours, hauling together."""
    luck = cast.luck
    for _ in range(pairs):
        beat = cast.free_spot(4.0 * MILE_M)
        if beat is None:
            return
        one = Course(beat)
        knots, row = float(luck.uniform(2.6, 3.4)), float(luck.uniform(0.0, 360.0))
        while one.now < cast.seconds + 6 * HOUR:
            tow(one, beat, row, knots, float(luck.uniform(2.0, 4.0)) * HOUR)
            one.drift(float(luck.uniform(10.0, 20.0)) * MINUTE, row, 0.8, luck)
            row = float(luck.uniform(0.0, 360.0))
        cast_off = -float(luck.uniform(0.5, 5.0)) * HOUR
        other = beside(one, float(luck.uniform(180.0, 420.0)), float(luck.uniform(0.0, 6.283)))
        cast.add("fishing", one.starting(cast_off))
        cast.add("fishing", other.starting(cast_off))


def beside(course: Course, apart_m: float, angle: float) -> Course:
    """The same way so far, run beside it at a fixed distance."""
    east, north = apart_m * math.sin(angle), apart_m * math.cos(angle)
    points = [shifted(at, east, north) for at in course.points]
    return Course(points[0], list(course.t), points, list(course.state), marks=dict(course.marks))


def jiggers(cast: Cast, count: int) -> None:
    """Squid boats that lie to a sea anchor under lamps from dusk to dawn: loitering by the book, and their trade."""
    luck = cast.luck
    for _ in range(count):
        beat = cast.free_spot(2.0 * MILE_M)
        if beat is None:
            return
        heading = float(luck.uniform(0.0, 360.0))
        course = Course(shifted(beat, *map(float, luck.uniform(-15_000.0, 15_000.0, 2))))
        course.go(beat, 8.0)
        begun = course.now
        course.drift(float(luck.uniform(5.0, 8.0)) * HOUR, heading, float(luck.uniform(0.5, 1.1)), luck)
        for rule in ("loitering", "unexplained_stop"):  # where it drops out for a while, the rest is a stop
            course.tell(rule, begun, "a squid boat at work", at=beat, either_way=True)
        course.pick_up(heading, 8.0)
        course.ahead(heading + 90.0, 8.0, 2 * HOUR)
        cast.add("fishing", course.starting(float(luck.uniform(-4.0, cast.seconds / HOUR * 0.5)) * HOUR))


def pilots(cast: Cast, ships: list[Vessel]) -> None:
    """Pilot boats that run out to arriving ships, stay alongside at seven knots for minutes, and run home."""
    for offing in _BUSY:
        coming = [
            ship.courses[0]
            for ship in ships
            if 0.6 * HOUR < ship.courses[0].marks["offing"] < cast.seconds - 0.6 * HOUR
            and metres(POINTS[offing][1], POINTS[offing][0], *_offing(ship.courses[0])[::-1]) < 300.0
        ]
        times = sorted(course.marks["offing"] for course in coming)
        if times:
            _pilot_boat(cast, offing, times)


def _offing(course: Course) -> Point:
    return course.points[course.t.index(course.marks["offing"])]


def _pilot_boat(cast: Cast, offing: str, times: list[float]) -> None:
    luck = cast.luck
    home = berth(luck, BERTHS_OF[offing][0])
    course = Course(home).starting(-HOUR)
    meeting = POINTS[offing]
    run_s = float(metres(home[1], home[0], meeting[1], meeting[0])) / (20.0 * 0.5144)
    for time in times:
        wait = time - run_s - course.now
        if wait < 60.0:
            continue
        course.lie(wait)
        course.tell("port_call", course.now - wait, "a pilot boat at its station", either_way=True)
        course.go(shifted(meeting, 40.0, 0.0), 20.0)
        course.ahead(bearing(meeting, home), 7.0, float(luck.uniform(4.0, 9.0)) * MINUTE)
        course.go(home, 20.0)
    course.lie(LONG)
    course.tell("port_call", course.now - LONG, "a pilot boat at its station", either_way=True)
    cast.add("pilot", course, flag="KR")


def launches(cast: Cast, hosts: list[Vessel]) -> None:
    """Agents' launches: out to three ships or more at anchor, minutes alongside each, and home."""
    luck = cast.luck
    for home, ships in _rounds(cast, hosts, at_least=3):
        stays = [float(luck.uniform(5.0, 22.0)) * MINUTE for _ in ships[: int(luck.integers(4, 8))]]
        longest = sum(stays) + len(stays) * 0.5 * HOUR
        out = float(luck.uniform(0.3 * HOUR, max(0.4 * HOUR, cast.seconds - longest)))
        one_round(cast, "launch", home, list(zip(ships, stays, strict=False)), out, 14.0)


def bunkering(cast: Cast, hosts: list[Vessel]) -> None:
    """Bunker barges: out to a ship at anchor, hours alongside, on to the next, and home."""
    luck = cast.luck
    for home, ships in _rounds(cast, hosts, at_least=1):
        stays = [(ship, float(luck.uniform(1.3, 4.0)) * HOUR) for ship in ships[-2:]]
        one_round(cast, "barge", home, stays, float(luck.uniform(0.2 * HOUR, max(0.3 * HOUR, 0.5 * cast.seconds))), 8.0)


def one_round(
    cast: Cast, kind: str, home: Point, stays: list[tuple[Vessel, float]], out: float, knots: float
) -> Course:
    """From a pier at second `out` to ships at anchor, so long alongside each, and back to the pier."""
    course = Course(home)
    course.lie(LONG)
    course.tell("port_call", 0.0, f"a {kind} at its pier", either_way=True)
    course.mark("out")
    for ship, seconds in stays:
        alongside(course, ship, out - LONG, seconds, knots, cast)
    course.go(home, knots)
    course.lie(LONG)
    course.tell("port_call", course.now - LONG, f"a {kind} at its pier", either_way=True)
    cast.add(kind, course.with_mark("out", out), steady=True, flag="KR")
    return course


def alongside(course: Course, host: Vessel, base: float, seconds: float, knots: float, cast: Cast) -> None:
    """Runs to a ship at anchor, lies alongside as it swings, lets go; its hour 0 is the watch's second `base`."""
    t, points = host.courses[0].t, host.courses[0].points
    lon, lat = np.array(points).T
    apart, angle = float(cast.luck.uniform(30.0, 130.0)), float(cast.luck.uniform(0.0, 6.283))

    def beside_host(after: float) -> Point:
        at = base + course.now + after
        there = float(np.interp(at, t, lon)), float(np.interp(at, t, lat))
        return shifted(there, apart * math.sin(angle), apart * math.cos(angle))

    goal = beside_host(0.0)
    way = float(metres(course.here[1], course.here[0], goal[1], goal[0]))
    goal = beside_host(way / (knots * 0.5144))
    share = max(0.0, 1.0 - 350.0 / max(way, 1.0))
    here = course.here
    course.go((here[0] + share * (goal[0] - here[0]), here[1] + share * (goal[1] - here[1])), knots)
    course.go(goal, 4.5)
    course.mark("alongside")
    left = seconds
    while left > 0:
        step = min(240.0, left)
        course.follow(beside_host(step), step)
        left -= step
    course.mark("off")


def quays(cast: Cast, spot: Point) -> Point | None:
    """A berth from which a boat reaches a place at anchor clear of land; None where there is none near."""
    names = sorted(BERTHS, key=lambda name: float(metres(spot[1], spot[0], BERTHS[name][1][1], BERTHS[name][1][0])))
    for name in names[:2]:
        home = berth(cast.luck, name)
        if float(metres(spot[1], spot[0], home[1], home[0])) < 30_000.0 and clear_way([home, spot], 100.0):
            return home
    return None


def _rounds(cast: Cast, hosts: list[Vessel], at_least: int) -> list[tuple[Point, list[Vessel]]]:
    """For each busy harbour: its pier and the ships at anchor that a boat reaches from there clear of land."""
    rounds = []
    for offing in _BUSY:
        middle = offing_anchorage(offing)
        if middle is None:
            continue
        home = berth(cast.luck, BERTHS_OF[offing][0])
        near = []
        for ship in hosts:
            spot = ship.courses[0].points[0]
            if float(metres(middle[1], middle[0], spot[1], spot[0])) < 5_000.0 and clear_way([home, spot], 100.0):
                near.append(ship)
        if len(near) >= at_least:
            rounds.append((home, near))
    return rounds


def pleasure(cast: Cast, count: int) -> None:
    """Anglers and yachts: out of harbour a few miles, drifting from place to place, and home."""
    luck = cast.luck
    for _ in range(count):
        offing = str(luck.choice(("busan", "pohang", "donghae", "okgye", "sokcho", "jeju", "ulsan")))
        home = berth(luck, str(luck.choice(BERTHS_OF[offing])))
        course = Course(home)
        course.lie(LONG)
        course.tell("port_call", 0.0, "a boat in harbour", either_way=True)
        course.mark("out")
        (lon, lat), (off_lon, off_lat) = home, POINTS[offing]
        for _ in range(int(luck.integers(1, 5))):
            share = float(luck.uniform(0.2, 0.45))
            middle = (lon + share * (off_lon - lon), lat + share * (off_lat - lat))
            to = shifted(middle, *map(float, luck.uniform(-1500.0, 1500.0, 2)))
            if not clear_way([course.here, to], 300.0) or not clear_way([to, home], 100.0):
                continue
            course.go(to, float(luck.uniform(6.0, 16.0)))
            begun = course.now
            course.drift(float(luck.uniform(10.0, 50.0)) * MINUTE, float(luck.uniform(0, 360)), 0.5, luck)
            course.tell("port_call", begun, "an angler off the harbour", either_way=True)
        course.go(home, 9.0)
        course.lie(LONG)
        course.tell("port_call", course.now - LONG, "a boat back in harbour", either_way=True)
        course.with_mark("out", float(luck.uniform(-2.0 * HOUR, 0.9 * cast.seconds)))
        cast.add("small", course, flag="KR")
