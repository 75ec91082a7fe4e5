"""The automaton itself: rows in, facts out, the ships' state carried from row to row and from call to call."""

from haemaru.surveillance.compiled import compiled, compiled_apart
from haemaru.surveillance.detection.kernel.layout import (
    C_LATE,
    CELL,
    CELLS,
    COLUMNS,
    F_BINS,
    F_DROPS,
    FAST_SPANS,
    MOST_PARTS,
    NEVER,
    P_ALTERNATIONS,
    P_BIN,
    P_CALM,
    P_CELL,
    P_CELL_LOST,
    P_CELL_N,
    P_COUNTS,
    P_FAST_N,
    P_FAST_SUM,
    P_FASTEST,
    P_LAT,
    P_LON,
    P_N,
    P_OPEN,
    P_PORT,
    P_SLOW,
    P_SOG,
    P_SPAN,
    P_SPAN_END,
    P_T,
    P_TAGS,
    P_TRACK_LAT,
    P_TRACK_LON,
    P_TRACK_N,
    P_TRACK_T,
    P_TRACK_TAGS,
    Q_DROP_MS,
    Q_IMPLIED_MS,
    Q_SLACK,
    Q_SLOW_DKN,
    Q_STILL_DKN,
    Q_TRACK_END_MS,
    QUARTER,
    S_LAST_PART,
    S_LAST_T,
    S_MMSI,
    S_SLOT,
    SPAN_MS,
    SPANS,
)
from haemaru.surveillance.detection.kernel.measure import HALF_TURN, UNKNOWN, distance, implied_dkn, line_of, new_fact
from haemaru.surveillance.detection.kernel.parts import choose_part, write_part, write_track
from haemaru.surveillance.detection.kernel.runs import RUNS_OPEN, follow_run
from haemaru.surveillance.detection.kernel.stays import STAY_TAGS, STAYS_OPEN, follow_stays, next_visit
from haemaru.surveillance.detection.tags import IN_PORT as _IN_PORT

_PORT_BIT = int(_IN_PORT)
_BIN_MS = 120_000
FACTS_A_ROW = 24  # four parts may end at once: in each two runs, four stays; then the row's own
ROUND = 512  # rows between two looks at the room that is left


@compiled_apart
def find_ship(mmsi, table, ships):
    """Where an MMSI stands in the hash table: at its own place, or at the empty one where it belongs."""
    mask = len(table) - 1
    at = ((mmsi * -7046029254386353131) >> 20) & mask
    while table[at] >= 0 and ships[table[at], S_MMSI] != mmsi:
        at = (at + 1) & mask
    return at


@compiled_apart
def _new_ship(ship, mmsi):
    ship[:] = 0
    ship[S_MMSI] = mmsi
    ship[S_LAST_T] = NEVER
    ship[S_LAST_PART] = -1
    ship[S_SLOT : S_SLOT + MOST_PARTS] = -1


@compiled_apart
def _advance_spans(part, t):
    """Moves the window of 10-minute spans on to the one that holds t."""
    span = t // SPAN_MS
    passed = span - part[P_SPAN]
    for step in range(min(passed, SPANS)):
        part[P_COUNTS + (span - step) % SPANS] = 0
    for step in range(min(passed, FAST_SPANS)):
        part[P_FASTEST + (span - step) % FAST_SPANS] = 0
    part[P_SPAN] = span
    part[P_SPAN_END] = (span + 1) * SPAN_MS


@compiled_apart
def _write_drop(part, mmsi, number, t, lat, lon, sog, tags, out, used):
    row = out[new_fact(F_DROPS, mmsi, number, out, used)]
    row[3] = part[P_T]
    row[4] = part[P_LAT]
    row[5] = part[P_LON]
    row[6] = part[P_SOG]
    row[7] = part[P_TAGS]
    row[8] = t
    row[9] = lat
    row[10] = lon
    row[11] = sog
    row[12] = tags
    row[13] = 0
    for span in range(SPANS):
        row[13] += part[P_COUNTS + span]


