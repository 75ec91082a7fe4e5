"""What the ledger writes about itself, as entries like any other: checkpoints, countersignatures, disputes, restarts,
erasures.

Each is an entry of kind `ledger.*`; the tables are a projection of them, so a row that vanishes or changes can be told
from the history.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar

import msgspec

from haemaru.ledger.evidence import Evidence, digest_of
from haemaru.ledger.leaves import Entry
from haemaru.ledger.notes import read_checkpoint
from haemaru.ledger.tables import MARKS
from haemaru.storage import Tx

CHECKPOINT = "ledger.checkpoint"
COUNTERSIGNATURE = "ledger.countersignature"
PARTNER_CHECKPOINT = "ledger.partner_checkpoint"
DISPUTE = "ledger.dispute"
ERASED = "ledger.erased"
RESTART = "ledger.restart"
ACKNOWLEDGED = "ledger.restart_acknowledged"
OWN_RESTART = "ledger.own_restart"
RESTART_ANSWERED = "ledger.own_restart_answered"


class Countersigned(msgspec.Struct, frozen=True):
    """Body of `ledger.countersignature`: a partner's line under our checkpoint of that size."""

    party: str
    size: int
    line: str


class PartnerCheckpoint(msgspec.Struct, frozen=True):
    """Body of `ledger.partner_checkpoint`: a partner's note, our line included, and whose lines it bore before."""

    party: str
    size: int
    note: str
    era: int = 0
    witnesses: tuple[str, ...] = ()


class Dispute(msgspec.Struct, frozen=True, omit_defaults=True):
    """Body of `ledger.dispute`: what a partner signed, what it had signed before, and why the two do not fit.

    `evidence` is what proves it to anybody, where anything does; `told_by` the witness that handed it on.
    """

    party: str
    code: str
    held: str
    offered: str
    proof: list[str]
    evidence: Evidence | None = None
    told_by: str = ""

    @property
    def digest(self) -> bytes:
        """The name of the dispute: the hash of the note that was offered."""
        return digest_of(self.offered)


class RestartTaken(msgspec.Struct, frozen=True):
    """Body of `ledger.restart`: a party declared that its ledger goes on from an earlier size.

    `restart` is what it signed, `base` the note we hold of that size ("" where there is none), `held` the newest note
    that we had countersigned ("" where there is none): what lies between the two is lost by its owner's own word.
    """

    party: str
    id: str
    era: int
    size: int
    restart: str
    base: str
    held: str
    held_size: int


class Acknowledged(msgspec.Struct, frozen=True):
    """Body of `ledger.restart_acknowledged`: an officer has looked into a partner's restart."""

    party: str
    id: str
    reason: str
    by: str


class OwnRestart(msgspec.Struct, frozen=True):
    """Body of `ledger.own_restart`: this ledger was put back, and says so to `party`."""

    party: str
    id: str
    size: int
    restart: str


class RestartAnswered(msgspec.Struct, frozen=True):
    """Body of `ledger.own_restart_answered`: what `party` said to it; an empty code is a yes."""

    party: str
    id: str
    code: str


class ErasedBody(msgspec.Struct, frozen=True):
    """One erased body: its entry's index, time and kind, and the commitment with which its leaf can still be proved."""

    index: int
    at_ms: int
    kind: str
    commitment: str


class Erased(msgspec.Struct, frozen=True):
    """Body of `ledger.erased`: which bodies were erased, and on what basis."""

    basis: str
    entries: list[ErasedBody]


