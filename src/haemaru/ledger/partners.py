"""Two ledgers that watch each other: each party checks and countersigns the other's checkpoints.

A party that rewrote its history would have to show its partner a checkpoint that does not continue the one the partner
signed before. The partner then refuses, and keeps both signed notes with the hashes that set them against each other:
that is the proof (`evidence`). A party that shows each partner a history of its own meets the witness: it signs one of
them, and whoever trusts the witness asks for its line, or for the proof that the other history continues that one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from haemaru.clock import Clock, format_time, from_ms, to_ms
from haemaru.ledger.batch import Batch
from haemaru.ledger.evidence import Evidence, find_evidence, prove
from haemaru.ledger.marks import COUNTERSIGNATURE, PARTNER_CHECKPOINT, Countersigned, Dispute, PartnerCheckpoint
from haemaru.ledger.merkle import verify_consistency
from haemaru.ledger.notes import (
    Checkpoint,
    Claim,
    countersign,
    is_countersigned_by,
    is_signed_by,
    line_of,
    origin_of,
    read_checkpoint,
    read_claim,
    with_lines,
)
from haemaru.signing import Keys, PublicKeys
from haemaru.storage import Tx
from haemaru.wording import Fault


class Link(msgspec.Struct, frozen=True):
    """What a party says of an earlier size of its ledger: its root, and the hashes that lead to the one it offers."""

    size: int
    root: bytes
    proof: tuple[bytes, ...] = ()


class Watching(msgspec.Struct, frozen=True):
    """The witnesses that are trusted here, by name, and the newest note that one of them signed for this party.

    `hearsay`: whoever handed the offer on need not be the party itself, so only what proves itself is kept against it.
    """

    witnesses: Mapping[str, PublicKeys] = {}
    seen: Checkpoint | None = None
    hearsay: bool = False


NOBODY = Watching()


@dataclass(frozen=True, slots=True)
class Case:
    """Whose word is examined, with which keys, and in which batch a contradiction is written down."""

    batch: Batch
    party: str
    public: PublicKeys
    hearsay: bool = False


class Partners:
    """Checks partners' checkpoints, and keeps their word for ours."""

    def __init__(self, keys: Keys, clock: Clock, party: str, realm: str) -> None:
        self._keys = keys
        self._clock = clock
        self._party = party
        self._realm = realm

    def accept(
        self,
        batch: Batch,
        party: str,
        public: PublicKeys,
        note: bytes,
        links: Sequence[Link],
        watching: Watching = NOBODY,
    ) -> bytes:
        """The partner's note with our line under it; raises a `Fault` for what it must not sign."""
        offered = read_checkpoint(note)
        if offered.origin != self._name(party):
            raise Fault("checkpoint_other_origin", party, origin=offered.origin, expected=self._name(party))
        if not is_signed_by(offered, public):
            raise Fault("checkpoint_signature_wrong", party, size=offered.size)
        held = self.held(batch.tx, party, offered.size)
        if held is not None and held.root == offered.root:
            return held.note
        witnesses = self._witnesses_of(offered, watching)
        case = Case(batch, party, public, watching.hearsay)
        self._refuse_rewriting(case, offered, links)
        if watching.seen is not None and not witnesses:
            self._refuse_other_history(case, offered, links, watching.seen)
        line = countersign(self._keys, self._name(self._party), offered, to_ms(self._clock.now()) // 1000)
        signed = with_lines(offered, line)
        era = era_of(batch.tx, party)
        body = PartnerCheckpoint(party, offered.size, signed.note.decode(), era, witnesses)
        batch.append_own(PARTNER_CHECKPOINT, msgspec.json.encode(body))
        return signed.note

    def held(self, tx: Tx, party: str, size: int | None = None) -> Checkpoint | None:
        """The checkpoint of `party` that we countersigned and that still counts: of that size, or the newest."""
        sql = "SELECT note FROM partner_checkpoint WHERE party = :party AND era = :era"
        era = era_of(tx, party)
        if size is None:
            row = tx.one(f"{sql} ORDER BY size DESC LIMIT 1", party=party, era=era)
        else:
            row = tx.one(f"{sql} AND size = :size", party=party, era=era, size=size)
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

    def believe(self, batch: Batch, party: str, public: PublicKeys, evidence: Evidence, told_by: str) -> bool:
        """Keeps a proof that somebody else found, once; False where it proves nothing about this party's key."""
        try:
            proved = prove(evidence)
        except Fault:
            return False
        key = evidence.key
        if proved.origin != self._name(party) or (key.suite, proved.keyid) != (public.suite, public.keyid):
            return False
        batch.dispute(Dispute(party, evidence.kind, evidence.held, evidence.offered, [], evidence, told_by))
        return True

    def dispute(self, case: Case, code: str, held: Claim, offered: Claim, link: Link | None = None) -> None:
        """Keeps both notes, and the proof that they contradict each other where there is one."""
        proof = () if link is None else link.proof
        evidence = find_evidence(case.public, held, offered, b"" if link is None else link.root, proof)
        if evidence is not None or not case.hearsay:
            steps = [step.hex() for step in proof[:64]]
            kept = Dispute(case.party, code, held.note.decode(), offered.note.decode(), steps, evidence)
            case.batch.dispute(kept)

    def _witnesses_of(self, offered: Checkpoint, watching: Watching) -> tuple[str, ...]:
        found = watching.witnesses.items()
        return tuple(name for name, public in found if is_countersigned_by(offered, self._name(name), public))

    def _refuse_rewriting(self, case: Case, offered: Checkpoint, links: Sequence[Link]) -> None:
        tx, party = case.batch.tx, case.party
        last = self.held(tx, party)
        if last is None:
            return
        same = self.held(tx, party, offered.size)
        if same is not None:
            self.dispute(case, "checkpoint_forked", same, offered)
            raise Fault("checkpoint_forked", party, size=offered.size)
        if offered.size < last.size:
            self.dispute(case, "checkpoint_rolled_back", last, offered)
            raise Fault("checkpoint_rolled_back", party, size=offered.size, held=last.size)
        link = next((each for each in links if each.size == last.size), None)
        if link is None:
            raise Fault("checkpoint_other_start", party, size=offered.size, held=last.size)
        self._refuse_other_past(case, last, offered, link)

    def _refuse_other_history(self, case: Case, offered: Checkpoint, links: Sequence[Link], seen: Checkpoint) -> None:
        """An offer without a witness's line has to continue what the witness signed last, too."""
        party = case.party
        if is_known(case.batch.tx, party, seen):
            return
        if seen.size == offered.size and seen.root != offered.root:
            self.dispute(case, "checkpoint_forked", seen, offered)
            raise Fault("checkpoint_forked", party, size=offered.size)
        link = next((each for each in links if each.size == seen.size), None)
        if seen.size > offered.size or (link is None and seen.size < offered.size):
            raise Fault("checkpoint_unwitnessed", party, size=offered.size, held=seen.size)
        if link is not None:
            self._refuse_other_past(case, seen, offered, link)

    def _refuse_other_past(self, case: Case, before: Checkpoint, offered: Checkpoint, link: Link) -> None:
        if not verify_consistency(before.size, offered.size, before.root, offered.root, link.proof):
            self.dispute(case, "checkpoint_inconsistent", before, offered, link)
            raise Fault("checkpoint_inconsistent", case.party, size=offered.size, held=before.size)

    def _name(self, party: str) -> str:
        return origin_of(self._realm, party)


def era_of(tx: Tx, party: str) -> int:
    """How many times this party's ledger was declared to go on from an earlier size."""
    row = tx.one("SELECT max(era) FROM restart WHERE party = :party", party=party)
    return 0 if row is None or row[0] is None else int(row[0])


def is_known(tx: Tx, party: str, claim: Claim) -> bool:
    """Whether we hold this party's signed word for exactly this size and root, in whichever era."""
    return base_of(tx, party, claim) is not None


def base_of(tx: Tx, party: str, claim: Claim) -> Checkpoint | None:
    """The note of `party` that we hold for this size and root."""
    rows = tx.all(
        "SELECT note FROM partner_checkpoint WHERE party = :party AND size = :size", party=party, size=claim.size
    )
    return next((held for (note,) in rows if (held := read_checkpoint(note)).root == claim.root), None)


def claims_of_size(tx: Tx, party: str, size: int) -> list[Claim]:
    """Every note of `party` that we hold for this size."""
    rows = tx.all("SELECT note FROM partner_checkpoint WHERE party = :party AND size = :size", party=party, size=size)
    return [read_claim(note) for (note,) in rows]


def list_disputes(tx: Tx, body: Callable[[Tx, int], bytes]) -> list[dict[str, Any]]:
    """Every dispute as it is shown, the newest first; `proof` is the file that proves it to anybody, or None."""
    found = []
    for digest, entry, at_ms in tx.all("SELECT digest, entry, at_ms FROM dispute ORDER BY entry DESC"):
        kept = msgspec.json.decode(body(tx, entry), type=Dispute)
        found.append(
            {
                "id": bytes(digest).hex()[:16],
                "party": kept.party,
                "code": kept.code,
                "at": format_time(from_ms(at_ms)),
                "entry": entry,
                "told_by": kept.told_by or None,
                "held": kept.held,
                "offered": kept.offered,
                "proof": None if kept.evidence is None else msgspec.to_builtins(kept.evidence),
            }
        )
    return found


def unwitnessed(tx: Tx, party: str, after: int) -> tuple[int, int | None]:
    """How many checkpoints of `party` came without a witness's line since the last that had one, and since when.

    Only those after the entry `after` count: before it no witness was trusted here.
    """
    row = tx.one("SELECT max(entry) FROM partner_checkpoint WHERE party = :party AND witnessed = 1", party=party)
    last = max(after, -1 if row is None or row[0] is None else int(row[0]))
    row = tx.one(
        "SELECT count(*), min(at_ms) FROM partner_checkpoint WHERE party = :party AND entry > :last",
        party=party,
        last=last,
    )
    return (0, None) if row is None or not row[0] else (int(row[0]), int(row[1]))
