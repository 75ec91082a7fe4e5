"""Asking for one record by its rid, and answering so that silence stays silent.

A partner that knows a rid may ask for it. What a clause releases is sealed and the answer says `sent`; what an open
clause keeps is answered with clause and reason. All else is `not_available`: a silent clause, a record taken back, of
another party, or that never was, a suspension. These must be one answer, not only one word. So a question is looked
at in one tick and answered in a later one, in the order asked; a question without a record costs the same look at
another record; it leaves as many ledger entries; and the answer has the same members in the same length.

How many questions one partner may have looked at in a tick is bounded: a flood waits, the partner's own and no other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from haemaru.clock import format_time, from_ms
from haemaru.exchange.asks import ASK, ASK_ANSWERED, AnsweredFacts, AskFacts
from haemaru.exchange.entries import entry_bytes, read_entry
from haemaru.exchange.house import Heard, House
from haemaru.exchange.messages import Asked, Message, RecordAnswer, RecordAsk
from haemaru.exchange.naming import is_open
from haemaru.exchange.outbox import Outbox, Own
from haemaru.exchange.peers import Peer, PeerBook
from haemaru.exchange.release import Ask, judge, most_favourable
from haemaru.ledger import Batch
from haemaru.records import Record
from haemaru.storage import Tx
from haemaru.wording import Fault

PER_TICK = 50
"""So many questions of one partner are looked at in a tick: a second's work stays far below a second."""

_LONGEST_NAME = 200
_NOT_AVAILABLE: Asked = "not_available"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the partner is told, and for this node alone why."""

    answer: Asked
    clause: str = ""
    reason: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question as this node keeps it; `answer` is empty until there is one."""

    id: str
    peer: str
    rid: str
    purpose: str
    answer: str
    clause: str
    reason: str
    at: str


