"""Repeated receptions of one transmission: `duplicates` over rows of numbers; and the table of ships.

Both are hash tables with open addressing that are never full: the halves of the transmissions by their fixed size,
ships because `follow` stops at their limit until there is room. So every search ends at an empty place.
"""

from typing import Final

from haemaru.surveillance.compiled import compiled, compiled_apart
from haemaru.surveillance.feeds.ais_nmea import duplicates
from haemaru.surveillance.feeds.ais_nmea.kernel import layout as at
from haemaru.surveillance.feeds.ais_nmea.kernel.hashing import words
from haemaru.surveillance.feeds.ais_nmea.kernel.layout import NONE, Numbers, Places

_WINDOW_MS: Final = duplicates.WINDOW_MS
_UNTIMED: Final = duplicates.UNTIMED_WINDOW
_MASK: Final = at.BUCKETS - 1


@compiled
def _mixed(mem: Numbers, rest: int, quartets: int) -> int:
    """A number that scatters the message at hand over buckets and tags as nobody can foresee."""
    mixed = (mem[at.WORDS] ^ mem[at.WORDS + 1] * 3 ^ mem[at.WORDS + 2] * 5 ^ rest) * mem[at.SECRET] + quartets
    return (mixed >> 29) ^ (mixed >> 45) ^ mem[at.SECRET + 1]


@compiled
def _bucket(mem: Numbers, buckets: Places, half: int, mixed: int, rest: int, quartets: int) -> int:
    """The bucket that holds the message at hand in one half, or the empty one where it would stand.

    The buckets of both halves stand side by side. Each holds a tag, further bits of the same number, and the place of
    the transmission plus one; 0 is empty.
    """
    bucket, tag = mixed & _MASK, _tag(mixed)
    while True:
        known = buckets[2 * bucket + half]
        if known == 0:
            return 2 * bucket + half
        if known >> 16 == tag:
            address = _address(half, (known & 0xFFFF) - 1)
            same = mem[address] == mem[at.WORDS] and mem[address + 1] == mem[at.WORDS + 1]
            same = same and mem[address + 2] == mem[at.WORDS + 2]
            if same and mem[address + at.WORDS_HASH] == rest and mem[address + at.QUARTETS] == quartets:
                return 2 * bucket + half
        bucket = (bucket + 1) & _MASK


@compiled
def _tag(mixed: int) -> int:
    return mixed >> 17 & 0x7FFF


@compiled
def _address(half: int, place: int) -> int:
    return at.HEARD_LIST + (half * at.GENERATION + place) * at.HEARD_FIELDS


@compiled
def _is_same(mem: Numbers, known: int, moment: int) -> bool:
    if mem[known + at.HEARD_AT] == NONE or moment == NONE:
        return mem[at.ORDER] - mem[known + at.HEARD_ORDER] <= _UNTIMED
    return abs(moment - mem[known + at.HEARD_AT]) <= _WINDOW_MS


@compiled_apart
def meet(mem: Numbers, buckets: Places, stations: Numbers, count: int, quartets: int, moment: int) -> tuple[int, bool]:
    """The transmission that the message at hand, of `count` words, belongs to, and whether it had been heard before."""
    rest = words(mem, 3, count)
    newer, mixed = mem[at.NEWER], _mixed(mem, rest, quartets)
    bucket = _bucket(mem, buckets, newer, mixed, rest, quartets)
    half, place = newer, (buckets[bucket] & 0xFFFF) - 1
    if place < 0:
        half = 1 - newer
        place = (buckets[_bucket(mem, buckets, half, mixed, rest, quartets)] & 0xFFFF) - 1
    if place >= 0 and _is_same(mem, _address(half, place), moment):
        _hear_by(mem, stations, half, _address(half, place))
        return _address(half, place), True
    if mem[at.HEARD_NEWER] >= at.GENERATION:
        newer = _turn(mem, buckets)
        bucket = _bucket(mem, buckets, newer, mixed, rest, quartets)
    place = (buckets[bucket] & 0xFFFF) - 1
    if place < 0:
        place = mem[at.HEARD_NEWER]
        mem[at.HEARD_NEWER] += 1
        buckets[bucket] = _tag(mixed) << 16 | (place + 1)
    known = _address(newer, place)
    for word in range(3):
        mem[known + word] = mem[at.WORDS + word]
    mem[known + at.WORDS_HASH] = rest
    mem[known + at.QUARTETS] = quartets
    mem[known + at.HEARD_AT] = moment
    mem[known + at.HEARD_ORDER] = mem[at.ORDER]
    mem[known + at.HEARD_QUALITY] = mem[at.NOW_QUALITY]
    mem[known + at.HEARD_BATCH] = -1
    mem[known + at.HEARD_ROW] = -1
    mem[known + at.HEARD_COUNT] = 0
    mem[known + at.HEARD_UNNAMED] = 0
    mem[known + at.HEARD_CHAIN] = -1
    _hear_by(mem, stations, newer, known)
    return known, False


@compiled_apart
def _turn(mem: Numbers, buckets: Places) -> int:
    """Forgets the older half and begins a new one; which half that is."""
    newer = 1 - mem[at.NEWER]
    mem[at.NEWER] = newer
    mem[at.HEARD_NEWER] = 0
    mem[at.STATIONS + newer] = 0
    for bucket in range(at.BUCKETS):
        buckets[2 * bucket + newer] = 0
    return newer


@compiled
def _hear_by(mem: Numbers, stations: Numbers, half: int, known: int) -> None:
    """Notes the station of the sentence at hand, once; a node is a station and the next node of its chain."""
    station, count = mem[at.NOW_STATION], mem[known + at.HEARD_COUNT]
    if station == 0:
        mem[known + at.HEARD_UNNAMED] = 1
        return
    if count == 0:
        mem[known + at.HEARD_COUNT] = 1
        mem[known + at.HEARD_STATION] = station
        return
    if mem[known + at.HEARD_STATION] == station or count >= at.MOST_STATIONS:
        return
    base = half * (len(stations) // 2)
    node = mem[known + at.HEARD_CHAIN]
    while node >= 0:
        if stations[base + 2 * node] == station:
            return
        node = stations[base + 2 * node + 1]
    node = mem[at.STATIONS + half]
    mem[at.STATIONS + half] += 1
    stations[base + 2 * node] = station
    stations[base + 2 * node + 1] = mem[known + at.HEARD_CHAIN]
    mem[known + at.HEARD_CHAIN] = node
    mem[known + at.HEARD_COUNT] += 1


@compiled
def ship_of(ships: Numbers, mmsi: int, mem: Numbers) -> int:
    """The address of a ship in the table, or the empty one where she would stand."""
    mask = len(ships) // at.SHIP_FIELDS - 1
    place = ((mmsi * mem[at.SECRET]) >> 13) & mask
    while True:
        known = ships[place * at.SHIP_FIELDS]
        if known == NONE or known == mmsi:
            return place * at.SHIP_FIELDS
        place = (place + 1) & mask


@compiled
def ship(mem: Numbers, ships: Numbers, mmsi: int) -> int:
    """The address of a ship, made where there is none."""
    found = ship_of(ships, mmsi, mem)
    if ships[found] == NONE:
        ships[found] = mmsi
        mem[at.SHIPS] += 1
    return found


@compiled_apart
def rehash(old: Numbers, new: Numbers, mem: Numbers) -> None:
    """Moves all ships into another table."""
    for known in range(0, len(old), at.SHIP_FIELDS):
        if old[known] != NONE:
            target = ship_of(new, old[known], mem)
            for field in range(at.SHIP_FIELDS):
                new[target + field] = old[known + field]
