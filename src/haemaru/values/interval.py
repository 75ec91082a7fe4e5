"""A stretch of time: from `since` up to, but not including, `until`; without `until` it is still open."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from haemaru.clock import format_time
from haemaru.values.instant import parse_time
from haemaru.values.shown import shown
from haemaru.wording import Fault


@dataclass(frozen=True, slots=True)
class Interval:
    """From `since` until `until` (None: still open), both aware."""

    since: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or (self.until is not None and self.until.tzinfo is None):
            raise Fault("bad_interval", "interval", text=f"{self.since}/{self.until}")
        if self.until is not None and self.until < self.since:
            raise Fault("interval_backwards", "interval", since=format_time(self.since), until=format_time(self.until))

    @classmethod
    def parse(cls, value: object, where: str = "interval") -> Self:
        """Reads `SINCE/UNTIL` or `SINCE/..` (open); raises a `Fault` for anything else."""
        since, slash, until = value.partition("/") if isinstance(value, str) else ("", "", "")
        if not slash or not until:
            raise Fault("bad_interval", where, text=shown(value, 80))
        start, end = parse_time(since, where), None if until == ".." else parse_time(until, where)
        if end is not None and end < start:
            raise Fault("interval_backwards", where, since=since, until=until)
        return cls(start, end)

    @property
    def duration(self) -> timedelta | None:
        """How long it lasts, or None while it is open."""
        return None if self.until is None else self.until - self.since

    def holds(self, at: datetime) -> bool:
        """True when the moment lies inside."""
        return self.since <= at and (self.until is None or at < self.until)

    def covers(self, other: "Interval") -> bool:
        """True when the other lies wholly inside."""
        if self.until is None:
            return self.since <= other.since
        return self.since <= other.since and other.until is not None and other.until <= self.until

    def overlaps(self, other: "Interval") -> bool:
        """True when a moment lies inside both; two that only touch do not overlap."""
        return self.common(other) is not None

    def common(self, other: "Interval") -> "Interval | None":
        """The stretch that lies inside both, or None when there is none."""
        since = max(self.since, other.since)
        ends = [end for end in (self.until, other.until) if end is not None]
        until = min(ends) if ends else None
        return None if until is not None and until <= since else Interval(since, until)

    def __str__(self) -> str:
        return f"{format_time(self.since)}/{'..' if self.until is None else format_time(self.until)}"
