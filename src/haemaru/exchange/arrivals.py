"""What an item does to the records a node holds: kept, superseded, taken back, or put in quarantine.

A record belongs to its origin: nobody else may write under its rid. A later revision supersedes an earlier one, a
retraction or an expiry erases every copy and leaves a tombstone, and a legal hold keeps the copy, sealed away, with its
basis as the answer. What comes after its tombstone is not even written down: the number is kept, the content is not.
Whatever was asked of a copy is answered in the same transaction by a signed disposition on the control channel.

A rid that is taken is refused by name only to who was sent that record. For everybody else it goes the way of a free
rid, with the same looks, rows, answers and time limits, and lies apart, in quarantine: else a rid could be tried out.
"""

from dataclasses import dataclass, replace
from typing import cast

from haemaru.exchange import entries
from haemaru.exchange.answering import Answering, derived_from
from haemaru.exchange.entries import ReceivedFacts, entry_bytes, read_entry
from haemaru.exchange.envelope import read_envelope
from haemaru.exchange.erasing import erase_copies
from haemaru.exchange.frame import Stream
from haemaru.exchange.holds import Holds
from haemaru.exchange.house import House
from haemaru.exchange.items import TAKING_BACK, Item
from haemaru.exchange.messages import Answer, Disposition, Returned
from haemaru.exchange.peers import Peer
from haemaru.exchange.recovering import released_alike
from haemaru.exchange.spool import Spool
from haemaru.ledger import Batch, Entry
from haemaru.records import Header
from haemaru.storage import Tx

REVISING = frozenset({"correct", "regrade"})
ANSWERED = REVISING | TAKING_BACK
_STATE_OF = {"retract": "retracted", "expire": "expired"}


@dataclass(frozen=True, slots=True)
class Arrived:
    """An item as it was taken in: its ledger entry, the state it is in, and what the receipt says of it."""

    item: Item
    entry: int
    state: str
    exception: str = ""


@dataclass(frozen=True, slots=True)
class _Copy:
    rev: int
    op: str
    state: str
    digest: bytes

    @property
    def is_gone(self) -> bool:
        """Whether this is a tombstone, or a copy of which only the number is left."""
        return self.op in TAKING_BACK or self.state == "erased"


@dataclass(frozen=True, slots=True)
class _Known:
    """A rid as one partner may know it: what it sent under it, if it is another's, and if it was sent that one."""

    copies: list[_Copy]
    is_apart: bool
    is_told: bool


