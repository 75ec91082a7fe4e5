"""The end of keeping: both sides run the timer that the origin signed as `retain_until`.

At the receiver a copy whose time is over is proposed for disposal; an approver decides, or nobody has to where the
node is set so. The copy is then erased (its key goes, the proofs stay) and the origin is answered `erased`. A copy
under a legal hold is answered `held` with its bases and proposed again when the last hold ends; a refusal is answered
`refused` with its reason. The origin runs the same timer from what it sealed and asks nothing: from that moment the
answer is pending, and after `answer_due` it is overdue on both consoles.
"""

from dataclasses import dataclass

from haemaru.clock import format_time, from_ms, to_ms
from haemaru.exchange import keeping
from haemaru.exchange.answering import Answering, derived_from
from haemaru.exchange.entries import ReceivedFacts, SealedFacts, entry_bytes, read_entry
from haemaru.exchange.erasing import erase_copies
from haemaru.exchange.holds import Holds
from haemaru.exchange.house import House
from haemaru.exchange.keeping import DisposalFacts, DisposedFacts, DueFacts
from haemaru.ledger import Batch
from haemaru.storage import Tx
from haemaru.wording import Fault

_PER_TICK = 200


@dataclass(frozen=True, slots=True)
class Disposal:
    """A received record whose time is over, and what was decided about it."""

    id: str
    peer: str
    rid: str
    kind: str
    rev: int
    until: str
    state: str
    proposed_at: str
    is_overdue: bool


class Retention:
    """Runs the timers of one node."""

    def __init__(self, house: House, holds: Holds, answering: Answering) -> None:
        self._house = house
        self._holds = holds
        self._answering = answering

    def tick(self) -> int:
        """Proposes what is due here, notes what is due at partners; tells how many."""
        now_ms = to_ms(self._house.clock.now())
        with self._house.ledger.read() as tx:
            rows = tx.all(
                "SELECT side, peer, rid, entry FROM exchange_retention WHERE until_ms <= :now ORDER BY until_ms"
                f" LIMIT {_PER_TICK}",
                now=now_ms,
            )
        for side, peer, blind, entry in rows:
            with self._house.ledger.write() as batch:
                still = batch.tx.one(
                    "SELECT entry FROM exchange_retention WHERE side = :side AND peer = :peer AND rid = :rid",
                    side=side,
                    peer=peer,
                    rid=bytes(blind),
                )
                if still == (entry,):
                    (self._propose if side == "in" else self._expect)(batch, entry)
        return len(rows)

    def list(self, *, is_open: bool = True) -> "list[Disposal]":
        """The disposals that wait for somebody, or all there ever were; the oldest first."""
        where = " WHERE state IN ('proposed', 'refused', 'held')" if is_open else ""
        with self._house.ledger.read() as tx:
            rows = tx.all(f"SELECT entry, state, at_ms FROM exchange_disposals{where} ORDER BY entry")
            return [self._told(tx, *row) for row in rows]

    def approve(self, name: str, by: str = "") -> int:
        """Erases the copy and answers its origin; tells how many revisions there were."""
        with self._house.ledger.write() as batch:
            facts, state = self._get(batch.tx, name)
            if state == "held":
                raise Fault("disposal_held", "id", id=name, bases="; ".join(self._holds.bases(batch.tx, facts.rid)))
            return self._dispose(batch, facts, by)

    def refuse(self, name: str, reason: str, by: str = "") -> None:
        """Keeps the copy beyond its time; the origin is told the reason, and it stays overdue."""
        if not reason.strip():
            raise Fault("referral_without_reason", "reason", id=name)
        with self._house.ledger.write() as batch:
            facts, _ = self._get(batch.tx, name)
            ruled = DisposedFacts(id=name, state="refused", by=by, reason=reason)
            batch.append(keeping.DISPOSED, entry_bytes(ruled))
            self._answering.answer(batch, _about(facts), "refused", reason)

    def _propose(self, batch: Batch, entry: int) -> None:
        house = self._house
        received = read_entry(house.ledger.body(batch.tx, entry), ReceivedFacts)[0]
        is_apart = bool(received.apart)
        bases = [] if is_apart else self._holds.bases(batch.tx, received.rid)
        facts = DisposalFacts(
            id=house.ids.new(),
            peer=received.peer,
            rid=received.rid,
            rev=received.rev,
            kind=received.kind,
            until=received.retain,
            state="held" if bases else "proposed",
            is_apart=is_apart,
        )
        batch.append(keeping.PROPOSED, entry_bytes(facts))
        if bases:
            self._answering.answer(batch, _about(facts), "held", "; ".join(bases), copies=1)
        elif house.settings.disposes_alone:
            self._dispose(batch, facts, house.party)

    def _dispose(self, batch: Batch, facts: DisposalFacts, by: str) -> int:
        batch.append(keeping.DISPOSED, entry_bytes(DisposedFacts(id=facts.id, state="approved", by=by)))
        why = f"retention until {facts.until}, sealed by {facts.peer}"
        copies, erasure = erase_copies(self._house, batch, facts.peer, facts.rid, why)
        derived = [] if facts.is_apart else derived_from(self._house, batch, facts.rid)
        self._answering.answer(
            batch,
            _about(facts),
            "erased",
            copies=copies,
            erasure=erasure,
            derived=derived,
            is_apart=facts.is_apart,
        )
        return copies

    def _expect(self, batch: Batch, entry: int) -> None:
        facts = read_entry(self._house.ledger.body(batch.tx, entry), SealedFacts)[0]
        there = batch.tx.one(
            "SELECT 1 FROM exchange_out WHERE rid = :rid AND peer = :peer AND state IN ('sealed', 'delivered')"
            " AND op NOT IN ('retract', 'expire') LIMIT 1",
            rid=self._house.vault.blind(facts.rid),
            peer=facts.peer,
        )
        due = DueFacts(peer=facts.peer, rid=facts.rid, rev=facts.rev, asked=there is not None)
        batch.append(keeping.DUE, entry_bytes(due))

    def _get(self, tx: Tx, name: str) -> tuple[DisposalFacts, str]:
        row = tx.one("SELECT entry, state FROM exchange_disposals WHERE id = :id", id=name)
        if row is None:
            raise Fault("disposal_unknown", "id", id=name)
        if row[1] not in ("proposed", "refused", "held"):
            raise Fault("referral_ruled", "id", id=name, state=row[1])
        return read_entry(self._house.ledger.body(tx, row[0]), DisposalFacts)[0], row[1]

    def _told(self, tx: Tx, entry: int, state: str, at_ms: int) -> Disposal:
        facts = read_entry(self._house.ledger.body(tx, entry), DisposalFacts)[0]
        due_ms = at_ms + int(self._house.settings.answer_due.total_seconds() * 1000)
        is_waiting = state in ("proposed", "refused")
        return Disposal(
            id=facts.id,
            peer=facts.peer,
            rid=facts.rid,
            kind=facts.kind,
            rev=facts.rev,
            until=facts.until,
            state=state,
            proposed_at=format_time(from_ms(at_ms)),
            is_overdue=is_waiting and to_ms(self._house.clock.now()) > due_ms,
        )


def _about(facts: DisposalFacts) -> tuple[str, str, int, str]:
    return facts.peer, facts.rid, facts.rev, "expire"
