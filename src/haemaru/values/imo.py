"""The seven digits a hull keeps for life.

The last digit is a check digit, and only a hint: one random number in ten passes it, 0000000 and 1234567 do too. Such
fillers are refused; a wrong check digit is told, not refused, because a dictated number may still find the ship.
"""

import re
from dataclasses import dataclass
from typing import Self

from haemaru.values.shown import shown
from haemaru.wording import Fault

_FILLERS = frozenset({"1234567", "7654321", "9876543", "0123456", *(digit * 7 for digit in "0123456789")})
_WEIGHTS = (7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True, order=True)
class Imo:
    """A ship's IMO number."""

    number: int

    @classmethod
    def parse(cls, value: object, where: str = "imo") -> Self:
        """Reads seven digits, with or without `IMO` before them; raises `Fault("bad_imo")` or `Fault("filler_imo")`."""
        text = (
            f"{value:07d}" if isinstance(value, int) and 0 <= value < 10**7 and not isinstance(value, bool) else value
        )
        text = text.strip().upper() if isinstance(text, str) else ""
        found = re.fullmatch(r"(?:IMO[ :.#-]*)?([0-9]{7})", text, re.ASCII)
        if not found:
            raise Fault("bad_imo", where, text=shown(value))
        if found[1] in _FILLERS or found[1].startswith("0"):
            raise Fault("filler_imo", where, text=found[1])
        return cls(int(found[1]))

    @property
    def check_digit_ok(self) -> bool:
        """True when the last digit agrees with the six before it: a hint that no digit was mistyped."""
        digits = str(self)
        total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False))
        return total % 10 == int(digits[6])

    def __str__(self) -> str:
        return f"{self.number:07d}"
