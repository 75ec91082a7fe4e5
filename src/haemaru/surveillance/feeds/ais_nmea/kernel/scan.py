"""Reads a line of a block into a row of numbers.

Only the usual forms are read here: one tag block, a sentence with or without text around it, a `$PGHP` line, lines
that are none of ours. Whatever is unusual in any way is left `RARE`, and the scalar reader says what it is: there is
one definition of every refusal.

Memory: a line lies within the block, every index is kept below its end, and the caller puts sixteen line feeds behind
the block, so that a look a few octets ahead reads those.
"""

from typing import Final

from haemaru.surveillance.compiled import compiled, compiled_apart
from haemaru.surveillance.feeds.ais_nmea.kernel import layout as at
from haemaru.surveillance.feeds.ais_nmea.kernel.digits import hex_pair, moment, number, octet_at, plausible, until
from haemaru.surveillance.feeds.ais_nmea.kernel.hashing import joined, name
from haemaru.surveillance.feeds.ais_nmea.kernel.layout import NONE, Numbers, Octets

PADDING: Final = 16
_USUAL_LENGTH: Final = 1_000
_SECONDS_LIMIT: Final = 100_000_000_000


@compiled
def read(block: Octets, start: int, end: int, mem: Numbers, octets: Octets, row: int) -> int:
    """Reads a line, stripped and not empty; what it is."""
    mem[row + at.TAGGED] = 0
    mem[row + at.TAG_AT] = NONE
    mem[row + at.TAG_STATION] = 0
    mem[row + at.TAG_GROUP] = 0
    mem[row + at.TAG_PLACE] = at.ALONE
    mem[row + at.TAGS_REFUSED] = 0
    if end - start > _USUAL_LENGTH or octet_at(block, start) <= 32:
        return at.RARE
    text = start
    if octet_at(block, start) == 92:
        mem[row + at.TAGGED] = 1
        text = _tags(block, start, end, mem, row)
        if text < 0:
            return at.RARE
        if text == end:
            return at.TAGS
    first = octet_at(block, text)
    if first == 33:
        return _sentence(block, text, end, mem, octets, row)
    if first == 35:
        return at.OTHER
    return _dollar(block, text, end, mem, octets, row) if first == 36 else _prefixed(block, text, end, mem, octets, row)


@compiled
def _tags(block: Octets, start: int, end: int, mem: Numbers, row: int) -> int:
    """Reads one tag block; where the text behind it begins, -1 where the scalar reader must look."""
    close = until(block, start + 1, end, 92)
    if close >= end or close < start + 4 or (close + 1 < end and octet_at(block, close + 1) == 92):
        return -1
    star = close - 3
    told = hex_pair(block, star + 1)
    total = 0
    for place in range(start + 1, star):
        total ^= octet_at(block, place)
    if octet_at(block, star) != 42 or told != total:
        return -1
    part = start + 1
    while part < star:
        comma = until(block, part, star, 44)
        if comma - part >= 2 and octet_at(block, part + 1) == 58:
            _tag(block, part, comma, mem, row)
        part = comma + 1
    return close + 1


@compiled_apart
def _tag(block: Octets, start: int, end: int, mem: Numbers, row: int) -> None:
    key = octet_at(block, start)
    if key == 99:
        value = number(block, start + 2, end)
        mem[row + at.TAG_AT] = NONE
        if value >= 0:
            mem[row + at.TAG_AT] = plausible(value if value > _SECONDS_LIMIT else value * 1000)
    elif key == 115:
        mem[row + at.TAG_STATION] = name(block, start + 2, end, mem)
    elif key == 103:
        mem[row + at.TAG_GROUP] = 0
        mem[row + at.TAG_PLACE] = at.ALONE
        one = until(block, start + 2, end, 45)
        other = until(block, one + 1, end, 45)
        if other < end and one - start - 2 <= 3 and other - one - 1 <= 3 and 1 <= end - other - 1 <= 32:
            number_of, of = number(block, start + 2, one), number(block, one + 1, other)
            if number_of >= 0 and of >= 0:
                mem[row + at.TAG_GROUP] = name(block, other + 1, end, mem)
                mem[row + at.TAG_PLACE] = number_of * 1000 + of


