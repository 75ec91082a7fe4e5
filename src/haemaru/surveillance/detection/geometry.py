"""Distances in whole numbers: the same on every machine, in numba and in SQL, north and south, east and west.

Positions are in 1/600000 degree. A difference of longitude is wrapped to half a turn and shrunk by the cosine of the
latitude halfway, itself a polynomial in whole numbers (within 4/32768 of the true one). `//` only ever divides what is
not negative, so that it means the same in Python, DuckDB and Spark. In SQL, with `u = |lat0 + lat1| // 2 * 32768 //
54000000` and `w = u * u // 32768`:

    cos = 32768 - w * (40425 - w * (8311 - w * (682 - w * 28 // 32768) // 32768) // 32768) // 32768
"""

from typing import Final

import numpy as np
import numpy.typing as npt

HALF_TURN: Final = 108_000_000
TURN: Final = 216_000_000
QUARTER_TURN: Final = 54_000_000
ONE: Final = 32_768
"""The cosine of 0, as a whole number."""
UNIT_UM: Final = 185_220
"""Micrometres of latitude in 1/600000 degree: 1/10000 of a mean minute of arc (1852.2 m)."""
UNITS_PER_NM: Final = 10_000

Units = npt.NDArray[np.int64]


def cosine(lat: int) -> int:
    """32768 times the cosine of a latitude; plain enough that numba compiles it as it stands."""
    u = abs(lat) * 32_768 // 54_000_000
    w = u * u // 32_768
    return 32_768 - w * (40_425 - w * (8_311 - w * (682 - w * 28 // 32_768) // 32_768) // 32_768) // 32_768


def wrap(dlon: int) -> int:
    """A difference of two longitudes, or a longitude, brought into half a turn to either side (-180 in, +180 out)."""
    if dlon >= 108_000_000:
        return dlon - 216_000_000
    if dlon < -108_000_000:
        return dlon + 216_000_000
    return dlon


def units_of_m(metres: int) -> int:
    """Whole units of latitude in a number of metres, rounded down."""
    return metres * 1_000_000 // UNIT_UM
