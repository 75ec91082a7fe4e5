"""Stays: how long a part lies under a tag (port, territorial sea, coast, lane), and in which cell of the sea."""

from haemaru.surveillance.detection.kernel.gate import compiled, compiled_apart
from haemaru.surveillance.detection.kernel.layout import (
    F_STAYS,
    F_VISITS,
    P_CALM,
    P_CELL,
    P_CELL_LOST,
    P_CELL_N,
    P_CELL_T,
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
    row[11] = stay[Y_SLOW] + part[P_SLOW] if inside else stay[Y_SLOW]
    row[12] = stay[Y_FASTEST] if stay[Y_FASTEST] >= 0 else UNKNOWN


@compiled_apart
def _begin(part, stay, t, lat, lon, sog, port):
    stay[Y_PORT] = port
    stay[Y_INSIDE] = 1
    stay[Y_T0] = t
    stay[Y_LAT0] = lat
    stay[Y_LON0] = lon
    stay[Y_SLOW] = -part[P_SLOW]
    stay[Y_FASTEST] = sog if sog != UNKNOWN else -1


@compiled
def _go_on(part, stay, sog):
    if stay[Y_INSIDE] == 0:
        stay[Y_INSIDE] = 1
        stay[Y_SLOW] -= part[P_SLOW]
    if sog != UNKNOWN:
        stay[Y_FASTEST] = max(stay[Y_FASTEST], sog)


@compiled_apart
def follow_stays(part, mmsi, number, t, lat, lon, sog, tags, port, q, out, used):
    """Takes a row into the part's stays; the part still holds the row before, but P_SLOW the leg to this one.

    `P_CALM` is left so that a row under the same tags and no faster changes nothing: it need not come here.
    """
    slow_before = part[P_SLOW] - (t - part[P_T] if sog < q[Q_SLOW_DKN] else 0)
    calm = UNKNOWN - 1
    for which in range(STAYS):
        bit = 4 << which
        is_open = part[P_OPEN] & bit != 0
        under = tags & _BITS[which] != 0
        if not is_open and not under:
            continue
        stay = part[P_STAYS + which * STAY_COLUMNS : P_STAYS + (which + 1) * STAY_COLUMNS]
        here = port if _BITS[which] == _PORT_BIT else 0
        inside = under and (not is_open or stay[Y_PORT] == here)
        if is_open:
            if not inside and stay[Y_INSIDE] != 0:
                stay[Y_INSIDE] = 0
                stay[Y_SLOW] += slow_before
                stay[Y_T1] = part[P_T]
                stay[Y_LAT1] = part[P_LAT]
                stay[Y_LON1] = part[P_LON]
            if stay[Y_INSIDE] != 0 or t - stay[Y_T1] <= q[Q_STAY_BREAK_MS]:
                if inside:
                    _go_on(part, stay, sog)
                calm = min(calm, stay[Y_FASTEST] if inside else -1)
                continue
            write_stay(part, which, mmsi, number, out, used)
            part[P_OPEN] &= ~bit
        if under:
            _begin(part, stay, t, lat, lon, sog, here)
            part[P_OPEN] |= bit
            calm = min(calm, stay[Y_FASTEST])
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
