"""Boats that come close (unseen partners, visitors at anchor, landings by night), and ships off their lane."""

import math
from functools import cache

import numpy as np

from haemaru.scenarios.sea import Point
from haemaru.scenarios.watch.cast import Cast
from haemaru.scenarios.watch.courses import HOUR, MINUTE, Course, Vessel
from haemaru.scenarios.watch.ordinary import use_any_lane, voyage
from haemaru.scenarios.watch.positives import comer, lane_spot, spot_on_lane
from haemaru.scenarios.watch.waters import (
    LANE_HALF_WIDTH_NM,
    MILE_M,
    Floats,
    clear_way,
    on_land,
    shifted,
    shore,
    to_lane_nm,
    to_port_m,
    to_shore_m,
    well_heard,
)
from haemaru.scenarios.watch.working import one_round, quays


def unseen_partners(cast: Cast, count: int) -> None:
    """A ship stops at sea and something without AIS, seen only by radar, comes alongside for a while."""
    for _ in range(count):
        luck = cast.luck
        name, back = use_any_lane(cast)
        knots, length = float(luck.uniform(9.0, 15.0)), float(luck.uniform(28.0, 100.0)) * MINUTE
        drift = float(luck.uniform(0.1, 1.0))
        mile, spot = spot_on_lane(cast, name)

        def stop(
            course: Course, heading: float, knots: float = knots, length: float = length, drift: float = drift
        ) -> None:
            course.slow_down(heading, knots)
            course.mark("stopped")
            course.drift(length, heading + 30.0, drift, cast.luck)
            course.mark("moved")
            course.pick_up(heading, knots)

        course = voyage(cast, name, back, knots, [(mile, stop)])
        course.with_mark("stopped", float(luck.uniform(cast.watch + 1.2 * HOUR, cast.seconds - length - 1.0 * HOUR)))
        ship = cast.add("merchant", course, steady=True)
        began, ended = course.marks["stopped"], course.marks["moved"]
        came = began + float(luck.uniform(0.05, 0.25)) * length
        left = ended - float(luck.uniform(0.05, 0.25)) * length
        cast.contacts.append((float(luck.uniform(0.0, 1.0)), _dark_boat(cast, course, came, left)))
        cast.tell(ship, "one_sided_rendezvous", came, left, spot, "a boat without AIS lay alongside")
        cast.maybe(ship, "unexplained_stop", began, ended, spot, "without the radar a stop, with it a meeting")


def _dark_boat(cast: Cast, course: Course, came: float, left: float) -> list[tuple[float, Point]]:
    luck = cast.luck
    apart, angle = float(luck.uniform(40.0, 320.0)), float(luck.uniform(0.0, 6.283))
    east, north = apart * math.sin(angle), apart * math.cos(angle)
    moments = np.arange(came, left, 60.0)
    lon, lat = np.array(course.points).T
    at_lon, at_lat = np.interp(moments, course.t, lon), np.interp(moments, course.t, lat)
    lying = [
        (float(t), shifted((float(x), float(y)), east, north)) for t, x, y in zip(moments, at_lon, at_lat, strict=True)
    ]
    run_s = 16_000.0 / (float(luck.uniform(14.0, 26.0)) * 0.5144)
    start = comer(cast, lying[0][1], 20.0, 16_000.0) or shifted(lying[0][1], 16_000.0, 0.0)
    return [(came - run_s, start), *lying, (lying[-1][0] + run_s, start)]


