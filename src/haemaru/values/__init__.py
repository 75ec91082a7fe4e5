"""The values everybody means the same by: one type a file, frozen, read with `parse`, written with `str`.

`parse` takes what a person or a file wrote and raises a `Fault` that says why it cannot be the value. Check digits are
hints, never gates (they catch nine errors in ten, and a dictated number may still be the right ship): they are told by
`check_digit_ok`.
"""

from haemaru.values.container_number import ContainerNumber
from haemaru.values.grade import SCHEMES, Grade
from haemaru.values.handling import Handling
from haemaru.values.hs_code import HsCode
from haemaru.values.imo import Imo
from haemaru.values.instant import parse_time
from haemaru.values.interval import Interval
from haemaru.values.locode import Locode
from haemaru.values.mmsi import Mmsi
from haemaru.values.position import UNITS_PER_DEGREE, Position
from haemaru.values.quantity import Quantity

__all__ = [
    "SCHEMES",
    "UNITS_PER_DEGREE",
    "ContainerNumber",
    "Grade",
    "Handling",
    "HsCode",
    "Imo",
    "Interval",
    "Locode",
    "Mmsi",
    "Position",
    "Quantity",
    "parse_time",
]
