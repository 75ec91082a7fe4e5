"""What an item does to the records a node holds: kept, superseded, taken back, or put in quarantine.

A record belongs to its origin: nobody else may write under its rid. A later revision supersedes an earlier one, a
retraction or an expiry erases every copy and leaves a tombstone, and a legal hold keeps the copy, sealed away, with its
basis as the answer. What comes after its tombstone is not even written down: the number is kept, the content is not.
Whatever was asked of a copy is answered in the same transaction by a signed disposition on the control channel.

A rid that is taken is refused by name only to who was sent that record. To everybody else the answers are those of a
free rid, and what came lies in quarantine: otherwise a rid could be tried out.
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
            return self._write(batch, stream, item, "void", code=item.void.code, exception="")
        if item.message is not None:
            return self._take_message(batch, peer, stream, item)
        header = cast(Header, item.header)
        if item.type == "positions":
            return self._take_positions(batch, stream, item)
        if header.op in TAKING_BACK:
            return self._take_back(batch, peer, stream, item, header)
        return self._take_record(batch, peer, stream, item, header)

    def _take_record(self, batch: Batch, peer: Peer, stream: Stream, item: Item, header: Header) -> Arrived:
        copies = self._copies(batch.tx, self._house.vault.blind(header.rid), peer.party)
        if copies is None:
            return self._take_conflict(batch, peer, stream, item, header)
        same = [copy for copy in copies if copy.rev == header.rev and not copy.is_gone]
        if any(copy.digest.hex() == item.digest for copy in same):
            return self._write(batch, stream, item, "repeated")
        if _is_taken_back(copies, header.rev):
            if self._basis(batch.tx, header.rid) is not None:
                return self._write(batch, stream, item, "kept", code="already_taken_back")
            return self._turn_away(batch, stream, item, "already_taken_back")
        if same:
            if any(self._says_the_same(batch.tx, peer, header, copy, item) for copy in same):
                # Sealed anew by an origin that was put back and put the same record again: known, and not held twice.
                return self._write(batch, stream, item, "repeated")
            return self._write(batch, stream, item, "quarantined", code="rev_conflict")
        if any(copy.rev > header.rev for copy in copies):
            return self._write(batch, stream, item, "superseded")
        arrived = self._write(batch, stream, item, "held", before="superseded" if copies else "")
        if header.op in REVISING:
            derived = derived_from(self._house, batch, header.rid)
            self._answering.answer(batch, _about(peer, header), "corrected", derived=derived)
        return arrived

    def _take_conflict(self, batch: Batch, peer: Peer, stream: Stream, item: Item, header: Header) -> Arrived:
        """A record under a rid that is not the partner's: told openly, or answered as if the rid were free."""
        blind = self._house.vault.blind(header.rid)
        if self._has_seen(batch.tx, peer.party, blind):
            return self._write(batch, stream, item, "quarantined", code="rid_conflict")
        shadows = self._shadows(batch.tx, blind, peer.party)
        same = [copy for copy in shadows if copy.rev == header.rev and not copy.is_gone]
        exception = ""
        if not any(copy.digest.hex() == item.digest for copy in same):
            if _is_taken_back(shadows, header.rev):
                return self._turn_away(batch, stream, item, "already_taken_back")
            if same:
                alike = any(self._says_the_same(batch.tx, peer, header, copy, item) for copy in same)
                exception = "" if alike else "rev_conflict"
            elif header.op in REVISING and not any(copy.rev > header.rev for copy in shadows):
                self._answering.answer(batch, _about(peer, header), "corrected")
        return self._write(batch, stream, item, "quarantined", code="rid_conflict", exception=exception)

    def _take_back_conflict(self, batch: Batch, peer: Peer, stream: Stream, item: Item, header: Header) -> Arrived:
        """A retraction of what is not the partner's: refused openly, or answered as if the rid were free."""
        blind = self._house.vault.blind(header.rid)
        if self._has_seen(batch.tx, peer.party, blind):
            self._answering.answer(batch, _about(peer, header), "refused", "rid_conflict")
            return self._write(batch, stream, item, "quarantined", code="rid_conflict")
        shadows = self._shadows(batch.tx, blind, peer.party)
        arrived = self._write(batch, stream, item, "quarantined", code="rid_conflict", exception="")
        why = f"{header.op} by {peer.party}, entry {arrived.entry}"
        erased, erasure = erase_copies(self._house, batch, peer.party, header.rid, why)
        is_known = erased or any(copy.state == "erased" for copy in shadows)
        answer: Answer = "erased" if is_known else "unknown_rid_tombstoned"
        self._answering.answer(batch, _about(peer, header), answer, copies=erased, erasure=erasure, knows_copies=False)
        return arrived

    def _has_seen(self, tx: Tx, peer: str, blind: bytes) -> bool:
        """Whether a partner was sent the record under this rid: a number that went as a void told it nothing."""
        sql = "SELECT 1 FROM exchange_out WHERE rid = :rid AND peer = :peer AND state <> 'void' LIMIT 1"
        return tx.one(sql, rid=blind, peer=peer) is not None

    def _shadows(self, tx: Tx, blind: bytes, peer: str) -> list[_Copy]:
        """What this partner sent under a rid that it could not know to be taken; it lies in quarantine or is erased."""
        rows = tx.all(
            "SELECT rev, op, state, digest FROM exchange_in WHERE rid = :rid AND peer = :peer"
            " AND (state = 'erased' OR (state = 'quarantined' AND code = 'rid_conflict'))",
            rid=blind,
            peer=peer,
        )
        return [_Copy(rev, op, state, bytes(digest)) for rev, op, state, digest in rows]

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
        if header is not None and header.op not in TAKING_BACK and self._basis(batch.tx, header.rid) is None:
            copies = self._copies(batch.tx, self._house.vault.blind(header.rid), header.origin)
            if copies and _is_taken_back(copies, header.rev):
                return self._turn_away(batch, stream, item, item.code)
        return self._write(batch, stream, item, "quarantined", code=item.code)

    def _turn_away(self, batch: Batch, stream: Stream, item: Item, code: str) -> Arrived:
        """Keeps the number of a copy that was taken back before it came, and nothing of its content."""
        facts = self._facts(stream, item, "erased") | {"code": code}
        return self._append(batch, item, facts, code, content=b"")

    def _take_back(self, batch: Batch, peer: Peer, stream: Stream, item: Item, header: Header) -> Arrived:
        blind = self._house.vault.blind(header.rid)
        copies = self._copies(batch.tx, blind, peer.party)
        if copies is None:
            return self._take_back_conflict(batch, peer, stream, item, header)
        if self._is_batch(batch.tx, blind, peer.party):
            # Its positions lie among others in a store of their own: nobody could truly answer `erased`.
            self._answering.answer(batch, _about(peer, header), "refused", "positions_not_taken_back")
            return self._write(batch, stream, item, "quarantined", code="positions_not_taken_back")
        state = _STATE_OF[header.op]
        basis = self._basis(batch.tx, header.rid)
        if basis is not None and any(not copy.is_gone for copy in copies):
            arrived = self._write(batch, stream, item, state, before="kept")
            derived = derived_from(self._house, batch, header.rid)
            kept = sum(not copy.is_gone for copy in copies)
            self._answering.answer(batch, _about(peer, header), "held", basis, copies=kept, derived=derived)
            return arrived
        arrived = self._write(batch, stream, item, state)
        why = f"{header.op} by {peer.party}, entry {arrived.entry}"
        erased, erasure = erase_copies(self._house, batch, peer.party, header.rid, why)
        is_known = erased or any(copy.state == "erased" for copy in copies)
        derived = derived_from(self._house, batch, header.rid) if is_known else []
        answer: Answer = "erased" if is_known else "unknown_rid_tombstoned"
        about = _about(peer, header)
        self._answering.answer(batch, about, answer, copies=erased, erasure=erasure, derived=derived)
        return arrived

    def _take_positions(self, batch: Batch, stream: Stream, item: Item) -> Arrived:
        header = cast(Header, item.header)
        copies = self._copies(batch.tx, self._house.vault.blind(header.rid), stream.from_)
        if any(copy.digest.hex() == item.digest for copy in copies or ()):
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
        exception: str | None = None,
    ) -> Arrived:
        facts = self._facts(stream, item, state) | {"code": code, "before": before, "spool": spool}
        return self._append(batch, item, facts, code if exception is None else exception)

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

    def _copies(self, tx: Tx, blind: bytes, peer: str) -> list[_Copy] | None:
        """What this partner sent under a rid until now; None when the rid is this node's own or another partner's."""
        if tx.one("SELECT 1 FROM exchange_own WHERE rid = :rid LIMIT 1", rid=blind) is not None:
            return None
        rows = tx.all(
            "SELECT peer, rev, op, state, digest FROM exchange_in WHERE rid = :rid"
            " AND state NOT IN ('quarantined', 'void', 'message')",
            rid=blind,
        )
        if any(row[0] != peer and row[3] == "held" for row in rows):
            return None
        return [_Copy(rev, op, state, bytes(digest)) for party, rev, op, state, digest in rows if party == peer]

    def _is_batch(self, tx: Tx, blind: bytes, peer: str) -> bool:
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


def _is_taken_back(copies: list[_Copy], rev: int) -> bool:
    """Whether a revision is not newer than what this partner took back."""
    return any(copy.is_gone and copy.rev >= rev for copy in copies)
