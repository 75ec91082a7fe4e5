"""Parts: which of the ships behind one MMSI a row belongs to, and the end of a part.

A row joins the nearest part that it can reach; where it reaches none it opens a new one, and what it left is a jump.
Of four parts the one that has been silent longest makes room. A part that is silent for a day while its MMSI goes on
reporting is over.
"""

from haemaru.surveillance.compiled import compiled_apart
from haemaru.surveillance.detection.kernel.layout import (
    C_CROWDED,
    C_OVERFLOW,
    F_JUMPS,
    F_TRACKS,
    MOST_PARTS,
    OPEN_JUMP,
    P_ALTERNATIONS,
    P_CELL_N,
    P_JUMP_LAT0,
    P_JUMP_LAT1,
    P_JUMP_LON0,
    P_JUMP_LON1,
    P_JUMP_SPEED,
    P_JUMP_T0,
    P_JUMP_T1,
    P_JUMP_TO,
    P_LAT,
    P_LON,
    P_N,
    P_OPEN,
    P_T,
    P_TAGS,
    P_TRACK_LAT,
    P_TRACK_LON,
    P_TRACK_N,
    P_TRACK_T,
    P_TRACK_TAGS,
    Q_CROWD,
    Q_FORGET_MS,
    Q_REACH_DKN,
    Q_SLACK,
    S_LAST_PART,
    S_MMSI,
    S_OPENED,
    S_OPENED_SINCE,
    S_SLOT,
    STAYS,
)
from haemaru.surveillance.detection.kernel.measure import distance, implied_dkn, new_fact, square_distance
from haemaru.surveillance.detection.kernel.runs import write_run
from haemaru.surveillance.detection.kernel.stays import write_stay, write_visit

_LONGEST_MS = 10**12  # 31 years at 60 kn reach every place
_FARTHEST = 10**9  # squares stay within 64 bits
_FAR = 2**62


@compiled_apart
def write_track(part, mmsi, number, out, used):
    """Writes the continuous piece that ends with the part's last row."""
    row = out[new_fact(F_TRACKS, mmsi, number, out, used)]
    row[3] = part[P_TRACK_T]
    row[4] = part[P_TRACK_LAT]
    row[5] = part[P_TRACK_LON]
    row[6] = part[P_TRACK_TAGS]
    row[7] = part[P_T]
    row[8] = part[P_LAT]
    row[9] = part[P_LON]
    row[10] = part[P_TAGS]
    row[11] = part[P_TRACK_N]
    row[12] = part[P_ALTERNATIONS]


@compiled_apart
def write_jump(part, mmsi, number, returned, t, out, used):
    """Writes the jump that left this part, with the row by which the ship came back where it has."""
    row = out[new_fact(F_JUMPS, mmsi, number, out, used)]
    row[3] = part[P_JUMP_T0]
    row[4] = part[P_JUMP_LAT0]
    row[5] = part[P_JUMP_LON0]
    row[6] = part[P_JUMP_T1]
    row[7] = part[P_JUMP_LAT1]
    row[8] = part[P_JUMP_LON1]
    row[9] = part[P_JUMP_SPEED]
    row[10] = part[P_JUMP_TO]
    row[11] = returned
    row[12] = t


@compiled_apart
def write_part(part, mmsi, number, q, out, used):
    """Writes everything of a part that is still open; the part stays as it is."""
    opened = part[P_OPEN]
    for level in range(2):
        if opened & (1 << level):
            write_run(part, level, mmsi, number, q, out, used)
    for which in range(STAYS):
        if opened & (4 << which):
            write_stay(part, which, mmsi, number, out, used)
    if opened & OPEN_JUMP:
        write_jump(part, mmsi, number, 0, 0, out, used)
    if part[P_CELL_N] > 0:
        write_visit(part, mmsi, number, out, used)
    write_track(part, mmsi, number, out, used)


@compiled_apart
def _close(ship, part, number, q, out, used):
    """Ends a part. What one row of a crowd leaves behind is counted, not written."""
    if ship[S_OPENED] > q[Q_CROWD] and part[P_N] == 1:
        used[C_CROWDED] += 1
    else:
        write_part(part, ship[S_MMSI], number, q, out, used)
    part[P_N] = 0


@compiled_apart
def _nearest(ship, parts, t, lat, lon, q):
    """The part that the row can reach and that lies nearest, or -1."""
    best = -1
    least = _FAR
    for number in range(MOST_PARTS):
        slot = ship[S_SLOT + number]
        if slot < 0 or parts[slot, P_N] == 0:
            continue
        dt = min(t - parts[slot, P_T], _LONGEST_MS)
        reach = min(q[Q_SLACK] + dt * q[Q_REACH_DKN] // 3600, _FARTHEST)
        away = square_distance(parts[slot, P_LAT], parts[slot, P_LON], lat, lon)
        if away <= reach * reach and away < least:
            best = number
            least = away
    return best


@compiled_apart
def _room(ship, parts, q, out, used):
    """The number of a part that is free, the longest silent one being ended where none is."""
    oldest = 0
    since = _FAR
    for number in range(MOST_PARTS):
        slot = ship[S_SLOT + number]
        if slot < 0 or parts[slot, P_N] == 0:
            return number
        if parts[slot, P_T] < since:
            oldest = number
            since = parts[slot, P_T]
    used[C_OVERFLOW] += 1
    _close(ship, parts[ship[S_SLOT + oldest]], oldest, q, out, used)
    return oldest


@compiled_apart
def _note_jump(ship, parts, left, number, t, lat, lon, used, q):
    if t - ship[S_OPENED_SINCE] > q[Q_FORGET_MS]:
        ship[S_OPENED_SINCE] = t
        ship[S_OPENED] = 0
    ship[S_OPENED] += 1
    part = parts[ship[S_SLOT + left]]
    if ship[S_OPENED] > q[Q_CROWD] or part[P_N] == 0:
        used[C_CROWDED] += 1
        return
    part[P_OPEN] |= OPEN_JUMP
    part[P_JUMP_T0] = part[P_T]
    part[P_JUMP_LAT0] = part[P_LAT]
    part[P_JUMP_LON0] = part[P_LON]
    part[P_JUMP_T1] = t
    part[P_JUMP_LAT1] = lat
    part[P_JUMP_LON1] = lon
    away = distance(part[P_LAT], part[P_LON], lat, lon)
    part[P_JUMP_SPEED] = implied_dkn(away, t - part[P_T])
    part[P_JUMP_TO] = number


@compiled_apart
def choose_part(ship, parts, t, lat, lon, q, out, used):
    """The number of the part that takes the row; it has no rows where it is new."""
    left = ship[S_LAST_PART]
    number = _nearest(ship, parts, t, lat, lon, q)
    for other in range(MOST_PARTS):
        slot = ship[S_SLOT + other]
        if other in (number, left) or slot < 0 or parts[slot, P_N] == 0:
            continue
        if t - parts[slot, P_T] > q[Q_FORGET_MS]:
            _close(ship, parts[slot], other, q, out, used)
    if number < 0:
        number = _room(ship, parts, q, out, used)
        if left >= 0:
            _note_jump(ship, parts, left, number, t, lat, lon, used, q)
    elif number != left and parts[ship[S_SLOT + number], P_OPEN] & OPEN_JUMP:
        part = parts[ship[S_SLOT + number]]
        write_jump(part, ship[S_MMSI], number, 1, t, out, used)
        part[P_OPEN] &= ~OPEN_JUMP
    return number
