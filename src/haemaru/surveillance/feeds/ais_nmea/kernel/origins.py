"""When and by whom each sentence was heard: `clockwork` over rows of numbers."""

from typing import Final

from haemaru.surveillance import times
from haemaru.surveillance.compiled import compiled
from haemaru.surveillance.feeds.ais_nmea.kernel import layout as at
from haemaru.surveillance.feeds.ais_nmea.kernel.layout import NONE, Numbers

_RECEIPT_LINES: Final = 12
_STATION: Final = times.STATION
_TAG_BLOCK: Final = times.TAG_BLOCK
_TRAILING: Final = times.TRAILING
_STREAM: Final = times.STREAM
_START: Final = times.START
_RECEIVED: Final = times.RECEIVED
_UNTIMED: Final = times.UNTIMED


@compiled
def hear(mem: Numbers, row: int, kind: int) -> None:
    """Takes in a line that is no AIS sentence."""
    mem[at.BAD_TAGS] += mem[row + at.TAGS_REFUSED]
    mem[at.LINE] += 1
    if kind == at.TAGS:
        mem[at.KEPT] = 1
        for field in range(4):
            mem[at.KEPT_AT + field] = mem[row + at.TAG_AT + field]
    elif kind == at.GPS:
        mem[at.LAST_GPS] = mem[row + at.AT]
    elif kind == at.RECEIPT:
        if mem[at.RECEIPTS] == at.RECEIPT_LIMIT:
            _forget_receipts(mem, 0, 1)
        receipt = at.RECEIPT_LIST + 4 * mem[at.RECEIPTS]
        mem[receipt + at.RECEIPT_LINE] = mem[at.LINE]
        mem[receipt + at.RECEIPT_AT] = mem[row + at.AT]
        mem[receipt + at.RECEIPT_STATION] = mem[row + at.STATION]
        mem[receipt + at.RECEIPT_SUM] = mem[row + at.SUM]
        mem[at.RECEIPTS] += 1


@compiled
def _forget_receipts(mem: Numbers, first: int, count: int) -> None:
    """Takes `count` receipts out; the rest keep their order."""
    mem[at.RECEIPTS] -= count
    for place in range(first, mem[at.RECEIPTS]):
        for field in range(4):
            mem[at.RECEIPT_LIST + 4 * place + field] = mem[at.RECEIPT_LIST + 4 * (place + count) + field]


@compiled
def _tell(mem: Numbers, moment: int, quality: int, station: int, group: int) -> None:
    mem[at.NOW_AT] = moment
    mem[at.NOW_QUALITY] = quality
    mem[at.NOW_STATION] = station
    mem[at.NOW_GROUP] = group
    mem[at.NOW_TOGETHER] = NONE


@compiled
def origin(mem: Numbers, row: int) -> None:
    """Puts time, quality, station and group of a sentence into the clock."""
    mem[at.BAD_TAGS] += mem[row + at.TAGS_REFUSED]
    mem[at.LINE] += 1
    if mem[at.KEPT] == 1:
        mem[at.KEPT] = 0
        if mem[row + at.TAGGED] == 0:
            for field in range(4):
                mem[row + at.TAG_AT + field] = mem[at.KEPT_AT + field]
    if mem[row + at.NUMBER] > 1 and mem[at.BLOCK_LINE] + 1 == mem[at.LINE]:
        mem[at.BLOCK_LINE] = mem[at.LINE]
        for field in range(5):
            mem[at.NOW_AT + field] = mem[at.BLOCK_AT + field]
        return
    station = mem[row + at.TAG_STATION] if mem[row + at.TAG_STATION] != 0 else mem[row + at.STATION]
    group = (
        mem[row + at.TAG_GROUP] if mem[row + at.TAG_PLACE] == mem[row + at.NUMBER] * 1000 + mem[row + at.TOTAL] else 0
    )
    if mem[at.RECEIPTS] > 0 and _claim(mem, row, station, group):
        return
    if mem[row + at.TAG_AT] != NONE:
        _tell(mem, mem[row + at.TAG_AT], _TAG_BLOCK, station, group)
    elif mem[row + at.AT] != NONE:
        _tell(mem, mem[row + at.AT], _TRAILING, station, group)
    elif mem[at.LAST_GPS] != NONE:
        _tell(mem, mem[at.LAST_GPS], _STREAM, station, group)
    elif mem[at.ESTIMATE] != NONE:
        _tell(mem, mem[at.ESTIMATE], _START, station, group)
    else:
        quality = _UNTIMED if mem[at.RECEIVED] == NONE else _RECEIVED
        _tell(mem, mem[at.RECEIVED], quality, station, group)


@compiled
def _claim(mem: Numbers, row: int, station: int, group: int) -> bool:
    """Takes the receipt that belongs to this sentence, where there is one."""
    line = mem[at.LINE]
    for place in range(mem[at.RECEIPTS] - 1, -1, -1):
        receipt = at.RECEIPT_LIST + 4 * place
        if mem[receipt + at.RECEIPT_LINE] + _RECEIPT_LINES < line:
            _forget_receipts(mem, 0, place + 1)
            return False
        told = mem[receipt + at.RECEIPT_SUM]
        is_next = mem[receipt + at.RECEIPT_LINE] + 1 == line
        may_own = told <= 0 or (mem[row + at.TOTAL] > 1 and mem[row + at.NUMBER] == 1)
        if told == mem[row + at.SUM] or (is_next and may_own):
            moment, heard_by = mem[receipt + at.RECEIPT_AT], mem[receipt + at.RECEIPT_STATION]
            _forget_receipts(mem, place, 1)
            _tell(mem, moment, _STATION, station if station != 0 else heard_by, group if group != 0 else -line)
            mem[at.NOW_TOGETHER] = told if told > 0 else NONE
            mem[at.BLOCK_LINE] = line
            for field in range(5):
                mem[at.BLOCK_AT + field] = mem[at.NOW_AT + field]
            return True
    return False


@compiled
def tick(mem: Numbers, second: int) -> int:
    """Moves an estimated time on by the second in a report; the time of that report."""
    if mem[at.ESTIMATE] == NONE or second > 59:
        return mem[at.ESTIMATE]
    if mem[at.SECOND] == NONE:
        mem[at.SECOND] = second
    ahead = (second - mem[at.SECOND]) % 60 * 1000
    if ahead > 30_000:
        return mem[at.ESTIMATE] + ahead - 60_000
    mem[at.SECOND] = second
    mem[at.ESTIMATE] += ahead
    return mem[at.ESTIMATE]
