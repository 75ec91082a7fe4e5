"""Positions that wait too long are thinned out, where their clause says so: nothing else ever is.

A clause may name `conflate_s`. When the oldest batch in a partner's track queue has waited longer than that, the queued
batches that were released under such clauses alone are gathered (those alike in agreement, purpose, clauses, fields and
duties), and of each ship only the newest row in each such span goes on, as a new batch at the end of the queue. The old
numbers become voids with the code `conflated`, so the stream keeps no gap; the ledger says how many rows were left out.
"""

from datetime import timedelta
from typing import NamedTuple

import msgspec

from haemaru.agreement import Agreement, Clause
from haemaru.clock import to_ms
from haemaru.exchange.conflated import CONFLATED, ConflatedFacts
from haemaru.exchange.entries import SealedFacts, entry_bytes, read_entry
from haemaru.exchange.envelope import read_envelope, split
from haemaru.exchange.house import House
from haemaru.exchange.positions import Positions
from haemaru.exchange.reconsidering import Reconsidering
from haemaru.exchange.spool import Spool
from haemaru.ledger import Batch
from haemaru.records import Header, header_bytes, read_header
from haemaru.storage import Tx

CODE = "conflated"
_MOST_BATCHES = 20
"""So many batches are held in memory at once: a million rows."""


class _Queued(NamedTuple):
    facts: SealedFacts
    header: Header
    arrow: bytes
    span_s: int


class Conflating:
    """Thins out one node's track queues."""

    def __init__(self, house: House, spool: Spool, reconsidering: Reconsidering, positions: Positions) -> None:
        self._house = house
        self._spool = spool
        self._reconsidering = reconsidering
        self._positions = positions

    def tick(self) -> None:
        """Thins out every queue whose backlog is older than its clause allows."""
        if self._spool.on_thin is None:
            return
        spans = {each.conflate_s for each in self._clauses() if each.conflate_s is not None}
        if not spans:
            return
        since = to_ms(self._house.clock.now() - timedelta(seconds=min(spans)))
        with self._house.ledger.read() as tx:
            peers = [row[0] for row in tx.all(_WAITING, since=since)]
        for peer in peers:
            with self._house.ledger.write() as batch:
                self._conflate(batch, peer)

    def _clauses(self) -> list[Clause]:
        with self._house.ledger.read() as tx:
            peers = [row[0] for row in tx.all("SELECT party FROM exchange_peers ORDER BY party")]
        agreements = {each.id: each for peer in peers for each in self._house.agreements.between(peer)}
        return [clause for each in agreements.values() for clause in each.clauses]

    def _conflate(self, batch: Batch, peer: str) -> None:
        now = self._house.clock.now()
        rows = batch.tx.all(_QUEUE, peer=peer, size=10 * _MOST_BATCHES)
        is_sent = self._house.tally.sent
        groups: dict[bytes, list[_Queued]] = {}
        gathered = 0
        oldest: dict[bytes, int] = {}
        for epoch, seq, entry, at_ms in rows:
            if seq <= is_sent[peer, "track", epoch] or gathered == _MOST_BATCHES:
                continue
            found = self._queued(batch.tx, entry)
            if found is None:
                continue
            key = _alike(found.header)
            groups.setdefault(key, []).append(found)
            oldest[key] = min(at_ms, oldest.get(key, at_ms))
            gathered += 1
        for key, group in groups.items():
            span_s = min(each.span_s for each in group)
            if oldest[key] <= to_ms(now - timedelta(seconds=span_s)):
                self._thin(batch, peer, group, span_s)

    def _queued(self, tx: Tx, entry: int) -> _Queued | None:
        facts, head = read_entry(self._house.ledger.body(tx, entry), SealedFacts)
        header = read_header(head)
        agreement = self._house.agreements.find(facts.agreement)
        span_s = None if agreement is None else _span(agreement, header)
        data = None if span_s is None else self._spool.find(tx, facts.spool)
        if span_s is None or data is None:
            return None
        return _Queued(facts, header, split(read_envelope(data).content)[1], span_s)

    def _thin(self, batch: Batch, peer: str, group: list[_Queued], span_s: int) -> None:
        thin = self._spool.on_thin
        if thin is None:
            return
        arrow, rows, left_out = thin([each.arrow for each in group], span_s)
        if not left_out or rows > self._house.limits.position_rows:
            return
        for each in group:
            change = self._reconsidering.void(each.facts, CODE)
            batch.append(change.kind, change.body)
            self._spool.drop(batch.tx, each.facts.spool)
        newest = max((each.header for each in group), key=lambda header: header.event_time or "")
        # Of duties the strictest counts: no row may be kept longer than the batch it came with.
        until = min((each.header.retain_until for each in group if each.header.retain_until), default=None)
        head = header_bytes(msgspec.structs.replace(newest, retain_until=until))
        self._positions.put_again(batch, head, arrow, rows)
        numbers = tuple(each.facts.seq for each in group)
        facts = ConflatedFacts(peer=peer, numbers=numbers, rows=rows, left_out=left_out)
        batch.append(CONFLATED, entry_bytes(facts))


_STREAM = (
    " FROM exchange_out o JOIN exchange_streams s ON s.direction = 'out' AND s.peer = o.peer AND s.channel = o.channel"
    " AND s.epoch = o.epoch WHERE o.channel = 'track' AND o.state = 'sealed' AND o.seq > s.acked"
)
_WAITING = "SELECT DISTINCT o.peer" + _STREAM + " AND o.at_ms <= :since ORDER BY o.peer"
_QUEUE = "SELECT o.epoch, o.seq, o.entry, o.at_ms" + _STREAM + " AND o.peer = :peer ORDER BY o.epoch, o.seq LIMIT :size"


def _span(agreement: Agreement, header: Header) -> int | None:
    """The shortest span of all clauses that released a batch; None where one of them has none."""
    spans: list[int] = []
    for name in header.clauses:
        clause = agreement.find_clause(name)
        if clause is None or clause.conflate_s is None:
            return None
        spans.append(clause.conflate_s)
    return min(spans, default=None)


def _alike(header: Header) -> bytes:
    """What batches must have in common to become one: everything but their names and times."""
    plain = msgspec.structs.replace(header, id="", rid="", created="", event_time=None, retain_until=None)
    return msgspec.json.encode(plain)
