"""Onward sharing: what a partner gave goes to a third party only with the originator's yes, sealed by the originator.

The receiver asks (`onward_ask`): rid, revision, third party, purpose, reason. The rule stands in the header of its
copy: `none` is refused here, before anybody is asked. The originator answers with its own record, decided under the
agreement that binds it and the third party: at once where its clause lists that party, otherwise when its officer has
approved. While either of the two agreements may not be asked (suspended, without a lease) the question waits, for an
officer too. It seals for the third party on its own stream, so a later retraction reaches everybody it gave the record
to. Whoever asks about what it was never sent is told `not_available`, whether there is such a record or not.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from haemaru.clock import format_time, from_ms
from haemaru.exchange import keeping
from haemaru.exchange.entries import ReceivedFacts, SealedFacts, entry_bytes, read_entry
from haemaru.exchange.envelope import read_envelope, split
from haemaru.exchange.house import Heard, House
from haemaru.exchange.keeping import OnwardFacts, OnwardRuledFacts
from haemaru.exchange.messages import Message, OnwardAnswer, OnwardAsk
from haemaru.exchange.outbox import Outbox
from haemaru.exchange.peers import Peer, PeerBook
from haemaru.exchange.release import Ask
from haemaru.ledger import Batch
from haemaru.records import Header, read_header
from haemaru.storage import Tx
from haemaru.wording import Fault, Reason

_IS_HELD = "w.rid = o.rid AND w.state IN ('held', 'recovered')"
_STATE_OF = {"sealed": "given", "known": "given", "referred": "referred"}


@dataclass(frozen=True, slots=True)
class Onward:
    """One asking to pass a record on: `asked` here by a partner, or this node `asks`."""

    id: str
    side: str
    peer: str
    rid: str
    rev: int
    to: str
    purpose: str
    reason: str
    state: str
    at: str


class Onwarding:
    """Asks originators, and answers as an originator."""

    def __init__(self, house: House, peers: PeerBook, outbox: Outbox) -> None:
        self._house = house
        self._peers = peers
        self._outbox = outbox
        house.hears[OnwardAsk] = self._asked
        house.hears[OnwardAnswer] = self._answered

    def ask(self, batch: Batch, rid: str, to: str, purpose: str, reason: str) -> str:
        """Asks the originator of a held record to give it to another party; tells the id of the question."""
        house, tx = self._house, batch.tx
        row = tx.one(
            "SELECT entry FROM exchange_in WHERE rid = :rid AND state = 'held' AND channel <> 'track' LIMIT 1",
            rid=house.vault.blind(rid),
        )
        if row is None:
            raise Fault("rid_unknown", "rid", rid=rid)
        facts, line = read_entry(house.ledger.body(tx, row[0]), ReceivedFacts)
        header = read_header(split(read_envelope(line).content)[0])
        if to in (house.party, header.origin) or not _may_ask(header, to):
            raise Fault("onward_forbidden", "--to", rid=rid, to=to, rule=header.onward)
        message = OnwardAsk(
            id=house.ids.new(),
            realm=house.realm,
            from_=house.party,
            to=facts.peer,
            created=house.now(),
            rid=rid,
            rev=header.rev,
            receiver=to,
            purpose=purpose,
            reason=reason,
        )
        self._write(batch, "asks", facts.peer, message)
        self._outbox.send_message(batch, facts.peer, message)
        return message.id

    def approve(self, name: str, by: str = "") -> str:
        """Gives the record to the third party as far as the clauses allow now; tells what became of it."""
        with self._house.ledger.write() as batch:
            facts = self._waiting(batch.tx, name)
            reason = self._held_back(batch.tx, facts)
            if reason is not None:
                raise Fault("referral_agreement_waits", "id", id=name, reason=reason.code)
            return self._give(batch, facts, by)

    def refuse(self, name: str, reason: str, by: str = "") -> None:
        """Refuses it, with the officer's reason; the asker learns that it was refused."""
        if not reason.strip():
            raise Fault("referral_without_reason", "reason", id=name)
        with self._house.ledger.write() as batch:
            self._end(batch, self._waiting(batch.tx, name), "refused", by, reason)

    def list(self, side: str | None = None) -> "list[Onward]":
        """Every asking, the oldest first."""
        with self._house.ledger.read() as tx:
            rows = tx.all("SELECT entry, state, at_ms, side FROM exchange_onward ORDER BY entry")
            return [self._told(tx, *row[:3]) for row in rows if side in (None, row[3])]

    def tick(self) -> None:
        """Answers what waited for another officer, now ruled on, and what is listed and waited for an agreement."""
        with self._house.ledger.read() as tx:
            rows = tx.all(
                "SELECT entry, state FROM exchange_onward WHERE state IN ('waiting', 'referred') AND side = 'asked'"
            )
            found = [(read_entry(self._house.ledger.body(tx, entry), OnwardFacts)[0], state) for entry, state in rows]
            due = [(facts, state) for facts, state in found if state == "referred" or self._is_listed(tx, facts)]
        for facts, state in due:
            with self._house.ledger.write() as batch:
                if state == "waiting":
                    self._give(batch, facts, self._house.party)
                elif self._is_sealed(batch.tx, facts.rid, facts.to):
                    self._end(batch, facts, "given", "", "")
                elif not self._is_referred(batch.tx, facts):
                    self._end(batch, facts, "refused", "", "")

    def _asked(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, OnwardAsk)  # noqa: S101 - registered for this type
        tx = batch.tx
        # A question comes again under another number where its receipt was lost and the streams were opened anew.
        if tx.one("SELECT 1 FROM exchange_onward WHERE id = :id", id=message.id) is not None:
            return Heard("onward_repeated")
        # The same two looks whatever the rid is: what was not sent to the asker is not told from what is not there.
        header = self._sent(tx, message.rid, peer.party)
        third = self._peers.find(tx, message.receiver)
        state = "waiting"
        if header is None:
            state = "not_available"
        elif not _may_ask(header, message.receiver) or message.receiver == peer.party:
            state = "refused"
        elif third is None:
            state = "receiver_unknown"
        facts = self._write(batch, "asked", peer.party, message, state)
        if state != "waiting":
            self._answer(batch, facts, state)
        elif self._is_listed(tx, facts):
            self._give(batch, facts, self._house.party)
        return Heard()

    def _answered(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, OnwardAnswer)  # noqa: S101 - registered for this type
        row = batch.tx.one(
            "SELECT state FROM exchange_onward WHERE id = :id AND side = 'asks' AND peer = :peer",
            id=message.asked,
            peer=peer.party,
        )
        if row is None or row[0] != "waiting":
            return Heard("not_asked")
        ruled = OnwardRuledFacts(id=message.asked, state=message.answer, by=peer.party, reason=message.reason or "")
        batch.append(keeping.ONWARD_RULED, entry_bytes(ruled))
        return Heard()

    def _is_listed(self, tx: Tx, facts: OnwardFacts) -> bool:
        """Whether the asker's copy lists the third party, and no agreement has to be waited for."""
        header = self._sent(tx, facts.rid, facts.peer)
        is_listed = header is not None and header.onward == "list" and facts.to in header.onward_to
        return is_listed and self._held_back(tx, facts) is None

    def _held_back(self, tx: Tx, facts: OnwardFacts) -> Reason | None:
        """Why it waits: the agreement that the asker's copy left under, or every one with the third party, waits."""
        house, at = self._house, self._house.clock.now()
        header = self._sent(tx, facts.rid, facts.peer)
        under = None if header is None else house.in_force(header.agreement.hash)
        if under is not None and (reason := house.waits(under, facts.peer, at)) is not None:
            return reason
        waits = [house.waits(each, facts.to, at) for each in house.agreements.between(facts.to)]
        return waits[0] if waits and all(waits) else None

    def _give(self, batch: Batch, facts: OnwardFacts, by: str) -> str:
        own = self._outbox.latest(batch.tx, facts.rid)
        if own is None or own.state != "held":
            self._end(batch, facts, "not_available", by, "")
            return "not_available"
        if self._is_sealed(batch.tx, facts.rid, facts.to):
            self._end(batch, facts, "given", by, "")
            return "given"
        record = self._outbox.record_at(batch.tx, own.entry)
        ask = Ask(record=record, rev=own.rev, source=own.entry, to=facts.to, purpose=facts.purpose)
        result = self._outbox.settle(batch, ask)
        state = _STATE_OF.get(result.outcome, "refused")
        if state == "referred":
            ruled = OnwardRuledFacts(id=facts.id, state=state, by=by)
            batch.append(keeping.ONWARD_RULED, entry_bytes(ruled))
        else:
            self._end(batch, facts, state, by, "")
        return state

    def _end(self, batch: Batch, facts: OnwardFacts, state: str, by: str, reason: str) -> None:
        ruled = OnwardRuledFacts(id=facts.id, state=state, by=by, reason=reason)
        batch.append(keeping.ONWARD_RULED, entry_bytes(ruled))
        self._answer(batch, facts, state)

    def _answer(self, batch: Batch, facts: OnwardFacts, state: str) -> None:
        house = self._house
        message = OnwardAnswer(
            id=house.ids.new(),
            realm=house.realm,
            from_=house.party,
            to=facts.peer,
            created=house.now(),
            asked=facts.id,
            answer=state,  # type: ignore[arg-type]  # one of the four by its callers
        )
        self._outbox.send_message(batch, facts.peer, message)

    def _write(self, batch: Batch, side: str, peer: str, message: OnwardAsk, state: str = "waiting") -> OnwardFacts:
        facts = OnwardFacts(
            id=message.id,
            side=side,
            peer=peer,
            rid=message.rid,
            rev=message.rev,
            to=message.receiver,
            purpose=message.purpose,
            reason=message.reason,
            state=state,
        )
        batch.append(keeping.ONWARD, entry_bytes(facts))
        return facts

    def _waiting(self, tx: Tx, name: str) -> OnwardFacts:
        row = tx.one("SELECT entry, state FROM exchange_onward WHERE id = :id AND side = 'asked'", id=name)
        if row is None:
            raise Fault("onward_unknown", "id", id=name)
        if row[1] != "waiting":
            raise Fault("referral_ruled", "id", id=name, state=row[1])
        return read_entry(self._house.ledger.body(tx, row[0]), OnwardFacts)[0]

    def _sent(self, tx: Tx, rid: str, peer: str) -> Header | None:
        """The header under which a partner was sent an own record that is still held; None otherwise."""
        row = tx.one(
            f"SELECT o.entry FROM exchange_out o JOIN exchange_own w ON {_IS_HELD}"
            " WHERE o.rid = :rid AND o.peer = :peer AND o.state IN ('sealed', 'delivered') AND o.channel <> 'control'"
            " AND NOT EXISTS (SELECT 1 FROM exchange_out t WHERE t.rid = o.rid AND t.peer = o.peer"
            " AND t.op IN ('retract', 'expire') AND t.rev >= o.rev) ORDER BY o.rev DESC, o.entry DESC LIMIT 1",
            rid=self._house.vault.blind(rid),
            peer=peer,
        )
        if row is None:
            return None
        envelope = read_entry(self._house.ledger.body(tx, row[0]), SealedFacts)[1]
        return read_header(split(read_envelope(envelope).content)[0])

    def _is_sealed(self, tx: Tx, rid: str, to: str) -> bool:
        sql = (
            f"SELECT 1 FROM exchange_out o JOIN exchange_own w ON {_IS_HELD} AND w.rev = o.rev"
            " WHERE o.rid = :rid AND o.peer = :to AND o.state IN ('sealed', 'delivered') AND o.channel <> 'control'"
        )
        return tx.one(sql + " LIMIT 1", rid=self._house.vault.blind(rid), to=to) is not None

    def _is_referred(self, tx: Tx, facts: OnwardFacts) -> bool:
        sql = "SELECT 1 FROM exchange_rulings WHERE rid = :rid AND peer = :to AND state = 'waiting' LIMIT 1"
        return tx.one(sql, rid=self._house.vault.blind(facts.rid), to=facts.to) is not None

    def _told(self, tx: Tx, entry: int, state: str, at_ms: int) -> Onward:
        facts = read_entry(self._house.ledger.body(tx, entry), OnwardFacts)[0]
        values: dict[str, Any] = msgspec.structs.asdict(facts) | {"state": state, "at": format_time(from_ms(at_ms))}
        return Onward(**values)


def _may_ask(header: Header, to: str) -> bool:
    return header.onward == "ask" or (header.onward == "list" and to in header.onward_to)
