"""From what ships do to what is heard of them: rows of reports with the noise, losses and silences of real reception.

Class A ships under way report every 2 to 10 s; a station's record thins that to one in 20 to 70 s. At anchor and moored
it is one in 3 minutes. Positions err by 6 m, speeds by 0.15 kn, and now and then speed or course is missing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haemaru.scenarios.watch.courses import KNOT, LYING, Course, Vessel
from haemaru.scenarios.watch.waters import METRES_PER_DEGREE, Floats, beyond_reach_nm
from haemaru.values import UNITS_PER_DEGREE

MISSING = 32767
_NOISE_M = 6.0
_LYING_REPORT_S = 180.0


@dataclass(frozen=True, slots=True)
class Rows:
    """Reports in order of time: the columns of contracts.md section 6, without the MMSI."""

    t: npt.NDArray[np.int64]
    lat: npt.NDArray[np.int32]
    lon: npt.NDArray[np.int32]
    sog: npt.NDArray[np.int16]
    cog: npt.NDArray[np.int16]


def heard_rows(vessel: Vessel, seconds: float, start_ms: int, luck: np.random.Generator) -> Rows:
    """Every report of one identity that a station kept, in order of time, each moment once."""
    parts = [_rows(vessel, course, seconds, luck) for course in vessel.courses]
    t, lat, lon, sog, cog = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    moment = start_ms + np.rint(t * 1000.0).astype(np.int64)
    order = np.argsort(moment, kind="stable")
    order = order[np.flatnonzero(np.diff(moment[order], prepend=-1))]
    return Rows(
        moment[order],
        np.rint(lat[order] * UNITS_PER_DEGREE).astype(np.int32),
        np.rint(lon[order] * UNITS_PER_DEGREE).astype(np.int32),
        sog[order],
        cog[order],
    )


def _moments(vessel: Vessel, course: Course, seconds: float, luck: np.random.Generator) -> Floats:
    """When the ship is heard at all: faster under way, slower lying, without what is lost on the air."""
    t = np.array(course.t)
    every = np.where(np.array(course.state) == LYING, _LYING_REPORT_S, vessel.report_s)
    first, last = max(0.0, t[0]), min(seconds, t[-1])
    if last <= first:
        return np.zeros(0)
    # Reports come at even steps of a clock that runs faster under way than at anchor.
    clock = np.concatenate(([0.0], np.cumsum(np.diff(t) / every)))
    begin, end = np.interp((first, last), t, clock)
    steps = luck.uniform(0.55, 1.45, int(end - begin) + 8 + int(0.1 * (end - begin)))
    ticks = begin + np.cumsum(steps) - luck.uniform(0.0, 0.55)
    moments = np.interp(ticks[ticks < end], clock, t)
    kept = luck.random(len(moments)) >= vessel.loss
    for gone, back in (*vessel.gaps, *course.silences):
        kept &= (moments <= gone) | (moments >= back)
    heard: Floats = moments[kept]
    return heard


def _rows(
    vessel: Vessel, course: Course, seconds: float, luck: np.random.Generator
) -> tuple[Floats, Floats, Floats, npt.NDArray[np.int16], npt.NDArray[np.int16]]:
    moments = _moments(vessel, course, seconds, luck)
    t, lon, lat = np.array(course.t), *np.array(course.points).T
    leg = np.clip(np.searchsorted(t, moments, side="right") - 1, 0, len(t) - 2)
    step = np.diff(t)
    narrow = np.cos(np.radians(lat[:-1]))
    east, north = np.diff(lon) * narrow * METRES_PER_DEGREE / step, np.diff(lat) * METRES_PER_DEGREE / step
    knots, courses = np.hypot(east, north) / KNOT, np.degrees(np.arctan2(east, north))
    at_lat, at_lon = np.interp(moments, t, lat), np.interp(moments, t, lon)
    kept = _reached(vessel, moments, at_lon, at_lat)
    moments, leg, at_lat, at_lon = moments[kept], leg[kept], at_lat[kept], at_lon[kept]
    moving = knots[leg] > 3.5
    at_lat, at_lon = _wander(moments, courses[leg], moving, at_lat, at_lon, luck)
    for start, end, lat_by, lon_by in course.offsets:
        false = (moments >= start) & (moments < end)
        at_lat, at_lon = at_lat + np.where(false, lat_by, 0.0), at_lon + np.where(false, lon_by, 0.0)
    noise = luck.normal(0.0, _NOISE_M / METRES_PER_DEGREE, (2, len(moments)))
    at_lat, at_lon = at_lat + noise[0], at_lon + noise[1] / np.cos(np.radians(at_lat))
    sog, cog = _speeds(knots[leg], courses[leg], moving, luck)
    return moments, at_lat, at_lon, sog, cog


def _wander(
    moments: Floats, courses: Floats, moving: npt.NDArray[np.bool_], lat: Floats, lon: Floats, luck: np.random.Generator
) -> tuple[Floats, Floats]:
    """A helmsman is no ruler: under way a ship strays up to a hundred metres to either side."""
    period, phase = luck.uniform(1500.0, 3600.0), luck.uniform(0.0, 6.28)
    aside = np.where(moving, luck.uniform(10.0, 60.0) * np.sin(moments * 6.28 / period + phase), 0.0)
    across = np.radians(courses + 90.0)
    lat = lat + aside * np.cos(across) / METRES_PER_DEGREE
    return lat, lon + aside * np.sin(across) / METRES_PER_DEGREE / np.cos(np.radians(lat))


def _reached(vessel: Vessel, moments: Floats, lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    """Beyond the reach of the stations ships are heard in patches, fewer the farther: at last most half hours not."""
    beyond = beyond_reach_nm(lon, lat)
    far = np.clip(beyond / 25.0, 0.0, 1.0)
    # A hash of ship and half hour decides, so that neighbours fade at different times.
    half_hour = (moments // 1800.0).astype(np.int64)
    patch = ((half_hour * 2_654_435_761 + vessel.mmsi * 40_503) % 1_000_003) % 100
    spare = ((moments * 1000.0).astype(np.int64) * 7919 + vessel.mmsi) % 100
    reached: npt.NDArray[np.bool_] = (patch < 100 - 78 * far) & (spare < 100 - 60 * far)
    return reached


def _speeds(
    knots: Floats, courses: Floats, moving: npt.NDArray[np.bool_], luck: np.random.Generator
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16]]:
    """Speed and course as the instrument shows them; a ship without way has no steady course."""
    count = len(knots)
    shown = np.maximum(0.0, knots + luck.normal(0.0, 1.0, count) * np.where(knots > 0.05, 0.15, 0.06))
    sog = np.minimum(np.rint(shown * 10.0), 1022).astype(np.int16)
    spread = np.where(moving, 1.5, np.where(knots > 0.6, 12.0, 90.0))
    cog = (np.rint((courses + luck.normal(0.0, 1.0, count) * spread) * 10.0) % 3600).astype(np.int16)
    missing = luck.random((2, count))
    sog[missing[0] < 0.002] = MISSING
    cog[missing[1] < np.where(knots < 0.3, 0.05, 0.004)] = MISSING
    return sog, cog
