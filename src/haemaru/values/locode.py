"""The five signs of a place of trade (UN/LOCODE): two letters of the country, three of the place."""

import re
from dataclasses import dataclass
from typing import Self

from haemaru.values.shown import shown
from haemaru.wording import Fault


@dataclass(frozen=True, slots=True, order=True)
class Locode:
    """A UN/LOCODE such as KRPUS; its shape is checked, not whether the place exists."""

    text: str

    @classmethod
    def parse(cls, value: object, where: str = "locode") -> Self:
        """Reads `KRPUS` or `KR PUS`; raises `Fault("bad_locode")` for anything else."""
        text = re.sub(r"[ -]", "", value).upper() if isinstance(value, str) and value.isascii() else ""
        if not re.fullmatch(r"[A-Z]{2}[A-Z2-9]{3}", text):
            raise Fault("bad_locode", where, text=shown(value))
        return cls(text)

    @property
    def country(self) -> str:
        """The two letters of the country (ISO 3166)."""
        return self.text[:2]

    def __str__(self) -> str:
        return self.text
