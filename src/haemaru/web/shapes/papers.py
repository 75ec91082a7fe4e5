"""Records: in a list, on their page, and what of them leaves."""

from typing import Any

import msgspec

from haemaru.wording import Reason


class RecordRow(msgspec.Struct, frozen=True):
    """A record in a list. `held_from` is None for our own; `state` is held, retracted, expired or quarantined."""

    rid: str
    kind: str
    origin: str
    event_time: str
    subject: dict[str, Any] = {}
    held_from: str | None = None
    level: str = ""
    caveats: list[str] = []
    state: str = "held"
    rev: int = 1
    channel: str = ""
    epoch: int | None = None
    seq: int | None = None


class Field(msgspec.Struct, frozen=True):
    """A field of a record as it is held. `clause` is None in our own records: nobody had to release them."""

    path: str
    value: Any
    clause: str | None = None
    treatment: str | None = None


class Withheld(msgspec.Struct, frozen=True):
    """A field that stayed behind: the clause that kept it (`none`: no clause names it) and the reason."""

    path: str
    clause: str
    reason: Reason | None = None


class Leaving(msgspec.Struct, frozen=True):
    """What of our own record would leave to one partner now, or has left (`sealed_at`)."""

    party: str
    verdict: str
    purpose: str = ""
    released: list[Field] = []
    withheld: list[Withheld] = []
    sealed_at: str | None = None
    acknowledged_at: str | None = None


class Change(msgspec.Struct, frozen=True):
    """One revision or ruling over a record."""

    op: str
    at: str
    rev: int | None = None
    by: str = ""
    reason: str = ""


class Answered(msgspec.Struct, frozen=True):
    """What a partner signed when it was told that our record was corrected or taken back; `pending` until then."""

    party: str
    op: str
    answer: str
    rev: int = 0
    basis: str = ""
    asked_at: str | None = None
    at: str | None = None


class Record(RecordRow, frozen=True):
    """A record page. `body` is told where it is ours to correct."""

    purpose: str = ""
    agreement: str = ""
    created: str | None = None
    received: str | None = None
    retain_until: str | None = None
    observed_original: str | None = None
    clauses: list[str] = []
    fields: list[Field] = []
    withheld: list[Withheld] = []
    leaving: list[Leaving] = []
    answers: list[Answered] = []
    body: dict[str, Any] | None = None
    history: list[Change] = []
    refs: list[str] = []
