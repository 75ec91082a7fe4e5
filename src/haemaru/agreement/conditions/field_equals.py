"""An attribute that must have one value, compared in that value's own JSON type."""

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


@dataclass(frozen=True, slots=True)
class FieldEquals(Stated):
    """Met when the attribute equals `value`: 1 equals 1.0, true is not 1, text is compared exactly."""

    test: ClassVar[str] = "field_equals"
    path: str
    kind: str  # the JSON type of value: 1 and true are equal in Python, here they are not
    value: str | int | float | bool
    outcomes: tuple[Outcome, ...] = field(init=False, repr=False, compare=False)
    _keys: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcomes", outcomes("value_differs", self.path, value=str(self.value)))
        object.__setattr__(self, "_keys", tuple(self.path.split(".")))

    @classmethod
    def read(cls, table: "Table", names: "Names") -> Self:
        """Reads `path` and `value`, a text, a number or a boolean."""
        value = table.scalar("value")
        return cls(table.path("path"), json_type(value), value)

    @property
    def reads(self) -> tuple[str, ...]:
        """The attributes this condition stands on."""
        return (self.path,)

    def facts(self) -> dict[str, str]:
        """The parameters, for the sentence that explains the clause."""
        return {"path": self.path, "value": str(self.value)}

    def verify(self, record: Mapping[str, object], at: datetime) -> Outcome:
        """Met, not met or unknown for one record."""
        return self.outcomes[self._judge(value_at(record, self._keys))]

    def verify_batch(self, columns: Columns, at: datetime) -> Codes:
        """The same for every row, as places in `outcomes`."""
        return columns.by_value(self.path, self._judge)

    def _judge(self, value: object) -> int:
        if json_type(value) != self.kind:
            return 2
        return 0 if value == self.value else 1
