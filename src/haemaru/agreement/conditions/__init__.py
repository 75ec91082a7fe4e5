"""What a clause may ask of a record: one condition, one file, one frozen dataclass.

A condition answers with one of its `outcomes` (met, not met with a reason, unknown with a reason), for one record in
`verify` and for columns in `verify_batch`. None of them can ask whether something is absent: unknown is never a yes.
To add one, write its file with its test and put it into `CONDITIONS`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

from haemaru.agreement.conditions.age_at_most_hours import AgeAtMostHours
from haemaru.agreement.conditions.area_within import AreaWithin
from haemaru.agreement.conditions.caveat_present import CaveatPresent
from haemaru.agreement.conditions.caveats_within import CaveatsWithin
from haemaru.agreement.conditions.columns import Coded, Codes, Columns
from haemaru.agreement.conditions.event_between import EventBetween
from haemaru.agreement.conditions.field_equals import FieldEquals
from haemaru.agreement.conditions.field_in import FieldIn
from haemaru.agreement.conditions.handling_at_most import HandlingAtMost
from haemaru.agreement.conditions.number_between import NumberBetween
from haemaru.agreement.conditions.origin_in import OriginIn
from haemaru.agreement.conditions.outcome import MET, Met, NotMet, Outcome, Unknown
from haemaru.agreement.conditions.text_starts_with import TextStartsWith

if TYPE_CHECKING:
    from haemaru.agreement.tables import Names, Table

__all__ = ["CONDITIONS", "MET", "Coded", "Codes", "Columns", "Condition", "Met", "NotMet", "Outcome", "Unknown"]


class Condition(Protocol):
    """What every condition can do; two equal conditions are tested once."""

    test: ClassVar[str]

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """All answers it can give; the first is met."""
        ...

    @property
    def reads(self) -> tuple[str, ...]:
        """The attributes it stands on."""
        ...

    @classmethod
    def read(cls, table: "Table", names: "Names") -> Self:
        """Reads the parameters from the agreement file."""
        ...

    def facts(self) -> dict[str, str]:
        """The parameters, for the sentence that explains the clause."""
        ...

    def words(self) -> str:
        """The condition as it stands in the file, on one line."""
        ...

    def verify(self, record: Mapping[str, object], at: datetime) -> Outcome:
        """Met, not met or unknown for one record."""
        ...

    def verify_batch(self, columns: Columns, at: datetime) -> Codes:
        """The same for every row, as places in `outcomes`."""
        ...


CONDITIONS: tuple[type[Condition], ...] = (
    HandlingAtMost,
    CaveatsWithin,
    CaveatPresent,
    OriginIn,
    AreaWithin,
    AgeAtMostHours,
    EventBetween,
    FieldEquals,
    FieldIn,
    NumberBetween,
    TextStartsWith,
)