class Asking:
    """Asks partners for records by rid, and answers what they ask."""

    def __init__(self, house: House, peers: PeerBook, outbox: Outbox) -> None:
        self._house = house
        self._peers = peers
        self._outbox = outbox
        # Looked at in an earlier tick and not yet told. Lost with the process, and then looked at again.
        self._seen: dict[tuple[str, str], Verdict] = {}
        house.hears[RecordAsk] = self._take_ask
        house.hears[RecordAnswer] = self._take_answer

    def ask(self, batch: Batch, to: str, rid: str, purpose: str) -> str:
        """Asks a partner for a record; gives the name of the question."""
        house = self._house
        self._peers.get(batch.tx, to)
        for where, value in (("rid", rid), ("purpose", purpose)):
            if not 0 < len(value) <= _LONGEST_NAME:
                raise Fault("record_name_refused", where, limit=_LONGEST_NAME)
        message = RecordAsk(
            id=house.ids.new(),
            realm=house.realm,
            from_=house.party,
            to=to,
            created=house.now(),
            rid=rid,
            purpose=purpose,
        )
        facts = AskFacts(direction="out", peer=to, id=message.id, rid=rid, purpose=purpose)
        batch.append(ASK, entry_bytes(facts))
        self._outbox.send_message(batch, to, message)
        return message.id

    def find(self, name: str, direction: str = "out") -> Question | None:
        """The question of that name, answered or not; None where there is none."""
        with self._house.ledger.read() as tx:
            row = tx.one(
                "SELECT entry, answer_entry, at_ms FROM exchange_asks WHERE direction = :direction AND id = :id",
                direction=direction,
                id=name,
            )
            return None if row is None else self._question(tx, *row)

    def is_open(self, record: Record, to: str, purpose: str, demanded: Sequence[str] = (), agreement: str = "") -> bool:
        """Whether a clause would release the record now or refuse it openly; nothing is written."""
        ask = Ask(record=record, rev=1, source=-1, to=to, purpose=purpose, demanded=tuple(demanded), only=agreement)
        return is_open(self._house, ask, self._house.clock.now())

    def tick(self) -> int:
        """Answers what was looked at before, then looks at what was asked since; tells how many were answered."""
        told = self._tell() if self._seen else 0
        self._look_at_new()
        return told

    def _question(self, tx: Tx, entry: int, answer_entry: int, at_ms: int) -> Question:
        ledger = self._house.ledger
        asked, _ = read_entry(ledger.body(tx, entry), AskFacts)
        told = None if answer_entry < 0 else read_entry(ledger.body(tx, answer_entry), AnsweredFacts)[0]
        answer, clause, reason = ("", "", "") if told is None else (told.answer, told.clause, told.reason)
        at = format_time(from_ms(at_ms))
        return Question(asked.id, asked.peer, asked.rid, asked.purpose, answer, clause, reason, at)

    # The partner's questions

    def _take_ask(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, RecordAsk)  # noqa: S101 - registered for this type
        if not (0 < len(message.rid) <= _LONGEST_NAME and 0 < len(message.purpose) <= _LONGEST_NAME):
            return Heard("ask_malformed")
        known = batch.tx.one(
            "SELECT 1 FROM exchange_asks WHERE direction = 'in' AND peer = :peer AND id = :id",
            peer=peer.party,
            id=message.id,
        )
        if known is not None:
            return Heard("ask_repeated")
        facts = AskFacts(direction="in", peer=peer.party, id=message.id, rid=message.rid, purpose=message.purpose)
        batch.append(ASK, entry_bytes(facts))
        return Heard()

    def _look_at_new(self) -> None:
        with self._house.ledger.read() as tx:
            waiting = tx.one("SELECT 1 FROM exchange_asks WHERE direction = 'in' AND answer = '' LIMIT 1")
            if waiting is None:
                return
            at = self._house.clock.now()
            for peer in self._peers.all(tx):
                for asked in self._open(tx, peer.party):
                    self._seen[asked.peer, asked.id] = self._look(tx, asked, at)

    def _open(self, tx: Tx, peer: str) -> list[AskFacts]:
        rows = tx.all(
            "SELECT entry FROM exchange_asks WHERE direction = 'in' AND answer = '' AND peer = :peer"
            " ORDER BY entry LIMIT :most",
            peer=peer,
            most=PER_TICK,
        )
        return [read_entry(self._house.ledger.body(tx, entry), AskFacts)[0] for (entry,) in rows]

    def _look(self, tx: Tx, asked: AskFacts, at: datetime) -> Verdict:
        """What may be said of a rid. Without a record of that name another one is looked at, and nothing said of it."""
        own = self._outbox.latest(tx, asked.rid)
        decoy = tx.one(
            "SELECT rev, kind, 'held', entry FROM exchange_own WHERE state IN ('held', 'recovered')"
            " ORDER BY entry DESC LIMIT 1"
        )
        # What was taken back has no content any more: another record is looked at for it too.
        is_held = own is not None and own.state == "held"
        looked_at = own if is_held else (Own(*decoy) if decoy else None)
        verdict = Verdict(_NOT_AVAILABLE, why="rid_unknown")
        if looked_at is not None:
            verdict = self._weigh(self._ask(tx, asked, looked_at), at)
        if own is None:
            return Verdict(_NOT_AVAILABLE, why="rid_unknown")
        return verdict if own.state == "held" else Verdict(_NOT_AVAILABLE, why=own.state)

    def _ask(self, tx: Tx, asked: AskFacts, own: Own) -> Ask:
        record = self._outbox.record_at(tx, own.entry)
        return Ask(record=record, rev=own.rev, source=own.entry, to=asked.peer, purpose=asked.purpose)

    def _weigh(self, ask: Ask, at: datetime) -> Verdict:
        try:
            judgements = judge(self._house, ask, at)
        except Fault as fault:
            # A partner that no longer stands in the agreement is told what everybody is told.
            return Verdict(_NOT_AVAILABLE, why=fault.code)
        judgement = most_favourable(judgements)
        if judgement.is_release:
            return Verdict("sent")
        decision = judgement.decision
        clause = decision.refused_by if decision is not None else None
        # What one agreement keeps in silence no other may name, unless it lets the record go.
        is_silent = any(each.decision is not None and each.decision.is_silent for each in judgements)
        if decision is None or is_silent or clause in (None, "none"):
            return Verdict(_NOT_AVAILABLE, why=f"{judgement.code} {clause or ''}".strip())
        return Verdict("withheld", clause=str(clause), reason=judgement.code)

    def _tell(self) -> int:
        seen, self._seen = self._seen, {}
        with self._house.ledger.write() as batch:
            told = 0
            for peer in self._peers.all(batch.tx):
                for asked in self._open(batch.tx, peer.party):
                    verdict = seen.get((asked.peer, asked.id))
                    if verdict is not None:
                        self._answer(batch, asked, self._done(batch, asked, verdict))
                        told += 1
        return told

    def _done(self, batch: Batch, asked: AskFacts, verdict: Verdict) -> Verdict:
        """Seals what may go, or lets it wait for a person; what is silent is not touched, so that no entry tells."""
        if verdict.answer == _NOT_AVAILABLE:
            return verdict
        now = self._look(batch.tx, asked, self._house.clock.now())
        own = self._outbox.latest(batch.tx, asked.rid)
        if now.answer != _NOT_AVAILABLE and own is not None:
            self._outbox.put(batch, self._ask(batch.tx, asked, own))
        return now

    def _answer(self, batch: Batch, asked: AskFacts, verdict: Verdict) -> None:
        house = self._house
        facts = AnsweredFacts(
            direction="in",
            peer=asked.peer,
            id=asked.id,
            answer=verdict.answer,
            clause=verdict.clause,
            reason=verdict.reason,
            why=verdict.why,
        )
        batch.append(ASK_ANSWERED, entry_bytes(facts))
        message = RecordAnswer(
            id=house.ids.new(),
            realm=house.realm,
            from_=house.party,
            to=asked.peer,
            created=house.now(),
            ask=asked.id,
            rid=asked.rid,
            answer=verdict.answer,
            clause=verdict.clause or None,
            reason=verdict.reason or None,
        )
        self._outbox.send_message(batch, asked.peer, message)

    # The partner's answers

    def _take_answer(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, RecordAnswer)  # noqa: S101 - registered for this type
        row = batch.tx.one(
            "SELECT entry FROM exchange_asks WHERE direction = 'out' AND peer = :peer AND id = :id AND answer = ''",
            peer=peer.party,
            id=message.ask,
        )
        if row is None:
            return Heard("answer_unasked")
        if read_entry(self._house.ledger.body(batch.tx, row[0]), AskFacts)[0].rid != message.rid:
            return Heard("answer_unasked")
        facts = AnsweredFacts(
            direction="out",
            peer=peer.party,
            id=message.ask,
            answer=message.answer,
            clause=message.clause or "",
            reason=message.reason or "",
        )
        batch.append(ASK_ANSWERED, entry_bytes(facts))
        return Heard()
