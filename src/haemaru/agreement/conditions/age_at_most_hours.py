"""How old a record may be when it leaves: the time between its event and the decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from haemaru.agreement.conditions.attributes import read_time
from haemaru.agreement.conditions.columns import Codes, Columns
from haemaru.agreement.conditions.outcome import Outcome, outcomes
from haemaru.agreement.conditions.stated import Stated
from haemaru.clock.times import from_ms, to_ms

if TYPE_CHECKING:
    from haemaru.agreement.tables import Names, Table


@dataclass(frozen=True, slots=True)
class AgeAtMostHours(Stated):
    """Met when `at - event_time` is `hours` or less; an event time after `at` meets it."""

    test: ClassVar[str] = "age_at_most_hours"
    hours: int | float
    outcomes: tuple[Outcome, ...] = field(init=False, repr=False, compare=False)
    _limit: timedelta = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcomes", outcomes("too_old", "event_time", hours=self.hours))
        object.__setattr__(self, "_limit", timedelta(hours=self.hours))

    @classmethod
    def read(cls, table: "Table", names: "Names") -> Self:
        """Reads `hours`, a number from 0 to 876,000 (a hundred years)."""
        return cls(table.number("hours", low=0, high=876_000))

    @property
    def reads(self) -> tuple[str, ...]:
        """The attributes this condition stands on."""
        return ("event_time",)

    def facts(self) -> dict[str, str]:
        """The parameters, for the sentence that explains the clause."""
        return {"hours": str(self.hours)}

    def verify(self, record: Mapping[str, object], at: datetime) -> Outcome:
        """Met, not met or unknown for one record."""
        event = read_time(record.get("event_time"))
        if event is None:
            return self.outcomes[2]
        return self.outcomes[0 if at - event <= self._limit else 1]

    def verify_batch(self, columns: Columns, at: datetime) -> Codes:
        """The same for every row, as places in `outcomes`."""
        times = columns.times_ms()
        if times is None:
            return columns.by_value("event_time", lambda v: self.outcomes.index(self.verify({"event_time": v}, at)))
        earliest = at - self._limit
        first_ms = to_ms(earliest) + (from_ms(to_ms(earliest)) != earliest)  # rounded up to a whole millisecond
        return np.where(times[1], (times[0] < first_ms).astype(np.uint8), np.uint8(2))
