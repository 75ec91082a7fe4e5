"""The views of the ledger that the exchange works from: each entry kind changes its tables here and nowhere else.

Every function is handed the transaction that also appends the entry, so tables and ledger cannot differ; and it takes
everything from the entry, so that `haemaru rebuild` makes the same tables again. A rebuild does not see entries whose
body was erased: what they did to the tables is done by the later entry `exchange.erased`, which finds the rows there
(when it is written) or not (when it is replayed).
"""

from collections.abc import Callable, Mapping

from haemaru.exchange import entries, keeping, own_rows
from haemaru.exchange.approvals import ApprovalView
from haemaru.exchange.asks import AskView
from haemaru.exchange.clauses import ClauseView
from haemaru.exchange.comparison import ComparisonView
from haemaru.exchange.conflated import ConflatedView
from haemaru.exchange.keyring import KeyringView
from haemaru.exchange.leasing import LeaseView
from haemaru.exchange.oversight_view import OversightView
from haemaru.exchange.pulling_modes import ModeView
from haemaru.exchange.recovered import recovered
from haemaru.exchange.tables import METADATA, VIEWS
from haemaru.ledger import Entry, Projection
from haemaru.records import CHANNELS
from haemaru.signing import Vault
from haemaru.storage import Tx

_NOTHING = b""
_INSERT_IN = (
    "INSERT INTO exchange_in"
    " (peer, channel, epoch, seq, rid, rev, op, kind, origin, state, code, digest, leaf, entry, at_ms) VALUES"
    " (:peer, :channel, :epoch, :seq, :rid, :rev, :op, :kind, :origin, :state, :code, :digest, :leaf, :entry, :at_ms)"
)
_OVERTAKE = (
    "UPDATE exchange_in SET state = :becomes WHERE rid = :rid AND peer = :peer AND state = :was AND entry ="
    " (SELECT max(entry) FROM exchange_in WHERE rid = :rid AND peer = :peer AND state = :was)"
)
# A cursor only goes on: where the first or the last item of a stream was erased, a rebuild comes to it out of order.
_ADVANCE = (
    "INSERT INTO exchange_streams (direction, peer, channel, epoch, last, acked, at_ms)"
    " VALUES ('in', :peer, :channel, :epoch, :seq, :seq, :at_ms)"
    " ON CONFLICT (direction, peer, channel, epoch) DO UPDATE SET last = excluded.last, acked = excluded.acked,"
    " at_ms = excluded.at_ms WHERE excluded.last > exchange_streams.last"
)


