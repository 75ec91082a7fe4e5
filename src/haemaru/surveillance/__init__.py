"""Surveillance: what each agency's sensors see at sea, read, kept, shown and shared.

An observation comes in through a feed (`feeds/`), which decodes it, counts everything and quarantines what it cannot
read. Positions become `Fixes`, columns of whole numbers; what ships say about themselves becomes claims
(`StaticHistory`). Fixes are kept encrypted by UTC day (`PositionStore`), the newest of each ship stands in the
`Picture`, and `share` cuts from a batch what the agreement releases to a partner. Nothing here asks the time or sends.
"""

from haemaru.surveillance.fixes import MISSING, UNITS_PER_DEGREE, Fixes, joined
from haemaru.surveillance.statics import Claim, Static, StaticHistory
from haemaru.surveillance.stats import Stats
from haemaru.surveillance.vessel_class import CLASSES, class_code, class_of_ship_type

__all__ = [
    "CLASSES",
    "MISSING",
    "UNITS_PER_DEGREE",
    "Claim",
    "Fixes",
    "Static",
    "StaticHistory",
    "Stats",
    "class_code",
    "class_of_ship_type",
    "joined",
]
