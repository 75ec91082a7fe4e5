"""Small readers of characters, each within the bounds it is given."""

import numpy as np

from haemaru.surveillance.compiled import compiled
from haemaru.surveillance.feeds.ais_nmea.kernel.layout import NONE, Octets

# AIS exists since the 1990s; see `tags`.
_EARLIEST, _LATEST = 631_152_000_000, 4_102_444_800_000


@compiled
def octet_at(block: Octets, place: int) -> int:
    """One octet; `place` is never negative, and saying so spares a test for places counted from the end."""
    return np.int64(block[np.uintp(place)])  # type: ignore[return-value]


@compiled
def hex_pair(block: Octets, at: int) -> int:
    """The value of two hexadecimal digits, -1 where they are none; reads two octets."""
    value = 0
    for place in range(at, at + 2):
        octet = octet_at(block, place)
        if 48 <= octet <= 57:
            value = value * 16 + octet - 48
        elif 65 <= octet <= 70:
            value = value * 16 + octet - 55
        elif 97 <= octet <= 102:
            value = value * 16 + octet - 87
        else:
            return -1
    return value


@compiled
def number(block: Octets, start: int, end: int) -> int:
    """The value of the decimal digits from `start` to `end`; -1 where there are none, others, or more than 15."""
    if start >= end or end - start > 15:
        return -1
    value = 0
    for place in range(start, end):
        octet = octet_at(block, place)
        if octet < 48 or octet > 57:
            return -1
        value = value * 10 + octet - 48
    return value


@compiled
def until(block: Octets, start: int, end: int, mark: int) -> int:
    """The place of the first `mark` from `start`, or `end`."""
    at = start
    while at < end and octet_at(block, at) != mark:
        at += 1
    return at


@compiled
def plausible(ms: int) -> int:
    """A time that can be one, or NONE."""
    return ms if _EARLIEST <= ms < _LATEST else NONE


@compiled
def moment(year: int, month: int, day: int, hour: int, minute: int, second: int, ms: int) -> int:
    """UTC milliseconds of a date and time, NONE where there is no such; leap seconds count as the second before."""
    if month < 1 or month > 12 or day < 1 or hour > 23 or minute > 59:
        return NONE
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = 30 if month in (4, 6, 9, 11) else 31
    if month == 2:
        longest = 29 if leap else 28
    if day > longest:
        return NONE
    shifted = year if month > 2 else year - 1
    place = (month + 9) % 12
    days = shifted * 365 + shifted // 4 - shifted // 100 + shifted // 400 + (153 * place + 2) // 5 + day - 1 - 719_468
    return plausible(((days * 24 + hour) * 60 + minute) * 60_000 + min(second, 59) * 1000 + ms)