@compiled
def _begin_track(part, t, lat, lon, tags):
    part[P_TRACK_T] = t
    part[P_TRACK_LAT] = lat
    part[P_TRACK_LON] = lon
    part[P_TRACK_TAGS] = tags
    part[P_TRACK_N] = 0
    part[P_ALTERNATIONS] = 0


@compiled_apart
def _new_part(part, t, lat, lon, tags):
    part[:] = 0
    part[P_BIN] = NEVER
    part[P_CELL] = -1
    part[P_SPAN] = NEVER
    part[P_SPAN_END] = NEVER
    _begin_track(part, t, lat, lon, tags)


@compiled_apart
def _silence(part, mmsi, number, t, lat, lon, sog, tags, q, out, used):
    """What a silence before this row leaves behind."""
    dt = t - part[P_T]
    if dt < q[Q_DROP_MS]:
        return
    _write_drop(part, mmsi, number, t, lat, lon, sog, tags, out, used)
    part[P_CELL_LOST] += dt
    if dt >= q[Q_TRACK_END_MS]:
        write_track(part, mmsi, number, out, used)
        _begin_track(part, t, lat, lon, tags)


@compiled
def _follow(part, mmsi, number, t, lat, lon, sog, quarter, tags, port, q, out, used):
    """Takes a row into a part, all but the row itself."""
    if part[P_N] == 0:
        _new_part(part, t, lat, lon, tags)
    else:
        _silence(part, mmsi, number, t, lat, lon, sog, tags, q, out, used)
    if t >= part[P_SPAN_END]:
        _advance_spans(part, t)
    slow, still = sog < q[Q_SLOW_DKN], sog <= q[Q_STILL_DKN]
    if slow:
        part[P_SLOW] += t - part[P_T] if part[P_N] > 0 else 0
    elif sog != UNKNOWN:
        part[P_FAST_N] += 1
        part[P_FAST_SUM] += sog
    if slow or still or part[P_OPEN] & RUNS_OPEN:
        leg = distance(part[P_LAT], part[P_LON], lat, lon) if slow or still else 0
        if slow or part[P_OPEN] & 1:
            follow_run(part, 0, slow, mmsi, number, t, lat, lon, sog, tags, leg, q, out, used)
        if still or part[P_OPEN] & 2:
            follow_run(part, 1, still, mmsi, number, t, lat, lon, sog, tags, leg, q, out, used)
    same = tags == part[P_TAGS] and port == part[P_PORT] and sog <= part[P_CALM]
    if not same and (tags & STAY_TAGS or part[P_OPEN] & STAYS_OPEN):
        follow_stays(part, mmsi, number, t, lat, lon, sog, tags, port, q, out, used)
    if part[P_CELL] == quarter:
        part[P_CELL_N] += 1
    else:
        next_visit(part, mmsi, number, t, quarter, out, used)
    if sog <= q[Q_SLOW_DKN] and tags & _PORT_BIT == 0 and t // _BIN_MS != part[P_BIN]:
        part[P_BIN] = t // _BIN_MS
        row = out[new_fact(F_BINS, mmsi, number, out, used)]
        row[3] = part[P_BIN]
        row[4] = t
        row[5] = lat
        row[6] = lon
        row[7] = sog
        row[8] = tags


@compiled
def _remember(part, t, lat, lon, sog, tags, port):
    """Makes the row the part's last one."""
    part[P_N] += 1
    part[P_TRACK_N] += 1
    part[P_T] = t
    part[P_LAT] = lat
    part[P_LON] = lon
    part[P_SOG] = sog
    part[P_TAGS] = tags
    part[P_PORT] = port
    part[P_COUNTS + part[P_SPAN] % SPANS] += 1
    if sog != UNKNOWN:
        at = P_FASTEST + part[P_SPAN] % FAST_SPANS
        part[at] = max(part[at], sog + 1)


