"""One caveat that a record must carry, such as the mark that sends it to a person first."""

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
class CaveatPresent(Stated):
    """Met when `caveat` is one of the record's caveats; without a list of caveats nobody knows."""

    test: ClassVar[str] = "caveat_present"
    caveat: str
    outcomes: tuple[Outcome, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcomes", outcomes("caveat_not_present", "handling.caveats", caveat=self.caveat))

    @classmethod
    def read(cls, table: "Table", names: "Names") -> Self:
        """Reads `caveat`, a text."""
        return cls(table.text("caveat"))

    @property
    def reads(self) -> tuple[str, ...]:
        """The attributes this condition stands on."""
        return ("handling.caveats",)

    def facts(self) -> dict[str, str]:
        """The parameters, for the sentence that explains the clause."""
        return {"caveat": self.caveat}

    def verify(self, record: Mapping[str, object], at: datetime) -> Outcome:
        """Met, not met or unknown for one record."""
        return self.outcomes[self._judge(value_at(record, _KEYS))]

    def verify_batch(self, columns: Columns, at: datetime) -> Codes:
        """The same for every row, as places in `outcomes`."""
        return columns.by_value("handling.caveats", self._judge)

    def _judge(self, value: object) -> int:
        if not is_texts(value):
            return 2
        return 0 if self.caveat in value else 1  # type: ignore[operator]
