"""Shared by the feeds that are tables: one row one fix, refused rows quarantined by code, the same counts as AIS lines.

A feed gives a function that turns a row into a `Row` or names the code of its refusal; everything else stands here.
"""

import csv
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from haemaru.clock import to_ms
from haemaru.surveillance import times
from haemaru.surveillance.fixes import MISSING, UNITS_PER_DEGREE, Fixes
from haemaru.surveillance.reading import lines_of
from haemaru.surveillance.statics import Static
from haemaru.surveillance.stats import Stats

LONGEST_ROW = 4096
_RECENT = 200_000


class RowRefused(Exception):
    """A row that cannot be read; its argument is the quarantine code."""


class Row(NamedTuple):
    """One row, read: when, who, where; what is missing is None (`place` for rows that tell no position)."""

    t: int
    mmsi: int
    place: tuple[int, int] | None
    sog: int
    cog: int
    vessel_class: int | None
    static: Static | None
    kind: int  # as `by_type` counts it


class TableDecoder:
    """Decodes comma-separated rows under a header line."""

    def __init__(self, read: Callable[[Mapping[str, str]], Row], needed: frozenset[str]) -> None:
        self._read = read
        self._needed = needed
        self._header: list[str] | None = None
        self._classes: dict[int, int] = {}
        self._told: dict[int, Static] = {}
        self._statics: list[Static] = []
        self._seen: set[tuple[int, int]] = set()
        self._stats = Stats()

    @property
    def stats(self) -> Stats:
        """The counts so far."""
        return self._stats

    def take_statics(self) -> list[Static]:
        """The static reports since the last call; a ship that repeats herself is told once."""
        statics, self._statics = self._statics, []
        return statics

    def forget_statics(self) -> None:
        """Drops the static reports since the last call."""
        self._statics = []

    def feed_block(self, data: bytes, received: int | None = None) -> Fixes:
        """The fixes in whole rows that stand in one piece."""
        return self.feed(lines_of(data))

    def feed(self, lines: Iterable[bytes], received: int | None = None) -> Fixes:
        """The fixes in these rows, in the order of time; `received` is not needed, since rows carry their time."""
        rows = [row for line in lines if (row := self._line(line)) is not None and row.place is not None]
        if not rows:
            return Fixes.empty()
        fixes = Fixes.of(
            mmsi=[row.mmsi for row in rows],
            t=[row.t for row in rows],
            lat=[row.place[0] for row in rows if row.place],
            lon=[row.place[1] for row in rows if row.place],
            sog=[row.sog for row in rows],
            cog=[row.cog for row in rows],
            vessel_class=[self._classes.get(row.mmsi, 0) for row in rows],
            quality=np.full(len(rows), times.FILE),
        )
        self._stats.positions += len(fixes)
        return fixes.take(np.argsort(fixes.t, kind="stable"))

    def _line(self, line: bytes) -> Row | None:
        if not line.strip():
            return None
        if len(line) > LONGEST_ROW:
            return self._refuse("too_long")
        text = line.decode("utf-8-sig", "replace").rstrip("\r\n")
        try:
            values = next(csv.reader([text], strict=True))
        except (csv.Error, StopIteration):
            return self._refuse("bad_row")
        if self._header is None or self._needed <= {value.strip() for value in values}:
            self._header = [value.strip() for value in values]  # a file may hold its header again
            self._stats.other_lines += 1
            return None
        if len(values) != len(self._header):
            return self._refuse("bad_row")
        try:
            row = self._read(dict(zip(self._header, values, strict=True)))
        except RowRefused as refused:
            return self._refuse(str(refused))
        return self._count(row)

    def _refuse(self, code: str) -> Row | None:
        self._stats.sentences += 1
        self._stats.quarantined[code] += 1
        self._stats.quarantined_sentences += 1
        return None

    def _count(self, row: Row) -> Row | None:
        stats = self._stats
        stats.sentences += 1
        stats.messages += 1
        stats.in_messages += 1
        stats.by_type[row.kind] += 1
        stats.vessels.add(row.mmsi)
        if row.vessel_class:
            self._classes[row.mmsi] = row.vessel_class
        if row.static is not None:
            quiet = _without_time(row.static)
            if self._told.get(row.mmsi) != quiet:
                self._told[row.mmsi] = quiet
                self._statics.append(row.static)
        key = (row.mmsi, row.t)
        if key in self._seen:
            stats.duplicates += 1
            return None
        if len(self._seen) >= _RECENT:
            self._seen.clear()
        self._seen.add(key)
        return row


def _without_time(static: Static) -> Static:
    return Static(static.mmsi, None, **dict(static.told()))  # type: ignore[arg-type]


def read_mmsi(text: str) -> int:
    """The MMSI in a cell; raises `RowRefused` where it is none."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 999_999_999:
        raise RowRefused("bad_mmsi")
    return int(text)


def read_time(text: str, pattern: str) -> int:
    """The UTC time in a cell as milliseconds; raises `RowRefused` where it is none."""
    try:
        return to_ms(datetime.strptime(text, pattern).replace(tzinfo=UTC))
    except ValueError:
        raise RowRefused("bad_time") from None


def read_number(text: str) -> float | None:
    """A decimal number, or None where the cell is empty or no finite number."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def read_place(lat: str, lon: str) -> tuple[int, int] | None:
    """Latitude and longitude in 1/600000 degree; None for the marks of "not available", 91 and 181."""
    north, east = read_number(lat), read_number(lon)
    if north is None or east is None or abs(north) > 91 or abs(east) > 181:
        raise RowRefused("bad_position")
    if abs(north) > 90 or abs(east) > 180:
        return None
    return round(north * UNITS_PER_DEGREE), round(east * UNITS_PER_DEGREE)


def read_tenths(text: str, limit: float) -> int:
    """A value in tenths, or `MISSING` where it is empty, negative or not below `limit`."""
    value = read_number(text)
    return MISSING if value is None or not 0 <= value < limit else round(value * 10)


def read_count(text: str) -> int | None:
    """A whole number above zero, also when written 94.0; None otherwise."""
    value = read_number(text)
    return round(value) if value is not None and 0.5 <= value < 2**31 else None
