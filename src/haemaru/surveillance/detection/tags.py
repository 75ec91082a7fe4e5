"""Tags: what kind of place a position lies in, as bits of one number.

Every row that the automaton reads is tagged by its cell of 1500 units (0.0025 degree, 278 m of latitude). Facts carry
the tags of their rows, and the rules choose by them.
"""

from typing import Final

IN_PORT: Final = 1
NEAR_PORT: Final = 2
ANCHORAGE: Final = 4
TERRITORIAL: Final = 8
COAST: Final = 16
LANE: Final = 32
LAND: Final = 64
INFERRED: Final = 128
"""The port or anchorage of this cell was not drawn: it was found where ships lay still."""

STAY_BITS: Final = (IN_PORT, TERRITORIAL, COAST, LANE)
"""The bits whose stays are facts."""

NAMES: Final = {
    IN_PORT: "in_port",
    NEAR_PORT: "near_port",
    ANCHORAGE: "anchorage",
    TERRITORIAL: "territorial_sea",
    COAST: "coast",
    LANE: "lane",
    LAND: "land",
    INFERRED: "inferred",
}
