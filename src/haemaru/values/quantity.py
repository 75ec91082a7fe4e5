"""How much was found, in what unit, and how anybody knows: reports of one seizure differ by the basis of the figure.

"1 t", "2 t" and "1,690 kg gross" were all said of one case. Amounts are exact decimals and keep their unit; only
masses can be turned into grams, tablets and litres stay what they are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self

from haemaru.values.shown import shown
from haemaru.wording import Fault

UNITS = ("mg", "g", "kg", "t", "tablet", "litre")
BASES = ("estimated", "gross", "net", "lab")
"""How the amount is known, the weakest first; lab is weighed and analysed."""

_GRAMS = {"mg": Decimal("0.001"), "g": Decimal(1), "kg": Decimal(1000), "t": Decimal(1_000_000)}
_SPELLINGS = {"tablets": "tablet", "litres": "litre", "liter": "litre", "liters": "litre", "l": "litre", "정": "tablet",
              "톤": "t", "리터": "litre", "ton": "t", "tonne": "t", "tonnes": "t"}  # fmt: skip
_SHAPE = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?\s*([^\W\d_]+)(?:\s+\(?([a-z]+)\)?)?")
# A float holds 15 decimal digits exactly, so an amount survives JSON as a number.
_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount, its unit and its basis."""

    amount: Decimal
    unit: str
    basis: str = "estimated"

    @classmethod
    def parse(cls, value: object, where: str = "quantity") -> Self:
        """Reads `1,690 kg gross`; without a basis it is an estimate. Raises `Fault("bad_quantity")` otherwise."""
        found = _SHAPE.fullmatch(value.strip().lower()) if isinstance(value, str) else None
        if not found:
            raise Fault("bad_quantity", where, text=shown(value, 60))
        whole = found[1].replace(",", "") + (found[2] or "")
        return cls._checked(Decimal(whole), _SPELLINGS.get(found[3], found[3]), found[4] or "estimated", where)

    @classmethod
    def from_json(cls, value: object, where: str = "quantity") -> Self:
        """Reads `{"amount", "unit", "basis"}` as it stands in records."""
        if not isinstance(value, Mapping) or isinstance(value.get("amount"), bool):
            raise Fault("bad_quantity", where, text=shown(value, 60))
        try:
            amount = Decimal(str(value.get("amount")))
        except InvalidOperation:
            raise Fault("bad_quantity", where, text=shown(value, 60)) from None
        return cls._checked(amount, value.get("unit"), value.get("basis", "estimated"), where)

    @classmethod
    def _checked(cls, amount: Decimal, unit: object, basis: object, where: str) -> Self:
        fine = amount.is_finite() and amount >= 0 and len(amount.as_tuple().digits) <= _MOST_DIGITS
        if not fine or abs(amount.adjusted()) > _MOST_DIGITS or unit not in UNITS or basis not in BASES:
            raise Fault("bad_quantity", where, text=f"{amount} {unit} {basis}"[:60])
        return cls(amount, str(unit), str(basis))

    def as_json(self) -> dict[str, str | int | float]:
        """`{"amount", "unit", "basis"}` with the amount as a number."""
        number = int(self.amount) if self.amount == self.amount.to_integral_value() else float(self.amount)
        return {"amount": number, "unit": self.unit, "basis": self.basis}

    @property
    def grams(self) -> Decimal | None:
        """The mass in grams, exact; None for tablets and litres, which have none until a laboratory says so."""
        return self.amount * _GRAMS[self.unit] if self.unit in _GRAMS else None

    def __str__(self) -> str:
        return f"{self.amount:,f} {self.unit} {self.basis}"
