"""Where ships lie still: one light pass that finds the places, before there are tags to go by."""

from haemaru.surveillance.compiled import compiled, compiled_apart
from haemaru.surveillance.detection.kernel.layout import S_MMSI
from haemaru.surveillance.detection.kernel.measure import UNKNOWN, cosine, distance, mean, root, wrap
from haemaru.surveillance.detection.kernel.walk import find_ship

(_T0, _T1, _N, _LAT, _LON, _DLAT, _DLON, _SQUARES) = range(1, 9)
STILL_COLUMNS = 9
FOUND_COLUMNS = 6
(N_STILL, N_BREAK, N_LEAST, N_TOGETHER) = range(4)


@compiled_apart
def _write(ship, q, out, used):
    """Writes a stay that was long enough: ship, begin, end, its mean place, and how far it swung about it (units)."""
    n = ship[_N]
    if n == 0 or ship[_T1] - ship[_T0] < q[N_LEAST]:
        return
    north, east = mean(ship[_DLAT], n), mean(ship[_DLON], n)
    shrunk = (abs(east) * cosine(abs(ship[_LAT]))) >> 15
    row = out[used[0]]
    used[0] += 1
    row[0] = ship[S_MMSI]
    row[1] = ship[_T0]
    row[2] = ship[_T1]
    row[3] = ship[_LAT] + north
    row[4] = wrap(ship[_LON] + east)
    row[5] = root(max(ship[_SQUARES] // n - north * north - shrunk * shrunk, 0))


@compiled
def _take(ship, t, lat, lon, q, out, used):
    since = t - ship[_T1]
    if ship[_N] > 0 and since <= 0:
        return
    if ship[_N] > 0 and (since > q[N_BREAK] or distance(ship[_LAT], ship[_LON], lat, lon) > q[N_TOGETHER]):
        _write(ship, q, out, used)
        ship[_N] = 0
    if ship[_N] == 0:
        ship[_T0] = t
        ship[_LAT] = lat
        ship[_LON] = lon
        ship[_DLAT] = 0
        ship[_DLON] = 0
        ship[_SQUARES] = 0
    north, east = lat - ship[_LAT], wrap(lon - ship[_LON])
    shrunk = (abs(east) * cosine(abs(ship[_LAT]))) >> 15
    ship[_T1] = t
    ship[_N] += 1
    ship[_DLAT] += north
    ship[_DLON] += east
    ship[_SQUARES] += north * north + shrunk * shrunk


@compiled_apart
def lie_still(rows, start, table, ships, counts, q, out, used):
    """Takes rows from `start` on until there is no more room; gives the first row that was not taken."""
    mmsi, t, lat, lon, sog = rows
    at = -1
    known = 0
    for row in range(start, len(mmsi)):
        if used[0] + 1 > len(out) or counts[0] + 1 > len(ships):
            return row
        if sog[row] > q[N_STILL] and sog[row] != UNKNOWN:
            continue
        if at < 0 or mmsi[row] != known:
            known = int(mmsi[row])
            place = find_ship(known, table, ships)
            if table[place] < 0:
                table[place] = counts[0]
                ships[counts[0], :] = 0
                ships[counts[0], S_MMSI] = known
                counts[0] += 1
            at = table[place]
        _take(ships[at], int(t[row]), int(lat[row]), int(lon[row]), q, out, used)
    return len(mmsi)


@compiled_apart
def still_lying(ships, counts, q, out, used):
    """Writes the stays that are open; there is room for one of each ship."""
    for at in range(counts[0]):
        _write(ships[at], q, out, used)
