"""What partners signed that cannot be true together, and ledgers that were put back to an older state."""

from typing import Any

import msgspec


class Dispute(msgspec.Struct, frozen=True):
    """Two statements of one party that contradict each other; `proof` can be shown to anybody where there is one."""

    id: str
    party: str
    code: str
    at: str
    told_by: str | None = None
    proof: dict[str, Any] | None = None


class Restart(msgspec.Struct, frozen=True):
    """A partner's ledger that goes on from an older state, and who looked into it."""

    party: str
    at: str
    reason: str
    to: int
    from_: int = msgspec.field(default=0, name="from")
    acknowledged: dict[str, str] | None = None


class Declared(msgspec.Struct, frozen=True):
    """A restart of our own, to whom it was declared, and what was answered: an empty answer is a yes."""

    party: str
    at: str
    reason: str
    to: int
    answer: str | None = None


class Histories(msgspec.Struct, frozen=True):
    """All of them, newest first."""

    disputes: list[Dispute] = []
    restarts: list[Restart] = []
    declared: list[Declared] = []