def passing_contacts(cast: Cast, ships: list[Vessel], count: int) -> None:
    """Radar contacts that nobody need look at: dark boats that pass a stopped ship, fish alone, or echo an AIS ship."""
    luck = cast.luck
    halts = [vessel for vessel in ships if "stopped" in vessel.courses[0].marks]
    for vessel in halts[:count]:
        course = vessel.courses[0]
        index = course.t.index(course.marks["stopped"])
        at, moment = course.points[index], course.t[index] + 600.0
        start = comer(cast, at, 12.0, 12_000.0) or shifted(at, 12_000.0, 0.0)
        beyond = (2 * at[0] - start[0], 2 * at[1] - start[1])
        cast.contacts.append((float(luck.random()), [(moment - 1900.0, start), (moment + 1900.0, beyond)]))
    for _ in range(count):
        spot = cast.free_spot(3.0 * MILE_M)
        if spot is None:
            break
        begun, way = float(luck.uniform(0.0, 0.7 * cast.seconds)), [spot]
        for _ in range(12):
            way.append(shifted(spot, *map(float, luck.uniform(-2500.0, 2500.0, 2))))
        cast.contacts.append((float(luck.random()), [(begun + 1500.0 * i, at) for i, at in enumerate(way)]))
    for vessel in [vessel for vessel in ships if len(vessel.courses) == 1][: 3 * count]:
        course = vessel.courses[0]
        echo = [(t, at) for t, at in zip(course.t, course.points, strict=True) if -HOUR < t < cast.seconds + HOUR]
        if len(echo) > 1:
            cast.contacts.append((float(luck.random()), echo))


def visits(cast: Cast, hosts: list[Vessel], count: int) -> None:
    """A small craft runs out of harbour to a ship at anchor, lies alongside for minutes, and runs back."""
    luck, done, free = cast.luck, 0, list(hosts)
    while done < count and free:
        ship = free.pop(int(luck.integers(len(free))))
        spot = ship.courses[0].points[0]
        home = quays(cast, spot)
        if home is None:
            continue
        out, stay = float(luck.uniform(1.2 * HOUR, cast.seconds - 2.2 * HOUR)), float(luck.uniform(5.0, 25.0)) * MINUTE
        course = one_round(cast, "small", home, [(ship, stay)], out, float(luck.uniform(9.0, 18.0)))
        began, ended = course.marks["alongside"], course.marks["off"]
        boat = cast.vessels[-1]
        cast.tell(ship, "small_craft_visit", began, ended, spot, "a boat lay alongside a ship at anchor", boat.mmsi)
        done += 1


@cache
def lonely_shores() -> tuple[Floats, Floats]:
    """Shore points in good reception, seven miles and more from every port."""
    lon, lat = shore()
    wanted = well_heard(lon, lat) & (lat < 38.4) & (to_port_m(lon, lat) > 7.0 * MILE_M) & (lon < 130.0)
    return lon[wanted], lat[wanted]


def _landing(cast: Cast) -> tuple[Point, Point] | None:
    """A place close inshore away from every port, and one well out to sea with a clear way between."""
    lons, lats = lonely_shores()
    for _ in range(400):
        pick = int(cast.luck.integers(len(lons)))
        angle, off = float(cast.luck.uniform(0.0, 6.283)), float(cast.luck.uniform(0.5, 1.3)) * MILE_M
        beach = (float(lons[pick]), float(lats[pick]))
        near = shifted(beach, off * math.sin(angle), off * math.cos(angle))
        far = shifted(beach, 32_000.0 * math.sin(angle), 32_000.0 * math.cos(angle))
        lon, lat = np.array([near[0], far[0]]), np.array([near[1], far[1]])
        wet = ~on_land(lon, lat)
        off_shore = to_shore_m(lon, lat)
        fit = wet.all() and off_shore[0] > 600.0 and off_shore[1] > 8.5 * MILE_M and clear_way([near, far], 500.0)
        if fit and cast.take_spot(far, 4.0 * MILE_M):
            return near, far
    return None


