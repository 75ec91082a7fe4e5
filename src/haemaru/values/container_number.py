"""The number on a container's door (ISO 6346): owner, category, serial and a check digit.

The check digit is a sum modulo 11, and remainder 10 is written 0: remainders 0 and 10 share a digit, so a 0 proves
less than another digit does (`check_digit_is_shared`). A wrong check digit is told, not refused.
"""

import re
from dataclasses import dataclass
from typing import Self

from haemaru.values.shown import shown
from haemaru.wording import Fault

# Letters count from 10 upwards and skip the multiples of 11 (ISO 6346, annex A).
_WORTH = {
    **{digit: int(digit) for digit in "0123456789"},
    **dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True)),
}
_SEPARATORS = re.compile(r"[ \-/.]")


@dataclass(frozen=True, slots=True, order=True)
class ContainerNumber:
    """A container's eleven signs."""

    text: str

    @classmethod
    def parse(cls, value: object, where: str = "container") -> Self:
        """Reads eleven signs, with or without separators; raises `Fault("bad_container")` for any other shape."""
        text = _SEPARATORS.sub("", value).upper() if isinstance(value, str) and value.isascii() else ""
        if not re.fullmatch(r"[A-Z]{3}[UJZ][0-9]{7}", text):
            raise Fault("bad_container", where, text=shown(value))
        return cls(text)

    @property
    def owner(self) -> str:
        """The owner's three letters."""
        return self.text[:3]

    @property
    def category(self) -> str:
        """U for a container, J for equipment that belongs to one, Z for a trailer or chassis."""
        return self.text[3]

    @property
    def serial(self) -> str:
        """The six digits of the serial number."""
        return self.text[4:10]

    @property
    def expected_digit(self) -> int:
        """The check digit that the ten signs before it call for."""
        return self._remainder % 10

    @property
    def check_digit_ok(self) -> bool:
        """True when the check digit agrees with the signs before it."""
        return self.expected_digit == int(self.text[10])

    @property
    def check_digit_is_shared(self) -> bool:
        """True when the digit is 0, which stands for two remainders and therefore proves less."""
        return self.expected_digit == 0

    @property
    def _remainder(self) -> int:
        return sum(_WORTH[sign] << at for at, sign in enumerate(self.text[:10])) % 11

    def __str__(self) -> str:
        return f"{self.text[:4]} {self.text[4:10]} {self.text[10]}"