class Marks:
    """The ledger's own projection."""

    name = "ledger"
    metadata = MARKS
    tables = (
        "checkpoint", "countersignature", "partner_checkpoint", "dispute", "restart", "own_restart", "erasure",
    )  # fmt: skip
    kinds: ClassVar[frozenset[str]] = frozenset(
        {
            CHECKPOINT, COUNTERSIGNATURE, PARTNER_CHECKPOINT, DISPUTE, ERASED,
            RESTART, ACKNOWLEDGED, OWN_RESTART, RESTART_ANSWERED,
        }
    )  # fmt: skip

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Writes the row that an entry of kind `ledger.*` stands for."""
        _APPLY[entry.kind](tx, entry, body)


def _checkpoint(tx: Tx, entry: Entry, body: bytes) -> None:
    tx.run(
        "INSERT INTO checkpoint (size, note, entry) VALUES (:size, :note, :entry)",
        size=read_checkpoint(body).size,
        note=body,
        entry=entry.index,
    )


def _countersignature(tx: Tx, entry: Entry, body: bytes) -> None:
    signed = msgspec.json.decode(body, type=Countersigned)
    tx.run(
        "INSERT INTO countersignature (party, size, line, entry) VALUES (:party, :size, :line, :entry)",
        party=signed.party,
        size=signed.size,
        line=signed.line.encode(),
        entry=entry.index,
    )


def _partner_checkpoint(tx: Tx, entry: Entry, body: bytes) -> None:
    theirs = msgspec.json.decode(body, type=PartnerCheckpoint)
    _hold(tx, entry, theirs.party, theirs.era, theirs.size, theirs.note, bool(theirs.witnesses))


def _hold(tx: Tx, entry: Entry, party: str, era: int, size: int, note: str, witnessed: bool) -> None:
    tx.run(
        "INSERT INTO partner_checkpoint (party, era, size, note, witnessed, entry, at_ms)"
        " VALUES (:party, :era, :size, :note, :witnessed, :entry, :at_ms)",
        party=party,
        era=era,
        size=size,
        note=note.encode(),
        witnessed=int(witnessed),
        entry=entry.index,
        at_ms=entry.at_ms,
    )


def _dispute(tx: Tx, entry: Entry, body: bytes) -> None:
    dispute = msgspec.json.decode(body, type=Dispute)
    tx.run(
        "INSERT INTO dispute (party, digest, code, portable, entry, at_ms)"
        " VALUES (:party, :digest, :code, :portable, :entry, :at_ms)",
        party=dispute.party,
        digest=dispute.digest,
        code=dispute.code,
        portable=int(dispute.evidence is not None),
        entry=entry.index,
        at_ms=entry.at_ms,
    )


def _restart(tx: Tx, entry: Entry, body: bytes) -> None:
    taken = msgspec.json.decode(body, type=RestartTaken)
    tx.run(
        "INSERT INTO restart (party, id, era, size, held, entry, at_ms, acknowledged)"
        " VALUES (:party, :id, :era, :size, :held, :entry, :at_ms, -1)",
        party=taken.party,
        id=taken.id,
        era=taken.era,
        size=taken.size,
        held=taken.held_size,
        entry=entry.index,
        at_ms=entry.at_ms,
    )
    if taken.base:
        _hold(tx, entry, taken.party, taken.era, taken.size, taken.base, True)


def _acknowledged(tx: Tx, entry: Entry, body: bytes) -> None:
    done = msgspec.json.decode(body, type=Acknowledged)
    tx.run(
        "UPDATE restart SET acknowledged = :entry WHERE party = :party AND id = :id AND acknowledged < 0",
        entry=entry.index,
        party=done.party,
        id=done.id,
    )


def _own_restart(tx: Tx, entry: Entry, body: bytes) -> None:
    told = msgspec.json.decode(body, type=OwnRestart)
    tx.run(
        "INSERT INTO own_restart (party, id, size, entry, at_ms, answered)"
        " VALUES (:party, :id, :size, :entry, :at_ms, -1)",
        party=told.party,
        id=told.id,
        size=told.size,
        entry=entry.index,
        at_ms=entry.at_ms,
    )


def _restart_answered(tx: Tx, entry: Entry, body: bytes) -> None:
    answer = msgspec.json.decode(body, type=RestartAnswered)
    tx.run(
        "UPDATE own_restart SET answered = :entry WHERE party = :party AND id = :id",
        entry=entry.index,
        party=answer.party,
        id=answer.id,
    )


def _erased(tx: Tx, entry: Entry, body: bytes) -> None:
    erased = msgspec.json.decode(body, type=Erased)
    tx.many(
        "INSERT INTO erasure (idx, commitment, entry) VALUES (:idx, :commitment, :entry)",
        [
            {"idx": each.index, "commitment": bytes.fromhex(each.commitment), "entry": entry.index}
            for each in erased.entries
        ],
    )


_APPLY: Mapping[str, Callable[[Tx, Entry, bytes], None]] = {
    CHECKPOINT: _checkpoint,
    COUNTERSIGNATURE: _countersignature,
    PARTNER_CHECKPOINT: _partner_checkpoint,
    DISPUTE: _dispute,
    RESTART: _restart,
    ACKNOWLEDGED: _acknowledged,
    OWN_RESTART: _own_restart,
    RESTART_ANSWERED: _restart_answered,
    ERASED: _erased,
}
