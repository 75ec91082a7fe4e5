"""The fields of messages: `payload` and the decoder's rules for positions and static reports, over words of 60 bits.

Memory: a message has at most nine parts of fewer than 1,024 characters, so fewer than 922 words; WORDS and CHARS hold
more, and readers look at most a few words beyond, which are zero. A block gives at most one row, one static report and
one new ship a sentence, and no more text than it and the arena hold; the caller made room for those.
"""

from typing import Final

from haemaru.surveillance import fixes, times
from haemaru.surveillance.compiled import compiled, compiled_apart
from haemaru.surveillance.feeds.ais_nmea.kernel import layout as at
from haemaru.surveillance.feeds.ais_nmea.kernel.heard import meet, ship
from haemaru.surveillance.feeds.ais_nmea.kernel.layout import NONE, Numbers, Octets, Places
from haemaru.surveillance.feeds.ais_nmea.kernel.origins import tick

_MISSING: Final = fixes.MISSING
_FURTHEST_LAT: Final = 90 * fixes.UNITS_PER_DEGREE
_FURTHEST_LON: Final = 180 * fixes.UNITS_PER_DEGREE
_ROUGH_MS: Final = 1_000
_START: Final = times.START
_TRAILING: Final = times.TRAILING


@compiled
def _pack(mem: Numbers, octets: Octets, source: Octets, start: int, length: int) -> int:
    """Puts six-bit characters into words of ten; how many words."""
    count, place, end = 0, start, start + length
    while place < end:
        value, stop = 0, min(place + 10, end)
        for character in range(place, stop):
            value = value << 6 | octets[at.SIX + source[character]]
        mem[at.WORDS + count] = value << 6 * (place + 10 - stop)
        count += 1
        place += 10
    for word in range(count, count + 6):
        mem[at.WORDS + word] = 0
    return count


@compiled
def _bits(mem: Numbers, start: int, length: int) -> int:
    """At most 60 bits of the message at hand, unsigned."""
    word, over = at.WORDS + start // 60, start % 60 + length - 60
    if over <= 0:
        return (mem[word] >> -over) & ((1 << length) - 1)
    return ((mem[word] << over) | (mem[word + 1] >> (60 - over))) & ((1 << length) - 1)


@compiled
def _signed(mem: Numbers, start: int, length: int) -> int:
    value = _bits(mem, start, length)
    return value - ((value >> (length - 1)) << length)


@compiled
def admit(
    mem: Numbers,
    octets: Octets,
    source: Octets,
    start: int,
    length: int,
    packed: int,
    sentences: int,
    ships: Numbers,
    out: Numbers,
) -> int:
    """Counts a message of `length` characters of `source`, packed or not; how many words, 0 where it is refused."""
    kind = octets[at.SIX + source[start]] + 0
    least = mem[at.LEAST_BITS + kind]
    if least == 0 or 6 * length < least:
        mem[at.BY_CODE + (at.UNKNOWN_TYPE if least == 0 else at.SHORT)] += 1
        mem[at.REFUSED_SENTENCES] += sentences
        return 0
    count = packed if packed > 0 else _pack(mem, octets, source, start, length)
    mem[at.MESSAGES] += 1
    mem[at.IN_MESSAGES] += sentences
    mem[at.BY_TYPE + kind] += 1
    mmsi = _bits(mem, 8, 30)
    known = ship(mem, ships, mmsi)
    if ships[known + at.SHIP_SEEN] == 0:
        ships[known + at.SHIP_SEEN] = 1
        out[mem[at.CAPACITY] * (at.OUT_FIELDS - 1) + mem[at.NEW_SHIPS]] = mmsi
        mem[at.NEW_SHIPS] += 1
    mem[at.NOW_SHIP] = known
    return count


