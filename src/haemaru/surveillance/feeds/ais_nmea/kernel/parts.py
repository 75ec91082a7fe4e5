"""Parts of messages put together: `fragments` over addresses, with the same rules and the same limits.

All open messages stand in one short list that is walked through; a coast has a handful of them, and a flood is cut at
the limits. Memory: lists never grow beyond theirs (`_begin`, `_contest` and `_finish` drop before they add more), a
message has at most nine parts because the header says so in one digit, and the caller makes room in the arena before
each block.
"""

from typing import Final

from haemaru.surveillance.compiled import compiled, compiled_apart
from haemaru.surveillance.feeds.ais_nmea import fragments
from haemaru.surveillance.feeds.ais_nmea.kernel import layout as at
from haemaru.surveillance.feeds.ais_nmea.kernel.layout import NONE, Numbers, Octets

_EXACT_MS: Final = fragments.EXACT_WINDOW_MS
_ROUGH_MS: Final = fragments.ROUGH_WINDOW_MS
_UNTIMED: Final = fragments.UNTIMED_WINDOW


@compiled
def first_of(message: int) -> int:
    """The first part of a message in a list."""
    return message + at.STAMP + 1


@compiled
def _last_of(mem: Numbers, message: int) -> int:
    return first_of(message) + (mem[message + at.HELD] - 1) * at.PART_FIELDS


@compiled
def _near(mem: Numbers, earlier: int, later: int) -> bool:
    if mem[earlier + at.PART_AT] == NONE or mem[later + at.PART_AT] == NONE:
        return mem[later + at.PART_ORDER] - mem[earlier + at.PART_ORDER] <= _UNTIMED
    exact = mem[earlier + at.PART_EXACT] == 1 and mem[later + at.PART_EXACT] == 1
    return abs(mem[later + at.PART_AT] - mem[earlier + at.PART_AT]) <= (_EXACT_MS if exact else _ROUGH_MS)


@compiled
def _refuse(mem: Numbers, code: int, parts: int) -> None:
    mem[at.BY_CODE + code] += parts
    mem[at.REFUSED_SENTENCES] += parts


@compiled
def _copy(mem: Numbers, source: int, target: int, fields: int) -> None:
    for field in range(fields):
        mem[target + field] = mem[source + field]


@compiled
def _move(mem: Numbers, source: int, target: int) -> None:
    """Puts one message of a list where another was."""
    if target != source:
        _copy(mem, source, target, at.STAMP + 1 + mem[source + at.HELD] * at.PART_FIELDS)


