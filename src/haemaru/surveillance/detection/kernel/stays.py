"""Stays: how long a part lies under a tag (port, territorial sea, coast, lane), and in which cell of the sea."""

from haemaru.surveillance.compiled import compiled, compiled_apart
from haemaru.surveillance.detection.kernel.layout import (
    F_STAYS,
    F_VISITS,
    P_CALM,
    P_CELL,
    P_CELL_LOST,
    P_CELL_N,
    P_CELL_T,
    P_FAST_N,
    P_FAST_SUM,
    P_LAT,
    P_LON,
    P_OPEN,
    P_SLOW,
    P_STAYS,
    P_T,
    Q_SLOW_DKN,
    Q_STAY_BREAK_MS,
    STAY_COLUMNS,
    STAYS,
    Y_FAST_N,
    Y_FAST_SUM,
    Y_FASTEST,
    Y_INSIDE,
    Y_LAT0,
    Y_LAT1,
    Y_LON0,
    Y_LON1,
    Y_PORT,
    Y_SLOW,
    Y_T0,
    Y_T1,
)
from haemaru.surveillance.detection.kernel.measure import UNKNOWN, new_fact
from haemaru.surveillance.detection.tags import IN_PORT as _IN_PORT
from haemaru.surveillance.detection.tags import STAY_BITS

_BITS = tuple(int(bit) for bit in STAY_BITS)
_PORT_BIT = int(_IN_PORT)
STAY_TAGS = sum(_BITS)
STAYS_OPEN = ((1 << STAYS) - 1) << 2


@compiled_apart
def write_stay(part, which, mmsi, number, out, used):
    """Writes an open stay as a fact."""
    stay = part[P_STAYS + which * STAY_COLUMNS : P_STAYS + (which + 1) * STAY_COLUMNS]
    row = out[new_fact(F_STAYS, mmsi, number, out, used)]
    inside = stay[Y_INSIDE] != 0
    row[3] = _BITS[which]
    row[4] = stay[Y_PORT]
    row[5] = stay[Y_T0]
    row[6] = stay[Y_LAT0]
    row[7] = stay[Y_LON0]
    row[8] = part[P_T] if inside else stay[Y_T1]
    row[9] = part[P_LAT] if inside else stay[Y_LAT1]
    row[10] = part[P_LON] if inside else stay[Y_LON1]
    row[11] = stay[Y_SLOW] + (part[P_SLOW] if inside else 0)
    row[12] = stay[Y_FASTEST] if stay[Y_FASTEST] >= 0 else UNKNOWN
    row[13] = stay[Y_FAST_N] + (part[P_FAST_N] if inside else 0)
    row[14] = stay[Y_FAST_SUM] + (part[P_FAST_SUM] if inside else 0)


@compiled
def _begin(stay, t, lat, lon, port):
    stay[Y_PORT] = port
    stay[Y_INSIDE] = 0
    stay[Y_T0] = t
    stay[Y_LAT0] = lat
    stay[Y_LON0] = lon
    stay[Y_SLOW] = 0
    stay[Y_FASTEST] = -1
    stay[Y_FAST_N] = 0
    stay[Y_FAST_SUM] = 0


@compiled
def _enter(part, stay, fast):
    """From this row on, itself included, the part's running counts are the stay's; the leg to it is not."""
    stay[Y_INSIDE] = 1
    stay[Y_SLOW] -= part[P_SLOW]
    stay[Y_FAST_N] -= part[P_FAST_N] - (1 if fast > 0 else 0)
    stay[Y_FAST_SUM] -= part[P_FAST_SUM] - fast


@compiled
def _leave(part, stay, leg_ms, fast):
    """The row before was the last one inside."""
    stay[Y_INSIDE] = 0
    stay[Y_T1] = part[P_T]
    stay[Y_LAT1] = part[P_LAT]
    stay[Y_LON1] = part[P_LON]
    stay[Y_SLOW] += part[P_SLOW] - leg_ms
    stay[Y_FAST_N] += part[P_FAST_N] - (1 if fast > 0 else 0)
    stay[Y_FAST_SUM] += part[P_FAST_SUM] - fast


@compiled_apart
def follow_stays(part, mmsi, number, t, lat, lon, sog, tags, port, q, out, used):
    """Takes a row into the part's stays; the part still holds the row before, but its running counts this one too.

    `P_CALM` is left so that a row under the same tags and no faster changes nothing: it need not come here.
    """
    leg_ms = t - part[P_T] if sog < q[Q_SLOW_DKN] else 0
    fast = sog if q[Q_SLOW_DKN] <= sog < UNKNOWN else 0
    calm = UNKNOWN - 1
    for which in range(STAYS):
        bit = 4 << which
        under = tags & _BITS[which] != 0
        if part[P_OPEN] & bit == 0 and not under:
            continue
        stay = part[P_STAYS + which * STAY_COLUMNS : P_STAYS + (which + 1) * STAY_COLUMNS]
        here = port if _BITS[which] == _PORT_BIT else 0
        inside = under and stay[Y_PORT] == here
        if part[P_OPEN] & bit:
            if not inside and stay[Y_INSIDE] != 0:
                _leave(part, stay, leg_ms, fast)
            if stay[Y_INSIDE] == 0 and t - stay[Y_T1] > q[Q_STAY_BREAK_MS]:
                write_stay(part, which, mmsi, number, out, used)
                part[P_OPEN] &= ~bit
        if under and part[P_OPEN] & bit == 0:
            _begin(stay, t, lat, lon, here)
            part[P_OPEN] |= bit
            inside = True
        if part[P_OPEN] & bit and inside:
            if stay[Y_INSIDE] == 0:
                _enter(part, stay, fast)
            if sog != UNKNOWN:
                stay[Y_FASTEST] = max(stay[Y_FASTEST], sog)
        calm = min(calm, stay[Y_FASTEST] if inside else -1)
    part[P_CALM] = calm


@compiled_apart
def write_visit(part, mmsi, number, out, used):
    """Writes the stay in the present cell of the sea as a fact."""
    row = out[new_fact(F_VISITS, mmsi, number, out, used)]
    row[3] = part[P_CELL]
    row[4] = part[P_CELL_T]
    row[5] = part[P_T]
    row[6] = part[P_CELL_N]
    row[7] = part[P_CELL_LOST]


@compiled_apart
def next_visit(part, mmsi, number, t, cell, out, used):
    """A row lies in another cell than the row before: that visit ends, a new one begins."""
    if part[P_CELL_N] > 0:
        write_visit(part, mmsi, number, out, used)
    part[P_CELL] = cell
    part[P_CELL_T] = t
    part[P_CELL_N] = 1
    part[P_CELL_LOST] = 0
