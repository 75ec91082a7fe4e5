"""Slow runs: two levels side by side, opened, prolonged, cut and written down."""

from haemaru.surveillance.compiled import compiled, compiled_apart
from haemaru.surveillance.detection.kernel.layout import (
    F_RUNS,
    FAST_SPANS,
    P_FASTEST,
    P_LAT,
    P_LON,
    P_OPEN,
    P_RUNS,
    P_T,
    Q_EXTENT,
    Q_RUN_SLACK,
    Q_SHORTEST_MS,
    Q_SLOW_BREAK_MS,
    Q_SLOW_DKN,
    Q_STILL_BREAK_MS,
    Q_STILL_DKN,
    R_AFTER,
    R_BEFORE,
    R_GAP,
    R_LAST_LAT,
    R_LAST_LON,
    R_LAT,
    R_LON,
    R_MAX_DLAT,
    R_MAX_DLON,
    R_MIN_DLAT,
    R_MIN_DLON,
    R_N,
    R_PATH,
    R_SLOW,
    R_SUM_DLAT,
    R_SUM_DLON,
    R_SUM_SOG,
    R_T0,
    R_T1,
    R_TAGS_AND,
    R_TAGS_OR,
    RUN_COLUMNS,
)
from haemaru.surveillance.detection.kernel.measure import UNKNOWN, cosine, distance, mean, new_fact, wrap

_UNIT_UM = 185_220
RUNS_OPEN = 3


@compiled_apart
def write_run(part, level, mmsi, number, q, out, used):
    """Writes the open run of a level as a fact, where it is long enough."""
    run = part[P_RUNS + level * RUN_COLUMNS : P_RUNS + (level + 1) * RUN_COLUMNS]
    if run[R_T1] - run[R_T0] < q[Q_SHORTEST_MS]:
        return
    row = out[new_fact(F_RUNS, mmsi, number, out, used)]
    n = run[R_N]
    row[3] = 30 if level == 0 else 20
    row[4] = run[R_T0]
    row[5] = run[R_T1]
    row[6] = n
    row[7] = run[R_LAT] + mean(run[R_SUM_DLAT], n)
    row[8] = wrap(run[R_LON] + mean(run[R_SUM_DLON], n))
    row[9] = run[R_LAT] + run[R_MIN_DLAT]
    row[10] = run[R_LAT] + run[R_MAX_DLAT]
    row[11] = run[R_MIN_DLON]
    row[12] = run[R_MAX_DLON]
    row[13] = run[R_LON]
    row[14] = run[R_SUM_SOG]
    row[15] = run[R_PATH] * _UNIT_UM // 1_000_000
    row[16] = run[R_SLOW]
    row[17] = run[R_TAGS_OR]
    row[18] = run[R_TAGS_AND]
    row[19] = run[R_BEFORE]
    row[20] = run[R_AFTER] if run[R_AFTER] >= 0 else UNKNOWN
    row[21] = run[R_GAP]


@compiled_apart
def _begin(part, run, t, lat, lon, sog, tags):
    run[:] = 0
    run[R_T0] = run[R_T1] = t
    run[R_N] = 1
    run[R_LAT] = lat
    run[R_LON] = lon
    run[R_SUM_SOG] = sog
    run[R_TAGS_OR] = run[R_TAGS_AND] = tags
    fastest = 0
    for span in range(FAST_SPANS):
        fastest = max(fastest, part[P_FASTEST + span])
    run[R_BEFORE] = fastest - 1 if fastest > 0 else UNKNOWN
    run[R_AFTER] = -1


@compiled
def _prolong(part, run, t, lat, lon, sog, tags, leg):
    since = t - run[R_T1]
    if run[R_T1] == part[P_T]:
        run[R_SLOW] += since
        run[R_PATH] += leg
    else:
        run[R_PATH] += distance(run[R_LAST_LAT], run[R_LAST_LON], lat, lon)
        run[R_AFTER] = -1
    if since > run[R_GAP]:
        run[R_GAP] = since
    dlat = lat - run[R_LAT]
    dlon = wrap(lon - run[R_LON])
    run[R_SUM_DLAT] += dlat
    run[R_SUM_DLON] += dlon
    _stretch(run, dlat, dlon)
    run[R_T1] = t
    run[R_N] += 1
    run[R_SUM_SOG] += sog
    if tags != run[R_TAGS_OR] or tags != run[R_TAGS_AND]:
        run[R_TAGS_OR] |= tags
        run[R_TAGS_AND] &= tags


@compiled
def _stretch(run, dlat, dlon):
    """Makes the box hold a row; written for the row that lies inside, as nearly every one does."""
    if dlat < run[R_MIN_DLAT]:
        run[R_MIN_DLAT] = dlat
    elif dlat > run[R_MAX_DLAT]:
        run[R_MAX_DLAT] = dlat
    if dlon < run[R_MIN_DLON]:
        run[R_MIN_DLON] = dlon
    elif dlon > run[R_MAX_DLON]:
        run[R_MAX_DLON] = dlon


@compiled
def _leaves_box(run, lat, lon, extent):
    """Whether the box that holds the run and this row would be too wide, corner to corner."""
    dlat = lat - run[R_LAT]
    dlon = wrap(lon - run[R_LON])
    if run[R_MIN_DLAT] <= dlat <= run[R_MAX_DLAT] and run[R_MIN_DLON] <= dlon <= run[R_MAX_DLON]:
        return False
    north = max(run[R_MAX_DLAT], dlat) - min(run[R_MIN_DLAT], dlat)
    wide = max(run[R_MAX_DLON], dlon) - min(run[R_MIN_DLON], dlon)
    east = (wide * cosine(abs(run[R_LAT]))) >> 15
    return north * north + east * east > extent * extent


@compiled
def _went_away(part, run, t, lat, lon, limit_dkn, slack):
    """Whether a break took the ship farther than a slow ship gets; 0.1 kn is one unit in 3,600 ms."""
    if run[R_T1] == part[P_T]:
        return False
    return distance(run[R_LAST_LAT], run[R_LAST_LON], lat, lon) > limit_dkn * (t - run[R_T1]) // 3600 + slack


@compiled
def follow_run(part, level, slow, mmsi, number, t, lat, lon, sog, tags, leg, q, out, used):
    """Takes a row, `leg` units from the part's row before, into the run of a level: it begins, goes on or ends."""
    bit = 1 << level
    run = part[P_RUNS + level * RUN_COLUMNS : P_RUNS + (level + 1) * RUN_COLUMNS]
    if part[P_OPEN] & bit:
        allowed = q[Q_SLOW_BREAK_MS] if level == 0 else q[Q_STILL_BREAK_MS]
        ended = t - run[R_T1] > allowed or (slow and level == 1 and _leaves_box(run, lat, lon, q[Q_EXTENT]))
        if slow and not ended:
            ended = _went_away(part, run, t, lat, lon, q[Q_SLOW_DKN] if level == 0 else q[Q_STILL_DKN], q[Q_RUN_SLACK])
        if run[R_AFTER] < 0 and (ended or not slow):
            run[R_AFTER] = sog
            run[R_LAST_LAT] = part[P_LAT]  # the part's last row was slow: the way goes on from there
            run[R_LAST_LON] = part[P_LON]
        if not ended:
            if slow:
                _prolong(part, run, t, lat, lon, sog, tags, leg)
            return
        write_run(part, level, mmsi, number, q, out, used)
        part[P_OPEN] &= ~bit
    if slow:
        _begin(part, run, t, lat, lon, sog, tags)
        part[P_OPEN] |= bit
