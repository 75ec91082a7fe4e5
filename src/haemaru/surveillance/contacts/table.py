"""Contacts as rows under a header: `track,time,lat,lon` and, where the sensor tells them, speed, course and who saw.

`time` is RFC 3339 with an offset, `lat` and `lon` degrees, `speed_kn` knots, `course` degrees, `sensor` one of
`SENSORS`, `station` the name of the post, `error_m` metres. A row that cannot be read is quarantined by its code.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping

from haemaru.clock import to_ms
from haemaru.surveillance.contacts.contact import SENSORS, UNKNOWN_ERROR, Contact
from haemaru.surveillance.feeds.table import LONGEST_ROW, RowRefused, read_count, read_place, read_tenths
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

NEEDED = frozenset(("track", "time", "lat", "lon"))
LONGEST_NAME = 120
_FASTEST_KN = 102.3


class CsvDecoder:
    """Decodes rows of contacts; counts every row as a contact or under the code of its refusal."""

    def __init__(self) -> None:
        self._header: list[str] | None = None
        self.rows = 0
        self.quarantined: Counter[str] = Counter()

    def feed(self, lines: Iterable[bytes]) -> list[Contact]:
        """The contacts in these lines."""
        return [contact for line in lines if (contact := self._line(line)) is not None]

    def _line(self, line: bytes) -> Contact | None:
        if not line.strip():
            return None
        try:
            values = next(
                csv.reader([line[: LONGEST_ROW + 1].decode("utf-8-sig", "replace").rstrip("\r\n")], strict=True)
            )
        except (csv.Error, StopIteration):
            values = []
        if {value.strip() for value in values} >= NEEDED:
            self._header = [value.strip() for value in values]
            return None
        self.rows += 1
        try:
            if len(line) > LONGEST_ROW:
                raise RowRefused("too_long")
            if self._header is None or len(values) != len(self._header):
                raise RowRefused("bad_row")
            return _contact(dict(zip(self._header, values, strict=True)))
        except RowRefused as refused:
            self.quarantined[str(refused)] += 1
            return None


def _contact(cells: Mapping[str, str]) -> Contact:
    track = cells["track"].strip()
    if not 0 < len(track) <= LONGEST_NAME:
        raise RowRefused("bad_track")
    place = read_place(cells["lat"], cells["lon"])
    if place is None:
        raise RowRefused("bad_position")
    sensor = cells.get("sensor", "").strip().lower()
    error = read_count(cells.get("error_m", ""))
    return Contact(
        track=track,
        t=_time(cells["time"]),
        lat=place[0],
        lon=place[1],
        sog=read_tenths(cells.get("speed_kn", ""), _FASTEST_KN),
        cog=read_tenths(cells.get("course", ""), 360.0),
        sensor=sensor if sensor in SENSORS else "other",
        station=cells.get("station", "").strip()[:LONGEST_NAME],
        error_m=UNKNOWN_ERROR if error is None else error,
    )


def _time(text: str) -> int:
    try:
        return to_ms(parse_time(text.strip()))
    except Fault:
        raise RowRefused("bad_time") from None
