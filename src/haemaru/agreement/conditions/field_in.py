"""An attribute that must be one of several values, compared in their own JSON type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from haemaru.agreement.conditions.attributes import json_type, value_at
from haemaru.agreement.conditions.columns import Codes, Columns
from haemaru.agreement.conditions.outcome import Outcome, outcomes
from haemaru.agreement.conditions.stated import Stated

if TYPE_CHECKING:
    from haemaru.agreement.tables import Names, Table

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class FieldIn(Stated):
    """Met when the attribute equals one of `values`; unknown when it is of a type that none of them has."""

    test: ClassVar[str] = "field_in"
    path: str
    values: tuple[tuple[str, Scalar], ...]  # each with its type, so that true and 1 stay two things
    outcomes: tuple[Outcome, ...] = field(init=False, repr=False, compare=False)
    _keys: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _texts: frozenset[str] = field(init=False, repr=False, compare=False)
    _types: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcomes", outcomes("value_not_listed", self.path))
        object.__setattr__(self, "_keys", tuple(self.path.split(".")))
        object.__setattr__(self, "_texts", frozenset(v for kind, v in self.values if kind == "text"))
        object.__setattr__(self, "_types", frozenset(kind for kind, _ in self.values))

    @classmethod
    def read(cls, table: "Table", names: "Names") -> Self:
        """Reads `path` and `values`, a list of texts, numbers or booleans that is not empty."""
        return cls(table.path("path"), tuple((json_type(value), value) for value in table.scalars("values")))

    @property
    def reads(self) -> tuple[str, ...]:
        """The attributes this condition stands on."""
        return (self.path,)

    def facts(self) -> dict[str, str]:
        """The parameters, for the sentence that explains the clause."""
        return {"path": self.path, "values": ", ".join(str(value) for _, value in self.values)}

    def verify(self, record: Mapping[str, object], at: datetime) -> Outcome:
        """Met, not met or unknown for one record."""
        return self.outcomes[self._judge(value_at(record, self._keys))]

    def verify_batch(self, columns: Columns, at: datetime) -> Codes:
        """The same for every row, as places in `outcomes`."""
        return columns.by_value(self.path, self._judge)

    def _judge(self, value: object) -> int:
        if value.__class__ is str:
            return 0 if value in self._texts else 1 if self._texts else 2
        kind = json_type(value)
        if kind not in self._types:
            return 2
        return 0 if any(kind == own and value == wanted for own, wanted in self.values) else 1