@compiled
def receive(
    mem: Numbers,
    buckets: Places,
    stations: Numbers,
    ships: Numbers,
    out: Numbers,
    count: int,
    length: int,
    vouched: bool,
) -> bool:
    """Takes the message at hand for a transmission, new or known, and adds its position; whether it tells statics."""
    kind, moment = mem[at.WORDS] >> 54, mem[at.NOW_AT]
    if moment == NONE:
        mem[at.UNTIMED] += 1
    elif mem[at.NOW_QUALITY] == _START:
        second = _bits(mem, 137, 6) if kind <= 3 else _bits(mem, 133, 6) if kind == 18 else 60
        moment = tick(mem, second)
    heard, again = meet(mem, buckets, stations, count, (length + 3) // 4, moment)
    batch = mem[heard + at.HEARD_BATCH]
    mem[at.NOW_AT] = moment
    mem[at.NOW_VOUCHED] = vouched
    tells = not again and (kind == 5 or kind == 19 or kind == 24)
    if again:
        mem[at.DUPLICATES] += 1
        if not vouched and kind == 5 and mem[heard + at.HEARD_COUNT] + mem[heard + at.HEARD_UNNAMED] > 1:
            # Two stations put the same together: what one could have mixed up is settled.
            mem[at.NOW_AT] = mem[heard + at.HEARD_AT]
            mem[at.NOW_VOUCHED] = 1
            tells = True
        if batch == mem[at.BATCH] and mem[heard + at.HEARD_ROW] >= 0:
            out[mem[heard + at.HEARD_ROW] * at.ROW_FIELDS + at.ROW_HEARD] = max(1, mem[heard + at.HEARD_COUNT])
        if batch == -1 or batch == mem[at.BATCH]:
            return tells
    elif moment != NONE and mem[at.NOW_QUALITY] > _TRAILING:
        mem[heard + at.HEARD_AT] = _apart(ships, mem[at.NOW_SHIP], moment)
    if moment != NONE:
        _position(mem, out, kind, heard)
    return tells


@compiled
def _apart(ships: Numbers, known: int, moment: int) -> int:
    """Rough times repeat; two different reports of one ship never fall on one moment."""
    last = ships[known + at.SHIP_LAST]
    if last != NONE and moment <= last < moment + _ROUGH_MS:
        moment = last + 1
    ships[known + at.SHIP_LAST] = moment
    return moment


@compiled
def _position(mem: Numbers, out: Numbers, kind: int, heard: int) -> None:
    if kind == 27:
        knots, degrees = _bits(mem, 79, 6), _bits(mem, 85, 9)
        lat, lon = _signed(mem, 62, 17) * 1000, _signed(mem, 44, 18) * 1000
        sog = _MISSING if knots == 63 else knots * 10
        cog = _MISSING if degrees >= 360 else degrees * 10
    elif kind <= 3 or kind == 9:
        knots, degrees, lon, lat = _bits(mem, 50, 10), _bits(mem, 116, 12), _signed(mem, 61, 28), _signed(mem, 89, 27)
        sog = _MISSING if knots == 1023 else knots * 10 if kind == 9 else knots
        cog = _MISSING if degrees >= 3600 else degrees
    elif kind == 18 or kind == 19:
        knots, degrees, lon, lat = _bits(mem, 46, 10), _bits(mem, 112, 12), _signed(mem, 57, 28), _signed(mem, 85, 27)
        sog = _MISSING if knots == 1023 else knots
        cog = _MISSING if degrees >= 3600 else degrees
    else:
        return
    usable = abs(lat) <= _FURTHEST_LAT and abs(lon) <= _FURTHEST_LON
    if usable or kind <= 3 or kind == 18:
        mem[heard + at.HEARD_BATCH] = mem[at.BATCH]
        mem[heard + at.HEARD_ROW] = mem[at.ROWS] if usable else -1
    if not usable:
        return
    row = mem[at.ROWS] * at.ROW_FIELDS
    mem[at.ROWS] += 1
    out[row + at.ROW_MMSI] = _bits(mem, 8, 30)
    out[row + at.ROW_T] = mem[heard + at.HEARD_AT]
    out[row + at.ROW_LAT] = lat
    out[row + at.ROW_LON] = lon
    out[row + at.ROW_SOG] = sog
    out[row + at.ROW_COG] = cog
    out[row + at.ROW_HEARD] = max(1, mem[heard + at.HEARD_COUNT])
    out[row + at.ROW_QUALITY] = mem[heard + at.HEARD_QUALITY]
    out[row + at.ROW_CLASS] = mem[at.NOW_SHIP]  # until the end of the block tells the class


@compiled_apart
def static(mem: Numbers, ships: Numbers, out: Numbers, texts: Octets, source: Octets, start: int, length: int) -> None:
    """Keeps the static report at hand as it came, and the class of the ship."""
    kind, part = mem[at.WORDS] >> 54, _bits(mem, 38, 2)
    if kind == 24 and part > 1:
        return
    ship_type = 0
    if kind == 5:
        ship_type = _bits(mem, 232, 8)
    elif kind == 19:
        ship_type = _bits(mem, 263, 8)
    elif part == 1:
        ship_type = _bits(mem, 40, 8)
    if ship_type != 0:
        ships[mem[at.NOW_SHIP] + at.SHIP_CLASS] = mem[at.CLASS_OF + ship_type]
    report = mem[at.CAPACITY] * at.ROW_FIELDS + mem[at.STATICS] * at.STATIC_FIELDS
    mem[at.STATICS] += 1
    out[report + at.STATIC_KIND] = kind
    out[report + at.STATIC_MMSI] = _bits(mem, 8, 30)
    out[report + at.STATIC_AT] = mem[at.NOW_AT]
    out[report + at.STATIC_VOUCHED] = mem[at.NOW_VOUCHED]
    out[report + at.STATIC_OFFSET] = mem[at.TEXT_USED]
    out[report + at.STATIC_LENGTH] = length
    for place in range(length):
        texts[mem[at.TEXT_USED] + place] = source[start + place]
    mem[at.TEXT_USED] += length
