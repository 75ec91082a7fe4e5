"""What all parts of one node's exchange share: its ledger, its keys, its clock, its agreements, and who listens."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from haemaru.agreement import Agreement
from haemaru.clock import Clock, Ids, format_time
from haemaru.exchange.limits import LIMITS, Limits
from haemaru.exchange.messages import Message
from haemaru.ledger import Batch, Ledger
from haemaru.signing import Keys, Vault
from haemaru.storage import Tx
from haemaru.wording import Reason

if TYPE_CHECKING:
    from haemaru.exchange.peers import Peer


class Agreements(Protocol):
    """What the exchange must know of the agreements of its node."""

    def current(self) -> Agreement | None:
        """The agreement adopted first, whether or not it is in force."""
        ...

    def between(self, peer: str) -> tuple[Agreement, ...]:
        """The adopted agreements that bind this node and `peer`, in the order in which they were first adopted."""
        ...

    def named(self, name: str) -> Agreement | None:
        """The version of an agreement that was adopted last, by the agreement's id."""
        ...

    def find(self, digest: str) -> Agreement | None:
        """An agreement that this node has adopted at any time, by the SHA-256 of its bytes."""
        ...

    def refusal_of(self, agreement: Agreement, at: datetime) -> Reason | None:
        """Why nothing may leave under it at this moment (suspended, not in force), or None while it may."""
        ...

    def adopted_at(self, agreement: Agreement) -> datetime | None:
        """When this node adopted it; None where it never did."""
        ...


class Leasing(Protocol):
    """What the queues must know of leases."""

    def over(self, agreement: Agreement, peer: str, at: datetime) -> Reason | None:
        """Why nothing may leave to a partner for want of a fresh lease; None while there is one."""
        ...

    def until(self, agreement: Agreement, peer: str) -> str:
        """When the newest lease from a partner ends, or ended, on this node's clock."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """The few times and counts of an exchange that a node may set."""

    answer_due: timedelta = timedelta(hours=24)
    """How long a partner may take to answer a correction, retraction or expiry before it is shown as overdue."""
    disposes_alone: bool = False
    """Whether a copy whose time is over is erased without an approver."""
    checkpoint_entries: int = 1_000
    checkpoint_after: timedelta = timedelta(seconds=60)
    """A checkpoint is offered to each partner after so many entries or so much time, whichever is first."""
    clock_skew: timedelta = timedelta(minutes=5)
    """Clocks of partners that differ by more are shown as an alarm."""
    batches_kept: timedelta = timedelta(hours=2)
    """How long an acknowledged batch of positions is kept, for a partner that is put back to an older state."""
    compare_hour: int = 18
    """The hour, UTC, at which streams are compared with every partner: 03:00 in Seoul."""
    key_overlap: timedelta = timedelta(hours=1)
    """How long frames and receipts signed with a partner's earlier key are taken in after its new one was."""
    keys_kept: timedelta = timedelta(days=30)
    """How long an own earlier box key is kept for what was sealed to it and travels on a disk."""
    witness_wait: timedelta = timedelta(seconds=10)
    """How long a checkpoint waits for the line of a trusted witness before partners are offered it without."""


SETTINGS = Settings()
STOPS = frozenset({"cursor_in_future", "epoch_forked", "home_restored"})
"""Alarms under which numbers would be given twice: nothing leaves before the streams are opened anew."""


@dataclass(slots=True)
class Tally:
    """Counts of the transport since the node started; everything about records is counted from the ledger."""

    sent: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    repeated: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    alarms: dict[tuple[str, str], str] = field(default_factory=dict)
    """What is wrong with a stream to a partner, by partner and channel; those of `STOPS` let nothing leave."""
    behind: dict[tuple[str, str], str] = field(default_factory=dict)
    """What is wrong with a stream that comes from a partner."""
    other_key: dict[str, datetime] = field(default_factory=dict)
    """When a frame in a partner's name was last refused because its key is not known."""
    skew_s: dict[str, float] = field(default_factory=dict)
    """How far a partner's clock is ahead of ours, as its last standing told."""
    introduced: dict[str, str] = field(default_factory=dict)
    """The own key that a partner named as the one it knows, until its next receipt."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a control message: the code under which it was refused, and the size it countersigned, if any."""

    code: str = ""
    countersigned: int = 0


def _no_backups(_tx: Tx, _erasure: int) -> int:
    return 0


Hears = Callable[[Batch, "Peer", Message], Heard]
"""Takes a partner's control message in, inside the transaction that writes it down: both are durable or neither."""


@dataclass(slots=True)
class House:
    """The shared parts, and the callbacks: all of them are called after the commit, on the thread that committed."""

    ledger: Ledger
    keys: Keys
    party: str
    realm: str
    clock: Clock
    ids: Ids
    agreements: Agreements
    vault: Vault
    settings: Settings = SETTINGS
    limits: Limits = LIMITS
    tally: Tally = field(default_factory=Tally)
    wake: list[Callable[[str], None]] = field(default_factory=list)
    on_recall: list[Callable[[Batch, str], list[str]]] = field(default_factory=list)
    """Told, inside the transaction, that a record was corrected or taken back; name the records derived from it."""
    backups: Callable[[Tx, int], int] = _no_backups
    """How many backups can still open what the ledger entry of that number erased."""
    hears: dict[type[Message], Hears] = field(default_factory=dict)
    """Who takes in each type of control message."""
    leases: Leasing | None = None
    check_rows: Callable[[pa.Table], str] | None = None
    """Why whoever stores positions would refuse a batch, or nothing: asked before the receipt."""

    def in_force(self, digest: str) -> Agreement | None:
        """The version of an agreement that holds now, whatever version of it the hash names."""
        found = self.agreements.find(digest)
        return None if found is None else self.agreements.named(found.id)

    def waits(self, agreement: Agreement, peer: str, at: datetime) -> Reason | None:
        """Why nothing may leave to a partner under an agreement at this moment: it is refused, or the lease is over."""
        refusal = self.agreements.refusal_of(agreement, at)
        if refusal is not None or self.leases is None:
            return refusal
        return self.leases.over(agreement, peer, at)

    def held_back(self, agreement: Agreement, peer: str, at: datetime) -> Reason | None:
        """Why what was sealed under it waits at this moment. One that has ended does not hold it: it voids it."""
        return None if _has_ended(agreement, at) else self.waits(agreement, peer, at)

    def turned_away(self, agreement: Agreement, at: datetime) -> Reason | None:
        """Why nothing is taken in under an agreement; what left before it ended may still arrive."""
        return None if _has_ended(agreement, at) else self.agreements.refusal_of(agreement, at)

    def none_between(self, peer: str) -> Reason:
        """Why nothing can be decided for a partner with whom no agreement was adopted."""
        if self.agreements.current() is None:
            return Reason("agreement_waiting")
        return Reason("no_agreement_between", {"party": peer})

    def now(self) -> str:
        """The present moment as it stands in headers."""
        return format_time(self.clock.now())

    def head(self, to: str) -> dict[str, Any]:
        """The members that every control message to a partner begins with."""
        return {"id": self.ids.new(), "realm": self.realm, "from_": self.party, "to": to, "created": self.now()}

    def woken(self, peer: str) -> None:
        """Tells whoever sends that something waits for `peer`."""
        for listener in self.wake:
            listener(peer)


def _has_ended(agreement: Agreement, at: datetime) -> bool:
    return agreement.expires is not None and at >= agreement.expires
