"""What becomes of a record when one that it was made from is corrected or taken back.

Each room says it for its own kinds in a pure `on_recall(recalled, record)`; the node finds the records concerned by
what they refer to and carries the changes out, so that they reach whoever was sent them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from haemaru.wording import Reason

TAKEN_BACK = "source_taken_back"
"""The member of a body that lists the rids of sources that are gone; a rid that a partner may not know stays out."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """The record that was recalled: as it now stands, or None where it was taken back."""

    rid: str
    record: Mapping[str, Any] | None = None

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is left."""
        return self.record is None


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done with a record that was made from it: a new body, or None to take it back; and why."""

    body: Mapping[str, Any] | None
    reason: Reason


def marked(recalled: Recalled, record: Mapping[str, Any]) -> Change | None:
    """The record with a mark that a source of it is gone; None where it bears the mark already or nothing is gone."""
    body = record["body"]
    named = body.get(TAKEN_BACK, ())
    if not recalled.is_gone or recalled.rid in named:
        return None
    return Change({**body, TAKEN_BACK: sorted({*named, recalled.rid})}, Reason("source_taken_back"))


def withdrawn(recalled: Recalled) -> Change | None:
    """The end of a record that means nothing without its source."""
    return Change(None, Reason("source_taken_back")) if recalled.is_gone else None
