"""The entries and the view of everything that limits, lengthens or ends the keeping of a record.

A legal hold and its release, an export or a printout, a time limit that has come, a disposal proposed and approved,
an asking to pass a record on, an answer given, an own record erased: each is an entry of the ledger, and `KeepingView`
makes the tables of `keeping_tables` from them and from the entries that bring and take records.
"""

from collections.abc import Callable, Mapping
from typing import Any

from haemaru.clock import to_ms
from haemaru.exchange import entries
from haemaru.exchange.entries import Facts
from haemaru.exchange.keeping_tables import METADATA, VIEWS
from haemaru.exchange.messages import Answer
from haemaru.ledger import Entry
from haemaru.signing import Vault
from haemaru.storage import Tx
from haemaru.values.instant import parse_time

RELEASED = "exchange.hold_released"
EXPORTED = "exchange.exported"
OWN_ERASED = "exchange.own_erased"
DUE = "exchange.due"
PROPOSED = "exchange.disposal"
DISPOSED = "exchange.disposed"
ONWARD = "exchange.onward"
ONWARD_RULED = "exchange.onward_ruled"
GIVEN = "exchange.answered"

TAKING_BACK = ("retract", "expire")
NOT_TRIED = -1
"""In place of the number of backups: the answer waits until the node has tried to erase in them."""


class ReleasedFacts(Facts, frozen=True, kw_only=True):
    """Holds ended, each named by the entry that began it."""

    rid: str
    holds: tuple[int, ...]
    reason: str


class ExportFacts(Facts, frozen=True, kw_only=True):
    """A record left the node's own keeping as a file or on paper: what, and for whom."""

    rid: str
    rev: int
    what: str
    to: str = ""


class OwnErasedFacts(Facts, frozen=True, kw_only=True):
    """An own record was erased: the rows that its entries had made, which a rebuild cannot make again.

    `blind` stands in for `rid` where only the blinded name was still known (after a restore).
    """

    rid: str = ""
    blind: str = ""
    rows: dict[str, list[dict[str, Any]]]


class DueFacts(Facts, frozen=True, kw_only=True):
    """The time of a record is over at a receiver; `asked` is false where it has no copy."""

    peer: str
    rid: str
    rev: int
    asked: bool


class DisposalFacts(Facts, frozen=True, kw_only=True):
    """A received record is proposed for disposal: its time is over. `is_apart`: it lies under another record's rid."""

    id: str
    peer: str
    rid: str
    rev: int
    kind: str
    until: str
    state: str = "proposed"
    is_apart: bool = False


class DisposedFacts(Facts, frozen=True, kw_only=True):
    """What became of a proposed disposal, and who decided it."""

    id: str
    state: str
    by: str = ""
    reason: str = ""


class OnwardFacts(Facts, frozen=True, kw_only=True):
    """A receiver asks the originator to give a record to a third party; `side` is `asks` there and `asked` here."""

    id: str
    side: str
    peer: str
    rid: str
    rev: int
    to: str
    purpose: str
    reason: str
    state: str = "waiting"


class OnwardRuledFacts(Facts, frozen=True, kw_only=True):
    """What became of an asking to pass a record on."""

    id: str
    state: str
    by: str = ""
    reason: str = ""


class GivenFacts(Facts, frozen=True, kw_only=True):
    """What this node answered about a copy; `erasure` is the entry that erased it, `is_apart` as in `DisposalFacts`."""

    peer: str
    rid: str
    rev: int
    op: str
    answer: Answer
    copies: int = 0
    derived: tuple[str, ...] = ()
    backups: int = 0
    erasure: int = -1
    is_apart: bool = False


