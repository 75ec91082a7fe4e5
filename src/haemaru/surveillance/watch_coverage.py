"""What can be seen tonight: by area and hour, from what was really heard and from declared ranges, and by whom.

The sea is cut into cells of a quarter of a degree. A cell is covered in an hour when a declared sensor reaches its
middle then, or when one of the agencies really heard ships there at that hour of the day on at least half of the days
it was listening. What nobody covers is a blind spot; what only a patrol covers is told apart, for a patrol that is
called away leaves it blind. A declared range says what a sensor should see, never that it saw anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, get_args

import msgspec
import numpy as np
import numpy.typing as npt

from haemaru.clock import format_time
from haemaru.geography import distances_m, zones
from haemaru.surveillance.fixes import UNITS_PER_DEGREE, Fixes
from haemaru.values import Position
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

CELL_UNITS = UNITS_PER_DEGREE // 4
_LAT_CELLS, _LON_CELLS = 720, 1440
_HOUR_MS = 3_600_000
METRES_PER_NM = 1852
MOST_HOURS = 72
Kind = Literal["receiver", "radar", "camera", "patrol", "aircraft"]
KINDS: tuple[str, ...] = get_args(Kind)
PATROLS = ("patrol", "aircraft")
Heard = Mapping[int, int]
"""Of each cell, the hours of the UTC day at which it is usually heard: bit 0 is 00 to 01."""
Mask = npt.NDArray[np.bool_]


class Sensor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sensor or patrol as its agency declares it; without `since` and `until` it always works.

    `basis` is the legal basis under which it may be used against drug trafficking; without one it stays at home.
    """

    name: str
    kind: Kind
    lat: float
    lon: float
    range_nm: float
    since: str | None = None
    until: str | None = None
    basis: str = ""

    def works(self, hour: datetime) -> bool:
        """Whether it works during the whole hour that begins then."""
        begins = self.since is None or parse_time(self.since) <= hour
        return begins and (self.until is None or parse_time(self.until) >= hour + timedelta(hours=1))


def read_sensor(data: Any, where: str) -> Sensor:
    """The declaration in a JSON value; raises `Fault("bad_sensor")` naming what is wrong."""
    try:
        sensor = msgspec.convert(data, Sensor)
    except msgspec.ValidationError as problem:
        raise Fault("bad_sensor", where, problem=str(problem)[:200]) from None
    for name in ("since", "until"):
        text = getattr(sensor, name)
        if text is not None:
            parse_time(text, f"{where}.{name}")
    Position.from_degrees(sensor.lat, sensor.lon, where)
    if not 0 < sensor.range_nm <= 500 or not sensor.name.strip():
        raise Fault("bad_sensor", where, problem="range_nm: 0 to 500; name")
    return sensor


