"""A code of the Harmonized System: chapter, heading, subheading, and what a country adds after six digits."""

import re
from dataclasses import dataclass
from typing import Self

from haemaru.values.shown import shown
from haemaru.wording import Fault


@dataclass(frozen=True, slots=True, order=True)
class HsCode:
    """The digits of a tariff code: 2, 4, 6, 8 or 10 of them."""

    digits: str

    @classmethod
    def parse(cls, value: object, where: str = "hs_code") -> Self:
        """Reads `2939.72` or `2939720000`; raises `Fault("bad_hs_code")` for anything else."""
        text = re.sub(r"[ .-]", "", value) if isinstance(value, str) else ""
        # Chapter 77 is reserved by the convention and has never been used.
        if not re.fullmatch(r"(?:[0-9]{2}){1,5}", text, re.ASCII) or text[:2] in ("00", "77"):
            raise Fault("bad_hs_code", where, text=shown(value))
        return cls(text)

    @property
    def chapter(self) -> str:
        """The first two digits."""
        return self.digits[:2]

    @property
    def subheading(self) -> str | None:
        """The six digits that all countries share, or None when fewer are given."""
        return self.digits[:6] if len(self.digits) >= 6 else None

    def covers(self, other: "HsCode") -> bool:
        """True when the other code lies under this one."""
        return other.digits.startswith(self.digits)

    def __str__(self) -> str:
        parts = (self.digits[:4], self.digits[4:6], self.digits[6:])
        return ".".join(part for part in parts if part)
