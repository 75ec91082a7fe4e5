"""What every record begins with: its name, who it comes from, when, and how it must be handled.

This is the one door through which rooms make records, so that labels follow: what is made from other records names
them as `sources`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from haemaru.clock import format_time
from haemaru.records.labels import labels_of
from haemaru.records.record import Record, read_record
from haemaru.values.handling import Handling


@dataclass(frozen=True, slots=True)
class Stamp:
    """The name, origin, time and least handling of a record that is about to be made; `levels` is the ladder."""

    rid: str
    origin: str
    at: datetime
    handling: Handling
    levels: Sequence[str] = ()

    def record(
        self,
        kind: str,
        subject: Mapping[str, Any],
        body: Mapping[str, Any],
        refs: tuple[str, ...] = (),
        sources: Iterable[Mapping[str, Any]] = (),
    ) -> Record:
        """The checked record of this kind about this subject, handled at least as strictly as its sources.

        Raises `Fault` when it would not be a record.
        """
        made: Record = {
            "rid": self.rid,
            "kind": kind,
            "subject": dict(subject),
            "event_time": format_time(self.at),
            "handling": labels_of(sources, self.levels, self.handling).as_json(),
            "origin": self.origin,
            "body": dict(body),
        }
        return read_record({**made, "refs": list(refs)} if refs else made)