@compiled
def _holds_header(block: Octets, start: int, end: int) -> bool:
    """Whether something that may be the name of an AIS sentence stands between."""
    for place in range(start, end - 2):
        if _is_header(block, place):
            return True
    return False


@compiled
def _is_header(block: Octets, place: int) -> bool:
    """VDM or VDO."""
    return (
        octet_at(block, place) == 86
        and octet_at(block, place + 1) == 68
        and (octet_at(block, place + 2) == 77 or octet_at(block, place + 2) == 79)
    )


@compiled
def _is_mark(octet: int) -> bool:
    """One of , * ! $ and the backslash."""
    return octet == 44 or octet == 42 or octet == 33 or octet == 36 or octet == 92


@compiled
def _prefixed(block: Octets, text: int, end: int, mem: Numbers, octets: Octets, row: int) -> int:
    """A line that begins with something else: text before a sentence, or none of ours."""
    start = until(block, text, end, 33)
    if start < end and not _holds_header(block, text, start):
        return _sentence(block, start, end, mem, octets, row)
    return at.RARE if _holds_header(block, text, end) else at.OTHER


@compiled
def _sentence(block: Octets, start: int, end: int, mem: Numbers, octets: Octets, row: int) -> int:
    """`!aaVDM,2,1,3,A,payload,0*hh` with whatever follows; `start` is the place of its "!"."""
    body = start + 1
    if end - body < 19:
        return at.RARE
    total = 0
    for place in range(body, body + 10):
        total ^= octet_at(block, place)
    if not _is_header(block, body + 2):
        return at.RARE if _holds_header(block, body, end) else at.OTHER
    if _is_mark(octet_at(block, body)) or _is_mark(octet_at(block, body + 1)):
        return at.RARE
    parts, part = octet_at(block, body + 6) - 48, octet_at(block, body + 8) - 48
    commas = octet_at(block, body + 5) == 44 and octet_at(block, body + 7) == 44 and octet_at(block, body + 9) == 44
    if not commas or not (1 <= part <= parts <= 9):
        return at.RARE
    channel = body + 10
    sequence = 10
    if 48 <= octet_at(block, channel) <= 57:
        sequence = octet_at(block, channel) - 48
        total ^= octet_at(block, channel)
        channel += 1
    if octet_at(block, channel) != 44:
        return at.RARE
    total ^= 44
    mem[row + at.NUMBER] = part
    mem[row + at.TOTAL] = parts
    comma = channel + 1
    while comma < end and octet_at(block, comma) != 44:
        octet = octet_at(block, comma)
        if octet == 42 or octet == 33 or octet == 36:
            return at.RARE
        total ^= octet
        comma += 1
    if parts > 1:
        key = name(block, body, body + 5, mem)
        key = joined(key, sequence * 10 + parts, mem)
        heard_on = name(block, channel + 1, comma, mem)
        mem[row + at.KEY] = joined(joined(key, heard_on >> 31, mem), heard_on & 0x7FFFFFFF, mem)
    return _payload(block, comma, end, total, mem, octets, row)


