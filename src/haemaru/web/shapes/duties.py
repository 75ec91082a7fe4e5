"""What a clause did, what each side owes the other, and how it stands with each partner."""

from typing import Any

import msgspec

from haemaru.wording import Bilingual


class Given(msgspec.Struct, frozen=True):
    """What a clause let go to one receiver in one month."""

    to: str
    month: str
    records: int = 0
    corrections: int = 0
    positions: int = 0


class ClauseDeeds(msgspec.Struct, frozen=True):
    """What a clause did at this node, as lines in both languages and as rows by receiver and month."""

    id: str
    agreement: str
    title: Bilingual
    lines: dict[str, list[str]]
    persons: int = 1
    by: list[Given] = []


class Recall(msgspec.Struct, frozen=True):
    """A correction, retraction or expiry that a partner was asked to carry out, and what it signed in answer."""

    rid: str
    party: str
    op: str
    answer: str
    asked_at: str
    at: str | None = None
    basis: str = ""
    overdue: bool = False
    copies: int = 0
    exported: list[dict[str, Any]] = []
    forwarded_to: list[str] = []
    derived: list[str] = []
    backups: int = 0


class Disposal(msgspec.Struct, frozen=True):
    """A received record whose time is over."""

    id: str
    peer: str
    rid: str
    kind: str
    until: str
    state: str
    is_overdue: bool = False


class Onward(msgspec.Struct, frozen=True):
    """A question whether a record may be passed on; `side` is asked where we are the originator."""

    id: str
    side: str
    peer: str
    rid: str
    to: str
    purpose: str
    reason: str
    state: str
    at: str


class Bound(msgspec.Struct, frozen=True):
    """An agreement with a partner: until when its lease runs, and why its queue waits."""

    id: str
    version: str = ""
    lease_minutes: int | None = None
    lease_until: str | None = None
    held_back: str | None = None
    waiting: int = 0


class Witnessed(msgspec.Struct, frozen=True):
    """How far a partner countersigned this ledger, and what either side refused."""

    offered: int = 0
    countersigned: int = 0
    code: str | None = None
    refused: str | None = None


class Stand(msgspec.Struct, frozen=True):
    """How it stands with one partner."""

    party: str
    agreements: list[Bound] = []
    alarms: list[str] = []
    skew_s: float | None = None
    witness: Witnessed = Witnessed()


class Duties(msgspec.Struct, frozen=True):
    """Everything of it."""

    recalls: list[Recall] = []
    disposals: list[Disposal] = []
    onward: list[Onward] = []
    peers: list[Stand] = []
