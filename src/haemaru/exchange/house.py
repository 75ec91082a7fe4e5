"""What all parts of one node's exchange share: its ledger, its keys, its clock, its agreements, and who listens."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from haemaru.agreement import Agreement
from haemaru.clock import Clock, Ids, format_time
from haemaru.exchange.limits import LIMITS, Limits
from haemaru.exchange.messages import Message
from haemaru.ledger import Batch, Ledger
from haemaru.signing import Keys, Vault
from haemaru.wording import Reason

if TYPE_CHECKING:
    from haemaru.exchange.peers import Peer


class Agreements(Protocol):
    """What the exchange must know of the agreements of its node."""

    def current(self) -> Agreement | None:
        """The agreement adopted last, whether or not it is in force."""
        ...

    def refusal(self, at: datetime) -> Reason | None:
        """Why nothing may leave at this moment (waiting, suspended, not in force), or None while it may."""
        ...

    def find(self, digest: str) -> Agreement | None:
        """An agreement that this node has adopted at any time, by the SHA-256 of its bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """The few times and counts of an exchange that a node may set."""

    answer_due: timedelta = timedelta(hours=24)
    """How long a partner may take to answer a correction, retraction or expiry before it is shown as overdue."""
    checkpoint_entries: int = 1_000
    checkpoint_after: timedelta = timedelta(seconds=60)
    """A checkpoint is offered to each partner after so many entries or so much time, whichever is first."""
    compare_hour: int = 18
    """The hour, UTC, at which streams are compared with every partner: 03:00 in Seoul."""
    key_overlap: timedelta = timedelta(hours=1)
    """How long frames and receipts signed with a partner's earlier key are taken in after its new one was."""
    keys_kept: timedelta = timedelta(days=30)
    """How long an own earlier box key is kept for what was sealed to it and travels on a disk."""


SETTINGS = Settings()


@dataclass(slots=True)
class Tally:
    """Counts of the transport since the node started; everything about records is counted from the ledger."""

    sent: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    repeated: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    alarms: dict[tuple[str, str], str] = field(default_factory=dict)
    introduced: dict[str, str] = field(default_factory=dict)
    """The own key that a partner named as the one it knows, until its next receipt."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a control message: the code under which it was refused, and the size it countersigned, if any."""

    code: str = ""
    countersigned: int = 0


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
    hears: dict[type[Message], Hears] = field(default_factory=dict)
    """Who takes in each type of control message."""

    def held_back(self, at: datetime) -> Reason | None:
        """Why the queues wait at this moment. Only an agreement that has ended does not hold them: it voids them."""
        refusal = self.agreements.refusal(at)
        agreement = self.agreements.current()
        if refusal is None or agreement is None:
            return refusal
        has_ended = agreement.expires is not None and at >= agreement.expires
        return None if has_ended else refusal

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