def landings(cast: Cast, count: int, *, by_night: bool) -> None:
    """A boat comes in from the sea to a lonely shore, waits close inshore for minutes, and goes out again."""
    luck = cast.luck
    for _ in range(count):
        found = _landing(cast)
        second = cast.dark_second(1.6 * HOUR, cast.seconds - 1.6 * HOUR, by_night)
        if found is None or second is None:
            continue
        near, far = found
        knots = float(luck.uniform(9.0, 20.0))
        course = Course(far)
        course.go(near, knots)
        course.mark("in")
        course.drift(float(luck.uniform(9.0, 40.0)) * MINUTE, float(luck.uniform(0, 360)), 0.2, luck)
        course.mark("out")
        course.go(far, float(luck.uniform(14.0, 26.0)))
        course.with_mark("in", second)
        boat = cast.add("small", course, steady=True, flag="KR")
        stay = course.marks["in"], course.marks["out"]
        cast.maybe(boat, "unexplained_stop", *stay, near, "a boat lay close inshore far from any port")
        if by_night:
            strip = 1.2 * MILE_M / (knots * 0.5144)
            began, ended = course.marks["in"] - strip, course.marks["out"] + 0.5 * strip
            cast.tell(boat, "night_approach", began, ended, near, "came close inshore by night, far from any port")


def off_the_lane(cast: Cast, count: int) -> None:
    """A ship on a lane leaves it for open water to one side, runs there for a while, and comes back."""
    done = tries = 0
    while done < count and tries < 60 * count:
        tries += 1
        luck = cast.luck
        name, back = use_any_lane(cast)
        mile, spot = lane_spot(cast, name)
        aside = float(luck.uniform(7.5, 12.0)) * MILE_M * float(luck.choice((-1.0, 1.0)))
        along, knots = float(luck.uniform(6.0, 18.0)) * MILE_M, float(luck.uniform(10.0, 15.0))
        course = voyage(cast, name, back, knots, [(mile, _Swerve(aside, along, knots))])
        if not _seen_to_leave(course) or not cast.take_spot(spot):
            continue
        course.with_mark("left", float(luck.uniform(1.2 * HOUR, cast.seconds - 4.5 * HOUR)))
        ship = cast.add("merchant", course, steady=True)
        began, ended = course.marks["left"], course.marks["back"]
        cast.tell(ship, "lane_deviation", began, ended, spot, "left its lane and came back to it")
        done += 1


def _seen_to_leave(course: Course) -> bool:
    """Whether it kept to a lane for an hour before and after, and was out in open, well-heard water between."""
    left, back = course.marks["left"], course.marks["back"]
    lon, lat = np.array(course.points).T

    def nm(first: float, last: float) -> Floats:
        moments = np.linspace(first, last, 25)
        return to_lane_nm(np.interp(moments, course.t, lon), np.interp(moments, course.t, lat))

    moments = np.linspace(left - HOUR, back + HOUR, 60)
    at_lon, at_lat = np.interp(moments, course.t, lon), np.interp(moments, course.t, lat)
    if not (well_heard(at_lon, at_lat) & (to_shore_m(at_lon, at_lat) > 3 * MILE_M) & ~on_land(at_lon, at_lat)).all():
        return False
    quarter = 0.25 * (back - left)
    on_lane = max(nm(left - HOUR, left - 900.0).max(), nm(back + 900.0, back + HOUR).max()) < LANE_HALF_WIDTH_NM - 0.2
    return bool(on_lane and nm(left + quarter, back - quarter).min() > LANE_HALF_WIDTH_NM + 2.5)


class _Swerve:
    """The act of leaving a lane: out at 45 degrees, along, and back at 45 degrees."""

    def __init__(self, aside: float, along: float, knots: float) -> None:
        self.aside, self.along, self.knots = aside, along, knots

    def __call__(self, course: Course, heading: float) -> None:
        out = heading + math.copysign(45.0, self.aside)
        home = heading - math.copysign(45.0, self.aside)
        slant = abs(self.aside) * math.sqrt(2.0)
        inside = LANE_HALF_WIDTH_NM * MILE_M / abs(self.aside)
        hour_m = self.knots * 1852.0 / HOUR
        course.ahead(out, self.knots, inside * slant / hour_m)
        course.mark("left")
        course.ahead(out, self.knots, (1 - inside) * slant / hour_m)
        course.ahead(heading, self.knots, self.along / hour_m)
        course.ahead(home, self.knots, (1 - inside) * slant / hour_m)
        course.mark("back")
        course.ahead(home, self.knots, inside * slant / hour_m)
