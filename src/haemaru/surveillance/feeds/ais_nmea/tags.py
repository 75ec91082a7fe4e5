"""What surrounds a sentence and tells when and where it was heard: tag blocks, $PGHP lines, GPS times, US tails.

A tag block with a wrong checksum tells nothing at all: no time, no station, no group. A $PGHP line names the checksum
of the sentence it belongs to, so it is bound to that sentence and not to whatever comes next: in merged streams other
stations' sentences stand in between.
"""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from haemaru.clock import to_ms
from haemaru.surveillance.feeds.ais_nmea.sentence import checksum

_USUAL = re.compile(rb"\\(s:([^,*\\:]*),c:(\d+))\*([0-9A-Fa-f]{2})\\(?!\\)")
_TAG = re.compile(rb"\\([^\\]*)\*([0-9A-Fa-f]{2})\\")
_PGHP = re.compile(
    rb"\$(PGHP,1,(\d{4}),(\d{1,2}),(\d{1,2}),(\d{1,2}),(\d{1,2}),(\d{1,2}),(\d{1,3}),"
    rb"([^,*]*),([^,*]*),([^,*]*),[^,*]*,([0-9A-Fa-f]{2})?)\*([0-9A-Fa-f]{2})"
)
_ZDA = re.compile(
    rb"\$([^,*$!]{2}ZDA,(\d{2})(\d{2})(\d{2})(?:\.\d*)?,(\d{2}),(\d{2}),(\d{4})[^*$!]*)\*([0-9A-Fa-f]{2})"
)
_RMC = re.compile(
    rb"\$([^,*$!]{2}RMC,(\d{2})(\d{2})(\d{2})(?:\.\d*)?,A,[^*$!]*?,(\d{2})(\d{2})(\d{2}),[^,*$!]*,[^*$!]*)\*([0-9A-Fa-f]{2})"
)
_GROUP = re.compile(rb"(\d{1,3})-(\d{1,3})-([^,]{1,32})")
_TAIL_STATION = re.compile(rb",([rb][0-9A-Za-z]{3,})(?:,|$)")
_TAIL_EPOCH = re.compile(rb",(\d{9,10})\s*$")
# A c: above this is in milliseconds: as seconds it would be past the year 5000.
_SECONDS_LIMIT = 100_000_000_000
# AIS exists since the 1990s; times before 1990 or after 2100 are nonsense (a receiver without a fix).
_EARLIEST, _LATEST = 631_152_000_000, 4_102_444_800_000


class Tags(NamedTuple):
    """What the tag blocks before a sentence tell; None and empty where they tell nothing."""

    at: int | None = None
    station: bytes = b""
    group: bytes = b""
    place: tuple[int, int] = (1, 1)  # which sentence of the group this is, of how many
    refused: int = 0


NO_TAGS = Tags()


class Receipt(NamedTuple):
    """A $PGHP line: when and by which station the sentence with this checksum was received."""

    at: int
    station: bytes
    checksum: bytes


def read_tags(line: bytes) -> tuple[Tags, bytes]:
    """The tag blocks that open a line, and the rest of the line."""
    usual = _USUAL.match(line)
    if usual is not None and checksum(usual[1]) == int(usual[4], 16):
        return Tags(_epoch(usual[3]), usual[2]), line[usual.end() :]
    told: dict[bytes, bytes] = {}
    refused = 0
    while (block := _TAG.match(line)) is not None:
        line = line[block.end() :]
        if checksum(block[1]) != int(block[2], 16):
            refused += 1
            continue
        told.update(part.split(b":", 1) for part in block[1].split(b",") if b":" in part)  # type: ignore[misc]
    group = _GROUP.fullmatch(told.get(b"g", b""))
    return Tags(
        _epoch(told.get(b"c", b"")),
        told.get(b"s", b""),
        group[3] if group else b"",
        (int(group[1]), int(group[2])) if group else (1, 1),
        refused,
    ), line


def _epoch(text: bytes) -> int | None:
    if not text.isdigit() or len(text) > 15:
        return None
    return _plausible(int(text) if int(text) > _SECONDS_LIMIT else int(text) * 1000)


def _plausible(ms: int) -> int | None:
    return ms if _EARLIEST <= ms < _LATEST else None


def read_receipt(line: bytes) -> Receipt | None:
    """A $PGHP line with a right checksum and a possible time, or None."""
    found = _PGHP.match(line)
    if found is None or checksum(found[1]) != int(found[13], 16):
        return None
    at = _moment(*(int(found[part]) for part in range(2, 9)))
    if at is None:
        return None
    return Receipt(at, b":".join(found.group(9, 10, 11)).strip(b":"), (found[12] or b"").upper())


def read_gps_time(line: bytes) -> int | None:
    """The time of a ZDA or a valid RMC sentence with a right checksum, or None."""
    found = _ZDA.match(line)
    if found is not None:
        hour, minute, second, day, month, year = (int(part) for part in found.groups()[1:7])
    else:
        found = _RMC.match(line)
        if found is None:
            return None
        hour, minute, second, day, month, year = (int(part) for part in found.groups()[1:7])
        year += 1900 if year >= 90 else 2000
    if checksum(found[1]) != int(found[8], 16):
        return None
    return _moment(year, month, day, hour, minute, second, 0)


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int, millisecond: int) -> int | None:
    try:
        at = datetime(year, month, day, hour, minute, min(second, 59), millisecond * 1000, tzinfo=UTC)
    except ValueError:
        return None
    return _plausible(to_ms(at))


def read_tail(tail: bytes) -> tuple[int | None, bytes]:
    """Time and station behind the checksum, as US stations write them; None and empty where there are none."""
    epoch = _TAIL_EPOCH.search(tail)
    station = _TAIL_STATION.search(tail)
    return (_plausible(int(epoch[1]) * 1000) if epoch else None), (station[1] if station else b"")
