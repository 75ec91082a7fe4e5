"""Walks through the lines of a block in their order: the decoder's life, one sentence after another."""

from typing import Final

from haemaru.surveillance.compiled import compiled, compiled_apart
from haemaru.surveillance.feeds.ais_nmea.kernel import layout as at
from haemaru.surveillance.feeds.ais_nmea.kernel.digits import octet_at
from haemaru.surveillance.feeds.ais_nmea.kernel.hashing import name
from haemaru.surveillance.feeds.ais_nmea.kernel.layout import NONE, Numbers, Octets, Places, Speeds
from haemaru.surveillance.feeds.ais_nmea.kernel.messages import admit, receive, static
from haemaru.surveillance.feeds.ais_nmea.kernel.origins import hear, origin
from haemaru.surveillance.feeds.ais_nmea.kernel.parts import add, expire, first_of
from haemaru.surveillance.feeds.ais_nmea.kernel.scan import read

EXPIRE_EVERY: Final = 1_000


@compiled_apart
def follow(
    block: Octets,
    ends: Numbers,
    first: int,
    mem: Numbers,
    octets: Octets,
    arena: Octets,
    buckets: Places,
    stations: Numbers,
    ships: Numbers,
    out: Numbers,
    texts: Octets,
) -> int:
    """Takes the lines from the `first` on in, up to one of a rare form or until the table of ships is full; which one.

    `ends` are the places of all line feeds, the last of them right behind the block. Of a line of a rare form the row
    says where it stands; the caller fills the row and calls again. What the lines give is in `out` and `texts`.
    """
    line, row = first, at.ROW
    place = ends[line - 1] + 1 if line > 0 else 0
    while line < len(ends) and mem[at.SHIPS] < mem[at.SHIP_LIMIT]:
        kind, last = mem[row + at.KIND], ends[line]
        mem[row + at.KIND] = at.RARE
        if kind == at.RARE:
            while last > place and _stripped(octet_at(block, last - 1)):
                last -= 1
            if last > place:
                kind = read(block, place, last, mem, octets, row)
                if kind == at.RARE:
                    mem[row + at.START] = place
                    mem[row + at.END] = last
                    return line
        if kind == at.SENTENCE:
            _sentence(mem, octets, block, arena, buckets, stations, ships, out, texts)
        elif kind != at.BLANK and kind != at.RARE:
            hear(mem, row, kind)
            mem[at.BY_CODE + mem[row + at.SUM] if kind == at.REFUSED else at.OTHER_LINES] += 1
        place = ends[line] + 1
        line += 1
    return line


@compiled
def _stripped(octet: int) -> bool:
    return octet == 13 or octet == 32 or octet == 9 or octet == 0


@compiled
def _sentence(
    mem: Numbers,
    octets: Octets,
    block: Octets,
    arena: Octets,
    buckets: Places,
    stations: Numbers,
    ships: Numbers,
    out: Numbers,
    texts: Octets,
) -> None:
    row = at.ROW
    origin(mem, row)
    mem[at.ORDER] += 1
    mem[at.SENTENCES] += 1
    if mem[at.ORDER] % EXPIRE_EVERY == 0:
        _describe(mem, block, row)
        mem[at.PART + at.PART_EXACT] = 0
        expire(mem, at.PART, NONE)
    start, length = mem[row + at.OFFSET], mem[row + at.LENGTH]
    if mem[row + at.TOTAL] == 1:
        words = admit(mem, octets, block, start, length, mem[row + at.PACKED], 1, ships, out)
        if words > 0 and receive(mem, buckets, stations, ships, out, words, length, True):
            static(mem, ships, out, texts, block, start, length)
        return
    _describe(mem, block, row)
    message = add(mem, arena, block, at.PART, start)
    length = _whole(mem, octets, arena, message) if message >= 0 else 0
    if length > 0:
        words = admit(mem, octets, octets, at.CHARS, length, 0, mem[message + at.HELD], ships, out)
        if words > 0 and receive(mem, buckets, stations, ships, out, words, length, _is_vouched(mem, message)):
            static(mem, ships, out, texts, octets, at.CHARS, length)


