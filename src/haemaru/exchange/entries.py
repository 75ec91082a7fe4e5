"""What the exchange writes into the ledger: one small JSON line of facts, then the exact bytes it is about.

Everything else the exchange knows is a view of these entries (`views`). The line and the bytes are one ledger body,
locked with a key of its own, so rids and reasons may stand in it in clear.
"""

from typing import TypeVar

import msgspec

PEER = "exchange.peer"
STORED = "exchange.stored"
SEALED = "exchange.sealed"
RESEALED = "exchange.resealed"
VOIDED = "exchange.void"
RECEIPT = "exchange.receipt"
REOPENED = "exchange.reopened"
FRAME = "exchange.frame"
RECEIVED = "exchange.received"
ERASED = "exchange.erased"
JUDGED = "exchange.judged"
RULED = "exchange.ruled"
HELD = "exchange.held"
BATCH_STORED = "exchange.batch_stored"
OFFERED = "exchange.offered"
RESTARTED = "exchange.restarted"
RECOVERED = "exchange.recovered"


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The root of all fact lines."""


class PeerFacts(Facts, frozen=True, kw_only=True):
    """A partner was added; the bytes are its statement."""

    party: str
    fingerprint: str
    url: str


class StoredFacts(Facts, frozen=True, kw_only=True):
    """An own record, or what was done with it; the bytes are the record."""

    rid: str
    rev: int = 1
    op: str = "put"
    kind: str
    keys: tuple[str, ...] = ()
    reason: str = ""
    recovered: bool = False
    """Known only from what it released: this node forgot it, and had it back from a partner."""


class SealedFacts(Facts, frozen=True, kw_only=True):
    """A number was given to an envelope; the bytes are the envelope. `release` is the digest of what was decided.

    `rows` counts positions; `kept_by` are the clauses that took something out of it, silent ones too.
    `agreement` is the hash of the one it was decided under; `is_only` that no other may be asked.
    """

    peer: str
    channel: str
    epoch: int
    seq: int
    rid: str = ""
    rev: int = 0
    op: str
    kind: str
    purpose: str = ""
    source: int = -1
    demanded: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    digest: str
    release: str = ""
    spool: str = ""
    rows: int = 0
    event_time: str = ""
    kept_by: tuple[str, ...] = ()
    agreement: str = ""
    is_only: bool = False
    retain: str = ""


class VoidFacts(Facts, frozen=True, kw_only=True):
    """A number will never carry its record; the bytes are the signed void."""

    peer: str
    channel: str
    epoch: int
    seq: int
    code: str


class ReceiptFacts(Facts, frozen=True, kw_only=True):
    """The partner's receipt moved the cursor; the bytes are the receipt. `delivered` were voided too late."""

    peer: str
    channel: str
    epoch: int
    upto: int
    exceptions: tuple[tuple[int, str], ...] = ()
    delivered: tuple[int, ...] = ()


class ReopenedFacts(Facts, frozen=True, kw_only=True):
    """A new epoch was opened towards a partner."""

    peer: str
    epoch: int


class FrameFacts(Facts, frozen=True, kw_only=True):
    """A frame was accepted from number `first` on; the bytes are its header, the signature stands here.

    `others` are the leaves of numbers that were held otherwise already: without them its root could not be made again.
    """

    peer: str
    channel: str
    epoch: int
    first: int
    last: int
    signature: str
    others: tuple[tuple[int, str], ...] = ()


class ReceivedFacts(Facts, frozen=True, kw_only=True):
    """An item of a frame; the bytes are its line. `before` is what becomes of the copies held until now.

    `apart` is the state it would be in, had its rid not been taken by a record that the sender may not know of.
    """

    peer: str
    channel: str
    epoch: int
    seq: int
    type: str
    rid: str = ""
    rev: int = 0
    op: str = ""
    asked: str = ""
    kind: str = ""
    origin: str = ""
    state: str
    code: str = ""
    digest: str = ""
    leaf: str
    before: str = ""
    apart: str = ""
    keys: tuple[str, ...] = ()
    spool: str = ""
    retain: str = ""
    answer: str = ""
    countersigned: int = 0


class ErasedCopy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A received item whose body was erased: where it stood and which bytes it was, nothing of what it said."""

    peer: str
    channel: str
    epoch: int
    seq: int
    rev: int = 0
    op: str = ""
    kind: str = ""
    origin: str = ""
    code: str = ""
    digest: str = ""
    leaf: str
    entry: int
    at_ms: int


class ErasedFacts(Facts, frozen=True, kw_only=True):
    """A record was taken back: the bodies of these copies are no longer in the ledger.

    `blind` stands in for `rid` where only the blinded name was still known (after a restore).
    """

    rid: str = ""
    blind: str = ""
    copies: tuple[ErasedCopy, ...]


class JudgedFacts(Facts, frozen=True, kw_only=True):
    """An agreement withheld a record, or keeps it for a person; the bytes are the decision.

    `owed` stands where nothing was decided, or what was sealed could not go: it is asked about again.
    """

    id: str
    rid: str
    rev: int
    kind: str
    peer: str
    purpose: str
    op: str = "put"
    state: str
    code: str = ""
    source: int
    refs: tuple[str, ...] = ()
    demanded: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    agreement: str = ""
    is_only: bool = False


class RuledFacts(Facts, frozen=True, kw_only=True):
    """A person decided about a record that was waiting."""

    id: str
    state: str
    reason: str = ""
    by: str = ""


class HoldFacts(Facts, frozen=True, kw_only=True):
    """A record came under a legal hold."""

    rid: str
    basis: str


class BatchFacts(Facts, frozen=True, kw_only=True):
    """A received batch of positions is safe in its own store; or that store refused its content, with this code."""

    entry: int
    code: str = ""


class OfferedFacts(Facts, frozen=True, kw_only=True):
    """A checkpoint of this size was offered to a partner for its countersignature."""

    peer: str
    size: int


class RestartedFacts(Facts, frozen=True, kw_only=True):
    """This ledger was put back and said so to a partner: its checkpoints go on from this size."""

    peer: str
    size: int


SomeFacts = TypeVar("SomeFacts", bound=Facts)


def entry_bytes(facts: Facts, content: bytes = b"") -> bytes:
    """The ledger body: the facts on one line, then the bytes."""
    return msgspec.json.encode(facts) + b"\n" + content


def read_entry(body: bytes, kind: type[SomeFacts]) -> tuple[SomeFacts, bytes]:
    """The facts and the bytes of a ledger body that this room wrote."""
    line, _, content = body.partition(b"\n")
    return msgspec.json.decode(line, type=kind), content
