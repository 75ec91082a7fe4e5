"""Two ledgers that watch each other: each party checks and countersigns the other's checkpoints.

A party that rewrote its history would have to show its partner a checkpoint that does not continue the one the partner
signed before. The partner then refuses, and keeps both signed notes: that is the proof.
"""

import base64
from collections.abc import Sequence

import msgspec

from haemaru.clock import Clock, to_ms
from haemaru.ledger.batch import Batch
from haemaru.ledger.marks import COUNTERSIGNATURE, PARTNER_CHECKPOINT, Countersigned, Dispute, PartnerCheckpoint
from haemaru.ledger.merkle import verify_consistency
from haemaru.ledger.notes import (
    Checkpoint,
    countersign,
    is_countersigned_by,
    is_signed_by,
    line_of,
    read_checkpoint,
    with_lines,
)
from haemaru.signing import Keys, PublicKeys
from haemaru.storage import Tx
from haemaru.wording import Fault


class Partners:
    """Checks partners' checkpoints, and keeps their word for ours."""

    def __init__(self, keys: Keys, clock: Clock, party: str, realm: str) -> None:
        self._keys = keys
        self._clock = clock
        self._party = party
        self._realm = realm

    def accept(self, batch: Batch, party: str, public: PublicKeys, note: bytes, proof: Sequence[bytes]) -> bytes:
        """The partner's note with our line under it; raises a `Fault` for what it must not sign."""
        offered = read_checkpoint(note)
        if offered.origin != self._name(party):
            raise Fault("checkpoint_other_origin", party, origin=offered.origin, expected=self._name(party))
        if not is_signed_by(offered, public):
            raise Fault("checkpoint_signature_wrong", party, size=offered.size)
        held = self.held(batch.tx, party, offered.size)
        if held is not None and held.root == offered.root:
            return held.note
        self._refuse_rewriting(batch, party, offered, proof)
        line = countersign(self._keys, self._name(self._party), offered, to_ms(self._clock.now()) // 1000)
        signed = with_lines(offered, line)
        body = PartnerCheckpoint(party, offered.size, signed.note.decode())
        batch.append_own(PARTNER_CHECKPOINT, msgspec.json.encode(body))
        return signed.note

    def held(self, tx: Tx, party: str, size: int | None = None) -> Checkpoint | None:
        """The checkpoint of `party` that we countersigned: of that size, or the newest."""
        if size is None:
            row = tx.one(
                "SELECT note FROM partner_checkpoint WHERE party = :party ORDER BY size DESC LIMIT 1", party=party
            )
        else:
            row = tx.one(
                "SELECT note FROM partner_checkpoint WHERE party = :party AND size = :size", party=party, size=size
            )
        return None if row is None else read_checkpoint(row[0])

    def store(self, batch: Batch, party: str, public: PublicKeys, size: int, note: bytes) -> None:
        """Keeps a partner's line under our checkpoint of that size; a second time changes nothing."""
        offered = read_checkpoint(note)
        row = batch.tx.one("SELECT note FROM checkpoint WHERE size = :size", size=size)
        ours = None if row is None else read_checkpoint(row[0])
        if ours is None or ours.text != offered.text:
            raise Fault("countersignature_unknown_checkpoint", party, size=size)
        if not is_countersigned_by(offered, self._name(party), public):
            raise Fault("countersignature_wrong", party, size=size)
        there = batch.tx.one(
            "SELECT 1 FROM countersignature WHERE party = :party AND size = :size", party=party, size=offered.size
        )
        if there is None:
            line = line_of(offered, self._name(party)).decode()
            batch.append_own(COUNTERSIGNATURE, msgspec.json.encode(Countersigned(party, offered.size, line)))

    def _refuse_rewriting(self, batch: Batch, party: str, offered: Checkpoint, proof: Sequence[bytes]) -> None:
        last = self.held(batch.tx, party)
        if last is None:
            return
        same = self.held(batch.tx, party, offered.size)
        if same is not None:
            self._dispute(batch, party, "checkpoint_forked", same, offered, proof)
            raise Fault("checkpoint_forked", party, size=offered.size)
        if offered.size < last.size:
            self._dispute(batch, party, "checkpoint_rolled_back", last, offered, proof)
            raise Fault("checkpoint_rolled_back", party, size=offered.size, held=last.size)
        if not verify_consistency(last.size, offered.size, last.root, offered.root, proof):
            self._dispute(batch, party, "checkpoint_inconsistent", last, offered, proof)
            raise Fault("checkpoint_inconsistent", party, size=offered.size, held=last.size)

    def _dispute(
        self, batch: Batch, party: str, code: str, held: Checkpoint, offered: Checkpoint, proof: Sequence[bytes]
    ) -> None:
        texts = [base64.b64encode(step).decode() for step in proof[:64]]
        batch.dispute(Dispute(party, code, held.note.decode(), offered.note.decode(), texts))

    def _name(self, party: str) -> str:
        return f"haemaru/{self._realm}/{party}"