class KeepingView:
    """The projection of what is kept, for how long, and what is owed."""

    name = "exchange_keeping"
    metadata = METADATA
    tables = VIEWS

    def __init__(self, vault: Vault) -> None:
        self._blind = vault.blind
        self._apply: Mapping[str, Callable[[Tx, Entry, bytes], None]] = {
            entries.STORED: self._stored,
            entries.SEALED: self._sealed,
            entries.RESEALED: self._sealed,
            entries.RECOVERED: self._recovered,
            entries.JUDGED: self._judged,
            entries.RECEIVED: self._received,
            entries.ERASED: self._erased,
            entries.HELD: self._held,
            RELEASED: _released,
            EXPORTED: self._exported,
            OWN_ERASED: self._own_erased,
            DUE: self._due,
            PROPOSED: self._proposed,
            DISPOSED: _disposed,
            ONWARD: self._onward,
            ONWARD_RULED: _onward_ruled,
            GIVEN: self._given,
        }
        self.kinds = frozenset(self._apply)

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Brings the tables up to this entry."""
        self._apply[entry.kind](tx, entry, body)

    def _body(self, tx: Tx, entry: Entry, rid: bytes) -> None:
        tx.run("INSERT INTO exchange_bodies (entry, rid) VALUES (:entry, :rid)", entry=entry.index, rid=rid)

    def _stored(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, entries.StoredFacts)
        rid = self._blind(facts.rid)
        if facts.op not in TAKING_BACK:
            self._body(tx, entry, rid)
            return
        _leave(tx, rid, entry.index)

    def _sealed(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, entries.SealedFacts)
        if not facts.rid or facts.spool:
            return
        rid = self._blind(facts.rid)
        if facts.op in TAKING_BACK:
            _forget(tx, "out", facts.peer, rid)
            return
        self._body(tx, entry, rid)
        if facts.retain:
            _limit(tx, "out", facts.peer, rid, facts.rev, facts.retain, entry.index)

    def _recovered(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, entries.SealedFacts)
        if not facts.rid or facts.op == "void":
            return
        rid = self._blind(facts.rid)
        if facts.op in TAKING_BACK:
            _forget(tx, "out", facts.peer, rid)
            return
        self._body(tx, entry, rid)
        gone = tx.one(
            "SELECT entry FROM exchange_own WHERE rid = :rid AND state IN ('retracted', 'expired')"
            " ORDER BY rev DESC LIMIT 1",
            rid=rid,
        )
        if gone is not None:
            # It was taken back before it came back: it leaves the ledger again, as soon as it may.
            _leave(tx, rid, gone[0])
        elif facts.retain:
            _limit(tx, "out", facts.peer, rid, facts.rev, facts.retain, entry.index)

    def _judged(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, entries.JudgedFacts)
        self._body(tx, entry, self._blind(facts.rid))

    def _received(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, entries.ReceivedFacts)
        state = facts.apart or facts.state
        if not facts.rid or facts.spool or state not in ("held", "retracted", "expired"):
            return
        rid = self._blind(facts.rid)
        _overtake(tx, facts.peer, rid)
        _forget(tx, "in", facts.peer, rid)
        if state == "held" and facts.retain:
            _limit(tx, "in", facts.peer, rid, facts.rev, facts.retain, entry.index)

    def _erased(self, tx: Tx, _entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, entries.ErasedFacts)
        rid = bytes.fromhex(facts.blind) if facts.blind else self._blind(facts.rid)
        for peer in {copy.peer for copy in facts.copies}:
            _overtake(tx, peer, rid)
            _forget(tx, "in", peer, rid)

    def _held(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, entries.HoldFacts)
        tx.run(
            "INSERT INTO exchange_holds (entry, rid, state, at_ms) VALUES (:entry, :rid, 'in_force', :at_ms)",
            entry=entry.index,
            rid=self._blind(facts.rid),
            at_ms=entry.at_ms,
        )

    def _exported(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, ExportFacts)
        tx.run(
            "INSERT INTO exchange_exports (entry, rid, at_ms) VALUES (:entry, :rid, :at_ms)",
            entry=entry.index,
            rid=self._blind(facts.rid),
            at_ms=entry.at_ms,
        )

    def _own_erased(self, tx: Tx, _entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, OwnErasedFacts)
        rid = bytes.fromhex(facts.blind) if facts.blind else self._blind(facts.rid)
        for table in ("exchange_bodies", "exchange_leaving"):
            tx.run(f"DELETE FROM {table} WHERE rid = :rid", rid=rid)
        tx.run("DELETE FROM exchange_retention WHERE side = 'out' AND rid = :rid", rid=rid)

    def _due(self, tx: Tx, _entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, DueFacts)
        _forget(tx, "out", facts.peer, self._blind(facts.rid))

    def _proposed(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, DisposalFacts)
        rid = self._blind(facts.rid)
        _forget(tx, "in", facts.peer, rid)
        tx.run(
            "INSERT INTO exchange_disposals (id, peer, rid, rev, kind, until_ms, state, entry, at_ms)"
            " VALUES (:id, :peer, :rid, :rev, :kind, :until_ms, :state, :entry, :at_ms)",
            id=facts.id,
            peer=facts.peer,
            rid=rid,
            rev=facts.rev,
            kind=facts.kind,
            until_ms=to_ms(parse_time(facts.until)),
            state=facts.state,
            entry=entry.index,
            at_ms=entry.at_ms,
        )

    def _onward(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, OnwardFacts)
        tx.run(
            "INSERT INTO exchange_onward (id, side, peer, rid, rev, receiver, state, entry, at_ms)"
            " VALUES (:id, :side, :peer, :rid, :rev, :to, :state, :entry, :at_ms)",
            id=facts.id,
            side=facts.side,
            peer=facts.peer,
            rid=self._blind(facts.rid),
            rev=facts.rev,
            to=facts.to,
            state=facts.state,
            entry=entry.index,
            at_ms=entry.at_ms,
        )

    def _given(self, tx: Tx, entry: Entry, body: bytes) -> None:
        facts, _ = entries.read_entry(body, GivenFacts)
        tx.run(
            "INSERT INTO exchange_given (peer, rid, rev, op, answer, backups, erasure, entry, at_ms)"
            " VALUES (:peer, :rid, :rev, :op, :answer, :backups, :erasure, :entry, :at_ms)"
            " ON CONFLICT (peer, rid, rev, op) DO UPDATE SET answer = excluded.answer, backups = excluded.backups,"
            " erasure = excluded.erasure, entry = excluded.entry, at_ms = excluded.at_ms",
            peer=facts.peer,
            rid=self._blind(facts.rid),
            rev=facts.rev,
            op=facts.op,
            answer=facts.answer,
            backups=facts.backups,
            erasure=facts.erasure,
            entry=entry.index,
            at_ms=entry.at_ms,
        )


def put_question(tx: Tx, entry: Entry, peer: str, rid: bytes, rev: int, op: str) -> None:
    """A partner was asked, and has not answered yet."""
    tx.run(
        "INSERT INTO exchange_answers (peer, rid, rev, op, answer, entry, asked_ms, at_ms)"
        " VALUES (:peer, :rid, :rev, :op, 'pending', :entry, :at_ms, 0) ON CONFLICT DO NOTHING",
        peer=peer,
        rid=rid,
        rev=rev,
        op=op,
        entry=entry.index,
        at_ms=entry.at_ms,
    )


def _overtake(tx: Tx, peer: str, rid: bytes) -> None:
    """A proposal is void once another revision came or the copy is gone."""
    tx.run(
        "UPDATE exchange_disposals SET state = 'overtaken' WHERE peer = :peer AND rid = :rid"
        " AND state IN ('proposed', 'refused', 'held')",
        peer=peer,
        rid=rid,
    )


def _leave(tx: Tx, rid: bytes, entry: int) -> None:
    tx.run(
        "INSERT INTO exchange_leaving (rid, entry) VALUES (:rid, :entry) ON CONFLICT DO NOTHING", rid=rid, entry=entry
    )


def _forget(tx: Tx, side: str, peer: str, rid: bytes) -> None:
    tx.run(
        "DELETE FROM exchange_retention WHERE side = :side AND peer = :peer AND rid = :rid",
        side=side,
        peer=peer,
        rid=rid,
    )


def _limit(tx: Tx, side: str, peer: str, rid: bytes, rev: int, until: str, entry: int) -> None:
    tx.run(
        "INSERT INTO exchange_retention (side, peer, rid, rev, until_ms, entry)"
        " VALUES (:side, :peer, :rid, :rev, :until_ms, :entry) ON CONFLICT (side, peer, rid) DO UPDATE SET"
        " rev = excluded.rev, until_ms = excluded.until_ms, entry = excluded.entry",
        side=side,
        peer=peer,
        rid=rid,
        rev=rev,
        until_ms=to_ms(parse_time(until)),
        entry=entry,
    )


def _released(tx: Tx, _entry: Entry, body: bytes) -> None:
    facts, _ = entries.read_entry(body, ReleasedFacts)
    tx.many("UPDATE exchange_holds SET state = 'released' WHERE entry = :entry", [{"entry": e} for e in facts.holds])


def _disposed(tx: Tx, _entry: Entry, body: bytes) -> None:
    facts, _ = entries.read_entry(body, DisposedFacts)
    tx.run("UPDATE exchange_disposals SET state = :state WHERE id = :id", state=facts.state, id=facts.id)


def _onward_ruled(tx: Tx, _entry: Entry, body: bytes) -> None:
    facts, _ = entries.read_entry(body, OnwardRuledFacts)
    tx.run("UPDATE exchange_onward SET state = :state WHERE id = :id", state=facts.state, id=facts.id)