@compiled_apart
def _describe(mem: Numbers, block: Octets, row: int) -> None:
    """Makes the part at hand of a line and the origin of its sentence."""
    part, quality = at.PART, mem[at.NOW_QUALITY]
    offset, length = mem[row + at.OFFSET], mem[row + at.LENGTH]
    mem[part + at.PART_KEY] = mem[row + at.KEY]
    mem[part + at.PART_NUMBER] = mem[row + at.NUMBER]
    mem[part + at.PART_TOTAL] = mem[row + at.TOTAL]
    mem[part + at.PART_HASH] = name(block, offset, offset + length, mem)
    mem[part + at.PART_LENGTH] = length
    mem[part + at.PART_FILL] = mem[row + at.FILL]
    mem[part + at.PART_STATION] = mem[at.NOW_STATION]
    mem[part + at.PART_GROUP] = mem[at.NOW_GROUP]
    mem[part + at.PART_AT] = mem[at.NOW_AT]
    mem[part + at.PART_EXACT] = 1 if (1 <= quality <= 3 or quality == 6) else 0
    mem[part + at.PART_ORDER] = mem[at.ORDER]
    mem[part + at.PART_SUM] = mem[row + at.SUM]
    mem[part + at.PART_TOGETHER] = mem[at.NOW_TOGETHER]


@compiled_apart
def _is_vouched(mem: Numbers, message: int) -> bool:
    """Whether tag group or receipt tells that the parts belong together."""
    first = first_of(message)
    group = mem[first + (mem[message + at.HELD] - 1) * at.PART_FIELDS + at.PART_GROUP]
    return group > 0 or (group < 0 and mem[first + at.PART_TOGETHER] != NONE)


@compiled_apart
def _whole(mem: Numbers, octets: Octets, arena: Octets, message: int) -> int:
    """Puts the parts together into CHARS; their length, 0 where they are refused.

    The message has the time and the station of its first part.
    """
    first, held = first_of(message), mem[message + at.HELD]
    length, filled = 0, 0
    for place in range(held):
        part = first + place * at.PART_FIELDS
        filled += mem[part + at.PART_FILL] if place < held - 1 else 0
        offset, size = mem[part + at.PART_OFFSET], mem[part + at.PART_LENGTH]
        for octet in range(size):
            octets[at.CHARS + length + octet] = arena[offset + octet]
        length += size
    if filled > 0:
        mem[at.BY_CODE + at.BAD_HEADER] += 1
        mem[at.REFUSED_SENTENCES] += held
        return 0
    mem[at.NOW_AT] = mem[first + at.PART_AT]
    mem[at.NOW_STATION] = mem[first + at.PART_STATION]
    return length


@compiled_apart
def moments(mem: Numbers, out: Numbers) -> bool:
    """Puts the times of the rows behind one another; whether they are in order."""
    in_order, before = True, NONE
    target = mem[at.CAPACITY] * at.OUT_FIELDS
    for row in range(mem[at.ROWS]):
        moment = out[row * at.ROW_FIELDS + at.ROW_T]
        out[target + row] = moment
        in_order = in_order and moment >= before
        before = moment
    return in_order


@compiled_apart
def finish(
    order: Numbers,
    ships: Numbers,
    out: Numbers,
    t: Numbers,
    places: Places,
    speeds: Speeds,
    marks: Octets,
) -> None:
    """Puts the rows into columns, in this order, each ship with her class as known at the end of the block."""
    count = len(order)
    for target in range(count):
        row = order[target] * at.ROW_FIELDS
        t[target] = out[row + at.ROW_T]
        places[target] = out[row + at.ROW_MMSI]
        places[count + target] = out[row + at.ROW_LAT]
        places[2 * count + target] = out[row + at.ROW_LON]
        speeds[target] = out[row + at.ROW_SOG]
        speeds[count + target] = out[row + at.ROW_COG]
        marks[target] = ships[out[row + at.ROW_CLASS] + at.SHIP_CLASS]
        marks[count + target] = out[row + at.ROW_HEARD]
        marks[2 * count + target] = out[row + at.ROW_QUALITY]