class Arrivals:
    """Takes items into the ledger."""

    def __init__(self, house: House, answering: Answering, holds: Holds, spool: Spool) -> None:
        self._house = house
        self._answering = answering
        self._holds = holds
        self._spool = spool

    def take(self, batch: Batch, peer: Peer, stream: Stream, item: Item) -> Arrived:
        """Writes the item down, changes what it changes, and answers where an answer is due."""
        if item.code:
            return self._quarantine(batch, stream, item)
        if item.void is not None:
            return self._write(batch, stream, item, "void", code=item.void.code)
        if item.message is not None:
            return self._take_message(batch, peer, stream, item)
        header = cast(Header, item.header)
        if item.type == "positions":
            return self._take_positions(batch, stream, item)
        if header.op in TAKING_BACK:
            return self._take_back(batch, peer, stream, item, header)
        return self._take_record(batch, peer, stream, item, header)

    def _take_record(self, batch: Batch, peer: Peer, stream: Stream, item: Item, header: Header) -> Arrived:
        known = self._known(batch.tx, header.rid, peer.party)
        if known.is_told:
            return self._write(batch, stream, item, "quarantined", code="rid_conflict")
        copies, is_apart = known.copies, known.is_apart
        same = [copy for copy in copies if copy.rev == header.rev and not copy.is_gone]
        if any(copy.digest.hex() == item.digest for copy in same):
            return self._write(batch, stream, item, "repeated", is_apart=is_apart)
        if _is_taken_back(copies, header.rev):
            if self._basis(batch.tx, header.rid) is not None and not is_apart:
                return self._write(batch, stream, item, "kept", code="already_taken_back")
            return self._turn_away(batch, stream, item, "already_taken_back")
        if same:
            if any(self._says_the_same(batch.tx, peer, header, copy, item) for copy in same):
                # Sealed anew by an origin that was put back and put the same record again: known, and not held twice.
                return self._write(batch, stream, item, "repeated", is_apart=is_apart)
            return self._write(batch, stream, item, "quarantined", code="rev_conflict", is_apart=is_apart)
        if any(copy.rev > header.rev for copy in copies):
            return self._write(batch, stream, item, "superseded", is_apart=is_apart)
        before = "superseded" if copies else ""
        arrived = self._write(batch, stream, item, "held", before=before, is_apart=is_apart)
        if header.op in REVISING:
            derived = derived_from(self._house, batch, _source(item, header, is_apart))
            self._answering.answer(batch, _about(peer, header), "corrected", derived=derived, is_apart=is_apart)
        return arrived

    def _says_the_same(self, tx: Tx, peer: Peer, header: Header, copy: "_Copy", item: Item) -> bool:
        row = tx.one(
            "SELECT entry FROM exchange_in WHERE peer = :peer AND rid = :rid AND rev = :rev AND digest = :digest"
            " AND (state IN ('held', 'superseded', 'kept') OR (state = 'quarantined' AND code = 'rid_conflict'))",
            peer=peer.party,
            rid=self._house.vault.blind(header.rid),
            rev=header.rev,
            digest=copy.digest,
        )
        if row is None:
            return False
        line = read_entry(self._house.ledger.body(tx, row[0]), ReceivedFacts)[1]
        return released_alike(read_envelope(line).content, read_envelope(item.line).content)

    def _quarantine(self, batch: Batch, stream: Stream, item: Item) -> Arrived:
        header = item.header
        if header is not None and header.op not in TAKING_BACK:
            known = self._known(batch.tx, header.rid, header.origin)
            is_kept = self._basis(batch.tx, header.rid) is not None and not known.is_apart
            if _is_taken_back(known.copies, header.rev) and not is_kept:
                return self._turn_away(batch, stream, item, item.code)
        return self._write(batch, stream, item, "quarantined", code=item.code)

    def _turn_away(self, batch: Batch, stream: Stream, item: Item, code: str) -> Arrived:
        """Keeps the number of a copy that was taken back before it came, and nothing of its content."""
        facts = self._facts(stream, item, "erased") | {"code": code}
        return self._append(batch, item, facts, code, content=b"")

    def _take_back(self, batch: Batch, peer: Peer, stream: Stream, item: Item, header: Header) -> Arrived:
        about = _about(peer, header)
        known = self._known(batch.tx, header.rid, peer.party)
        if known.is_told:
            self._answering.answer(batch, about, "refused", "rid_conflict")
            return self._write(batch, stream, item, "quarantined", code="rid_conflict")
        copies, is_apart = known.copies, known.is_apart
        if self._is_batch(batch.tx, header.rid, peer.party):
            # Its positions lie among others in a store of their own: nobody could truly answer `erased`.
            self._answering.answer(batch, about, "refused", "positions_not_taken_back")
            return self._write(batch, stream, item, "quarantined", code="positions_not_taken_back")
        state = _STATE_OF[header.op]
        basis = self._basis(batch.tx, header.rid)
        if basis is not None and not is_apart and any(not copy.is_gone for copy in copies):
            arrived = self._write(batch, stream, item, state, before="kept")
            derived = derived_from(self._house, batch, header.rid)
            kept = sum(not copy.is_gone for copy in copies)
            self._answering.answer(batch, about, "held", basis, copies=kept, derived=derived)
            return arrived
        arrived = self._write(batch, stream, item, state, is_apart=is_apart)
        why = f"{header.op} by {peer.party}, entry {arrived.entry}"
        erased, erasure = erase_copies(self._house, batch, peer.party, header.rid, why)
        is_known = erased or any(copy.state == "erased" for copy in copies)
        derived = derived_from(self._house, batch, _source(item, header, is_apart)) if is_known else []
        answer: Answer = "erased" if is_known else "unknown_rid_tombstoned"
        self._answering.answer(batch, about, answer, copies=erased, erasure=erasure, derived=derived, is_apart=is_apart)
        return arrived

    def _take_positions(self, batch: Batch, stream: Stream, item: Item) -> Arrived:
        header = cast(Header, item.header)
        known = self._known(batch.tx, header.rid, stream.from_)
        if any(copy.digest.hex() == item.digest for copy in known.copies):
            return self._write(batch, stream, item, "repeated")
        self._spool.keep(batch.tx, item.digest, item.line)
        return self._write(batch, stream, item, "held", spool=item.digest)

    def _take_message(self, batch: Batch, peer: Peer, stream: Stream, item: Item) -> Arrived:
        message = item.message
        if isinstance(message, Disposition):
            facts = self._facts(stream, item, "message", type="disposition")
            facts |= {"rid": message.rid, "rev": message.rev}
            # An answer about what this partner was never sent is written down and changes nothing.
            is_asked = self._is_sent(batch.tx, peer.party, message.rid) and message.op in ANSWERED
            facts |= {"answer": message.answer, "asked": message.op} if is_asked else {"code": "not_asked"}
            return self._append(batch, item, facts)
        take = self._house.hears.get(type(message)) if message is not None else None
        if message is None or take is None:
            return self._quarantine(batch, stream, replace(item, code="message_unexpected"))
        heard = take(batch, peer, message)
        facts = self._facts(stream, item, "message", type=message.kind.removeprefix("control."))
        # What was given back stands in entries of its own, where it can be erased.
        content = b"" if isinstance(message, Returned) else None
        facts |= {"code": heard.code, "countersigned": heard.countersigned}
        return self._append(batch, item, facts, content=content)

    def _write(
        self,
        batch: Batch,
        stream: Stream,
        item: Item,
        state: str,
        *,
        code: str = "",
        before: str = "",
        spool: str = "",
        is_apart: bool = False,
    ) -> Arrived:
        facts = self._facts(stream, item, state) | {"code": code, "before": before, "spool": spool}
        if is_apart:
            facts |= {"state": "quarantined", "code": "rid_conflict", "apart": state}
        return self._append(batch, item, facts, "" if state == "void" else code)

    def _facts(self, stream: Stream, item: Item, state: str, **more: object) -> dict[str, object]:
        header = item.header
        facts: dict[str, object] = {
            "peer": stream.from_,
            "channel": stream.channel,
            "epoch": stream.epoch,
            "seq": item.seq,
            "type": item.type,
            "state": state,
            "digest": item.digest,
            "leaf": item.leaf.hex(),
            "keys": item.keys if state == "held" else (),
        }
        if header is not None:
            if state == "held" and item.type == "record":
                facts["retain"] = header.retain_until or ""
            facts |= {
                "rid": header.rid,
                "rev": header.rev,
                "op": header.op,
                "kind": header.kind,
                "origin": header.origin,
            }
        elif item.void is not None:
            facts |= {"rid": item.void.rid, "op": "void"}
        elif item.message is not None:
            facts |= {"op": "message", "kind": item.message.kind}
        return facts | more

    def _append(
        self, batch: Batch, item: Item, facts: dict[str, object], exception: str = "", content: bytes | None = None
    ) -> Arrived:
        made = ReceivedFacts(**facts)  # type: ignore[arg-type]  # put together above, field by field
        if content is None:
            # A batch of positions stays out of the ledger: its header and its digests are what is kept for ever.
            content = item.head if made.spool else item.line
        entry: Entry = batch.append(entries.RECEIVED, entry_bytes(made, content))
        return Arrived(item, entry.index, made.state, exception)

    def _known(self, tx: Tx, rid: str, peer: str) -> "_Known":
        """What is known of a rid towards a partner. The same looks, whatever they find: their number must not tell."""
        blind = self._house.vault.blind(rid)
        # A number that went as a void told the partner nothing.
        is_own, is_sent = tx.one(
            "SELECT EXISTS (SELECT 1 FROM exchange_own WHERE rid = :rid), EXISTS"
            " (SELECT 1 FROM exchange_out WHERE rid = :rid AND peer = :peer AND state <> 'void')",
            rid=blind,
            peer=peer,
        ) or (False, False)
        rows = tx.all(
            "SELECT peer, rev, op, state, digest, code FROM exchange_in WHERE rid = :rid"
            " AND state NOT IN ('void', 'message')",
            rid=blind,
        )
        is_taken = bool(is_own) or any(party != peer and state == "held" for party, _, _, state, _, _ in rows)
        copies = [
            _Copy(rev, op, state, bytes(digest))
            for party, rev, op, state, digest, code in rows
            if party == peer and (state != "quarantined" if not is_taken else _is_apart(state, code))
        ]
        return _Known(copies, is_taken, is_taken and bool(is_sent))

    def _is_batch(self, tx: Tx, rid: str, peer: str) -> bool:
        blind = self._house.vault.blind(rid)
        sql = "SELECT 1 FROM exchange_in i JOIN exchange_batches b ON b.entry = i.entry WHERE i.rid = :rid"
        return tx.one(sql + " AND i.peer = :peer LIMIT 1", rid=blind, peer=peer) is not None

    def _basis(self, tx: Tx, rid: str) -> str | None:
        """On what a record is held, all bases in one line; None when it is not."""
        return "; ".join(self._holds.bases(tx, rid)) or None

    def _is_sent(self, tx: Tx, peer: str, rid: str) -> bool:
        blind = self._house.vault.blind(rid)
        sql = "SELECT 1 FROM exchange_out WHERE rid = :rid AND peer = :peer LIMIT 1"
        return tx.one(sql, rid=blind, peer=peer) is not None


def _about(peer: Peer, header: Header) -> tuple[str, str, int, str]:
    return peer.party, header.rid, header.rev, header.op


def _source(item: Item, header: Header, is_apart: bool) -> str:
    """Whose derived records are looked for: what lies apart has none, so they are looked for under a name of nobody."""
    return item.digest if is_apart else header.rid


def _is_apart(state: str, code: str) -> bool:
    return state == "erased" or (state == "quarantined" and code == "rid_conflict")


def _is_taken_back(copies: list[_Copy], rev: int) -> bool:
    """Whether a revision is not newer than what this partner took back."""
    return any(copy.is_gone and copy.rev >= rev for copy in copies)
