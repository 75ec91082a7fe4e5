"""The ships of a watch while it is being written: numbers, names, habits of reporting, and places not yet taken."""

import math
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from haemaru.scenarios.sea import LANES, POINTS, Point
from haemaru.scenarios.watch.courses import HOUR, MINUTE, Course, Vessel
from haemaru.scenarios.watch.waters import (
    ANCHORAGE_RADIUS_M,
    BERTHS,
    METRES_PER_DEGREE,
    MILE_M,
    PORT_RADIUS_M,
    Floats,
    anchorages,
    clear_way,
    lane_table,
    metres,
    on_land,
    open_water,
    shifted,
    to_port_m,
    to_shore_m,
)

_MIDS = {
    "KR": (440, 441), "PA": (351, 352, 353, 354, 370, 371), "LR": (636, 637), "MH": (538,), "CN": (412, 413, 414),
    "JP": (431, 432), "HK": (477,), "SG": (563, 564, 565), "RU": (273,), "VN": (574,),
}  # fmt: skip
_FOREIGN = ("PA", "LR", "MH", "KR", "KR", "CN", "JP", "HK", "SG", "RU", "VN")
_NAMES = ("ORVANE", "TALVEN", "BRISMARK", "SOLENDRA", "KORVALE", "MIRELLA", "DUNSMERE", "VANTORA", "ELSPARR", "HAEMORI")
_SECONDS = ("STAR", "PIONEER", "GLORY", "HARMONY", "SPIRIT", "TRADER", "BREEZE", "DAWN", "FORTUNE", "VOYAGER")
_CELL = 0.15  # degrees: a spot is compared with those of its own and the eight cells around
_CLASS_B = {"fishing": 0.5, "small": 0.8, "launch": 0.3}


@cache
def open_spots() -> tuple[Floats, Floats]:
    """Points of a grid over the watched sea that are open water, as columns of longitude and latitude."""
    lon, lat = (grid.ravel() for grid in np.meshgrid(np.arange(124.1, 131.2, 0.05), np.arange(32.7, 38.6, 0.05)))
    wanted = np.flatnonzero(open_water(lon, lat))
    lon, lat = lon[wanted], lat[wanted]
    dry = on_land(lon, lat)
    return lon[~dry], lat[~dry]


@dataclass(slots=True)
class Cast:
    """Ships so far, with the one source of chance of the whole watch."""

    luck: np.random.Generator
    seconds: float
    night: tuple[float, float]  # hours of the day (UTC) at which the agency's night begins and ends
    start_ms: int
    watch: float = 0.0  # the second at which the watch itself begins; what is before is history
    vessels: list[Vessel] = field(default_factory=list)
    told: list[tuple[str, int, int, float, float, Point, str, bool]] = field(default_factory=list)
    contacts: list[tuple[float, list[tuple[float, Point]]]] = field(default_factory=list)
    _numbers: set[int] = field(default_factory=set)
    _spots: dict[tuple[int, int], list[Point]] = field(default_factory=dict)
    _anchored: dict[Point, int] = field(default_factory=dict)

    def number(self, flag: str) -> int:
        """A new MMSI of a flag: a real country code, then 99 and a serial, as `ships.invented_mmsi` makes them."""
        while True:
            mmsi = int(self.luck.choice(_MIDS[flag])) * 1_000_000 + 990_000 + int(self.luck.integers(10_000))
            if mmsi not in self._numbers:
                self._numbers.add(mmsi)
                return mmsi

    def add(self, kind: str, *courses: Course, steady: bool = False, flag: str = "") -> Vessel:
        """Takes a ship in; a `steady` one is heard well, others may be heard badly or drop out for a while."""
        luck = self.luck
        flag = flag or (str(luck.choice(_FOREIGN)) if kind in ("merchant", "tanker") else "KR")
        class_b = bool(luck.random() < _CLASS_B.get(kind, 0.0))
        vessel = Vessel(
            mmsi=self.number(flag),
            kind=kind,
            courses=list(courses),
            report_s=float(luck.uniform(30.0, 55.0) if class_b else luck.uniform(20.0, 34.0)),
            loss=float(luck.uniform(0.01, 0.12)),
            class_b=class_b,
            name=f"{luck.choice(_NAMES)} {luck.choice(_SECONDS)} {len(self.vessels) % 97 + 2}",
            flag=flag,
        )
        if not steady:
            self._reception(vessel)
        self.vessels.append(vessel)
        return vessel

    def _reception(self, vessel: Vessel) -> None:
        luck, chance = self.luck, self.luck.random()
        if chance < 0.02:  # a bad aerial: heard in snatches all day, now and then not for hours
            vessel.loss = float(luck.uniform(0.5, 0.7))
            at = -luck.uniform(0.0, HOUR)
            while at < self.seconds:
                gone = luck.uniform(20.0, 190.0) * MINUTE
                vessel.gaps.append((at, at + gone))
                at += gone + luck.uniform(10.0, 80.0) * MINUTE
        elif chance < 0.17:  # a benign dropout or three
            for _ in range(int(luck.integers(1, 4))):
                at = luck.uniform(0.0, self.seconds)
                vessel.gaps.append((at, at + luck.uniform(10.0, 45.0) * MINUTE))

    def free_spot(self, apart_m: float = 2.5 * MILE_M, tries: int = 400) -> Point | None:
        """A point of open water so far from every other spot given away; None where the sea is full."""
        lons, lats = open_spots()
        for _ in range(tries):
            pick = int(self.luck.integers(len(lons)))
            east, north = self.luck.uniform(-2000.0, 2000.0, 2)
            spot = shifted((float(lons[pick]), float(lats[pick])), float(east), float(north))
            if self.take_spot(spot, apart_m):
                return spot
        return None

    def take_spot(self, spot: Point, apart_m: float = 2.5 * MILE_M) -> bool:
        """Reserves a spot; False where another lies within `apart_m` (at most 8 km)."""
        column, row = int(spot[0] / _CELL), int(spot[1] / _CELL)
        for east in (-1, 0, 1):
            for north in (-1, 0, 1):
                for lon, lat in self._spots.get((column + east, row + north), ()):
                    wide = (lon - spot[0]) * math.cos(math.radians(lat))
                    if math.hypot(wide, lat - spot[1]) * METRES_PER_DEGREE < apart_m:
                        return False
        self._spots.setdefault((column, row), []).append(spot)
        return True

    def anchor_spot(self, middle: Point | None = None) -> Point | None:
        """A free place in an anchorage, or in any that has one; None where all are taken."""
        names = (
            [middle] if middle else [at for at in anchorages() if len(anchor_places(at)) > self._anchored.get(at, 0)]
        )
        if not names:
            return None
        at = names[int(self.luck.integers(len(names)))]
        taken = self._anchored.get(at, 0)
        self._anchored[at] = taken + 1
        places = anchor_places(at)
        return places[taken] if taken < len(places) else None

    def tell(self, vessel: Vessel, rule: str, start: float, end: float, at: Point, note: str, other: int = 0) -> None:
        """Writes down a deed of one ship, or of two."""
        one, two = (vessel.mmsi, other) if not other or vessel.mmsi < other else (other, vessel.mmsi)
        self.told.append((rule, one, two, start, end, at, note, False))

    def maybe(self, vessel: Vessel, rule: str, start: float, end: float, at: Point, note: str) -> None:
        """Writes down what a fair person might name or not."""
        self.told.append((rule, vessel.mmsi, 0, start, end, at, note, True))

    def dark(self, second: float) -> bool:
        """Whether this second of the watch falls into the agency's night."""
        hour = (self.start_ms / 1000.0 + second) / HOUR % 24.0
        begin, end = self.night
        return begin <= hour < end if begin < end else hour >= begin or hour < end

    def dark_second(self, first: float, last: float, wanted: bool = True) -> float | None:
        """A random second between two that falls well into the night (or the day); None where there is none."""
        for _ in range(200):
            second = float(self.luck.uniform(first, max(first, last)))
            if all(self.dark(second + minutes * MINUTE) is wanted for minutes in (-30, 0, 60)):
                return second
        return None


