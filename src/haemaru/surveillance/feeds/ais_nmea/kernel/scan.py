"""Reads the lines of a block into rows of numbers.

Only the usual forms are read here: one tag block, a sentence with or without text around it, a `$PGHP` line, lines
that are none of ours. Whatever is unusual in any way is left `RARE`, and the scalar reader says what it is: there is
one definition of every refusal.

Memory: a line lies within the block, every index is kept below its end, and the caller puts sixteen line feeds behind
the block, so that a look a few octets ahead reads those.
"""

from typing import Final

from haemaru.surveillance.compiled import compiled, compiled_apart
from haemaru.surveillance.feeds.ais_nmea.kernel import layout as at
from haemaru.surveillance.feeds.ais_nmea.kernel.digits import hex_pair, moment, number, plausible, until
from haemaru.surveillance.feeds.ais_nmea.kernel.hashing import joined, name
from haemaru.surveillance.feeds.ais_nmea.kernel.layout import NONE, Numbers, Octets

PADDING: Final = 16
_USUAL_LENGTH: Final = 1_000
_SECONDS_LIMIT: Final = 100_000_000_000


@compiled_apart
def scan(block: Octets, start: int, size: int, mem: Numbers, octets: Octets) -> tuple[int, int]:
    """Reads lines until `size` or until the rows are full; how many rows, and where to go on."""
    place, found = start, 0
    while place < size and found < at.LINE_LIMIT:
        end = until(block, place, size, 10)
        last = end
        while last > place and _stripped(block[last - 1]):
            last -= 1
        if last > place:
            row = at.LINES + found * at.LINE_FIELDS
            mem[row + at.START] = place
            mem[row + at.END] = last
            mem[row + at.KIND] = _line(block, place, last, mem, octets, row)
            found += 1
        place = end + 1
    return found, place


@compiled
def _stripped(octet: int) -> bool:
    return octet == 10 or octet == 13 or octet == 32 or octet == 9 or octet == 0


@compiled
def _line(block: Octets, start: int, end: int, mem: Numbers, octets: Octets, row: int) -> int:
    mem[row + at.TAGGED] = 0
    mem[row + at.TAG_AT] = NONE
    mem[row + at.TAG_STATION] = 0
    mem[row + at.TAG_GROUP] = 0
    mem[row + at.TAG_PLACE] = at.ALONE
    mem[row + at.TAGS_REFUSED] = 0
    if end - start > _USUAL_LENGTH or block[start] <= 32:
        return at.RARE
    text = start
    if block[start] == 92:
        mem[row + at.TAGGED] = 1
        text = _tags(block, start, end, mem, row)
        if text < 0:
            return at.RARE
        if text == end:
            return at.TAGS
    first = block[text]
    if first == 33:
        return _sentence(block, text, end, mem, octets, row)
    if first == 35:
        return at.OTHER
    return _dollar(block, text, end, mem, row) if first == 36 else _prefixed(block, text, end, mem, octets, row)


@compiled
def _tags(block: Octets, start: int, end: int, mem: Numbers, row: int) -> int:
    """Reads one tag block; where the text behind it begins, -1 where the scalar reader must look."""
    close = until(block, start + 1, end, 92)
    if close >= end or close < start + 4 or (close + 1 < end and block[close + 1] == 92):
        return -1
    star = close - 3
    told = hex_pair(block, star + 1)
    total = 0
    for place in range(start + 1, star):
        total ^= block[place]
    if block[star] != 42 or told != total:
        return -1
    part = start + 1
    while part < star:
        comma = until(block, part, star, 44)
        if comma - part >= 2 and block[part + 1] == 58:
            _tag(block, part, comma, mem, row)
        part = comma + 1
    return close + 1


