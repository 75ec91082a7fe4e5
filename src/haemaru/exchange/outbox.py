"""The way out: own records are kept, asked about, sealed for one receiver, and numbered.

Everything happens inside the caller's ledger batch: the record, the decision, the number and the envelope become
durable together or not at all. What a person has to decide waits in `referrals`; what leaves is the work of `sending`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from haemaru.agreement import Decision
from haemaru.exchange import entries
from haemaru.exchange.clauses import exact_time, keepers
from haemaru.exchange.entries import JudgedFacts, SealedFacts, StoredFacts, entry_bytes, read_entry
from haemaru.exchange.envelope import CONTROL_TYPE, digest_of, write_envelope
from haemaru.exchange.house import House
from haemaru.exchange.keys import keys_of
from haemaru.exchange.messages import Message, message_bytes
from haemaru.exchange.naming import as_named
from haemaru.exchange.peers import PeerBook
from haemaru.exchange.release import Ask, Judgement, granted_under, judge, most_favourable, seal
from haemaru.ledger import Batch
from haemaru.records import Record, channel_of, read_record
from haemaru.signing import Keys
from haemaru.storage import Tx
from haemaru.wording import Fault, Reason

_STATES = {"withheld": "withheld", "referred": "waiting", "demand": "demand"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PutResult:
    """What became of a record for one receiver: sealed, withheld, referred, demand or known."""

    outcome: str
    rid: str
    to: str
    decision: Decision | None = None
    reason: Reason | None = None
    id: str | None = None
    channel: str | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """The latest revision of an own record."""

    rev: int
    kind: str
    state: str
    entry: int
    is_recovered: bool = False
    """Whether only what was released of it is known: this node forgot it, and had it back from a partner."""
    is_erased: bool = False
    """Whether only a backup's key file tells that it was taken back: this ledger has no tombstone, and told nobody."""


