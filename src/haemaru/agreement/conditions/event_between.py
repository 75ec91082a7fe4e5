"""When it happened: the event lies in a period, its beginning counted in and its end left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from haemaru.agreement.conditions.attributes import read_time
from haemaru.agreement.conditions.columns import Codes, Columns
from haemaru.agreement.conditions.outcome import Outcome, outcomes
from haemaru.agreement.conditions.stated import Stated
from haemaru.clock.times import format_time, from_ms, to_ms

if TYPE_CHECKING:
    from haemaru.agreement.tables import Names, Table


def _first_ms(moment: datetime) -> int:
    return to_ms(moment) + (from_ms(to_ms(moment)) != moment)


@dataclass(frozen=True, slots=True)
class EventBetween(Stated):
    """Met when `since <= event_time < until`; either end may be left open."""

    test: ClassVar[str] = "event_between"
    since: datetime | None
    until: datetime | None
    outcomes: tuple[Outcome, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcomes", outcomes("outside_period", "event_time", **self.facts()))

    @classmethod
    def read(cls, table: "Table", names: "Names") -> Self:
        """Reads `since` and `until`, times with an offset; at least one of them."""
        since, until = table.find_moment("since"), table.find_moment("until")
        if since is None and until is None:
            raise table.fault("agreement_key_missing", key="since")
        if since is not None and until is not None and since >= until:
            raise table.wrong("until", "date-time after since")
        return cls(since, until)

    @property
    def reads(self) -> tuple[str, ...]:
        """The attributes this condition stands on."""
        return ("event_time",)

    def facts(self) -> dict[str, str]:
        """The parameters, for the sentence that explains the clause."""
        ends = {"since": self.since, "until": self.until}
        return {name: format_time(end) if end else "-" for name, end in ends.items()}

    def verify(self, record: Mapping[str, object], at: datetime) -> Outcome:
        """Met, not met or unknown for one record."""
        event = read_time(record.get("event_time"))
        if event is None:
            return self.outcomes[2]
        held = (self.since is None or self.since <= event) and (self.until is None or event < self.until)
        return self.outcomes[0 if held else 1]

    def verify_batch(self, columns: Columns, at: datetime) -> Codes:
        """The same for every row, as places in `outcomes`."""
        times = columns.times_ms()
        if times is None:
            return columns.by_value("event_time", lambda v: self.outcomes.index(self.verify({"event_time": v}, at)))
        early = times[0] < _first_ms(self.since) if self.since else np.zeros(columns.size, dtype=np.bool_)
        late = times[0] >= _first_ms(self.until) if self.until else np.zeros(columns.size, dtype=np.bool_)
        return np.where(times[1], (early | late).astype(np.uint8), np.uint8(2))
