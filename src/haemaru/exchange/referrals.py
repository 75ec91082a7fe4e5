"""What waits for a person: records that a refer clause stopped, approved or refused by an officer.

Where a clause asks for two persons, the first approval is written down and the record goes on waiting; the second, by
another account, lets it go. Of several such clauses the one that asks for most persons counts. Approvals are void once
another agreement decides; a record that is corrected while it waits is asked about anew, and waits again without them.
One refusal ends the matter.
"""

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from haemaru.clock import format_time, from_ms
from haemaru.exchange import entries
from haemaru.exchange.approvals import APPROVED, Approval, ApprovedFacts, all_approvals
from haemaru.exchange.entries import JudgedFacts, RuledFacts, entry_bytes, read_entry
from haemaru.exchange.house import House
from haemaru.exchange.outbox import Outbox, PutResult, names
from haemaru.exchange.positions import KIND, Positions
from haemaru.exchange.recall import Recall
from haemaru.exchange.release import Ask, Judgement, judge
from haemaru.ledger import Batch
from haemaru.records import Record
from haemaru.storage import Tx
from haemaru.wording import Fault


@dataclass(frozen=True, slots=True)
class Judged:
    """A record that did not leave: for whom, for what, why, and what became of it."""

    id: str
    rid: str
    rev: int
    kind: str
    to: str
    purpose: str
    op: str
    state: str
    code: str
    clauses: tuple[str, ...]
    at: str
    record: Record
    decision: dict[str, Any]
    persons: int = 1
    """How many persons must approve it now."""
    approvals: tuple[Approval, ...] = ()
    """Those that count, the oldest first."""
    void: int = 0
    """How many approvals no longer count, because another agreement decides now."""
    is_outdated: bool = False
    """Whether the record was corrected or taken back since; what waits here can only be refused."""
    agreement: str = ""
    """The id of the agreement that was asked."""


