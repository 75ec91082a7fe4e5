"""How an item that this node sent and forgot comes back into the tables of what it sent."""

from collections.abc import Callable

from haemaru.exchange.entries import SealedFacts, read_entry
from haemaru.ledger import Entry
from haemaru.storage import Tx


def recovered(tx: Tx, entry: Entry, body: bytes, blind: Callable[[str], bytes]) -> None:
    """Puts a forgotten item where it stood: its number, its stream as far as it is whole again, and no question."""
    facts, _ = read_entry(body, SealedFacts)
    place = {"peer": facts.peer, "channel": facts.channel, "epoch": facts.epoch, "seq": facts.seq}
    is_void = facts.release == "void"
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
    tx.run(
        "INSERT INTO exchange_streams (direction, peer, channel, epoch, last, acked, at_ms)"
        " VALUES ('out', :peer, :channel, :epoch, 0, 0, 0) ON CONFLICT DO NOTHING",
        **{name: place[name] for name in ("peer", "channel", "epoch")},
    )
    tx.run(
        "UPDATE exchange_streams SET last = CASE WHEN last < :seq THEN :seq ELSE last END,"
        " acked = CASE WHEN acked + 1 = :seq THEN :seq ELSE acked END"
        " WHERE direction = 'out' AND peer = :peer AND channel = :channel AND epoch = :epoch",
        **place,
    )
