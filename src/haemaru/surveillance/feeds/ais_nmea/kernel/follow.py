"""Walks through the lines of a block in their order: the decoder's life, one sentence after another."""

from typing import Final

from haemaru.surveillance.compiled import compiled_apart
from haemaru.surveillance.feeds.ais_nmea.kernel import layout as at
from haemaru.surveillance.feeds.ais_nmea.kernel.hashing import name
from haemaru.surveillance.feeds.ais_nmea.kernel.layout import NONE, Numbers, Octets, Places, Speeds
from haemaru.surveillance.feeds.ais_nmea.kernel.messages import admit, receive, static
from haemaru.surveillance.feeds.ais_nmea.kernel.origins import hear, origin
from haemaru.surveillance.feeds.ais_nmea.kernel.parts import add, expire, first_of

EXPIRE_EVERY: Final = 1_000


@compiled_apart
def follow(
    block: Octets,
    count: int,
    mem: Numbers,
    octets: Octets,
    arena: Octets,
    buckets: Places,
    stations: Numbers,
    ships: Numbers,
    out: Numbers,
    texts: Octets,
) -> None:
    """Takes the first `count` lines in; what they give is in `out` and `texts`, how much of it in the clock."""
    for place in range(count):
        row = at.LINES + place * at.LINE_FIELDS
        kind = mem[row + at.KIND]
        mem[at.BAD_TAGS] += mem[row + at.TAGS_REFUSED]
        if kind == at.BLANK:
            continue
        if kind != at.SENTENCE:
            hear(mem, row)
            mem[at.BY_CODE + mem[row + at.SUM] if kind == at.REFUSED else at.OTHER_LINES] += 1
            continue
        origin(mem, row)
        mem[at.ORDER] += 1
        mem[at.SENTENCES] += 1
        if mem[at.ORDER] % EXPIRE_EVERY == 0:
            _describe(mem, block, row)
            mem[at.PART + at.PART_EXACT] = 0
            expire(mem, at.PART, NONE)
        start, length, sentences, vouched = mem[row + at.OFFSET], mem[row + at.LENGTH], 1, True
        if mem[row + at.TOTAL] > 1:
            _describe(mem, block, row)
            message = add(mem, arena, block, at.PART, start)
            if message < 0:
                continue
            start, sentences, vouched = at.CHARS, mem[message + at.HELD], _is_vouched(mem, message)
            length = _whole(mem, octets, arena, message)
            if length == 0:
                continue
            words = admit(mem, octets, octets, start, length, sentences, ships, out)
            if words > 0 and receive(mem, buckets, stations, ships, out, words, length, vouched):
                static(mem, ships, out, texts, octets, start, length)
            continue
        words = admit(mem, octets, block, start, length, sentences, ships, out)
        if words > 0 and receive(mem, buckets, stations, ships, out, words, length, vouched):
            static(mem, ships, out, texts, block, start, length)


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