class ExchangeView:
    """The one projection of the exchange; needs the vault only to blind what it looks up later."""

    name = "exchange"
    metadata = METADATA
    tables = VIEWS

    def __init__(self, vault: Vault) -> None:
        self._blind = vault.blind
        self._apply: Mapping[str, Callable[[Tx, Entry, bytes], None]] = {
            entries.PEER: _peer,
            entries.STORED: self._stored,
            entries.SEALED: self._sealed,
            entries.RESEALED: self._resealed,
            entries.RECOVERED: lambda tx, entry, body: recovered(tx, entry, body, vault.blind),
            entries.VOIDED: _voided,
            entries.RECEIPT: _receipt,
            entries.REOPENED: _reopened,
            entries.RECEIVED: self._received,
            entries.ERASED: self._erased,
            entries.JUDGED: self._judged,
            entries.RULED: _ruled,
            keeping.DUE: self._due,
            keeping.OWN_ERASED: self._own_erased,
            entries.BATCH_STORED: _batch_stored,
            entries.OFFERED: _offered,
            entries.RESTARTED: _restarted,
        }
        self.kinds = frozenset(self._apply)

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Brings the tables up to this entry."""
        self._apply[entry.kind](tx, entry, body)

    def _keys(self, tx: Tx, entry: Entry, names: tuple[str, ...]) -> None:
        if names:
            tx.many(
                "INSERT INTO exchange_keys (key, entry) VALUES (:key, :entry) ON CONFLICT DO NOTHING",
                [{"key": self._blind(name), "entry": entry.index} for name in names],
            )

    def _stored(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, entries.StoredFacts)
        rid = self._blind(facts.rid)
        state = {"retract": "retracted", "expire": "expired"}.get(facts.op, "recovered" if facts.recovered else "held")
        if facts.rev > 1:
            tx.run(
                "UPDATE exchange_own SET state = :state WHERE rid = :rid AND state IN ('held', 'recovered')",
                rid=rid,
                state="superseded" if state in ("held", "recovered") else state,
            )
        tx.run(
            "INSERT INTO exchange_own (rid, rev, kind, state, entry, at_ms)"
            " VALUES (:rid, :rev, :kind, :state, :entry, :at_ms) ON CONFLICT (rid, rev)"
            " DO UPDATE SET state = excluded.state, entry = excluded.entry, at_ms = excluded.at_ms",
            rid=rid,
            rev=facts.rev,
            kind=facts.kind,
            state=state,
            entry=entry.index,
            at_ms=entry.at_ms,
        )
        self._keys(tx, entry, facts.keys)

    def _sealed(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, entries.SealedFacts)
        rid = self._blind(facts.rid) if facts.rid else _NOTHING
        tx.run(
            "INSERT INTO exchange_out"
            " (peer, channel, epoch, seq, rid, rev, op, kind, state, code, digest, entry, void_entry, source,"
            " agreement, at_ms) VALUES (:peer, :channel, :epoch, :seq, :rid, :rev, :op, :kind, 'sealed', '', :digest,"
            " :entry, -1, :source, :agreement, :at_ms)",
            peer=facts.peer,
            channel=facts.channel,
            epoch=facts.epoch,
            seq=facts.seq,
            rid=rid,
            rev=facts.rev,
            op=facts.op,
            kind=facts.kind,
            digest=bytes.fromhex(facts.digest),
            entry=entry.index,
            source=facts.source,
            agreement=facts.agreement,
            at_ms=entry.at_ms,
        )
        tx.run(
            "UPDATE exchange_streams SET last = :seq"
            " WHERE direction = 'out' AND peer = :peer AND channel = :channel AND epoch = :epoch",
            seq=facts.seq,
            peer=facts.peer,
            channel=facts.channel,
            epoch=facts.epoch,
        )
        if facts.op in ("correct", "regrade", "retract", "expire"):
            keeping.put_question(tx, entry, facts.peer, rid, facts.rev, facts.op)

    def _due(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, keeping.DueFacts)
        if facts.asked:
            keeping.put_question(tx, entry, facts.peer, self._blind(facts.rid), facts.rev, "expire")

    def _resealed(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, entries.SealedFacts)
        tx.run(
            "UPDATE exchange_out SET entry = :entry, digest = :digest, agreement = :agreement"
            " WHERE peer = :peer AND channel = :channel AND epoch = :epoch AND seq = :seq",
            entry=entry.index,
            digest=bytes.fromhex(facts.digest),
            agreement=facts.agreement,
            peer=facts.peer,
            channel=facts.channel,
            epoch=facts.epoch,
            seq=facts.seq,
        )

    def _received(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, entries.ReceivedFacts)
        rid = self._blind(facts.rid) if facts.rid else _NOTHING
        if facts.before:
            # What lies apart stays in quarantine: the same row is written as if it had been held.
            was, becomes = ("quarantined", "quarantined") if facts.apart else ("held", facts.before)
            tx.run(_OVERTAKE, was=was, becomes=becomes, rid=rid, peer=facts.peer)
        place = {"peer": facts.peer, "channel": facts.channel, "epoch": facts.epoch, "seq": facts.seq}
        tx.run(
            _INSERT_IN,
            **place,
            rid=rid,
            rev=facts.rev,
            op=facts.op,
            kind=facts.kind,
            origin=facts.origin,
            state=facts.state,
            code=facts.code,
            digest=bytes.fromhex(facts.digest),
            leaf=bytes.fromhex(facts.leaf),
            entry=entry.index,
            at_ms=entry.at_ms,
        )
        tx.run(_ADVANCE, **place, at_ms=entry.at_ms)
        self._keys(tx, entry, facts.keys)
        if facts.spool:
            tx.run(
                "INSERT INTO exchange_batches (entry, peer, state, digest) VALUES (:entry, :peer, 'waiting', :digest)",
                entry=entry.index,
                peer=facts.peer,
                digest=facts.spool,
            )
        if facts.answer:
            self._answered(tx, entry, facts, rid)
        if facts.type in ("countersignature", "restart_answer"):
            _countersigned(tx, entry, facts)

    def _erased(self, tx: Tx, _entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, entries.ErasedFacts)
        rid = bytes.fromhex(facts.blind) if facts.blind else self._blind(facts.rid)
        for copy in facts.copies:
            place = {"peer": copy.peer, "channel": copy.channel, "epoch": copy.epoch, "seq": copy.seq}
            tx.run(
                _INSERT_IN + " ON CONFLICT (peer, channel, epoch, seq) DO UPDATE SET state = excluded.state",
                **place,
                rid=rid,
                rev=copy.rev,
                op=copy.op,
                kind=copy.kind,
                origin=copy.origin,
                state="erased",
                code=copy.code,
                digest=bytes.fromhex(copy.digest),
                leaf=bytes.fromhex(copy.leaf),
                entry=copy.entry,
                at_ms=copy.at_ms,
            )
            tx.run(_ADVANCE, **place, at_ms=copy.at_ms)

    def _answered(self, tx: Tx, entry: Entry, facts: entries.ReceivedFacts, rid: bytes) -> None:
        # An answer may come before the question: the partner runs the same time limits as this node.
        tx.run(
            "INSERT INTO exchange_answers (peer, rid, rev, op, answer, entry, asked_ms, at_ms)"
            " VALUES (:peer, :rid, :rev, :op, :answer, :entry, :at_ms, :at_ms) ON CONFLICT (peer, rid, rev, op)"
            " DO UPDATE SET answer = excluded.answer, entry = excluded.entry, at_ms = excluded.at_ms",
            answer=facts.answer,
            entry=entry.index,
            at_ms=entry.at_ms,
            peer=facts.peer,
            rid=rid,
            rev=facts.rev,
            op=facts.asked,
        )

    def _judged(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, entries.JudgedFacts)
        tx.run(
            "INSERT INTO exchange_rulings (id, rid, rev, kind, peer, purpose, agreement, state, code, entry, at_ms)"
            " VALUES (:id, :rid, :rev, :kind, :peer, :purpose, :agreement, :state, :code, :entry, :at_ms)",
            id=facts.id,
            rid=self._blind(facts.rid),
            rev=facts.rev,
            kind=facts.kind,
            peer=facts.peer,
            purpose=facts.purpose,
            agreement=facts.agreement,
            state=facts.state,
            code=facts.code,
            entry=entry.index,
            at_ms=entry.at_ms,
        )

    def _own_erased(self, tx: Tx, _entry: Entry, body: bytes) -> None:
        own_rows.put_own(tx, self._blind, METADATA, body)


def exchange_projections(vault: Vault) -> tuple[Projection, ...]:
    """What the ledger must be given so that the exchange can work on it."""
    return (
        ExchangeView(vault),
        AskView(vault),
        ApprovalView(),
        ClauseView(vault),
        ComparisonView(),
        ModeView(),
        ConflatedView(),
        KeyringView(),
        OversightView(),
        keeping.KeepingView(vault),
        LeaseView(),
    )


def forget_keys(tx: Tx, vault: Vault, entry: int, names: tuple[str, ...]) -> None:
    """Removes the keys by which a record that is about to be erased was found."""
    tx.many(
        "DELETE FROM exchange_keys WHERE key = :key AND entry = :entry",
        [{"key": vault.blind(name), "entry": entry} for name in names],
    )


def _open_streams(tx: Tx, peer: str, epoch: int) -> None:
    tx.many(
        "INSERT INTO exchange_streams (direction, peer, channel, epoch, last, acked, at_ms)"
        " VALUES ('out', :peer, :channel, :epoch, 0, 0, 0) ON CONFLICT DO NOTHING",
        [{"peer": peer, "channel": channel, "epoch": epoch} for channel in CHANNELS],
    )


def _peer(tx: Tx, entry: Entry, body: bytes) -> None:
    facts, _ = entries.read_entry(body, entries.PeerFacts)
    tx.run("DELETE FROM exchange_peers WHERE party = :party", party=facts.party)
    tx.run(
        "INSERT INTO exchange_peers (party, fingerprint, entry, at_ms) VALUES (:party, :fingerprint, :entry, :at_ms)",
        party=facts.party,
        fingerprint=facts.fingerprint,
        entry=entry.index,
        at_ms=entry.at_ms,
    )
    _open_streams(tx, facts.party, 1)
    tx.run(
        "INSERT INTO exchange_witness (peer, offered, countersigned, code, at_ms) VALUES (:peer, 0, 0, '', 0)"
        " ON CONFLICT DO NOTHING",
        peer=facts.party,
    )


def _voided(tx: Tx, entry: Entry, body: bytes) -> None:
    facts, _ = entries.read_entry(body, entries.VoidFacts)
    tx.run(
        "UPDATE exchange_out SET state = 'void', code = :code, void_entry = :entry"
        " WHERE peer = :peer AND channel = :channel AND epoch = :epoch AND seq = :seq",
        code=facts.code,
        entry=entry.index,
        peer=facts.peer,
        channel=facts.channel,
        epoch=facts.epoch,
        seq=facts.seq,
    )


def _receipt(tx: Tx, entry: Entry, body: bytes) -> None:
    facts, _ = entries.read_entry(body, entries.ReceiptFacts)
    place = {"peer": facts.peer, "channel": facts.channel, "epoch": facts.epoch}
    tx.run(
        "UPDATE exchange_streams SET acked = :upto, at_ms = :at_ms"
        " WHERE direction = 'out' AND peer = :peer AND channel = :channel AND epoch = :epoch",
        upto=facts.upto,
        at_ms=entry.at_ms,
        **place,
    )
    where = " WHERE peer = :peer AND channel = :channel AND epoch = :epoch AND seq = :seq"
    if facts.exceptions:
        rows = [{"code": code, "seq": seq, **place} for seq, code in facts.exceptions]
        tx.many("UPDATE exchange_out SET code = :code" + where, rows)
    if facts.delivered:
        rows = [{"seq": seq, **place} for seq in facts.delivered]
        tx.many("UPDATE exchange_out SET state = 'delivered'" + where, rows)


def _reopened(tx: Tx, _entry: Entry, body: bytes) -> None:
    facts, _ = entries.read_entry(body, entries.ReopenedFacts)
    tx.run(
        "UPDATE exchange_out SET state = 'moved' WHERE peer = :peer AND epoch ="
        " (SELECT max(n.epoch) FROM exchange_streams n WHERE n.direction = 'out' AND n.peer = :peer)"
        # A void too: whether its number had arrived before it was empty is not known any more, and a comparison asks.
        " AND (state IN ('sealed', 'void') OR (state = 'delivered' AND void_entry < 0)) AND seq >"
        " (SELECT s.acked FROM exchange_streams s WHERE s.direction = 'out' AND s.peer = exchange_out.peer"
        " AND s.channel = exchange_out.channel AND s.epoch = exchange_out.epoch)",
        peer=facts.peer,
    )
    _open_streams(tx, facts.peer, facts.epoch)


def _ruled(tx: Tx, _entry: Entry, body: bytes) -> None:
    facts, _ = entries.read_entry(body, entries.RuledFacts)
    tx.run("UPDATE exchange_rulings SET state = :state WHERE id = :id", state=facts.state, id=facts.id)


def _batch_stored(tx: Tx, _entry: Entry, body: bytes) -> None:
    facts, _ = entries.read_entry(body, entries.BatchFacts)
    state = "refused" if facts.code else "stored"
    tx.run("UPDATE exchange_batches SET state = :state WHERE entry = :entry", state=state, entry=facts.entry)
    if facts.code:
        tx.run(
            "UPDATE exchange_in SET state = 'quarantined', code = :code WHERE entry = :entry",
            code=facts.code,
            entry=facts.entry,
        )


def _countersigned(tx: Tx, entry: Entry, facts: entries.ReceivedFacts) -> None:
    # What was refused is no longer on its way: where the code lets it, the next offer is due by the same rules.
    tx.run(
        "UPDATE exchange_witness SET code = :code, at_ms = :at_ms, countersigned ="
        " CASE WHEN :size > countersigned THEN :size ELSE countersigned END,"
        " offered = CASE WHEN :code = '' THEN offered ELSE countersigned END WHERE peer = :peer",
        size=facts.countersigned,
        code=facts.code,
        at_ms=entry.at_ms,
        peer=facts.peer,
    )


def _restarted(tx: Tx, entry: Entry, body: bytes) -> None:
    facts, _ = entries.read_entry(body, entries.RestartedFacts)
    tx.run(
        "UPDATE exchange_witness SET offered = :size, countersigned = :size, code = '', at_ms = :at_ms"
        " WHERE peer = :peer",
        size=facts.size,
        at_ms=entry.at_ms,
        peer=facts.peer,
    )


def _offered(tx: Tx, _entry: Entry, body: bytes) -> None:
    facts, _ = entries.read_entry(body, entries.OfferedFacts)
    tx.run("UPDATE exchange_witness SET offered = :size WHERE peer = :peer", size=facts.size, peer=facts.peer)
