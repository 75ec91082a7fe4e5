"""What every record begins with: its name, who it comes from, when, and how it must be handled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from haemaru.clock import format_time
from haemaru.records.record import Record, read_record
from haemaru.values.handling import Handling


@dataclass(frozen=True, slots=True)
class Stamp:
    """The name, origin, time and handling of a record that is about to be made."""

    rid: str
    origin: str
    at: datetime
    handling: Handling

    def record(
        self, kind: str, subject: Mapping[str, Any], body: Mapping[str, Any], refs: tuple[str, ...] = ()
    ) -> Record:
        """The checked record of this kind about this subject; raises `Fault` when it would not be one."""
        made: Record = {
            "rid": self.rid,
            "kind": kind,
            "subject": dict(subject),
            "event_time": format_time(self.at),
            "handling": self.handling.as_json(),
            "origin": self.origin,
            "body": dict(body),
        }
        return read_record({**made, "refs": list(refs)} if refs else made)
