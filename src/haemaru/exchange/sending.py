"""The queue of one stream: what has no receipt yet is decided again, framed, and sent until a receipt moves the cursor.

Between sealing and sending an agreement may be replaced, a clause may have run out, a record may have been taken
back. So each record is asked about again: what is still released as sealed goes as it is; what is released otherwise
is sealed anew under its old number; what is refused keeps its number and goes as a signed void.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from haemaru.exchange import entries
from haemaru.exchange.comparison import RESENT, ResentFacts
from haemaru.exchange.entries import ReceiptFacts, SealedFacts, VoidFacts, entry_bytes, read_entry
from haemaru.exchange.envelope import number
from haemaru.exchange.errors import ReceiptRefused
from haemaru.exchange.frame import Stream, write_frame
from haemaru.exchange.house import STOPS, House
from haemaru.exchange.introducing import keys_towards, news_ahead
from haemaru.exchange.outbox import Outbox
from haemaru.exchange.peers import PeerBook
from haemaru.exchange.receipt import Receipt, Refusal, read_answer
from haemaru.exchange.reconsidering import Change, Held, Reconsidering, Waits
from haemaru.exchange.resending import IS_AGAIN, again_rows
from haemaru.exchange.spool import Spool
from haemaru.ledger import Batch
from haemaru.storage import Tx
from haemaru.wording import Reason

# After a change the queue is looked at anew; it can only change again while the clock crosses another limit.
_ATTEMPTS = 3


class _Row(NamedTuple):
    epoch: int
    seq: int
    state: str
    entry: int
    void_entry: int
    peer: str


@dataclass(frozen=True, slots=True)
class _Flight:
    digest: str
    first: int
    last: int
    root: str
    epoch: int
    is_again: bool = False


class Sending:
    """Makes frames and takes receipts for one node."""

    def __init__(self, house: House, peers: PeerBook, outbox: Outbox, spool: Spool) -> None:
        self._house = house
        self._peers = peers
        self._outbox = outbox
        self._spool = spool
        self.again = Reconsidering(house, outbox, spool)
        self._flights: dict[tuple[str, str], _Flight] = {}
        self.on_rest: Callable[[Batch, bytes, bytes, int], object] | None = None
        self.on_withheld: Callable[[Batch, str, str, str], None] | None = None
        """Told the rid, the receiver and the operation of a newest revision that an agreement withheld on its way."""

    def next_frame(
        self, peer: str, channel: str, limit: int = 500, after: int | None = None, *, is_courier: bool = False
    ) -> bytes | None:
        """The frame that follows the last receipt, or None where nothing waits or nothing may leave now."""
        house = self._house
        limit = min(limit, house.limits.rows)
        for _ in range(_ATTEMPTS):
            with house.ledger.read() as tx:
                again = again_rows(tx, peer, channel, limit) if after is None else []
                rows = [_Row(*row) for row in again] or self._waiting(tx, peer, channel, limit, after)
                rows = self._introduced(tx, peer, channel, rows, is_courier)
                is_stopped = house.tally.alarms.get((peer, channel)) in STOPS
                if not rows or is_stopped or self.held_back(channel, peer) is not None:
                    return None
                lines, changes = self._lines(tx, channel, rows)
                if not changes:
                    return self._frame(tx, peer, channel, rows[0], lines, is_again=bool(again)) if lines else None
            with house.ledger.write() as batch:
                self._write_changes(batch, peer, channel, changes)
        return None

    def held_back(self, channel: str, peer: str) -> Reason | None:
        """Why the queue of this channel waits: no agreement with this partner may release anything now."""
        if self._is_revoked(peer):
            return Reason("peer_key_revoked")
        if channel == "control":
            return None
        waits = self.again.waits(peer)
        if not waits and self._house.agreements.current() is None:
            return self._house.none_between(peer)
        return next(iter(waits.values())) if waits and all(waits.values()) else None

    def _is_revoked(self, peer: str) -> bool:
        with self._house.ledger.read() as tx:
            known = self._peers.find(tx, peer)
        return known is not None and known.is_revoked

    def take_receipt(self, peer: str, data: bytes) -> Receipt | Refusal:
        """Moves the cursor to what the partner signed for; raises `ReceiptRefused` and moves nothing otherwise."""
        house = self._house
        with house.ledger.read() as tx:
            known = self._peers.get(tx, peer)
        answer = read_answer(data, self._peers.signing(known), house.limits)
        if answer.by != peer:
            raise ReceiptRefused("receipt_of_other_party", party=answer.by[:100])
        if isinstance(answer, Refusal):
            self._close_again(peer, answer.frame, answer.code)
            return answer
        stream = answer.stream
        if (stream.from_, stream.to, stream.realm) != (house.party, peer, house.realm):
            raise ReceiptRefused("receipt_of_other_stream")
        with house.ledger.write() as batch:
            self._move_cursor(batch, peer, answer, data)
        if stream.channel == "control":
            house.tally.introduced.pop(peer, None)
        return answer

    def _close_again(self, peer: str, frame: str, code: str = "") -> bool:
        """Notes what became of a frame that was sent again below the cursor; False where this was none."""
        found = [(channel, each) for (party, channel), each in self._flights.items() if party == peer]
        for channel, flight in found:
            if flight.is_again and flight.digest == frame:
                facts = ResentFacts(
                    peer=peer, channel=channel, epoch=flight.epoch, first=flight.first, last=flight.last, code=code
                )
                with self._house.ledger.write() as batch:
                    batch.append(RESENT, entry_bytes(facts))
                return True
        return False

    def _move_cursor(self, batch: Batch, peer: str, receipt: Receipt, data: bytes) -> None:
        channel = receipt.stream.channel
        if self._close_again(peer, receipt.frame, "gap" if receipt.code == "gap" else ""):
            return
        row = batch.tx.one(
            "SELECT epoch, last, acked FROM exchange_streams WHERE direction = 'out' AND peer = :peer"
            " AND channel = :channel ORDER BY epoch DESC LIMIT 1",
            peer=peer,
            channel=channel,
        )
        if row is None or row[0] != receipt.stream.epoch:
            raise ReceiptRefused("receipt_of_other_epoch", epoch=receipt.stream.epoch)
        epoch, last, acked = row
        if receipt.upto > last or any(item.code == "number_taken" for item in receipt.exceptions):
            # The partner holds numbers this node never gave, or gave twice: its ledger was put back to an older state.
            self._house.tally.alarms[peer, channel] = "cursor_in_future"
            raise ReceiptRefused("cursor_in_future", upto=receipt.upto, last=last)
        flight = self._flights.get((peer, channel))
        is_answer = flight is not None and flight.digest == receipt.frame
        if (
            flight is not None
            and is_answer
            and (flight.first, flight.last, flight.root)
            != (
                receipt.first,
                receipt.last,
                receipt.root,
            )
        ):
            raise ReceiptRefused("receipt_root_differs")
        is_behind = receipt.code == "gap" and is_answer and receipt.upto < acked
        if is_behind:
            self._house.tally.alarms[peer, channel] = "receiver_behind"
        elif receipt.upto <= acked and not receipt.exceptions:
            return
        facts = ReceiptFacts(
            peer=peer,
            channel=channel,
            epoch=epoch,
            upto=receipt.upto if is_behind else max(acked, receipt.upto),
            exceptions=tuple((item.seq, item.code[:100]) for item in receipt.exceptions),
            delivered=tuple(item.seq for item in receipt.exceptions if item.code == "already_received"),
        )
        batch.append(entries.RECEIPT, entry_bytes(facts, data))
        if channel == "control":
            self._spool.drop_sent(batch.tx, peer, epoch, acked, facts.upto)

    def _waiting(self, tx: Tx, peer: str, channel: str, limit: int, after: int | None) -> list[_Row]:
        row = tx.one(
            "SELECT epoch, acked FROM exchange_streams WHERE direction = 'out' AND peer = :peer"
            " AND channel = :channel ORDER BY epoch DESC LIMIT 1",
            peer=peer,
            channel=channel,
        )
        if row is None:
            return []
        rows = tx.all(
            "SELECT epoch, seq, state, entry, void_entry, peer FROM exchange_out WHERE peer = :peer"
            " AND channel = :channel AND epoch = :epoch AND seq > :after ORDER BY seq LIMIT :limit",
            peer=peer,
            channel=channel,
            epoch=row[0],
            after=row[1] if after is None else after,
            limit=limit,
        )
        return [_Row(*found) for found in rows]

    def _introduced(self, tx: Tx, peer: str, channel: str, rows: list[_Row], is_courier: bool) -> list[_Row]:
        """The rows that may leave while the partner has a key of this node to learn."""
        if not rows:
            return []
        if channel != "control":
            # On a disk the control channel comes first; by cable it has to be acknowledged first.
            return rows if is_courier or news_ahead(tx, peer) is None else []
        news = news_ahead(tx, peer, rows[0].seq)
        return rows if news is None else [row for row in rows if row.seq <= news[0]]

    def _lines(self, tx: Tx, channel: str, rows: list[_Row]) -> tuple[list[bytes], list[Change]]:
        """The lines of the next frame, as many as fit; and what has to be changed first, because it is refused now."""
        at = self._house.clock.now()
        waits: Waits | None = None
        lines: list[bytes] = []
        changes: list[Change] = []
        held: list[Held] = []
        passed = size = 0
        for row in rows:
            if row.state == "erased":
                changes.append(self.again.void_of_erased(tx, (row.peer, channel, row.epoch, row.seq), row.void_entry))
                continue
            if row.state != "sealed" and row.void_entry >= 0:
                envelope = read_entry(self._house.ledger.body(tx, row.void_entry), VoidFacts)[1]
            else:
                facts, envelope = read_entry(self._house.ledger.body(tx, row.entry), SealedFacts)
                waits = self.again.waits(facts.peer) if waits is None else waits
                found = self._gone(tx, facts) if channel == "control" else self.again.reconsider(tx, facts, at, waits)
                if isinstance(found, Held):
                    held.append(found)
                    continue
                passed = len(held)
                if found is not None:
                    changes.append(found)
                    continue
                if facts.spool and not held:
                    envelope = self._spool.take(tx, facts.spool)
            if held:
                continue
            line = number(envelope, row.seq)
            # Base64 shrinks again when packed, but noise stays noise: half of the limits always fits.
            size += len(line) + 1
            if lines and size > min(self._house.limits.plain_bytes, self._house.limits.frame_bytes) // 2:
                break
            lines.append(line)
        if len(held) > passed and self.again.is_free_behind(tx, held[0].facts, rows[-1].seq, waits or {}):
            passed = len(held)
        # What is held steps aside only for what may go.
        aside = [self.again.aside(each) for each in held[:passed]]
        return lines, aside + changes

    def _gone(self, tx: Tx, facts: SealedFacts) -> Change | None:
        """A void for what a receipt had covered before the partner was put back: its bytes were dropped with it."""
        is_gone = facts.spool and self._spool.find(tx, facts.spool) is None
        return self.again.void(facts, "batch_gone") if is_gone else None

    def _write_changes(self, batch: Batch, peer: str, channel: str, changes: list[Change]) -> None:
        tx = batch.tx
        for change in changes:
            # Another thread may have reopened the stream or had a receipt in between.
            row = tx.one(
                "SELECT o.state FROM exchange_out o JOIN exchange_streams s ON s.direction = 'out'"
                " AND s.peer = o.peer AND s.channel = o.channel AND s.epoch = o.epoch"
                " WHERE o.peer = :peer AND o.channel = :channel AND o.epoch = :epoch AND o.seq = :seq"
                f" AND (o.seq > s.acked OR {IS_AGAIN})",
                peer=peer,
                channel=channel,
                epoch=change.epoch,
                seq=change.seq,
            )
            if row is not None and row[0] in ("sealed", "erased"):
                batch.append(change.kind, change.body)
                if change.owed is not None:
                    self._outbox.owe(batch, *change.owed)
                if change.rest is not None and self.on_rest is not None:
                    self.on_rest(batch, *change.rest)
                if change.withheld is not None and self.on_withheld is not None:
                    self.on_withheld(batch, change.withheld.rid, peer, change.withheld.op)

    def _frame(
        self, tx: Tx, peer: str, channel: str, first: _Row, lines: list[bytes], *, is_again: bool = False
    ) -> bytes:
        house = self._house
        stream = Stream(house.party, peer, house.realm, channel, first.epoch)
        keys = keys_towards(house, tx, peer, first.seq) if channel == "control" else house.keys
        framed = write_frame(keys, self._peers.get(tx, peer).public, stream, first.seq, lines, house.now())
        header = framed.header
        self._flights[peer, channel] = _Flight(
            framed.digest, header.first, header.last, header.root, first.epoch, is_again
        )
        sent = house.tally.sent
        sent[peer, channel, first.epoch] = max(sent[peer, channel, first.epoch], header.last)
        return framed.data
