"""The exchange of one node: what leaves, what arrives, what is held, and how it stands with each partner.

A record is put for a receiver; the agreement decides; what it releases is sealed and numbered in one ledger
transaction. `next_frame` decides again and packs what has no receipt yet; the partner's `accept` takes it in and
answers with a receipt; `take_receipt` moves the cursor. How frames get there (`Pusher`, a courier file, a bus) makes
no difference. Callbacks run after the commit, on the thread that committed.
"""

from collections import deque
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import IO, Any, Literal

import pyarrow as pa

from haemaru.agreement import Agreement
from haemaru.clock import Clock, Ids
from haemaru.exchange.answering import Answering
from haemaru.exchange.arrivals import Arrivals
from haemaru.exchange.asking import Asking
from haemaru.exchange.carrying import Carrying
from haemaru.exchange.clause_book import ClauseBook
from haemaru.exchange.conflating import Conflating
from haemaru.exchange.digests import Digests
from haemaru.exchange.epochs import Epochs
from haemaru.exchange.erasing import erase_leaving
from haemaru.exchange.evidence import Evidence
from haemaru.exchange.holdings import Held, Holdings
from haemaru.exchange.holds import Holds
from haemaru.exchange.house import SETTINGS, Agreements, Heard, House, Settings
from haemaru.exchange.inbox import Accepted, Inbox
from haemaru.exchange.leases import Leases
from haemaru.exchange.limits import LIMITS, Limits
from haemaru.exchange.messages import Message, Notice
from haemaru.exchange.onward import Onwarding
from haemaru.exchange.outbox import Outbox, PutResult, names
from haemaru.exchange.oversight import Oversight
from haemaru.exchange.peers import Peer, PeerBook
from haemaru.exchange.positions import OnPositions, Positions
from haemaru.exchange.pulling import Pulls
from haemaru.exchange.recall import Recall
from haemaru.exchange.receipt import Receipt, Refusal
from haemaru.exchange.recovering import Recovering
from haemaru.exchange.referrals import Judged, Referrals
from haemaru.exchange.rekeying import Rekeying
from haemaru.exchange.release import Ask
from haemaru.exchange.retention import Retention
from haemaru.exchange.sending import Sending
from haemaru.exchange.showing import Showing
from haemaru.exchange.spool import Recheck, Rest, Spool, Thin
from haemaru.exchange.standing import Standings
from haemaru.exchange.status import StatusBook
from haemaru.exchange.traffic import Traffic
from haemaru.exchange.views import exchange_projections
from haemaru.exchange.witness import Witness, alarms_of
from haemaru.ledger import Batch, Ledger
from haemaru.records import Record
from haemaru.signing import Keys
from haemaru.wording import Fault, Reason

OPERATIONS = frozenset({"put", "reply", "request", "feedback", "proposal"})
"""What `put` may be asked to do; corrections and retractions have functions of their own."""


