"""Caveats that travel with a record: all of them must be ones the clause allows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from haemaru.agreement.conditions.attributes import is_texts, value_at
from haemaru.agreement.conditions.columns import Codes, Columns
from haemaru.agreement.conditions.outcome import Outcome, outcomes
from haemaru.agreement.conditions.stated import Stated

if TYPE_CHECKING:
    from haemaru.agreement.tables import Names, Table

_KEYS = ("handling", "caveats")


@dataclass(frozen=True, slots=True)
class CaveatsWithin(Stated):
    """Met when every caveat of the record is among `caveats`; a record that lists none meets it."""

    test: ClassVar[str] = "caveats_within"
    caveats: tuple[str, ...]
    outcomes: tuple[Outcome, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        allowed = ", ".join(self.caveats)
        object.__setattr__(self, "outcomes", outcomes("caveat_not_allowed", "handling.caveats", allowed=allowed))

    @classmethod
    def read(cls, table: "Table", names: "Names") -> Self:
        """Reads `caveats`, a list of texts that may be empty."""
        return cls(table.texts("caveats", empty=True))

    @property
    def reads(self) -> tuple[str, ...]:
        """The attributes this condition stands on."""
        return ("handling.caveats",)

    def facts(self) -> dict[str, str]:
        """The parameters, for the sentence that explains the clause."""
        return {"caveats": ", ".join(self.caveats) or "-"}

    def verify(self, record: Mapping[str, object], at: datetime) -> Outcome:
        """Met, not met or unknown for one record."""
        return self.outcomes[self._judge(value_at(record, _KEYS))]

    def verify_batch(self, columns: Columns, at: datetime) -> Codes:
        """The same for every row, as places in `outcomes`."""
        return columns.by_value("handling.caveats", self._judge)

    def _judge(self, value: object) -> int:
        if not is_texts(value):
            return 2
        return 0 if all(item in self.caveats for item in value) else 1  # type: ignore[attr-defined]