@cache
def anchor_places(middle: Point) -> tuple[Point, ...]:
    """The places of an anchorage where a ship can lie, some 900 m apart, off the land and outside ports."""
    luck = np.random.default_rng([round(abs(degree) * 1000) for degree in middle])
    steps = np.arange(-5, 6) * 1000.0
    east, north = (grid.ravel() for grid in np.meshgrid(steps, steps))
    near = np.hypot(east, north) < ANCHORAGE_RADIUS_M - 700.0
    shift = luck.uniform(-60.0, 60.0, (2, int(near.sum())))
    lat = middle[1] + (north[near] + shift[0]) / METRES_PER_DEGREE
    lon = middle[0] + (east[near] + shift[1]) / METRES_PER_DEGREE / np.cos(np.radians(lat))
    fit = (to_port_m(lon, lat) > PORT_RADIUS_M + 600.0) & (to_shore_m(lon, lat) > 900.0) & ~on_land(lon, lat)
    places = [(float(x), float(y)) for x, y in zip(lon[fit], lat[fit], strict=True)]
    return tuple(places[at] for at in luck.permutation(len(places)))


@cache
def _quays(name: str) -> tuple[Point, ...]:
    """The places at the quays of a harbour, on water: the same ones in every world."""
    lon, lat = BERTHS[name][1]
    luck = np.random.default_rng(list(name.encode()))
    room = min(600.0, 0.6 * float(to_shore_m(np.array([lon]), np.array([lat]))[0]))
    aside = luck.uniform(-room, room, (2, 60)) / METRES_PER_DEGREE
    lons, lats = lon + aside[0] / np.cos(np.radians(lat)), lat + aside[1]
    wet = ~on_land(lons, lats)
    places = tuple((float(x), float(y)) for x, y in zip(lons[wet], lats[wet], strict=True))
    return places or ((lon, lat),)


def berth(luck: np.random.Generator, name: str) -> Point:
    """A place at the quays of a harbour."""
    places = _quays(name)
    return places[int(luck.integers(len(places)))]


@cache
def lane_stops(name: str) -> tuple[int, ...]:
    """The miles of a lane that are open water with 30 miles of lane left on both sides."""
    run, _, _, clear = lane_table(name)
    inside = clear & (run > 30.0) & (run < run[-1] - 30.0)
    return tuple(int(at) for at in np.flatnonzero(inside))


@cache
def lanes_with_stops() -> tuple[str, ...]:
    """The lanes on which something can happen in open water."""
    return tuple(name for name in LANES if len(lane_stops(name)) > 20)


@cache
def offing_anchorage(offing: str) -> Point | None:
    """The anchorage that a ship at an offing uses, when the straight way to it is clear of land."""
    lon, lat = POINTS[offing]
    best = min(anchorages(), key=lambda at: float(metres(lat, lon, at[1], at[0])))
    near = float(metres(lat, lon, best[1], best[0])) < 15 * MILE_M
    return best if near and clear_way([POINTS[offing], best], 500.0) else None
