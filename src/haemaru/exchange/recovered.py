"""How an item that this node sent and forgot comes back into the tables of what it sent."""

from collections.abc import Callable, Mapping
from typing import Any

from haemaru.exchange.entries import SealedFacts, read_entry
from haemaru.ledger import Entry
from haemaru.storage import Tx


def recovered(tx: Tx, entry: Entry, body: bytes, blind: Callable[[str], bytes]) -> None:
    """Puts a forgotten item where it stood: its number, its stream as far as it is whole again, and no question."""
    facts, _ = read_entry(body, SealedFacts)
    place = {"peer": facts.peer, "channel": facts.channel, "epoch": facts.epoch, "seq": facts.seq}
    is_void = facts.release == "void"
    reach(tx, place)
    tx.run(
        "INSERT INTO exchange_out"
        " (peer, channel, epoch, seq, rid, rev, op, kind, state, code, digest, entry, void_entry, source,"
        " agreement, at_ms) VALUES (:peer, :channel, :epoch, :seq, :rid, :rev, :op, :kind, :state, '', :digest, :entry,"
        " :void_entry, :source, :agreement, :at_ms) ON CONFLICT (peer, channel, epoch, seq) DO UPDATE SET"
        " rid = excluded.rid, rev = excluded.rev, op = excluded.op, kind = excluded.kind, state = excluded.state,"
        " code = '', digest = excluded.digest, entry = excluded.entry, void_entry = excluded.void_entry,"
        " source = excluded.source, agreement = excluded.agreement, at_ms = excluded.at_ms",
        **place,
        rid=blind(facts.rid) if facts.rid else b"",
        rev=facts.rev,
        op=facts.op,
        kind=facts.kind,
        state="void" if is_void else "sealed",
        digest=bytes.fromhex(facts.digest),
        entry=entry.index,
        void_entry=entry.index if is_void else -1,
        source=facts.source,
        agreement=facts.agreement,
        at_ms=entry.at_ms,
    )
    settle(tx, place)


def reach(tx: Tx, place: Mapping[str, Any]) -> None:
    """A stream goes at least as far as this number; known before its items are, since they are counted by it."""
    tx.run(
        "INSERT INTO exchange_streams (direction, peer, channel, epoch, last, acked, at_ms)"
        " VALUES ('out', :peer, :channel, :epoch, :seq, 0, 0) ON CONFLICT (direction, peer, channel, epoch)"
        " DO UPDATE SET last = excluded.last WHERE excluded.last > exchange_streams.last",
        **_place(place),
    )


def settle(tx: Tx, place: Mapping[str, Any]) -> None:
    """In an epoch that is over, everything without a gap has arrived."""
    place = _place(place)
    row = tx.one(_WHOLE, **place)
    if row is not None:
        tx.run(f"UPDATE exchange_streams SET acked = :acked WHERE {_STREAM}", acked=row[0], **place)


def _place(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("peer", "channel", "epoch", "seq")}


_STREAM = "direction = 'out' AND peer = :peer AND channel = :channel AND epoch = :epoch"
_ARRIVED = (
    "SELECT 1 FROM exchange_out n WHERE n.peer = s.peer AND n.channel = s.channel AND n.epoch = s.epoch"
    " AND n.state <> 'moved' AND n.seq ="
)
# The end of the run that begins behind the cursor. What an epoch that is over had not got across was moved on.
_WHOLE = (
    "SELECT o.seq FROM exchange_streams s JOIN exchange_out o ON o.peer = s.peer AND o.channel = s.channel"
    " AND o.epoch = s.epoch AND o.seq > s.acked AND o.state <> 'moved'"
    " WHERE s.direction = 'out' AND s.peer = :peer AND s.channel = :channel AND s.epoch = :epoch AND EXISTS"
    " (SELECT 1 FROM exchange_streams f WHERE f.direction = 'out' AND f.peer = s.peer AND f.channel = s.channel"
    f" AND f.epoch > s.epoch) AND EXISTS ({_ARRIVED} s.acked + 1) AND NOT EXISTS ({_ARRIVED} o.seq + 1)"
    " ORDER BY o.seq LIMIT 1"
)
