"""What the ledger writes about itself, as entries like any other: checkpoints, countersignatures, disputes, erasures.

Each is an entry of kind `ledger.*`; the tables are a projection of them, so a row that vanishes or changes can be told
from the history.
"""

import hashlib
from typing import ClassVar

import msgspec

from haemaru.ledger.leaves import Entry
from haemaru.ledger.notes import read_checkpoint
from haemaru.ledger.tables import MARKS
from haemaru.storage import Tx

CHECKPOINT = "ledger.checkpoint"
COUNTERSIGNATURE = "ledger.countersignature"
PARTNER_CHECKPOINT = "ledger.partner_checkpoint"
DISPUTE = "ledger.dispute"
ERASED = "ledger.erased"


class Countersigned(msgspec.Struct, frozen=True):
    """Body of `ledger.countersignature`: a partner's line under our checkpoint of that size."""

    party: str
    size: int
    line: str


class PartnerCheckpoint(msgspec.Struct, frozen=True):
    """Body of `ledger.partner_checkpoint`: a partner's note, our line included."""

    party: str
    size: int
    note: str


class Dispute(msgspec.Struct, frozen=True):
    """Body of `ledger.dispute`: what a partner signed, what it had signed before, and why the two do not fit."""

    party: str
    code: str
    held: str
    offered: str
    proof: list[str]

    @property
    def digest(self) -> bytes:
        """The name of the dispute: the hash of the note that was offered."""
        return hashlib.sha256(self.offered.encode()).digest()


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
    tables = ("checkpoint", "countersignature", "partner_checkpoint", "dispute", "erasure")
    kinds: ClassVar[frozenset[str]] = frozenset({CHECKPOINT, COUNTERSIGNATURE, PARTNER_CHECKPOINT, DISPUTE, ERASED})

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Writes the row that an entry of kind `ledger.*` stands for."""
        if entry.kind == CHECKPOINT:
            size = read_checkpoint(body).size
            tx.run(
                "INSERT INTO checkpoint (size, note, entry) VALUES (:size, :note, :entry)",
                size=size,
                note=body,
                entry=entry.index,
            )
        elif entry.kind == COUNTERSIGNATURE:
            signed = msgspec.json.decode(body, type=Countersigned)
            tx.run(
                "INSERT INTO countersignature (party, size, line, entry) VALUES (:party, :size, :line, :entry)",
                party=signed.party,
                size=signed.size,
                line=signed.line.encode(),
                entry=entry.index,
            )
        elif entry.kind == PARTNER_CHECKPOINT:
            theirs = msgspec.json.decode(body, type=PartnerCheckpoint)
            tx.run(
                "INSERT INTO partner_checkpoint (party, size, note, entry) VALUES (:party, :size, :note, :entry)",
                party=theirs.party,
                size=theirs.size,
                note=theirs.note.encode(),
                entry=entry.index,
            )
        elif entry.kind == DISPUTE:
            dispute = msgspec.json.decode(body, type=Dispute)
            tx.run(
                "INSERT INTO dispute (party, digest, code, entry) VALUES (:party, :digest, :code, :entry)",
                party=dispute.party,
                digest=dispute.digest,
                code=dispute.code,
                entry=entry.index,
            )
        else:
            erased = msgspec.json.decode(body, type=Erased)
            tx.many(
                "INSERT INTO erasure (idx, commitment, entry) VALUES (:idx, :commitment, :entry)",
                [
                    {"idx": each.index, "commitment": bytes.fromhex(each.commitment), "entry": entry.index}
                    for each in erased.entries
                ],
            )
