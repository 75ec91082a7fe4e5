"""Whose record it is: a clause may speak only of what certain parties themselves made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from haemaru.agreement.conditions.columns import Codes, Columns
from haemaru.agreement.conditions.outcome import Outcome, outcomes
from haemaru.agreement.conditions.stated import Stated

if TYPE_CHECKING:
    from haemaru.agreement.tables import Names, Table


@dataclass(frozen=True, slots=True)
class OriginIn(Stated):
    """Met when the record's origin is one of `parties`."""

    test: ClassVar[str] = "origin_in"
    parties: tuple[str, ...]
    outcomes: tuple[Outcome, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcomes", outcomes("origin_not_listed", "origin", parties=", ".join(self.parties)))

    @classmethod
    def read(cls, table: "Table", names: "Names") -> Self:
        """Reads `parties`, ids of the agreement's parties."""
        return cls(table.words("parties", names.parties))

    @property
    def reads(self) -> tuple[str, ...]:
        """The attributes this condition stands on."""
        return ("origin",)

    def facts(self) -> dict[str, str]:
        """The parameters, for the sentence that explains the clause."""
        return {"parties": ", ".join(self.parties)}

    def verify(self, record: Mapping[str, object], at: datetime) -> Outcome:
        """Met, not met or unknown for one record."""
        return self.outcomes[self._judge(record.get("origin"))]

    def verify_batch(self, columns: Columns, at: datetime) -> Codes:
        """The same for every row, as places in `outcomes`."""
        return columns.by_value("origin", self._judge)

    def _judge(self, value: object) -> int:
        if value.__class__ is not str:
            return 2
        return 0 if value in self.parties else 1
