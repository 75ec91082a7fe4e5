"""The nine digits a radio station at sea calls itself by.

The first digits say what kind of station it is (ITU-R M.585) and three of them, the MID, which country gave the number.
A ship changes its MMSI with its flag and anybody can type a wrong one: it finds a ship, it never proves one.
"""

import re
from dataclasses import dataclass
from typing import Literal, Self

from haemaru.values.shown import shown
from haemaru.wording import Fault

MmsiKind = Literal[
    "ship", "group", "coast_station", "sar_aircraft", "handheld", "daughter_craft", "aid_to_navigation",
    "sart", "man_overboard", "epirb", "unknown",
]  # fmt: skip

# Longest prefix first: 00 is a coast station, a single 0 a group of ships.
_PREFIXES: tuple[tuple[str, MmsiKind, int | None], ...] = (
    ("970", "sart", None),
    ("972", "man_overboard", None),
    ("974", "epirb", None),
    ("111", "sar_aircraft", 3),
    ("00", "coast_station", 2),
    ("98", "daughter_craft", 2),
    ("99", "aid_to_navigation", 2),
    ("0", "group", 1),
    ("8", "handheld", 1),
)
_FIRST_MID, _LAST_MID = 201, 775  # ITU table of maritime identification digits


@dataclass(frozen=True, slots=True, order=True)
class Mmsi:
    """A station's nine digits, as a number."""

    number: int

    @classmethod
    def parse(cls, value: object, where: str = "mmsi") -> Self:
        """Reads nine digits, as text or number; raises `Fault("bad_mmsi")` for anything else."""
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
            return cls(value)
        if isinstance(value, str) and re.fullmatch(r"[0-9]{9}", value.strip()):
            return cls(int(value))
        raise Fault("bad_mmsi", where, text=shown(value))

    @property
    def kind(self) -> MmsiKind:
        """What kind of station the first digits tell of; `unknown` where no rule gives them a meaning."""
        return self._read()[0]

    @property
    def mid(self) -> int | None:
        """The three digits of the country that gave the number, or None where the kind has none."""
        return self._read()[1]

    def _read(self) -> tuple[MmsiKind, int | None]:
        text = str(self)
        for prefix, kind, at in _PREFIXES:
            if text.startswith(prefix):
                return (kind, None) if at is None else _with_mid(kind, text[at : at + 3])
        return _with_mid("ship", text[:3])

    def __str__(self) -> str:
        return f"{self.number:09d}"


def _with_mid(kind: MmsiKind, digits: str) -> tuple[MmsiKind, int | None]:
    mid = int(digits)
    return (kind, mid) if _FIRST_MID <= mid <= _LAST_MID else ("unknown", None)