@compiled_apart
def _tag(block: Octets, start: int, end: int, mem: Numbers, row: int) -> None:
    key = block[start]
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
        if block[place] == 86 and block[place + 1] == 68 and block[place + 2] in (77, 79):
            return True
    return False


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
        total ^= block[place]
    for place in range(body, body + 2):
        if block[place] in (44, 42, 33, 36, 92):
            return at.RARE
    if block[body + 2] != 86 or block[body + 3] != 68 or block[body + 4] not in (77, 79):
        return at.RARE
    parts, part = block[body + 6] - 48, block[body + 8] - 48
    commas = block[body + 5] == 44 and block[body + 7] == 44 and block[body + 9] == 44
    if not commas or not (1 <= part <= parts <= 9):
        return at.RARE
    channel = body + 10
    sequence = 10
    if 48 <= block[channel] <= 57:
        sequence = block[channel] - 48
        total ^= block[channel]
        channel += 1
    if block[channel] != 44:
        return at.RARE
    total ^= 44
    mem[row + at.NUMBER] = part
    mem[row + at.TOTAL] = parts
    comma = until(block, channel + 1, end, 44)
    for place in range(channel + 1, comma):
        octet = block[place]
        if octet in (42, 33, 36):
            return at.RARE
        total ^= octet
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
    while place < end:
        octet = block[place]
        if octets[at.SIX + octet] > 63:
            break
        total ^= octet
        place += 1
    if place == payload or place + 5 > end or block[place] != 44 or block[place + 2] != 42:
        return at.RARE
    fill = block[place + 1] - 48
    total ^= 44 ^ block[place + 1]
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
        octet = block[place]
        if octet in (33, 36, 86, 11, 12):
            return at.RARE
        if octet == 44:
            comma = place
            word = place + 1
            if mem[row + at.STATION] == 0 and word < end and block[word] in (98, 114):
                stop = word + 1
                while stop < end and _alphanumeric(block[stop]):
                    stop += 1
                if stop - word >= 4 and (stop == end or block[stop] == 44):
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
def _dollar(block: Octets, start: int, end: int, mem: Numbers, row: int) -> int:
    """A line of a GPS or a station: the receipt of a sentence, a time, or nothing for us."""
    if until(block, start, end, 33) < end or _holds_header(block, start, end):
        return at.RARE
    if end - start > 8 and block[start + 1] == 80 and block[start + 2] == 71 and block[start + 3] == 72:
        return _receipt(block, start, end, mem, row)
    if end - start < 6:
        return at.OTHER
    one, two, three = block[start + 3], block[start + 4], block[start + 5]
    is_time = (one == 90 and two == 68 and three == 65) or (one == 82 and two == 77 and three == 67)
    return at.RARE if is_time else at.OTHER


@compiled
def _receipt(block: Octets, start: int, end: int, mem: Numbers, row: int) -> int:
    """`$PGHP,1,2025,4,2,0,0,7,250,440,,4401234,1,5F*hh`."""
    total = 0
    star = start + 1
    while star < end and block[star] != 42:
        total ^= block[star]
        star += 1
    is_ours = block[start + 4] == 80 and block[start + 5] == 44 and block[start + 6] == 49 and block[start + 7] == 44
    if not is_ours or star + 3 > end or hex_pair(block, star + 1) != total:
        return at.RARE
    told = at.WORDS
    place = start + 8
    for part in range(7):
        comma = until(block, place, star, 44)
        mem[told + part] = number(block, place, comma)
        digits = comma - place
        longest = 4 if part == 0 else 3 if part == 6 else 2
        if comma == star or mem[told + part] < 0 or digits > longest or (part == 0 and digits != 4):
            return at.RARE
        place = comma + 1
    mem[row + at.AT] = moment(
        mem[told], mem[told + 1], mem[told + 2], mem[told + 3], mem[told + 4], mem[told + 5], mem[told + 6]
    )
    first, fields = place, place
    for _ in range(3):
        fields = until(block, fields, star, 44) + 1
    last = fields - 1
    final = until(block, fields, star, 44)
    if final >= star or mem[row + at.AT] == NONE or (star - final != 1 and star - final != 3):
        return at.RARE
    mem[row + at.SUM] = hex_pair(block, final + 1) if star - final == 3 else -1
    if star - final == 3 and mem[row + at.SUM] < 0:
        return at.RARE
    while first < last and block[first] in (44, 58):
        first += 1
    while last > first and block[last - 1] in (44, 58):
        last -= 1
    mem[row + at.STATION] = name(block, first, last, mem)
    return at.RECEIPT