@compiled
def _payload(block: Octets, comma: int, end: int, total: int, mem: Numbers, octets: Octets, row: int) -> int:
    """The payload behind `comma`, fill bits, checksum and tail; `total` is the xor of all before the comma."""
    payload = comma + 1
    total ^= 44
    place = payload
    word, value, held = at.WORDS, 0, 0
    while place < end:
        octet = octet_at(block, place)
        six = octet_at(octets, at.SIX + octet)
        if six > 63:
            break
        total ^= octet
        value = value << 6 | six
        held += 1
        if held == 10:
            mem[word] = value
            word += 1
            value = held = 0
        place += 1
    mem[word] = value << 6 * (10 - held)
    mem[row + at.PACKED] = word - at.WORDS + (held > 0)
    for beyond in range(word + 1, word + 6):
        mem[beyond] = 0
    if place == payload or place + 5 > end or octet_at(block, place) != 44 or octet_at(block, place + 2) != 42:
        return at.RARE
    fill = octet_at(block, place + 1) - 48
    total ^= 44 ^ octet_at(block, place + 1)
    if not (0 <= fill <= 5) or hex_pair(block, place + 3) != total:
        return at.RARE
    mem[row + at.OFFSET] = payload
    mem[row + at.LENGTH] = place - payload
    mem[row + at.FILL] = fill
    mem[row + at.SUM] = total
    mem[row + at.AT] = NONE
    mem[row + at.STATION] = 0
    return at.SENTENCE if place + 5 == end else _tail(block, place + 5, end, mem, row)


@compiled_apart
def _tail(block: Octets, start: int, end: int, mem: Numbers, row: int) -> int:
    """Time and station behind the checksum."""
    comma = -1
    for place in range(start, end):
        octet = octet_at(block, place)
        if octet in (33, 36, 86, 11, 12):
            return at.RARE
        if octet == 44:
            comma = place
            word = place + 1
            if mem[row + at.STATION] == 0 and word < end and octet_at(block, word) in (98, 114):
                stop = word + 1
                while stop < end and _alphanumeric(octet_at(block, stop)):
                    stop += 1
                if stop - word >= 4 and (stop == end or octet_at(block, stop) == 44):
                    mem[row + at.STATION] = name(block, word, stop, mem)
    if comma >= 0 and 9 <= end - comma - 1 <= 10:
        seconds = number(block, comma + 1, end)
        if seconds >= 0:
            mem[row + at.AT] = plausible(seconds * 1000)
    return at.SENTENCE


@compiled
def _alphanumeric(octet: int) -> bool:
    return 48 <= octet <= 57 or 65 <= octet <= 90 or 97 <= octet <= 122


@compiled
def _dollar(block: Octets, start: int, end: int, mem: Numbers, octets: Octets, row: int) -> int:
    """A line of a GPS or a station: the receipt of a sentence, a time, or nothing for us."""
    total, star, marks = 0, start + 1, 0
    while star < end and octet_at(block, star) != 42:
        octet = octet_at(block, star)
        total ^= octet
        marks |= octet_at(octets, at.MARKS + octet)
        star += 1
    for place in range(star, end):
        marks |= octet_at(octets, at.MARKS + octet_at(block, place))
    if marks & 1 or (marks & 2 and _holds_header(block, start, end)):
        return at.RARE
    if star - start < 8:
        return at.OTHER if star == end and end - start < 8 else at.RARE
    one, two, three = octet_at(block, start + 3), octet_at(block, start + 4), octet_at(block, start + 5)
    kind = at.OTHER
    if octet_at(block, start + 1) == 80 and octet_at(block, start + 2) == 71 and one == 72 and two == 80:
        kind = _receipt(block, start, star, mem, row)
    elif one == 90 and two == 68 and three == 65:
        kind = _zda(block, start, star, mem, row)
    elif one == 82 and two == 77 and three == 67:
        kind = _rmc(block, start, star, mem, row)
    if kind == at.GPS and (marks & 4 or octet_at(block, start + 1) == 44 or octet_at(block, start + 2) == 44):
        return at.RARE
    if kind == at.RECEIPT or kind == at.GPS:
        return kind if star + 3 <= end and hex_pair(block, star + 1) == total and mem[row + at.AT] != NONE else at.RARE
    return kind


