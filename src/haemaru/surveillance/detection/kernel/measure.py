"""The arithmetic of the kernel: cosine, wrapped longitude, distance, implied speed, and the cell of a position."""

import math

from haemaru.surveillance.compiled import compiled
from haemaru.surveillance.detection import geometry
from haemaru.surveillance.detection.facts import UNKNOWN as _UNKNOWN
from haemaru.surveillance.detection.kernel.layout import C_FACTS, CELL, CELLS, COLUMNS, QUARTER, ROWS

UNKNOWN = int(_UNKNOWN)
HALF_TURN = int(geometry.HALF_TURN)
cosine = compiled(geometry.cosine)
wrap = compiled(geometry.wrap)


@compiled
def root(square):
    """The whole square root; the float only guesses."""
    guess = int(math.sqrt(float(square)))
    while guess * guess > square:
        guess -= 1
    while (guess + 1) * (guess + 1) <= square:
        guess += 1
    return guess


@compiled
def square_distance(lat0, lon0, lat1, lon1):
    """The square of the distance in units, flat at the latitude halfway."""
    dlat = lat1 - lat0
    east = (abs(wrap(lon1 - lon0)) * cosine(abs(lat0 + lat1) >> 1)) >> 15
    return dlat * dlat + east * east


@compiled
def distance(lat0, lon0, lat1, lon1):
    """The distance in whole units."""
    if lat0 == lat1 and lon0 == lon1:
        return 0
    return root(square_distance(lat0, lon0, lat1, lon1))


@compiled
def implied_dkn(units, dt_ms):
    """The speed in 0.1 knot that covers a distance in a time above 0: a tenth of a knot is 1000 units an hour."""
    return min(units * 3600 // dt_ms, UNKNOWN - 1)


@compiled
def mean(total, n):
    """total / n, halves away from zero, so that north and south round alike."""
    half = (2 * abs(total) + n) // (2 * n)
    return half if total >= 0 else -half


@compiled
def line_of(lat):
    """Which line of small cells, counted from the south pole; a position on an edge lies nearer to the equator's."""
    line = lat // CELL if lat >= 0 else -1 - (-lat) // CELL
    return min(max(line + ROWS * CELLS // 2, 0), ROWS * CELLS - 1)


@compiled
def quarter_of(lat, lon):
    """The quarter-degree cell of a position."""
    return line_of(lat) // CELLS * COLUMNS + (lon + HALF_TURN) // QUARTER


@compiled
def new_fact(table, mmsi, number, out, used):
    """Where the next fact is written, its table, ship and part filled in."""
    at = used[C_FACTS]
    used[C_FACTS] += 1
    out[at, 0] = table
    out[at, 1] = mmsi
    out[at, 2] = number
    return at
