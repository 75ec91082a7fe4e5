"""What sort of vessel a ship says she is: a small set of words, from the AIS ship type.

The numbers are stored and travel in columns, the words stand in records and clauses (`body.vessel_class`). Numbers are
only ever added at the end. `unknown` means that no static message has come yet, or that it leaves the type open: a
condition on the class is then unknown, never a yes.
"""

CLASSES = (
    "unknown",
    "cargo",
    "tanker",
    "passenger",
    "fishing",
    "tug",
    "high_speed",
    "pleasure",
    "sar",
    "law_enforcement",
    "military",
    "other",
)
_CODES = {name: code for code, name in enumerate(CLASSES)}

# ITU-R M.1371-5, table 53: single ship types first, then whole decades.
_SINGLE = {
    0: "unknown",
    30: "fishing",
    31: "tug",
    32: "tug",
    35: "military",
    36: "pleasure",
    37: "pleasure",
    51: "sar",
    52: "tug",
    55: "law_enforcement",
}
_DECADES = {4: "high_speed", 6: "passenger", 7: "cargo", 8: "tanker"}


def class_code(name: str) -> int:
    """The number of a class; an unknown word is `other`."""
    return _CODES.get(name, _CODES["other"])


def class_of_ship_type(ship_type: int | None) -> int:
    """The class of an AIS ship type (0-255).

    >>> CLASSES[class_of_ship_type(71)], CLASSES[class_of_ship_type(52)], CLASSES[class_of_ship_type(None)]
    ('cargo', 'tug', 'unknown')
    """
    if ship_type is None:
        return 0
    return _CODES[_SINGLE.get(ship_type) or _DECADES.get(ship_type // 10, "other")]
