"""Handling level: how closely a record must be guarded, compared in the order the agreement gives its levels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from haemaru.agreement.conditions.attributes import value_at
from haemaru.agreement.conditions.columns import Codes, Columns
from haemaru.agreement.conditions.outcome import Outcome, Unknown, outcomes
from haemaru.agreement.conditions.stated import Stated
from haemaru.wording import Reason

if TYPE_CHECKING:
    from haemaru.agreement.tables import Names, Table

_KEYS = ("handling", "level")


@dataclass(frozen=True, slots=True)
class HandlingAtMost(Stated):
    """Met when the record's handling level is `level` or lower; a level the agreement does not know is unknown."""

    test: ClassVar[str] = "handling_at_most"
    level: str
    levels: tuple[str, ...]
    outcomes: tuple[Outcome, ...] = field(init=False, repr=False, compare=False)
    _codes: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ready = (*outcomes("handling_above", "handling.level", level=self.level), Unknown(Reason("level_unknown")))
        limit = self.levels.index(self.level)
        object.__setattr__(self, "outcomes", ready)
        object.__setattr__(self, "_codes", {name: int(rank > limit) for rank, name in enumerate(self.levels)})

    @classmethod
    def read(cls, table: "Table", names: "Names") -> Self:
        """Reads `level`, one of the agreement's handling levels."""
        return cls(table.word("level", names.levels), names.levels)

    @property
    def reads(self) -> tuple[str, ...]:
        """The attributes this condition stands on."""
        return ("handling.level",)

    def facts(self) -> dict[str, str]:
        """The parameters, for the sentence that explains the clause."""
        return {"level": self.level}

    def verify(self, record: Mapping[str, object], at: datetime) -> Outcome:
        """Met, not met or unknown for one record."""
        return self.outcomes[self._judge(value_at(record, _KEYS))]

    def verify_batch(self, columns: Columns, at: datetime) -> Codes:
        """The same for every row, as places in `outcomes`."""
        return columns.by_value("handling.level", self._judge)

    def _judge(self, value: object) -> int:
        return self._codes.get(value, 3) if value.__class__ is str else 2
