"""What this node holds: its own records and those it was sent, found by rid, by subject, by what they refer to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from haemaru.exchange.entries import ReceivedFacts, StoredFacts, read_entry
from haemaru.exchange.envelope import RECORD_TYPE, read_envelope, split
from haemaru.exchange.errors import EnvelopeRefused
from haemaru.exchange.house import House
from haemaru.exchange.keys import ref_key
from haemaru.records import Record
from haemaru.records.subjects import identifier
from haemaru.storage import Tx

# What came back from a partner is held like any own record, as far as it was released.
_OWN = (
    "SELECT entry, rev, kind, state, peer, channel, epoch, seq FROM (SELECT rid, entry, rev, kind,"
    " CASE state WHEN 'recovered' THEN 'held' ELSE state END AS state, '' AS peer, '' AS channel, 0 AS epoch, 0 AS seq"
    " FROM exchange_own) AS own WHERE state <> 'erased'"
)
_IN = (
    "SELECT entry, rev, kind, state, peer, channel, epoch, seq FROM exchange_in"
    " WHERE channel <> 'track' AND state NOT IN ('void', 'message', 'erased')"
)
# A copy under a hold stands for itself: the retraction that it outlived is told in its history.
_ONCE = (
    " AND NOT (op IN ('retract', 'expire') AND EXISTS (SELECT 1 FROM exchange_in kept WHERE kept.rid = exchange_in.rid"
    " AND kept.peer = exchange_in.peer AND kept.state = 'kept'))"
)


@dataclass(frozen=True, slots=True)
class Held:
    """One record as this node holds it; `peer` is None for an own record, `op` is what brought this revision.

    `is_recovered` is an own record that this node forgot and had back from a partner: the part that it had released.
    """

    rid: str
    kind: str
    origin: str
    peer: str | None
    channel: str
    epoch: int
    seq: int
    rev: int
    op: str
    state: str
    record: Record
    header: dict[str, Any]
    entry: int
    code: str = ""
    is_recovered: bool = False

    @property
    def stream(self) -> str:
        """The stream it came by, as `peer/channel/epoch`; `own` for an own record."""
        return "own" if self.peer is None else f"{self.peer}/{self.channel}/{self.epoch}"


class Holdings:
    """Reads records out of the ledger; only blinded keys are looked up."""

    def __init__(self, house: House) -> None:
        self._house = house

    def find(self, rid: str) -> Held | None:
        """The newest revision under this rid in whatever state it is, or None when it was never seen."""
        blind = self._house.vault.blind(rid)
        with self._house.ledger.read() as tx:
            row = tx.one(f"{_OWN} AND rid = :rid ORDER BY rev DESC LIMIT 1", rid=blind) or tx.one(
                f"{_IN} AND rid = :rid AND state NOT IN ('quarantined', 'repeated') ORDER BY rev DESC, entry DESC"
                " LIMIT 1",
                rid=blind,
            )
            return None if row is None else self._held(tx, row)

    def before(self, rid: str) -> Held | None:
        """The revision before the newest under this rid, in whatever state it is, or None where there is none."""
        blind = self._house.vault.blind(rid)
        with self._house.ledger.read() as tx:
            rows = tx.all(f"{_OWN} AND rid = :rid ORDER BY rev DESC LIMIT 2", rid=blind)
            rows = rows or tx.all(
                f"{_IN} AND rid = :rid AND state IN ('held', 'superseded') ORDER BY rev DESC, entry DESC LIMIT 2",
                rid=blind,
            )
            return self._held(tx, rows[1]) if len(rows) > 1 else None

    def revisions(self, rid: str) -> list[Held]:
        """Every revision under this rid whose content is still there, the oldest first."""
        blind = self._house.vault.blind(rid)
        there = "AND rid = :rid AND state IN ('held', 'superseded') ORDER BY rev, entry"
        with self._house.ledger.read() as tx:
            rows = tx.all(f"{_OWN} {there}", rid=blind) or tx.all(f"{_IN} {there}", rid=blind)
            return [self._held(tx, row) for row in rows]

    def records_of(self, kind: str) -> list[Held]:
        """Every record of a kind, own and received, in the order they were written."""
        return [*self.list(kind=kind)]

    def about(
        self, *, mmsi: object = None, imo: object = None, name: object = None, states: Sequence[str] = ("held",)
    ) -> list[Held]:
        """The records whose subject carries one of these identifiers."""
        asked = {"mmsi": mmsi, "imo": imo, "name": name}
        keys = [identifier(key, value) for key, value in asked.items() if value is not None]
        return self._by_keys([key for key in keys if key is not None], states)

    def referring(self, rid: str, *, is_own: bool = False) -> list[Held]:
        """The records that refer to this rid; with `is_own` those of this node alone."""
        return self._by_keys([ref_key(rid)], ("held",), (_OWN,) if is_own else (_OWN, _IN))

    def at(self, entry: int) -> Held | None:
        """The record that a ledger entry brought, or None where it brought none."""
        with self._house.ledger.read() as tx:
            row = tx.one(f"{_OWN} AND entry = :entry", entry=entry) or tx.one(f"{_IN} AND entry = :entry", entry=entry)
            return None if row is None else self._held(tx, row)

    def _by_keys(self, keys: Sequence[str], states: Sequence[str], selects: Sequence[str] = (_OWN, _IN)) -> list[Held]:
        found: dict[int, Held] = {}
        with self._house.ledger.read() as tx:
            for key in keys:
                blind = self._house.vault.blind(key)
                for select in selects:
                    rows = tx.all(
                        f"{select} AND entry IN (SELECT entry FROM exchange_keys WHERE key = :key)", key=blind
                    )
                    found |= {row[0]: self._held(tx, row) for row in rows if row[3] in states and row[0] not in found}
        return [found[entry] for entry in sorted(found)]

    def _held(self, tx: Tx, row: tuple[Any, ...]) -> Held:
        entry, rev, kind, state, peer, channel, epoch, seq = row
        body = self._house.ledger.body(tx, entry)
        if not peer:
            own, content = read_entry(body, StoredFacts)
            record = msgspec.json.decode(content) if content else {}
            return Held(
                own.rid,
                kind,
                self._house.party,
                None,
                "",
                0,
                0,
                rev,
                own.op,
                state,
                record,
                {},
                entry,
                is_recovered=own.recovered,
            )
        facts, line = read_entry(body, ReceivedFacts)
        record, header = _read_line(line)
        return Held(
            facts.rid,
            kind,
            facts.origin,
            peer,
            channel,
            epoch,
            seq,
            rev,
            facts.op,
            state,
            record,
            header,
            entry,
            facts.code,
        )

    # Last, so that the name does not shadow the builtin for the annotations above.
    def list(
        self,
        from_: str | None = None,
        kind: str | None = None,
        states: Sequence[str] = ("held",),
        *,
        newest_first: bool = False,
    ) -> Iterator[Held]:
        """The records in these states in the order they were written: all, or those from one party, or of one kind.

        Whoever wants only the last few asks for the `newest_first` and stops; older ones are then never opened.
        """
        beyond, order, size, after = ("<", "DESC", 50, 2**62) if newest_first else (">", "ASC", 500, -1)
        named = {f"state{place}": state for place, state in enumerate(states)}
        condition = f" AND state IN ({', '.join(':' + name for name in named)})"
        params: dict[str, object] = dict(named)
        if kind is not None:
            condition, params = condition + " AND kind = :kind", params | {"kind": kind}
        selects = []
        if from_ is None or from_ == self._house.party:
            selects.append(f"{_OWN} AND entry {beyond} :after{condition}")
        if from_ != self._house.party:
            of_peer = "" if from_ is None else " AND peer = :peer"
            selects.append(f"{_IN} AND entry {beyond} :after{of_peer}{condition}{_ONCE}")
            params |= {} if from_ is None else {"peer": from_}
        # One page at a time: a long list must not pin the journal with one long snapshot.
        while True:
            with self._house.ledger.read() as tx:
                rows = tx.all(
                    f"{' UNION ALL '.join(selects)} ORDER BY entry {order} LIMIT {size}", after=after, **params
                )
                page = [self._held(tx, row) for row in rows]
            yield from page
            if len(rows) < size:
                return
            after = rows[-1][0]


def _read_line(line: bytes) -> tuple[Record, dict[str, Any]]:
    """Record and header of a line; a quarantined line may hold neither."""
    try:
        envelope = read_envelope(line)
        if envelope.payloadType != RECORD_TYPE:
            return {}, {}
        head, body = split(envelope.content)
        header, record = msgspec.json.decode(head), msgspec.json.decode(body)
    except (EnvelopeRefused, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}, {}
    is_read = isinstance(header, dict) and isinstance(record, dict)
    return (record, header) if is_read else ({}, {})