@compiled
def _remove(mem: Numbers, message: int) -> None:
    """Takes an open message out of the list."""
    mem[at.WAITING] -= mem[message + at.HELD]
    mem[at.OPEN] -= 1
    _move(mem, at.OPEN_LIST + mem[at.OPEN] * at.MESSAGE_FIELDS, message)
    mem[at.OPEN_KEYS + (message - at.OPEN_LIST) // at.MESSAGE_FIELDS] = mem[at.OPEN_KEYS + mem[at.OPEN]]


@compiled
def _drop(mem: Numbers, message: int, code: int) -> None:
    _refuse(mem, code, mem[message + at.HELD])
    _remove(mem, message)


@compiled_apart
def expire(mem: Numbers, now: int, key: int) -> None:
    """Drops what has waited too long as seen from the part `now`, under one key, or under all where `key` is NONE."""
    for place in range(mem[at.OPEN] - 1, -1, -1):
        if key == NONE or mem[at.OPEN_KEYS + place] == key:
            message = at.OPEN_LIST + place * at.MESSAGE_FIELDS
            if not _near(mem, _last_of(mem, message), now):
                _drop(mem, message, at.LOST)
    for place in range(mem[at.DONE] - 1, -1, -1):
        if key == NONE or mem[at.DONE_KEYS + place] == key:
            message = at.DONE_LIST + place * at.MESSAGE_FIELDS
            if not _near(mem, _last_of(mem, message), now):
                mem[at.DONE] -= 1
                _move(mem, at.DONE_LIST + mem[at.DONE] * at.MESSAGE_FIELDS, message)
                mem[at.DONE_KEYS + place] = mem[at.DONE_KEYS + mem[at.DONE]]
    if key == NONE:
        for place in range(mem[at.CONTESTED] - 1, -1, -1):
            contested = at.CONTESTED_LIST + place * at.PART_FIELDS
            if not _near(mem, contested, now):
                _settle(mem, contested)


@compiled
def _settle(mem: Numbers, contested: int) -> None:
    """Takes a key out of those nobody can tell apart."""
    mem[at.CONTESTED] -= 1
    _copy(mem, at.CONTESTED_LIST + mem[at.CONTESTED] * at.PART_FIELDS, contested, at.PART_FIELDS)


@compiled
def _contest(mem: Numbers, part: int) -> None:
    """Refuses a part and remembers its key."""
    _refuse(mem, at.CONTEST, 1)
    if mem[at.CONTESTED] == at.DONE_LIMIT:
        mem[at.CONTESTED] = 0
    _copy(mem, part, at.CONTESTED_LIST + mem[at.CONTESTED] * at.PART_FIELDS, at.PART_FIELDS)
    mem[at.CONTESTED] += 1


@compiled_apart
def add(mem: Numbers, arena: Octets, block: Octets, part: int, source: int) -> int:
    """Takes a part whose payload stands in the block at `source`.

    The message in the list of those done, when this part completes it, else -1.
    """
    expire(mem, part, mem[part + at.PART_KEY])
    for place in range(mem[at.CONTESTED]):
        contested = at.CONTESTED_LIST + place * at.PART_FIELDS
        if mem[contested + at.PART_KEY] == mem[part + at.PART_KEY]:
            if _near(mem, contested, part):
                _refuse(mem, at.CONTEST, 1)
                return -1
            _settle(mem, contested)
            break
    if mem[part + at.PART_NUMBER] == 1:
        _begin(mem, arena, block, part, source)
        return -1
    return _continue(mem, arena, block, part, source)


@compiled
def _is_repeat(mem: Numbers, part: int) -> bool:
    """A part of a message that is open or was completed a moment ago, heard again."""
    key = mem[part + at.PART_KEY]
    for place in range(mem[at.OPEN]):
        if mem[at.OPEN_KEYS + place] == key and _holds(mem, at.OPEN_LIST + place * at.MESSAGE_FIELDS, part):
            return True
    for place in range(mem[at.DONE]):
        if mem[at.DONE_KEYS + place] == key and _holds(mem, at.DONE_LIST + place * at.MESSAGE_FIELDS, part):
            return True
    return False


@compiled
def _holds(mem: Numbers, message: int, part: int) -> bool:
    first = first_of(message)
    for place in range(mem[message + at.HELD]):
        piece = first + place * at.PART_FIELDS
        same = mem[piece + at.PART_NUMBER] == mem[part + at.PART_NUMBER] and _same_payload(mem, piece, part)
        same = same and mem[piece + at.PART_FILL] == mem[part + at.PART_FILL] and _same_source(mem, piece, part)
        if same and _near(mem, piece, part):
            return True
    return False


@compiled
def _same_payload(mem: Numbers, one: int, other: int) -> bool:
    same = mem[one + at.PART_HASH] == mem[other + at.PART_HASH]
    return same and mem[one + at.PART_LENGTH] == mem[other + at.PART_LENGTH]


@compiled
def _same_source(mem: Numbers, one: int, other: int) -> bool:
    same = mem[one + at.PART_STATION] == mem[other + at.PART_STATION]
    return same and mem[one + at.PART_GROUP] == mem[other + at.PART_GROUP]


@compiled
def _begin(mem: Numbers, arena: Octets, block: Octets, part: int, source: int) -> None:
    rivals, known, key = 0, _is_repeat(mem, part), mem[part + at.PART_KEY]
    for place in range(mem[at.OPEN]):
        first = first_of(at.OPEN_LIST + place * at.MESSAGE_FIELDS)
        if mem[at.OPEN_KEYS + place] == key and _same_source(mem, first, part):
            rivals += 1
            known = known or _same_payload(mem, first, part)
    if known:
        mem[at.REPEATED] += 1
        return
    bare = mem[part + at.PART_STATION] == 0 and mem[part + at.PART_GROUP] == 0
    for place in range(mem[at.OPEN] - 1, -1, -1):
        message = at.OPEN_LIST + place * at.MESSAGE_FIELDS
        if mem[at.OPEN_KEYS + place] == key and _same_source(mem, first_of(message), part):
            _drop(mem, message, at.CONTEST if bare else at.LOST)
    if rivals > 0 and bare:
        _contest(mem, part)
        return
    message = at.OPEN_LIST + mem[at.OPEN] * at.MESSAGE_FIELDS
    mem[message + at.STAMP] = _stamp(mem, key)
    mem[message + at.HELD] = 0
    mem[at.OPEN_KEYS + mem[at.OPEN]] = key
    mem[at.OPEN] += 1
    _append(mem, arena, block, message, part, source)
    if mem[at.OPEN] > at.OPEN_LIMIT:
        _drop_oldest(mem)


@compiled
def _stamp(mem: Numbers, key: int) -> int:
    """Since when this key has been open without a break; now, where it is not."""
    for place in range(mem[at.OPEN]):
        if mem[at.OPEN_KEYS + place] == key:
            return mem[at.OPEN_LIST + place * at.MESSAGE_FIELDS + at.STAMP]
    mem[at.KEY_STAMP] += 1
    return mem[at.KEY_STAMP]


@compiled
def _drop_oldest(mem: Numbers) -> None:
    """Drops all messages under the key that has been open longest."""
    oldest = mem[at.KEY_STAMP]
    for place in range(mem[at.OPEN]):
        oldest = min(oldest, mem[at.OPEN_LIST + place * at.MESSAGE_FIELDS + at.STAMP])
    for place in range(mem[at.OPEN] - 1, -1, -1):
        message = at.OPEN_LIST + place * at.MESSAGE_FIELDS
        if mem[message + at.STAMP] == oldest:
            _drop(mem, message, at.LOST)


@compiled
def _append(mem: Numbers, arena: Octets, block: Octets, message: int, part: int, source: int) -> None:
    """Adds a part to an open message and keeps its payload."""
    offset, length = mem[at.ARENA_USED], mem[part + at.PART_LENGTH]
    mem[part + at.PART_OFFSET] = offset
    for octet in range(length):
        arena[offset + octet] = block[source + octet]
    mem[at.ARENA_USED] += length
    _copy(mem, part, first_of(message) + mem[message + at.HELD] * at.PART_FIELDS, at.PART_FIELDS)
    mem[message + at.HELD] += 1
    mem[at.WAITING] += 1


@compiled
def _owns(mem: Numbers, message: int, part: int) -> bool:
    """Whether a part may be the next one of an open message under its key."""
    first, last = first_of(message), _last_of(mem, message)
    if mem[first + at.PART_GROUP] != mem[part + at.PART_GROUP]:
        return False
    if mem[last + at.PART_NUMBER] + 1 != mem[part + at.PART_NUMBER]:
        return False
    if mem[first + at.PART_STATION] == mem[part + at.PART_STATION]:
        return True
    follows = mem[part + at.PART_GROUP] != 0 or mem[last + at.PART_ORDER] + 1 == mem[part + at.PART_ORDER]
    return mem[part + at.PART_STATION] == 0 and follows


@compiled
def _continue(mem: Numbers, arena: Octets, block: Octets, part: int, source: int) -> int:
    owners, owner, key = 0, -1, mem[part + at.PART_KEY]
    for place in range(mem[at.OPEN]):
        message = at.OPEN_LIST + place * at.MESSAGE_FIELDS
        if mem[at.OPEN_KEYS + place] == key and _owns(mem, message, part):
            owners += 1
            owner = message
    if owners == 0:
        if _is_repeat(mem, part):
            mem[at.REPEATED] += 1
        else:
            _refuse(mem, at.ORPHAN, 1)
        return -1
    if owners > 1:
        for place in range(mem[at.OPEN] - 1, -1, -1):
            message = at.OPEN_LIST + place * at.MESSAGE_FIELDS
            if mem[at.OPEN_KEYS + place] == key and _owns(mem, message, part):
                _drop(mem, message, at.CONTEST)
        _contest(mem, part)
        return -1
    _append(mem, arena, block, owner, part, source)
    return _finish(mem, owner) if mem[part + at.PART_NUMBER] == mem[part + at.PART_TOTAL] else -1


@compiled
def _finish(mem: Numbers, owner: int) -> int:
    """Moves a complete message to those done, unless its parts do not give the number of its receipt."""
    first, total = first_of(owner), 0
    for part in range(mem[owner + at.HELD]):
        total ^= mem[first + part * at.PART_FIELDS + at.PART_SUM]
    together = mem[first + at.PART_TOGETHER]
    if together != NONE and together != total:
        _drop(mem, owner, at.CONTEST)
        return -1
    if mem[at.DONE] == at.DONE_LIMIT:
        mem[at.DONE] = 0
    message = at.DONE_LIST + mem[at.DONE] * at.MESSAGE_FIELDS
    mem[at.DONE_KEYS + mem[at.DONE]] = mem[first + at.PART_KEY]
    mem[at.DONE] += 1
    _move(mem, owner, message)
    _remove(mem, owner)
    return message
