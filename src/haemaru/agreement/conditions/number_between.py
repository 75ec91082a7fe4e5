"""A number that must lie between two ends, both counted in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil, floor
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from haemaru.agreement.conditions.attributes import is_number, value_at
from haemaru.agreement.conditions.columns import Codes, Columns
from haemaru.agreement.conditions.outcome import Outcome, outcomes
from haemaru.agreement.conditions.stated import Stated

if TYPE_CHECKING:
    from haemaru.agreement.tables import Names, Table


@dataclass(frozen=True, slots=True)
class NumberBetween(Stated):
    """Met when `min <= attribute <= max`; either end may be left open."""

    test: ClassVar[str] = "number_between"
    path: str
    low: int | float | None
    high: int | float | None
    outcomes: tuple[Outcome, ...] = field(init=False, repr=False, compare=False)
    _keys: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ends = {name: end for name, end in self.facts().items() if name != "path"}
        object.__setattr__(self, "outcomes", outcomes("number_out_of_range", self.path, **ends))
        object.__setattr__(self, "_keys", tuple(self.path.split(".")))

    @classmethod
    def read(cls, table: "Table", names: "Names") -> Self:
        """Reads `path`, `min` and `max`; at least one of the ends."""
        path, low, high = table.path("path"), table.find_number("min"), table.find_number("max")
        if low is None and high is None:
            raise table.fault("agreement_key_missing", key="min")
        if low is not None and high is not None and low > high:
            raise table.wrong("max", "number not below min")
        return cls(path, low, high)

    @property
    def reads(self) -> tuple[str, ...]:
        """The attributes this condition stands on."""
        return (self.path,)

    def facts(self) -> dict[str, str]:
        """The parameters, for the sentence that explains the clause."""
        ends = {"min": self.low, "max": self.high}
        return {"path": self.path} | {name: "-" if end is None else str(end) for name, end in ends.items()}

    def verify(self, record: Mapping[str, object], at: datetime) -> Outcome:
        """Met, not met or unknown for one record."""
        return self.outcomes[self._judge(value_at(record, self._keys))]

    def verify_batch(self, columns: Columns, at: datetime) -> Codes:
        """The same for every row, as places in `outcomes`."""
        column = columns.numbers(self.path)
        if column is None:
            return columns.by_value(self.path, self._judge)
        values, known = column
        held = np.ones(columns.size, dtype=np.bool_)
        whole = values.dtype.kind in "iu"  # whole numbers compare with whole ends: exact at any size
        if self.low is not None:
            held &= values >= (ceil(self.low) if whole else self.low)
        if self.high is not None:
            held &= values <= (floor(self.high) if whole else self.high)
        return np.where(known, np.where(held, np.uint8(0), np.uint8(1)), np.uint8(2))

    def _judge(self, value: object) -> int:
        if not is_number(value):
            return 2
        low, high = self.low, self.high
        held = (low is None or low <= value) and (high is None or value <= high)  # type: ignore[operator]
        return 0 if held else 1