@compiled
def _receipt(block: Octets, start: int, star: int, mem: Numbers, row: int) -> int:
    """`$PGHP,1,2025,4,2,0,0,7,250,440,,4401234,1,5F`; what is not told by digits stops at the star at the latest."""
    if octet_at(block, start + 5) != 44 or octet_at(block, start + 6) != 49 or octet_at(block, start + 7) != 44:
        return at.RARE
    told, place = at.WORDS, start + 8
    for part in range(7):
        value, digits = 0, 0
        while digits < 5 and 48 <= octet_at(block, place) <= 57:
            value = value * 10 + octet_at(block, place) - 48
            digits += 1
            place += 1
        mem[told + part] = value
        longest = 4 if part == 0 else 3 if part == 6 else 2
        if digits < (4 if part == 0 else 1) or digits > longest or octet_at(block, place) != 44:
            return at.RARE
        place += 1
    mem[row + at.AT] = moment(
        mem[told], mem[told + 1], mem[told + 2], mem[told + 3], mem[told + 4], mem[told + 5], mem[told + 6]
    )
    first, last = place, place
    for _ in range(3):
        last = until(block, last, star, 44) + 1
    final = until(block, last, star, 44)
    if final >= star or (star - final != 1 and star - final != 3):
        return at.RARE
    mem[row + at.SUM] = hex_pair(block, final + 1) if star - final == 3 else -1
    if star - final == 3 and mem[row + at.SUM] < 0:
        return at.RARE
    last -= 1
    while first < last and (octet_at(block, first) == 44 or octet_at(block, first) == 58):
        first += 1
    while last > first and (octet_at(block, last - 1) == 44 or octet_at(block, last - 1) == 58):
        last -= 1
    mem[row + at.STATION] = name(block, first, last, mem)
    return at.RECEIPT


@compiled_apart
def _zda(block: Octets, start: int, star: int, mem: Numbers, row: int) -> int:
    """`$GPZDA,hhmmss.ss,dd,mm,yyyy,..`."""
    comma = until(block, start + 7, star, 44)
    clock = _clock(block, start + 7, comma)
    if clock < 0 or comma + 11 > star or octet_at(block, comma + 3) != 44 or octet_at(block, comma + 6) != 44:
        return at.RARE
    day, month = number(block, comma + 1, comma + 3), number(block, comma + 4, comma + 6)
    year = number(block, comma + 7, comma + 11)
    if day < 0 or month < 0 or year < 0:
        return at.RARE
    mem[row + at.AT] = moment(year, month, day, clock // 10_000, clock // 100 % 100, clock % 100, 0)
    return at.GPS


@compiled_apart
def _rmc(block: Octets, start: int, star: int, mem: Numbers, row: int) -> int:
    """`$GPRMC,hhmmss.ss,A,..,..,..,..,..,..,ddmmyy,..`: the date is the first field of six digits in its place."""
    comma = until(block, start + 7, star, 44)
    clock = _clock(block, start + 7, comma)
    if clock < 0 or comma + 2 >= star or octet_at(block, comma + 1) != 65 or octet_at(block, comma + 2) != 44:
        return at.RARE
    field, date = comma + 3, -1
    for place in range(3, 10):
        comma = until(block, field, star, 44)
        date = number(block, field, comma) if comma - field == 6 else -1
        if comma >= star or (place < 9 and date >= 0):
            return at.RARE
        field = comma + 1
    if date < 0 or until(block, field, star, 44) >= star:
        return at.RARE
    year = date % 100
    year += 1900 if year >= 90 else 2000
    mem[row + at.AT] = moment(
        year, date // 100 % 100, date // 10_000, clock // 10_000, clock // 100 % 100, clock % 100, 0
    )
    return at.GPS


@compiled
def _clock(block: Octets, start: int, end: int) -> int:
    """The number hhmmss of a time with or without a fraction, -1 where it is none."""
    if end - start > 6 and (
        octet_at(block, start + 6) != 46 or (end - start > 7 and number(block, start + 7, end) < 0)
    ):
        return -1
    return number(block, start, start + 6) if end - start >= 6 else -1
