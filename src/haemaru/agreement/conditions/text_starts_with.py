"""A text that must begin in a certain way, such as a country's first digits of an MMSI written as text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from haemaru.agreement.conditions.attributes import value_at
from haemaru.agreement.conditions.columns import Codes, Columns
from haemaru.agreement.conditions.outcome import Outcome, outcomes
from haemaru.agreement.conditions.stated import Stated

if TYPE_CHECKING:
    from haemaru.agreement.tables import Names, Table


@dataclass(frozen=True, slots=True)
class TextStartsWith(Stated):
    """Met when the attribute is a text that begins with `prefix`, compared exactly."""

    test: ClassVar[str] = "text_starts_with"
    path: str
    prefix: str
    outcomes: tuple[Outcome, ...] = field(init=False, repr=False, compare=False)
    _keys: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcomes", outcomes("prefix_differs", self.path, prefix=self.prefix))
        object.__setattr__(self, "_keys", tuple(self.path.split(".")))

    @classmethod
    def read(cls, table: "Table", names: "Names") -> Self:
        """Reads `path` and `prefix`, a text that is not empty."""
        return cls(table.path("path"), table.text("prefix"))

    @property
    def reads(self) -> tuple[str, ...]:
        """The attributes this condition stands on."""
        return (self.path,)

    def facts(self) -> dict[str, str]:
        """The parameters, for the sentence that explains the clause."""
        return {"path": self.path, "prefix": self.prefix}

    def verify(self, record: Mapping[str, object], at: datetime) -> Outcome:
        """Met, not met or unknown for one record."""
        return self.outcomes[self._judge(value_at(record, self._keys))]

    def verify_batch(self, columns: Columns, at: datetime) -> Codes:
        """The same for every row, as places in `outcomes`."""
        return columns.by_value(self.path, self._judge)

    def _judge(self, value: object) -> int:
        if value.__class__ is not str:
            return 2
        return 0 if value.startswith(self.prefix) else 1
