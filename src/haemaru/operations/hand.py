"""The hand that writes a record: which party, when, under which name, and how what is written must be handled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from haemaru.records import MAX_REFS, Record, Stamp, labels_of
from haemaru.values.handling import Handling
from haemaru.values.instant import parse_time

_DEFAULT = Handling("restricted")
_LAST = datetime.max.replace(tzinfo=UTC)


def in_time(record: Mapping[str, Any]) -> tuple[datetime, str]:
    """Sorts records by the time of their event; one whose time was withheld comes last."""
    at = record.get("event_time")
    return parse_time(at, "event_time") if isinstance(at, str) else _LAST, str(record.get("rid"))


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes, when, and the name that the new record gets; `levels` is the agreement's ladder, lowest first."""

    party: str
    rid: str
    at: datetime
    officer: str = ""
    handling: Handling = field(default=_DEFAULT)
    levels: Sequence[str] = ()

    def write(
        self,
        kind: str,
        subject: Mapping[str, Any],
        body: Mapping[str, Any],
        *,
        sources: Iterable[Mapping[str, Any]] = (),
        event_time: str | None = None,
    ) -> Record:
        """A new record that refers to its sources and is handled at least as strictly as each of them."""
        sources = list(sources)
        refs = tuple(dict.fromkeys(str(source["rid"]) for source in sources))[:MAX_REFS]
        at = parse_time(event_time, "event_time") if event_time else self.at
        signed = {**body, **({"officer": self.officer} if self.officer and "officer" not in body else {})}
        return replace(self.stamp, at=at).record(kind, subject, signed, refs, sources)

    @property
    def stamp(self) -> Stamp:
        """The stamp of the record that this hand is about to write."""
        return Stamp(self.rid, self.party, self.at, self.handling, self.levels)

    def joined(self, sources: Iterable[Mapping[str, Any]]) -> Handling:
        """How something must be handled that is derived from these records: the strictest level, every caveat."""
        return labels_of(sources, self.levels, self.handling)