class Exchange:
    """One node's side of every stream it has."""

    projections = staticmethod(exchange_projections)

    def __init__(
        self,
        ledger: Ledger,
        keys: Keys,
        party: str,
        realm: str,
        clock: Clock,
        ids: Ids,
        agreements: Agreements,
        settings: Settings = SETTINGS,
        limits: Limits = LIMITS,
    ) -> None:
        house = House(ledger, keys, party, realm, clock, ids, agreements, ledger.vault, settings, limits)
        self.party, self.realm = party, realm
        self.house = house
        self._peers = PeerBook(house)
        self._spool = Spool(house)
        self._outbox = Outbox(house, self._peers)
        self._sending = Sending(house, self._peers, self._outbox, self._spool)
        self.oversight = Oversight(house, self._peers)
        self.witness = Witness(house, self._peers, self._outbox, self.oversight)
        self.leases = Leases(house, self._peers, self._outbox)
        self.asking = Asking(house, self._peers, self._outbox)
        self.answering = Answering(house, self._outbox)
        self.holds = Holds(house, self.answering)
        self._inbox = Inbox(house, self._peers, Arrivals(house, self.answering, self.holds, self._spool))
        self.recall = Recall(house, self._outbox)
        self.retention = Retention(house, self.holds, self.answering)
        self.onward = Onwarding(house, self._peers, self._outbox)
        self._positions = Positions(house, self._peers, self._outbox, self._spool)
        self._referrals = Referrals(house, self._outbox, self.recall, self._positions)
        self._carrying = Carrying(house, self._peers, self._outbox, self._sending, self._inbox)
        self.evidence = Evidence(house, self._peers)
        recovering = Recovering(house, self._outbox, self._spool, self.evidence, self.recall)
        self.digests = Digests(house, self._peers, self._outbox, recovering)
        self.epochs = Epochs(house, self._peers, self._outbox)
        self.standings = Standings(house, self._peers, self.epochs)
        self.pulls = Pulls(house, self._peers, self._sending)
        self.showing = Showing(house, self.evidence)
        self._sending.on_rest = self._positions.put_again
        self._sending.on_withheld = self.recall.withheld_later
        self._conflating = Conflating(house, self._spool, self._sending.again, self._positions)
        self._status = StatusBook(house, self._sending, self.digests)
        self.keys = Rekeying(house, self._peers, self._outbox)
        self._received: list[Callable[[Held], None]] = []
        self._arrived: deque[int] = deque()
        self.holdings = Holdings(house)
        self.traffic = Traffic(house)
        self.clauses = ClauseBook(house)
        self._inbox.on_accepted.append(self._tell)

    # Partners

    def add_peer(self, batch: Batch, statement: bytes, url: str, fingerprint: str) -> Peer:
        """Trusts a partner's keys by the fingerprint read aloud; raises `Fault` where it differs."""
        return self._peers.add(batch, statement, url, fingerprint)

    def peers(self) -> list[Peer]:
        """Every partner, by name."""
        with self.house.ledger.read() as tx:
            return self._peers.all(tx)

    def peer(self, party: str) -> Peer:
        """The partner of that name; raises `Fault("peer_unknown")`."""
        with self.house.ledger.read() as tx:
            return self._peers.get(tx, party)

    # Records on their way out

    def store(self, batch: Batch, record: Record) -> str:
        """Keeps an own record without sending it: `stored` or `known`."""
        return self._outbox.store(batch, record)

    def put(
        self,
        batch: Batch,
        record: Record,
        to: str,
        purpose: str,
        *,
        demanded: Container[str] | Iterable[str] = (),
        approved: Container[str] | Iterable[str] = (),
        refs: Sequence[str] = (),
        op: str = "put",
        agreement: str = "",
    ) -> PutResult:
        """Keeps the record and seals what an agreement releases of it; the same again is `known`.

        Each agreement that binds both is asked, in the order of adoption; `agreement` names the one to ask alone.
        """
        if op not in OPERATIONS:
            raise Fault("operation_unknown", "op", op=op, known=", ".join(sorted(OPERATIONS)))
        ask = Ask(
            record=record,
            rev=1,
            source=-1,
            to=to,
            purpose=purpose,
            op=op,
            refs=tuple(refs),
            demanded=names(demanded),  # type: ignore[arg-type]  # every container of ids in use can be walked
            approved=names(approved),  # type: ignore[arg-type]
            only=agreement,
        )
        return self._outbox.put(batch, ask)

    def put_positions(
        self,
        batch: Batch,
        to: str,
        purpose: str,
        groups: Sequence[tuple[Mapping[str, Any], bytes, int]],
        agreement: Agreement | None = None,
        at: datetime | None = None,
    ) -> list[PutResult]:
        """Seals batches of positions that the batch decision released: (header parts, Arrow bytes, rows)."""
        return self._positions.put(batch, to, purpose, groups, agreement, at)

    def note_export(self, batch: Batch, rid: str, what: str, to: str = "") -> None:
        """Notes a file or a printout of a record before it is made: the origin is told of it when it takes it back."""
        self.answering.note_export(batch, rid, what, to)

    def correct(
        self,
        batch: Batch,
        rid: str,
        body: Mapping[str, Any],
        subject: Mapping[str, Any] | None = None,
        handling: Mapping[str, Any] | None = None,
        rev: int | None = None,
    ) -> list[PutResult]:
        """Replaces the body of an own record (its subject, its handling) here and at everyone who was sent it."""
        return self.recall.correct(batch, rid, body, subject, handling, rev=rev)

    def retract(self, batch: Batch, rid: str, reason: str) -> list[PutResult]:
        """Takes an own record back from everyone who was sent it."""
        return self.recall.take_back(batch, rid, "retract", reason)

    def expire(self, batch: Batch, rid: str) -> list[PutResult]:
        """Ends the keeping of an own record here and at everyone who was sent it."""
        return self.recall.take_back(batch, rid, "expire")

    def hold(self, batch: Batch, rid: str, basis: str) -> None:
        """Puts a record under a legal hold, which is stronger than expiry and recall."""
        self.holds.hold(batch, rid, basis)

    def referred(self) -> list[Judged]:
        """The records that wait for a person."""
        return self._referrals.waiting()

    def approve(self, name: str, by: str = "") -> PutResult:
        """Lets a waiting record go, as far as the other clauses allow now; `waiting` until enough persons approved."""
        return self._referrals.approve(name, by)

    def refuse(self, name: str, reason: str, by: str = "") -> None:
        """Keeps a waiting record here, with the person's reason."""
        self._referrals.refuse(name, reason, by)

    def judgements(self, rid: str) -> list[Judged]:
        """Every time this record was withheld, referred or kept for a demand."""
        return self._referrals.about(rid)

    # Streams

    def next_frame(self, peer: str, channel: str, limit: int = 500) -> bytes | None:
        """The next frame of a stream, decided again; None where nothing waits or nothing may leave."""
        return self._sending.next_frame(peer, channel, limit)

    def held_back(self, channel: str, peer: str) -> Reason | None:
        """Why the queue of this channel towards a partner waits, or None."""
        return self._sending.held_back(channel, peer)

    def take_receipt(self, peer: str, data: bytes) -> Receipt | Refusal:
        """Moves the cursor to what the partner signed for; raises `ReceiptRefused` when it cannot be believed."""
        answer = self._sending.take_receipt(peer, data)
        if isinstance(answer, Refusal):
            self.epochs.remember(peer, answer.epoch, answer.code)
            self.keys.refused(peer, answer)
        return answer

    def accept(self, data: bytes) -> bytes:
        """Takes a frame in and gives the signed receipt, or gives the signed refusal; never raises for bad input.

        What begins like a document and not like a frame is a partner's standing, answered with this node's.
        """
        return self.standings.accept(data) if data[:1] == b"{" else self._inbox.accept(data)

    def take_pulled_receipt(self, data: bytes) -> bytes:
        """Takes the answer to a frame that a partner pulled: nothing, or a signed refusal where it is not believed."""
        answer, refusal = self.pulls.take_receipt(data)
        if isinstance(answer, Refusal):
            self.epochs.remember(answer.by, answer.epoch, answer.code)
            self.keys.refused(answer.by, answer)
            self.house.tally.told[answer.by, "control"] = answer.code
        return refusal

    def export_courier(self, peer: str) -> bytes:
        """Everything that waits for a partner, and receipts for what came from it, as one file."""
        self.leases.renew()
        return self._carrying.export(peer)

    def export_courier_to(self, peer: str, out: IO[bytes]) -> int:
        """The same, written as it is made; tells its size."""
        self.leases.renew()
        return self._carrying.export_to(peer, out)

    def import_courier(
        self, source: bytes | IO[bytes], where: str = "courier", peer: str | None = None
    ) -> dict[str, Any]:
        """Takes a courier file in, of one partner where it is named; a second time changes nothing."""
        return self._carrying.take(source, where, peer)

    def reopen(self, peer: str) -> int:
        """Opens a new epoch towards a partner and renumbers what has no receipt; tells the epoch."""
        return self.epochs.reopen(peer)

    def notify(self, batch: Batch, to: str, what: Literal["suspend", "resume"], reason: str, agreement: str) -> None:
        """Tells a partner that this party suspends or resumes an agreement, ahead of every queue."""
        house = self.house
        notice = Notice(
            id=house.ids.new(),
            realm=house.realm,
            from_=house.party,
            to=to,
            created=house.now(),
            what=what,
            reason=reason,
            agreement=agreement,
        )
        self._outbox.send_message(batch, to, notice)

    def offer_checkpoints(self, *, force: bool = False) -> list[str]:
        """Offers the ledger's checkpoint to every partner to whom one is due."""
        return self.witness.offer(force=force)

    def tick(self) -> None:
        """What is due by time alone: leases, answers to what was asked, corrections kept back, checkpoints, batches."""
        self.leases.renew()
        self.asking.tick()
        self._referrals.retry()
        self.keys.tick()
        self.onward.tick()
        self.retention.tick()
        erase_leaving(self.house)
        self.house.ledger.scrub()
        self.offer_checkpoints()
        self.hand_over()
        self._conflating.tick()
        self._spool.drop_old()
        self.digests.tick()

    # What is known, and who is told

    def status(self) -> dict[str, Any]:
        """Counts of every channel of every partner, by the partner's name."""
        found = self._status.status()
        with self.house.ledger.read() as tx:
            for peer, counts in found.items():
                told = self.witness.told(tx, peer)
                counts["witness"] |= told
                counts["alarms"] = sorted({*counts["alarms"], *alarms_of(told)})
        return found

    def refused(self) -> dict[str, int]:
        """Frames refused whose sender or channel is not known, by code."""
        return self._status.refused()

    def totals(self) -> dict[str, int]:
        """How many records are held, were sealed and received, over all partners."""
        return self.traffic.totals()

    def hand_over(self) -> int:
        """Gives received batches of positions to `on_positions`; called after a start and after each frame."""
        return self._positions.hand_over()

    def newest_positions(self) -> dict[str, dict[str, Any]]:
        """The header of the newest batch of positions that each partner shared, by the partner's name."""
        return self._positions.newest()

    def on_received(self, callback: Callable[[Held], None]) -> None:
        """Calls back, when `tell_received` is called, for every record that arrived, was corrected or taken back."""
        self._received.append(callback)

    def tell_received(self) -> None:
        """Tells the listeners of `on_received` what has arrived since."""
        while self._arrived:
            held = self.holdings.at(self._arrived.popleft())
            if held is not None and held.state in ("held", "retracted", "expired"):
                for callback in self._received:
                    callback(held)

    def on_positions(self, callback: OnPositions, check: Callable[[pa.Table], str] | None = None) -> None:
        """Names who stores received positions, and what it refuses: called until it returns without error."""
        self._positions.on_positions, self.house.check_rows = callback, check

    def on_recheck(self, callback: Recheck) -> None:
        """Names who decides queued batches of positions again."""
        self._spool.on_recheck = callback

    def on_thin(self, rest: Rest, thin: Thin) -> None:
        """Names who picks rows out of queued batches of positions: those that may still leave, and the newest."""
        self._spool.on_rest, self._spool.on_thin = rest, thin

    def on_waiting(self, callback: Callable[[str], None]) -> None:
        """Calls back with the partner's name when something was sealed for it."""
        self.house.wake.append(callback)

    def on_notice(self, callback: Callable[[Batch, str, Notice], None]) -> None:
        """Names who takes in a partner's suspension or resumption, inside the transaction that writes it down."""

        def take(batch: Batch, peer: Peer, message: Message) -> Heard:
            if isinstance(message, Notice):
                callback(batch, peer.party, message)
                batch.after_commit(lambda: self.leases.press(peer.party))
            return Heard()

        self.house.hears[Notice] = take

    def on_heard(self, callback: Callable[[str], None]) -> None:
        """Calls back with the partner's name when a frame of it was accepted."""
        self._inbox.on_accepted.append(lambda accepted: callback(accepted.peer))

    def _tell(self, accepted: Accepted) -> None:
        tally = self.house.tally
        tally.repeated[accepted.peer, accepted.receipt.stream.channel] += accepted.repeated
        if any(arrived.item.type == "positions" for arrived in accepted.arrived):
            self.hand_over()
        # Looked at later: what became of a record must not show in the time that its receipt took.
        if self._received:
            self._arrived.extend(arrived.entry for arrived in accepted.arrived if arrived.item.type == "record")