def cell_of(lat: npt.NDArray[np.generic], lon: npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    """The cell of each position of two columns in 1/600000 degree."""
    north = lat.astype(np.int64) // CELL_UNITS + _LAT_CELLS // 2
    east = (lon.astype(np.int64) // CELL_UNITS + _LON_CELLS // 2) % _LON_CELLS
    cells: npt.NDArray[np.int64] = np.clip(north, 0, _LAT_CELLS - 1) * _LON_CELLS + east
    return cells


def middle_of(cell: int) -> tuple[float, float]:
    """Latitude and longitude of the middle of a cell, in degrees."""
    north, east = divmod(cell, _LON_CELLS)
    return (north - _LAT_CELLS // 2 + 0.5) / 4, (east - _LON_CELLS // 2 + 0.5) / 4


@cache
def waters() -> tuple[int, ...]:
    """The cells to be watched: those whose middle lies in a zone of the table, internal waters and land left out."""
    table = zones()
    lat = (np.arange(_LAT_CELLS).repeat(_LON_CELLS) - _LAT_CELLS // 2) * CELL_UNITS + CELL_UNITS // 2
    lon = (np.tile(np.arange(_LON_CELLS), _LAT_CELLS) - _LON_CELLS // 2) * CELL_UNITS + CELL_UNITS // 2
    held = np.zeros(len(lat), np.bool_)
    for zone in table.zones:
        if zone.kind == "zone" and zone.id != "internal":
            held |= zone.area.holds_many(lat, lon)
    return tuple(np.flatnonzero(held & ~table.holds_many("internal", lat, lon)).tolist())


def hours_heard(days: Iterable[Fixes]) -> dict[int, int]:
    """Of each cell, the hours of the day at which something was heard on at least half of the given days.

    A day on which nothing at all was heard is a day on which nobody listened, and does not count.
    """
    counts: dict[int, npt.NDArray[np.int64]] = {}
    listened = 0
    for fixes in days:
        if not len(fixes):
            continue
        listened += 1
        both = cell_of(fixes.lat, fixes.lon) * 24 + fixes.t // _HOUR_MS % 24
        for value in np.unique(both).tolist():
            counts.setdefault(value // 24, np.zeros(24, np.int64))[value % 24] += 1
    found = {}
    for cell, heard in sorted(counts.items()):
        bits = sum(1 << hour for hour in range(24) if 2 * int(heard[hour]) >= listened)
        if bits:
            found[cell] = bits
    return found


class Watch(msgspec.Struct, frozen=True):
    """Who sees how far: the declared sensors of each party, and the hours each party usually hears in each cell."""

    sensors: Mapping[str, Sequence[Sensor]]
    heard: Mapping[str, Heard]


def coverage(watch: Watch, since: datetime, hours: int, cells: Sequence[int] | None = None) -> dict[str, Any]:
    """The picture of who covers what from `since` (cut to the hour) for so many hours, blind spots named one by one."""
    watched = np.array(waters() if cells is None else cells, np.int64)
    begin = since.replace(minute=0, second=0, microsecond=0)
    slots = [begin + timedelta(hours=n) for n in range(hours)]
    seen = _Seen(watch, watched, slots)
    blind = ~(seen.fixed | seen.patrolled)
    only = seen.patrolled & ~seen.fixed
    return {
        "since": format_time(begin),
        "hours": hours,
        "cell_deg": CELL_UNITS / UNITS_PER_DEGREE,
        "cells": len(watched),
        "by_hour": [
            {
                "at": format_time(slot),
                "covered": int((~blind[n]).sum()),
                "patrol_only": int(only[n].sum()),
                "blind": int(blind[n].sum()),
            }
            for n, slot in enumerate(slots)
        ],
        "by_party": seen.by_party(),
        "blind": _spots(watched, blind, slots),
        "patrol_only": seen.patrol_spots(only),
    }


class _Seen:
    """For each hour and cell, who covers it."""

    def __init__(self, watch: Watch, cells: npt.NDArray[np.int64], slots: Sequence[datetime]) -> None:
        self._cells, self._slots = cells, slots
        shape = (len(slots), len(cells))
        self.fixed, self.patrolled = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
        self._party: dict[str, Mask] = {}
        self._patrols: list[tuple[str, str, Mask]] = []
        for party, sensors in watch.sensors.items():
            for sensor in sensors:
                self._sensor(party, sensor)
        for party, heard in watch.heard.items():
            bits = np.array([heard.get(int(cell), 0) for cell in cells], np.int64)
            mask = np.array([(bits >> slot.hour) & 1 for slot in slots], np.bool_).reshape(shape)
            self.fixed |= mask
            self._add(party, mask)

    def _add(self, party: str, mask: Mask) -> None:
        self._party[party] = self._party.get(party, np.zeros_like(mask)) | mask

    def _sensor(self, party: str, sensor: Sensor) -> None:
        centres = np.array([middle_of(int(cell)) for cell in self._cells]).reshape(-1, 2)
        units = np.round(centres * UNITS_PER_DEGREE).astype(np.int64)
        away = distances_m(units[:, 0], units[:, 1], Position.from_degrees(sensor.lat, sensor.lon))
        near = away <= sensor.range_nm * METRES_PER_NM
        mask = np.array([near & sensor.works(slot) for slot in self._slots], np.bool_)
        if sensor.kind in PATROLS:
            self.patrolled |= mask
            self._patrols.append((party, sensor.name, mask))
        else:
            self.fixed |= mask
        self._add(party, mask)

    def by_party(self) -> dict[str, int]:
        """Cell-hours that each party covers, and `together` those that at least one does."""
        told = {party: int(mask.sum()) for party, mask in sorted(self._party.items())}
        return {**told, "together": int((self.fixed | self.patrolled).sum())}

    def patrol_spots(self, only: Mask) -> list[dict[str, Any]]:
        """The cells that nothing but a patrol covers, with the patrols that do."""
        spots = _spots(self._cells, only, self._slots)
        for spot, place in zip(spots, np.flatnonzero(only.any(axis=0)), strict=True):
            names = {f"{party}: {name}" for party, name, mask in self._patrols if (mask & only)[:, place].any()}
            spot["by"] = sorted(names)
        return spots


def _spots(cells: npt.NDArray[np.int64], mask: Mask, slots: Sequence[datetime]) -> list[dict[str, Any]]:
    found = []
    for place in np.flatnonzero(mask.any(axis=0)).tolist():
        lat, lon = middle_of(int(cells[place]))
        hours = [format_time(slots[n]) for n in np.flatnonzero(mask[:, place]).tolist()]
        found.append({"cell": int(cells[place]), "lat": lat, "lon": lon, "hours": hours})
    return found


def corners_of(cell: int) -> list[list[float]]:
    """The ring of a cell as GeoJSON writes it."""
    lat, lon = middle_of(cell)
    half = CELL_UNITS / UNITS_PER_DEGREE / 2
    steps = ((-half, -half), (-half, half), (half, half), (half, -half), (-half, -half))
    return [[round(lon + east, 4), round(lat + north, 4)] for north, east in steps]