class Outbox:
    """Keeps own records and seals them for receivers."""

    def __init__(self, house: House, peers: PeerBook) -> None:
        self._house = house
        self._peers = peers

    def store(self, batch: Batch, record: Record) -> str:
        """Keeps an own record without sending it: `stored`, or `known` when the same content is kept already."""
        return self._keep(batch, read_record(record))[0]

    def put(self, batch: Batch, ask: Ask) -> PutResult:
        """Keeps the record, asks the agreement, and seals what it releases; twice the same changes nothing."""
        tx = batch.tx
        self._peers.get(tx, ask.to)
        known, own = self._keep(batch, read_record(ask.record))
        if known == "stored":
            return self.settle(batch, replace(ask, rev=own.rev, source=own.entry), is_new=True)
        if self.is_sealed(tx, ask.rid, ask.to, own.rev):
            return PutResult(outcome="known", rid=ask.rid, to=ask.to)
        record = self.record_at(tx, own.entry)
        return self.settle(batch, replace(ask, record=record, rev=own.rev, source=own.entry))

    def settle(self, batch: Batch, ask: Ask, *, is_new: bool = False) -> PutResult:
        """Asks the agreements about a kept record and does what they say; a new one has no earlier revision."""
        at = self._house.clock.now()
        ask = as_named(self._house, self, batch.tx, ask, at)
        judgements = judge(self._house, ask, at)
        chosen = most_favourable(judgements)
        if chosen.is_release:
            previous = None if is_new else self.previous(batch.tx, ask.rid, ask.to)
            channel, seq = self._seal(batch, ask, chosen, previous, at)
            return PutResult(
                outcome="sealed", rid=ask.rid, to=ask.to, decision=chosen.decision, channel=channel, seq=seq
            )
        noted = {}
        for each in judgements:
            # A partner holds what is known to be wrong: the correction is asked about again as soon as possible.
            is_owed = each.decision is None and ask.op in ("correct", "regrade")
            noted[each.hash] = self._note(batch, ask, each, "owed" if is_owed else _STATES[each.outcome])
        return PutResult(
            outcome=chosen.outcome,
            rid=ask.rid,
            to=ask.to,
            decision=chosen.decision,
            reason=chosen.reason,
            id=noted[chosen.hash],
        )

    def owe(self, batch: Batch, facts: SealedFacts, judgement: Judgement) -> None:
        """Notes that what was sealed could not go now and is asked about again once it may."""
        agreement = judgement.agreement
        ask = Ask(
            record={"rid": facts.rid, "kind": facts.kind},
            rev=facts.rev,
            # Of a batch of positions the ledger holds no record: it is found by the entry that sealed it.
            source=self.sealed_in(batch.tx, facts) if facts.spool else facts.source,
            to=facts.peer,
            purpose=facts.purpose,
            op=facts.op,
            refs=facts.refs,
            demanded=facts.demanded,
            approved=facts.approved,
            only=agreement.id if facts.is_only and agreement is not None else "",
            granted=agreement.id if agreement is not None else "",
        )
        self._note(batch, ask, judgement, "owed")

    def sealed_in(self, tx: Tx, facts: SealedFacts) -> int:
        """The entry that sealed the item of these facts."""
        row = tx.one(
            "SELECT entry FROM exchange_out WHERE peer = :peer AND channel = :channel AND epoch = :epoch"
            " AND seq = :seq",
            peer=facts.peer,
            channel=facts.channel,
            epoch=facts.epoch,
            seq=facts.seq,
        )
        if row is None:
            raise LookupError(facts.rid)
        return int(row[0])

    def send_message(
        self, batch: Batch, to: str, message: Message, agreement: str = "", keys: Keys | None = None
    ) -> None:
        """Numbers a control message, signed with the newest keys unless others are named; it needs no clause."""
        content = message_bytes(message)
        facts = SealedFacts(
            peer=to,
            channel="control",
            epoch=0,
            seq=0,
            op="message",
            kind=message.kind,
            digest=digest_of(content),
            agreement=agreement,
        )
        self.append(batch, facts, write_envelope(keys or self._house.keys, CONTROL_TYPE, content))

    def append(self, batch: Batch, facts: SealedFacts, envelope: bytes) -> tuple[str, int]:
        """Gives the envelope the next number of its stream and writes it down; the only place that gives numbers."""
        row = batch.tx.one(
            "SELECT epoch, last FROM exchange_streams WHERE direction = 'out' AND peer = :peer AND channel = :channel"
            " ORDER BY epoch DESC LIMIT 1",
            peer=facts.peer,
            channel=facts.channel,
        )
        if row is None:
            raise Fault("peer_unknown", "to", party=facts.peer)
        numbered = msgspec.structs.replace(facts, epoch=row[0], seq=row[1] + 1)
        batch.append(entries.SEALED, entry_bytes(numbered, envelope))
        batch.after_commit(lambda: self._house.woken(facts.peer))
        return facts.channel, numbered.seq

    def keep_revision(self, batch: Batch, own: Own, record: Record, op: str, reason: str = "") -> Own:
        """Writes down the next revision of an own record, or that it was taken back: that entry has no content."""
        state = {"retract": "retracted", "expire": "expired"}.get(op, "held")
        is_held = state == "held"
        keys = keys_of(record) if is_held else ()
        facts = StoredFacts(rid=str(record["rid"]), rev=own.rev + 1, op=op, kind=own.kind, keys=keys, reason=reason)
        entry = batch.append(entries.STORED, entry_bytes(facts, msgspec.json.encode(record) if is_held else b""))
        return Own(facts.rev, own.kind, state, entry.index)

    def latest(self, tx: Tx, rid: str) -> Own | None:
        """The latest revision of an own record, if there is one."""
        row = tx.one(
            "SELECT rev, kind, state, entry FROM exchange_own WHERE rid = :rid ORDER BY rev DESC LIMIT 1",
            rid=self._house.vault.blind(rid),
        )
        if row is None:
            return None
        # Erased by the key file of a backup, and never taken back in this ledger: gone all the same.
        state = {"erased": "retracted", "recovered": "held"}.get(row[2], row[2])
        return Own(row[0], row[1], state, row[3], row[2] == "recovered", row[2] == "erased")

    def record_at(self, tx: Tx, entry: int) -> Record:
        """The own record that a ledger entry holds."""
        _, content = read_entry(self._house.ledger.body(tx, entry), StoredFacts)
        record: Record = msgspec.json.decode(content)
        return record

    def unacknowledged(self, tx: Tx, peer: str, kind: str, agreement: str = "") -> int:
        """How many control messages of a kind (about one agreement, or about any) have no receipt from a partner."""
        row = tx.one(
            "SELECT count(*) FROM exchange_out o JOIN exchange_streams s ON s.direction = 'out' AND s.peer = o.peer"
            " AND s.channel = o.channel AND s.epoch = o.epoch WHERE o.peer = :peer AND o.channel = 'control'"
            " AND o.seq > s.acked AND o.kind = :kind AND (:agreement = '' OR o.agreement = :agreement)"
            " AND o.state = 'sealed'",
            peer=peer,
            kind=kind,
            agreement=agreement,
        )
        return int(row[0]) if row else 0

    def _keep(self, batch: Batch, record: Record) -> tuple[str, Own]:
        if record["origin"] != self._house.party:
            raise Fault("record_of_other_origin", "record.origin", origin=record["origin"], party=self._house.party)
        tx, rid = batch.tx, str(record["rid"])
        own = self.latest(tx, rid)
        if own is None:
            if tx.one("SELECT 1 FROM exchange_in WHERE rid = :rid LIMIT 1", rid=self._house.vault.blind(rid)):
                raise Fault("rid_conflict", "record.rid", rid=rid)
            facts = StoredFacts(rid=rid, kind=record["kind"], keys=keys_of(record))
            entry = batch.append(entries.STORED, entry_bytes(facts, msgspec.json.encode(record)))
            return "stored", Own(1, record["kind"], "held", entry.index)
        if own.state in ("retracted", "expired"):
            raise Fault("rid_taken_back", "record.rid", rid=rid, state=own.state)
        if own.is_recovered and own.kind == record["kind"]:
            if own.rev > 1:
                return "known", own  # corrected after its source had given it: what the partner holds stands
            # So far only what it had released was known; its source has the whole of it.
            facts = StoredFacts(rid=rid, rev=own.rev, kind=own.kind, keys=keys_of(record))
            entry = batch.append(entries.STORED, entry_bytes(facts, msgspec.json.encode(record)))
            return "known", Own(own.rev, own.kind, "held", entry.index)
        if not self._is_same(tx, rid, record):
            raise Fault("rid_conflict", "record.rid", rid=rid)
        return "known", own

    def _is_same(self, tx: Tx, rid: str, record: Record) -> bool:
        """Whether any revision has this content: a file may be put again after one of its records was corrected."""
        rows = tx.all(
            "SELECT entry FROM exchange_own WHERE rid = :rid ORDER BY rev DESC", rid=self._house.vault.blind(rid)
        )
        return any(_canonical(self.record_at(tx, entry)) == _canonical(record) for (entry,) in rows)

    def is_sealed(self, tx: Tx, rid: str, to: str, rev: int) -> bool:
        """Whether this revision is on its way to a partner, or has arrived."""
        return (
            tx.one(
                "SELECT 1 FROM exchange_out WHERE rid = :rid AND peer = :peer AND rev = :rev"
                " AND state IN ('sealed', 'delivered') LIMIT 1",
                rid=self._house.vault.blind(rid),
                peer=to,
                rev=rev,
            )
            is not None
        )

    def _seal(
        self, batch: Batch, ask: Ask, judgement: Judgement, previous: str | None, at: datetime
    ) -> tuple[str, int]:
        sealed = seal(self._house, ask, judgement, previous, at)
        demanded, approved = granted_under(self._house, judgement.agreement, ask)
        facts = SealedFacts(
            peer=ask.to,
            channel=channel_of(ask.kind),
            epoch=0,
            seq=0,
            rid=ask.rid,
            rev=ask.rev,
            op=ask.op,
            kind=ask.kind,
            purpose=ask.purpose,
            source=ask.source,
            demanded=demanded,
            approved=approved,
            refs=ask.refs,
            digest=sealed.digest,
            release=sealed.release,
            event_time=exact_time(ask.record.get("event_time")),
            kept_by=() if judgement.decision is None else keepers(judgement.decision),
            agreement=judgement.hash,
            is_only=bool(ask.only),
            retain=sealed.retain,
        )
        return self.append(batch, facts, sealed.envelope)

    def previous(self, tx: Tx, rid: str, to: str, before: int = 2**62) -> str | None:
        """The digest of the payload sealed last under this rid for this receiver."""
        row = tx.one(
            "SELECT digest FROM exchange_out WHERE rid = :rid AND peer = :peer AND rev < :before"
            " AND state IN ('sealed', 'delivered') ORDER BY rev DESC, epoch DESC LIMIT 1",
            rid=self._house.vault.blind(rid),
            peer=to,
            before=before,
        )
        return None if row is None else bytes(row[0]).hex()

    def _note(self, batch: Batch, ask: Ask, judgement: Judgement, state: str) -> str:
        """Writes down why a record did not leave; the same answer again is not written twice."""
        row = batch.tx.one(
            "SELECT id, state, code FROM exchange_rulings WHERE rid = :rid AND rev = :rev AND peer = :peer"
            " AND purpose = :purpose AND agreement = :agreement ORDER BY entry DESC LIMIT 1",
            rid=self._house.vault.blind(ask.rid),
            rev=ask.rev,
            peer=ask.to,
            purpose=ask.purpose,
            agreement=judgement.hash,
        )
        if row is not None and row[1:] == (state, judgement.code):
            return str(row[0])
        decision = judgement.decision
        demanded, approved = granted_under(self._house, judgement.agreement, ask)
        facts = JudgedFacts(
            id=self._house.ids.new(),
            rid=ask.rid,
            rev=ask.rev,
            kind=ask.kind,
            peer=ask.to,
            purpose=ask.purpose,
            op=ask.op,
            state=state,
            code=judgement.code,
            source=ask.source,
            refs=ask.refs,
            demanded=demanded,
            approved=approved,
            clauses=judgement.blocking,
            agreement=judgement.hash,
            is_only=bool(ask.only),
        )
        content = b"" if decision is None else msgspec.json.encode(decision.as_json())
        batch.append(entries.JUDGED, entry_bytes(facts, content))
        return facts.id


def names(values: Iterable[str]) -> tuple[str, ...]:
    """Any collection of ids as a sorted tuple, so that equal questions are equal."""
    return tuple(sorted(set(values)))


def _canonical(record: Any) -> bytes:
    # Not for signing, only to compare: Python holds 1, 1.0 and True for equal, JSON does not.
    return msgspec.json.encode(record, order="deterministic")