@compiled
def _speed(part, t, lat, lon, sog, implied_ms):
    """The reported speed, else the one that the part's row before implies, else unknown."""
    if 0 <= sog <= 1022:
        return sog
    dt = t - part[P_T]
    if part[P_N] == 0 or dt > implied_ms:
        return UNKNOWN
    return implied_dkn(distance(part[P_LAT], part[P_LON], lat, lon), dt)


@compiled
def _take(ship, parts, held, t, lat, lon, sog, q, zones, out, used):
    """Takes one row of a ship; gives the number of rows of `parts` in use afterwards."""
    number = ship[S_LAST_PART]
    near = False
    if number == 0 and ship[S_SLOT + 1] < 0:  # a ship that never had a second part, and a row within the slack
        part = parts[ship[S_SLOT]]
        near = abs(lat - part[P_LAT]) + abs(lon - part[P_LON]) <= q[Q_SLACK]
    if not near:
        number = choose_part(ship, parts, t, lat, lon, q, out, used)
    if ship[S_SLOT + number] < 0:
        ship[S_SLOT + number] = held
        parts[held, P_N] = 0
        held += 1
    part = parts[ship[S_SLOT + number]]
    line = line_of(lat)
    quarter = line // CELLS * COLUMNS + (lon + HALF_TURN) // QUARTER
    tags = 0
    port = 0
    tile = int(zones[0][quarter])
    if tile < -1:
        tags = -2 - tile
    elif tile >= 0:
        cell = line % CELLS * CELLS + (lon + HALF_TURN) % QUARTER // CELL
        tags = int(zones[1][tile, cell])
        if tags & _PORT_BIT:
            port = int(zones[2][tile, cell])
    speed = _speed(part, t, lat, lon, sog, q[Q_IMPLIED_MS])
    _follow(part, ship[S_MMSI], number, t, lat, lon, speed, quarter, tags, port, q, out, used)
    if number != ship[S_LAST_PART] and ship[S_LAST_PART] >= 0:
        part[P_ALTERNATIONS] += 1
    _remember(part, t, lat, lon, speed, tags, port)
    ship[S_LAST_PART] = number
    ship[S_LAST_T] = t
    return held


@compiled_apart
def walk(rows, start, state, counts, q, zones, out, used):
    """Takes rows from `start` on until a table or the state is full; gives the first row that was not taken.

    `rows` are mmsi, t, lat, lon, sog; `state` the hash table, ships and parts; `counts` how many ships and parts.
    """
    mmsi, t, lat, lon, sog = rows
    table, ships, parts = state
    n = len(mmsi)
    at = -1
    known = 0
    i = start
    while i < n:
        if used[0] + FACTS_A_ROW * ROUND > len(out):
            return i
        if counts[0] + ROUND > len(ships) or counts[1] + ROUND > len(parts):
            return i
        stop = min(i + ROUND, n)
        for row in range(i, stop):
            if at < 0 or mmsi[row] != known:
                known = int(mmsi[row])
                place = find_ship(known, table, ships)
                if table[place] < 0:
                    table[place] = counts[0]
                    counts[0] += 1
                    _new_ship(ships[table[place]], known)
                at = table[place]
            ship = ships[at]
            if t[row] <= ship[S_LAST_T]:
                used[C_LATE] += 1
                continue
            counts[1] = _take(
                ship, parts, counts[1], int(t[row]), int(lat[row]), int(lon[row]), int(sog[row]), q, zones, out, used
            )
        i = stop
    return n


@compiled_apart
def write_open(state, first, counts, q, out, used):
    """Writes what is open, ship by ship from `first` on, until a table is full; gives the first ship not written."""
    _, ships, parts = state
    for at in range(first, counts[0]):
        if used[0] + FACTS_A_ROW * MOST_PARTS > len(out):
            return at
        ship = ships[at]
        for number in range(MOST_PARTS):
            slot = ship[S_SLOT + number]
            if slot >= 0 and parts[slot, P_N] > 0:
                write_part(parts[slot], ship[S_MMSI], number, q, out, used)
    return counts[0]