class Referrals:
    """Lists what waits, and does what a person decides."""

    def __init__(self, house: House, outbox: Outbox, recall: Recall, positions: Positions) -> None:
        self._house = house
        self._positions = positions
        self._outbox = outbox
        self._recall = recall

    def waiting(self) -> list[Judged]:
        """The records that wait for a person, the oldest first."""
        return self._list("state = 'waiting'")

    def about(self, rid: str) -> list[Judged]:
        """Every time a record was withheld, referred or kept for a demand, the oldest first."""
        return self._list("rid = :rid", rid=self._house.vault.blind(rid))

    def approve(self, name: str, by: str = "") -> PutResult:
        """Lets a waiting record go as far as the other clauses allow now; `waiting` until enough persons approved.

        `by` is the account of the officer, checked by the caller; only one person's release can do without. While the
        agreement may not be asked (suspended, not in force) nothing is decided, and the record goes on waiting.
        """
        with self._house.ledger.write() as batch:
            facts = self._get(batch.tx, name)
            if self._is_outdated(batch.tx, facts):
                raise Fault("referral_outdated", "id", id=name, rid=facts.rid)
            judgement = self._judge(batch.tx, facts)
            if judgement.reason is not None:
                raise Fault("referral_agreement_waits", "id", id=name, reason=judgement.reason.code)
            persons, agreement = _persons(judgement), judgement.hash
            given = [each for each, under in all_approvals(self._house.ledger, batch.tx, name) if under == agreement]
            if persons > 1 and not by:
                raise Fault("approval_without_name", "by", id=name, persons=persons)
            if by and any(each.by == by for each in given):
                raise Fault("approval_same_person", "by", id=name, by=by)
            if by:
                batch.append(APPROVED, entry_bytes(ApprovedFacts(id=name, by=by, agreement=agreement)))
            if len(given) + 1 < persons:
                return PutResult(outcome="waiting", rid=facts.rid, to=facts.peer, id=name)
            self._rule(batch, name, "approved", "", by)
            approved = names((*facts.approved, *facts.clauses))
            return self._outbox.settle(batch, self._alone(batch.tx, facts, approved))

    def refuse(self, name: str, reason: str, by: str = "") -> None:
        """Keeps a waiting record here for good, with the person's reason, whoever approved it before."""
        if not reason.strip():
            raise Fault("referral_without_reason", "reason", id=name)
        with self._house.ledger.write() as batch:
            self._get(batch.tx, name)
            self._rule(batch, name, "refused", reason, by)

    def retry(self) -> int:
        """Asks again about what an agreement kept back that works again now; tells how many."""
        with self._house.ledger.read() as tx:
            rows = tx.all("SELECT id, entry, agreement, peer FROM exchange_rulings WHERE state = 'owed' ORDER BY entry")
            due = [
                (name, read_entry(self._house.ledger.body(tx, entry), JudgedFacts)[0])
                for name, entry, digest, peer in rows
                if not self._waits(digest, peer)
            ]
            due = [(name, facts) for name, facts in due if not self._is_void_on_its_way(tx, facts)]
        for name, facts in due:
            with self._house.ledger.write() as batch:
                self._rule(batch, name, "asked_again", "")
                if facts.kind == KIND:
                    self._positions.share_anew(batch, facts)
                    continue
                own = self._outbox.latest(batch.tx, facts.rid)
                if own is None or own.state != "held":
                    continue
                # What was corrected in the meantime leaves as it is now.
                if not self._outbox.is_sealed(batch.tx, facts.rid, facts.peer, own.rev):
                    newest = msgspec.structs.replace(facts, rev=own.rev, source=own.entry)
                    result = self._outbox.settle(batch, self._ask(batch.tx, newest, facts.approved))
                    if result.outcome == "withheld" and result.decision is not None:
                        self._recall.withheld_later(batch, facts.rid, facts.peer, facts.op)
        return len(due)

    def _waits(self, digest: str, peer: str) -> bool:
        agreement = self._house.in_force(digest)
        if agreement is None:
            return not self._house.agreements.between(peer)
        return self._house.waits(agreement, peer, self._house.clock.now()) is not None

    def _is_void_on_its_way(self, tx: Tx, facts: JudgedFacts) -> bool:
        """Whether the partner has not said yet that the number was empty: it may hold the record already.

        A number of an epoch that is over gets no receipt any more: what the partner holds of it is known by its rid.
        """
        row = tx.one(
            "SELECT 1 FROM exchange_out o JOIN exchange_streams s ON s.direction = 'out' AND s.peer = o.peer"
            " AND s.channel = o.channel AND s.epoch = o.epoch WHERE o.rid = :rid AND o.peer = :peer AND o.rev = :rev"
            " AND o.state = 'void' AND o.seq > s.acked AND o.epoch = (SELECT max(n.epoch) FROM exchange_streams n"
            " WHERE n.direction = 'out' AND n.peer = o.peer AND n.channel = o.channel) LIMIT 1",
            rid=self._house.vault.blind(facts.rid),
            peer=facts.peer,
            rev=facts.rev,
        )
        return row is not None

    def _alone(self, tx: Tx, facts: JudgedFacts, approved: tuple[str, ...]) -> Ask:
        """The question under the agreement that asked for a person: an approval is no answer under another."""
        ask = self._ask(tx, facts, approved)
        return replace(ask, only=ask.granted)

    def _ask(self, tx: Tx, facts: JudgedFacts, approved: tuple[str, ...]) -> Ask:
        agreement = self._house.agreements.find(facts.agreement)
        name = "" if agreement is None else agreement.id
        return Ask(
            record=self._outbox.record_at(tx, facts.source),
            rev=facts.rev,
            source=facts.source,
            to=facts.peer,
            purpose=facts.purpose,
            op=facts.op,
            refs=facts.refs,
            demanded=facts.demanded,
            approved=approved,
            only=name if facts.is_only else "",
            granted=name,
        )

    def _judge(self, tx: Tx, facts: JudgedFacts) -> Judgement:
        """What the agreement says now, before anybody approved."""
        return judge(self._house, self._alone(tx, facts, facts.approved), self._house.clock.now())[0]

    def _is_outdated(self, tx: Tx, facts: JudgedFacts) -> bool:
        own = self._outbox.latest(tx, facts.rid)
        return own is None or own.rev != facts.rev

    def _rule(self, batch: Batch, name: str, state: str, reason: str, by: str = "") -> None:
        batch.append(entries.RULED, entry_bytes(RuledFacts(id=name, state=state, reason=reason, by=by)))

    def _get(self, tx: Tx, name: str) -> JudgedFacts:
        row = tx.one("SELECT entry, state FROM exchange_rulings WHERE id = :id", id=name)
        if row is None:
            raise Fault("referral_unknown", "id", id=name)
        facts = read_entry(self._house.ledger.body(tx, row[0]), JudgedFacts)[0]
        if row[1] == "outdated":
            raise Fault("referral_outdated", "id", id=name, rid=facts.rid)
        if row[1] != "waiting":
            raise Fault("referral_ruled", "id", id=name, state=row[1])
        return facts

    def _list(self, condition: str, **params: object) -> list[Judged]:
        with self._house.ledger.read() as tx:
            rows = tx.all(
                f"SELECT entry, state, at_ms FROM exchange_rulings WHERE {condition}"
                " AND entry IN (SELECT idx FROM body) ORDER BY entry",
                **params,
            )
            return [self._judged(tx, *row) for row in rows]

    def _judged(self, tx: Tx, entry: int, state: str, at_ms: int) -> Judged:
        facts, content = read_entry(self._house.ledger.body(tx, entry), JudgedFacts)
        judgement = self._judge(tx, facts) if state == "waiting" else None
        given = all_approvals(self._house.ledger, tx, facts.id)
        counted = [each for each, under in given if judgement is None or under == judgement.hash]
        return Judged(
            id=facts.id,
            rid=facts.rid,
            rev=facts.rev,
            kind=facts.kind,
            to=facts.peer,
            purpose=facts.purpose,
            op=facts.op,
            state=state,
            code=facts.code,
            clauses=facts.clauses,
            at=format_time(from_ms(at_ms)),
            record=self._outbox.record_at(tx, facts.source),
            decision=msgspec.json.decode(content) if content else {},
            persons=1 if judgement is None else _persons(judgement),
            approvals=tuple(counted),
            void=len(given) - len(counted),
            is_outdated=judgement is not None and self._is_outdated(tx, facts),
            agreement=found.id if (found := self._house.agreements.find(facts.agreement)) is not None else "",
        )


def _persons(judgement: Judgement) -> int:
    """The most persons that any clause asks for which waits for a person."""
    agreement = judgement.agreement
    found = [agreement.find_clause(name) for name in judgement.blocking] if agreement else []
    return max((clause.persons for clause in found if clause is not None), default=1)
