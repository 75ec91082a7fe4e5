"""What each clause did: a view of the ledger, from which `haemaru agreement explain --home` counts.

Every sealed item makes one row for each clause that released something of it, and one for each clause that took
something out of it; a receipt says when it was acknowledged. Every record that stayed makes a row for each clause that
kept it. Records appear only blinded. What a silent clause took out stands in no header: the facts of the own ledger
tell it (`kept_by`), and nobody else can read those.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Column, Index, LargeBinary, MetaData, Table

from haemaru.agreement import Decision
from haemaru.clock import to_ms
from haemaru.exchange import entries, keeping
from haemaru.exchange.columns import text, whole
from haemaru.exchange.entries import JudgedFacts, ReceiptFacts, ReopenedFacts, SealedFacts, VoidFacts, read_entry
from haemaru.exchange.envelope import read_envelope
from haemaru.exchange.own_rows import put_rows
from haemaru.ledger import Entry
from haemaru.signing import Vault
from haemaru.storage import Tx
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

METADATA = MetaData()
OUT, KEPT, STREAMS = "exchange_clause_out", "exchange_clause_kept", "exchange_clause_streams"
UNKNOWN = -1


_out = Table(
    OUT,
    METADATA,
    text("peer", key=True),
    text("channel", key=True),
    whole("epoch", key=True),
    whole("seq", key=True),
    text("clause", key=True),
    text("does", key=True),
    Column("rid", LargeBinary, nullable=False),
    text("agreement"),
    text("op"),
    text("state"),
    text("month"),
    whole("rows"),
    whole("event_ms"),
    whole("sealed_ms"),
    whole("acked_ms"),
)
Index("exchange_clause_out_rid", _out.c.rid)
Index("exchange_clause_out_clause", _out.c.agreement, _out.c.clause)
_kept = Table(
    KEPT,
    METADATA,
    text("id", key=True),
    text("clause", key=True),
    Column("rid", LargeBinary, nullable=False),
    text("agreement"),
    text("peer"),
    whole("at_ms"),
)
Index("exchange_clause_kept_rid", _kept.c.rid)
Table(
    STREAMS,
    METADATA,
    text("peer", key=True),
    text("channel", key=True),
    whole("epoch", key=True),
    whole("acked"),
)


class _Agreement(msgspec.Struct, frozen=True):
    hash: str


class Head(msgspec.Struct, frozen=True):
    """What is read of a header here."""

    agreement: _Agreement
    created: str
    clauses: tuple[str, ...] = ()


class _Leaf(msgspec.Struct, frozen=True):
    path: str
    clause: str


class _Decided(msgspec.Struct, frozen=True):
    """What is read of a decision here."""

    agreement: str
    withheld: tuple[_Leaf, ...] = ()


_read_head = msgspec.json.Decoder(Head).decode
_read_decided = msgspec.json.Decoder(_Decided).decode


class ClauseView:
    """Notes what each clause released and kept, and when it was acknowledged."""

    name = "clauses"
    metadata = METADATA
    tables = (OUT, KEPT, STREAMS)

    def __init__(self, vault: Vault) -> None:
        self._blind = vault.blind
        self._apply: Mapping[str, Callable[[Tx, Entry, bytes], None]] = {
            entries.SEALED: self._sealed,
            entries.RESEALED: self._resealed,
            entries.VOIDED: _voided,
            entries.RECEIPT: _receipt,
            entries.REOPENED: _reopened,
            entries.JUDGED: self._judged,
            keeping.OWN_ERASED: self._own_erased,
        }
        self.kinds = frozenset(self._apply)

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Brings the tables up to this entry."""
        self._apply[entry.kind](tx, entry, body)

    def _sealed(self, tx: Tx, _entry: Entry, body: bytes) -> None:
        facts, content = read_entry(body, SealedFacts)
        self._write(tx, facts, content)

    def _resealed(self, tx: Tx, _entry: Entry, body: bytes) -> None:
        facts, content = read_entry(body, SealedFacts)
        where = f"DELETE FROM {OUT} WHERE peer = :peer AND channel = :channel AND epoch = :epoch AND seq = :seq"
        tx.run(where, **_place(facts))
        self._write(tx, facts, content)

    def _write(self, tx: Tx, facts: SealedFacts, content: bytes) -> None:
        if facts.channel == "control":
            return  # what is said about records needs no clause
        head = header_of(facts, content)
        row = {
            **_place(facts),
            "rid": self._blind(facts.rid),
            "agreement": head.agreement.hash,
            "op": facts.op,
            "month": head.created[:7],
            "rows": facts.rows,
            "event_ms": _moment(facts.event_time),
            "sealed_ms": _moment(head.created),
        }
        does = [(clause, "released") for clause in head.clauses] + [(clause, "kept") for clause in facts.kept_by]
        tx.many(
            f"INSERT INTO {OUT} (peer, channel, epoch, seq, clause, does, rid, agreement, op, state, month, rows,"
            " event_ms, sealed_ms, acked_ms) VALUES (:peer, :channel, :epoch, :seq, :clause, :does, :rid, :agreement,"
            " :op, 'sealed', :month, :rows, :event_ms, :sealed_ms, 0) ON CONFLICT DO NOTHING",
            [{**row, "clause": clause, "does": what} for clause, what in does],
        )

    def _judged(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, content = read_entry(body, JudgedFacts)
        if not content:
            return  # no clause spoke: the agreement waited, was suspended or was not in force
        decided = _read_decided(content)
        refused = next((leaf.clause for leaf in decided.withheld if leaf.path == "rid"), "none")
        rows = [
            {
                "id": facts.id,
                "clause": clause,
                "rid": self._blind(facts.rid),
                "agreement": decided.agreement,
                "peer": facts.peer,
                "at_ms": entry.at_ms,
            }
            for clause in dict.fromkeys(facts.clauses or (refused,))
        ]
        tx.many(
            f"INSERT INTO {KEPT} (id, clause, rid, agreement, peer, at_ms)"
            " VALUES (:id, :clause, :rid, :agreement, :peer, :at_ms) ON CONFLICT DO NOTHING",
            rows,
        )

    def _own_erased(self, tx: Tx, _entry: Entry, body: bytes) -> None:
        """A record is gone, what the clauses did stays counted; when it happened is no longer told."""
        facts, _ = read_entry(body, keeping.OwnErasedFacts)
        rid = bytes.fromhex(facts.blind) if facts.blind else self._blind(facts.rid)
        for name in (OUT, KEPT):
            put_rows(tx, METADATA.tables[name], rid, facts.rows.get(name, []))


def keepers(decision: Decision) -> tuple[str, ...]:
    """The clauses that take something out of what leaves, silent ones too: for the own ledger only."""
    return tuple(dict.fromkeys(clause for _, clause, _ in decision.withheld if clause != "none"))


def exact_time(value: Any) -> str:
    """An event time of an own record where it is one, else empty."""
    return value if _moment(value) != UNKNOWN else ""


def header_of(facts: SealedFacts, content: bytes) -> Head:
    """The part of a sealed item's header that counts here."""
    # A batch of positions lies in the spool; its entry holds the header alone.
    return _read_head(content if facts.spool else read_envelope(content).content.partition(b"\n")[0])


def _moment(value: Any) -> int:
    try:
        return to_ms(parse_time(value)) if isinstance(value, str) and value else UNKNOWN
    except Fault:
        return UNKNOWN


def _place(facts: SealedFacts | VoidFacts) -> dict[str, Any]:
    return {"peer": facts.peer, "channel": facts.channel, "epoch": facts.epoch, "seq": facts.seq}


def _voided(tx: Tx, _entry: Entry, body: bytes) -> None:
    facts, _ = read_entry(body, VoidFacts)
    tx.run(
        f"UPDATE {OUT} SET state = 'void' WHERE peer = :peer AND channel = :channel AND epoch = :epoch AND seq = :seq",
        **_place(facts),
    )


def _receipt(tx: Tx, entry: Entry, body: bytes) -> None:
    facts, _ = read_entry(body, ReceiptFacts)
    if facts.channel == "control":
        return
    place = {"peer": facts.peer, "channel": facts.channel, "epoch": facts.epoch}
    where = " WHERE peer = :peer AND channel = :channel AND epoch = :epoch"
    row = tx.one(f"SELECT acked FROM {STREAMS}" + where, **place)
    acked = 0 if row is None else int(row[0])
    if facts.upto > acked:
        tx.run(
            f"UPDATE {OUT} SET acked_ms = :at_ms{where} AND seq > :acked AND seq <= :upto",
            at_ms=entry.at_ms,
            acked=acked,
            upto=facts.upto,
            **place,
        )
        tx.run(
            f"INSERT INTO {STREAMS} (peer, channel, epoch, acked) VALUES (:peer, :channel, :epoch, :upto)"
            " ON CONFLICT (peer, channel, epoch) DO UPDATE SET acked = excluded.acked",
            upto=facts.upto,
            **place,
        )
    _delivered(tx, place, where, facts.delivered)


def _delivered(tx: Tx, place: Mapping[str, Any], where: str, seqs: Iterable[int]) -> None:
    rows = [{"seq": seq, **place} for seq in seqs]
    if rows:
        tx.many(f"UPDATE {OUT} SET state = 'delivered'{where} AND seq = :seq", rows)


def _reopened(tx: Tx, _entry: Entry, body: bytes) -> None:
    facts, _ = read_entry(body, ReopenedFacts)
    tx.run(
        f"UPDATE {OUT} SET state = 'moved' WHERE peer = :peer AND state = 'sealed' AND acked_ms = 0",
        peer=facts.peer,
    )
