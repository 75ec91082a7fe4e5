"""Erasing what was taken back: the content of every copy goes, its place in the stream remains.

A copy is whatever the origin sent under the rid: the record, its earlier revisions, the same again in a later epoch,
what lies in quarantine, there also what another partner passed on under the origin's name. An own record goes in the
same way, with everything that was sealed of it and every decision about it, as soon as nothing of it waits in a queue.
The ledger deletes their bodies, and with them the only place where the content stood; their leaves can still be
proved. An entry `exchange.erased` or `exchange.own_erased` keeps what the tables need (never what was said), so that
streams stay without gaps, a frame that comes again is known by its leaf, and a rebuild makes the same tables. A legal
hold is stronger than all of it.
"""

from collections.abc import Mapping
from typing import Any

from haemaru.exchange import entries, keeping
from haemaru.exchange.clauses import KEPT, OUT, UNKNOWN
from haemaru.exchange.clauses import METADATA as CLAUSES
from haemaru.exchange.entries import ErasedCopy, ErasedFacts, ReceivedFacts, StoredFacts, entry_bytes, read_entry
from haemaru.exchange.house import House
from haemaru.exchange.items import TAKING_BACK
from haemaru.exchange.keeping import OwnErasedFacts
from haemaru.exchange.own_rows import OWN_TABLES, rows_of
from haemaru.exchange.tables import METADATA
from haemaru.exchange.views import forget_keys
from haemaru.ledger import Batch, Ledger
from haemaru.ledger.marks import ErasedBody
from haemaru.storage import Tx

_COPY = "entry, at_ms, peer, channel, epoch, seq, rev, op, kind, origin, code, digest, leaf"
# Everything that may have a content; a retraction of its own has none but a reason.
_COPIES = (
    f"SELECT {_COPY} FROM exchange_in"
    " WHERE rid = :rid AND state IN ('held', 'superseded', 'repeated', 'kept', 'quarantined')"
    " AND (peer = :origin OR (origin = :origin AND state = 'quarantined')) ORDER BY entry"
)
_OWN_BODIES = (
    "SELECT b.entry FROM exchange_bodies b JOIN entry e ON e.idx = b.entry"
    f" WHERE b.rid = :rid AND e.kind = '{entries.STORED}'"
)
_OWN_TABLES = (*(METADATA.tables[name] for name in OWN_TABLES), CLAUSES.tables[OUT], CLAUSES.tables[KEPT])
_GONE = {"sealed": "erased", "delivered": "erased"}


def erase_copies(house: House, batch: Batch, origin: str, rid: str, basis: str) -> tuple[int, int]:
    """Erases every copy of a record of that origin, in the caller's transaction.

    Tells how many there were, and the ledger entry that erased them (-1 where there was none).
    """
    tx, ledger, blind = batch.tx, house.ledger, house.vault.blind
    copies = [copy for copy in _copies(tx, blind(rid), origin) if copy.op not in TAKING_BACK]
    for copy in copies:
        # Only here the keys can still be read; a rebuild, which has no body to read, never makes them.
        facts = read_entry(ledger.body(tx, copy.entry), ReceivedFacts)[0]
        forget_keys(tx, house.vault, copy.entry, facts.keys)
    if not copies:
        return 0, -1
    batch.append(entries.ERASED, entry_bytes(ErasedFacts(rid=rid, copies=tuple(copies))))
    erasure = ledger.erase(batch, [copy.entry for copy in copies], basis)
    return len(copies), erasure.index


def _copies(tx: Tx, blind: bytes, origin: str) -> list[ErasedCopy]:
    return [copy_of(row) for row in tx.all(_COPIES, rid=blind, origin=origin)]


def copy_of(row: tuple[Any, ...]) -> ErasedCopy:
    """A row of received items (the columns of `_COPY`) as the entry of its erasure keeps it."""
    entry, at_ms, peer, channel, epoch, seq, rev, op, kind, origin, code, digest, leaf = row
    return ErasedCopy(
        peer=peer,
        channel=channel,
        epoch=epoch,
        seq=seq,
        rev=rev,
        op=op,
        kind=kind,
        origin=origin,
        code=code,
        digest=bytes(digest).hex(),
        leaf=bytes(leaf).hex(),
        entry=entry,
        at_ms=at_ms,
    )


def erase_own(house: House, batch: Batch, rid: str) -> int:
    """Erases an own record that was taken back, unless it is held or something of it waits; tells how many bodies."""
    tx, blind = batch.tx, house.vault.blind(rid)
    leaving = tx.one("SELECT entry FROM exchange_leaving WHERE rid = :rid", rid=blind)
    if leaving is None or _is_needed(tx, blind):
        return 0
    bodies = [row[0] for row in tx.all("SELECT entry FROM exchange_bodies WHERE rid = :rid ORDER BY entry", rid=blind)]
    for (entry,) in tx.all(_OWN_BODIES, rid=blind):
        # A revision may have been kept twice: as it came back from a partner, and again from its source.
        forget_keys(tx, house.vault, entry, read_entry(house.ledger.body(tx, entry), StoredFacts)[0].keys)
    erasing = batch.append(
        keeping.OWN_ERASED, entry_bytes(OwnErasedFacts(rid=rid, rows=own_rows(tx, blind, batch.size)))
    )
    if bodies:
        house.ledger.erase(batch, bodies, f"own record taken back, entry {leaving[0]}, with entry {erasing.index}")
    return len(bodies)


def own_rows(tx: Tx, blind: bytes, entry: int) -> dict[str, list[dict[str, Any]]]:
    """The rows of an own record as they are once `entry` has erased its bodies."""
    rows = {table.name: rows_of(tx, table, blind) for table in _OWN_TABLES}
    tombstones = {row["entry"] for row in rows["exchange_own"] if row["state"] in ("retracted", "expired")}
    newest = max(tombstones, default=-1)
    for row in rows["exchange_own"]:
        row["state"] = row["state"] if row["entry"] == newest else "erased"
    for row in rows["exchange_out"]:
        if row["op"] not in TAKING_BACK and row["state"] in _GONE:
            row |= {"state": _GONE[row["state"]], "void_entry": entry}
    for row in rows[OUT]:
        row["event_ms"] = UNKNOWN
    return rows


def erase_leaving(house: House) -> int:
    """Erases every own record that was taken back and is free by now; tells how many bodies went."""
    with house.ledger.read() as tx:
        rows = tx.all("SELECT entry FROM exchange_leaving ORDER BY entry LIMIT 200")
        rids = [read_entry(house.ledger.body(tx, entry), StoredFacts)[0].rid for (entry,) in rows]
        free = [rid for rid in rids if not _is_needed(tx, house.vault.blind(rid))]
    erased = 0
    for rid in free:
        with house.ledger.write() as batch:
            erased += erase_own(house, batch, rid)
    return erased


def _is_needed(tx: Tx, blind: bytes) -> bool:
    """Whether a hold keeps an own record, or a frame with it may be on its way: its number first becomes a void."""
    held = tx.one("SELECT 1 FROM exchange_holds WHERE rid = :rid AND state = 'in_force' LIMIT 1", rid=blind)
    waiting = tx.one(
        "SELECT 1 FROM exchange_out o JOIN exchange_streams s ON s.direction = 'out' AND s.peer = o.peer"
        " AND s.channel = o.channel AND s.epoch = o.epoch WHERE o.rid = :rid AND o.state = 'sealed'"
        " AND o.op NOT IN ('retract', 'expire') AND o.seq > s.acked AND NOT EXISTS (SELECT 1 FROM exchange_streams f"
        " WHERE f.direction = 'out' AND f.peer = s.peer AND f.channel = s.channel AND f.epoch > s.epoch) LIMIT 1",
        rid=blind,
    )
    return held is not None or waiting is not None


def settle_restored(ledger: Ledger, erased: Mapping[int, bytes]) -> None:
    """After a restore: what was erased since the backup was made can no longer be opened, and is erased here too.

    Only the blinded rids are known; the commitments come from the backup's key file.
    """
    if not erased:
        return
    with ledger.write() as batch:
        tx = batch.tx
        copies: dict[bytes, list[ErasedCopy]] = {}
        own: set[bytes] = set()
        bodies = []
        for index, commitment in sorted(erased.items()):
            at_ms, kind = tx.one("SELECT at_ms, kind FROM entry WHERE idx = :idx", idx=index) or (0, "")
            bodies.append(ErasedBody(index, at_ms, kind, commitment.hex()))
            for rid, *row in tx.all(f"SELECT rid, {_COPY} FROM exchange_in WHERE entry = :entry", entry=index):
                copies.setdefault(bytes(rid), []).append(copy_of(tuple(row)))
            own |= {
                bytes(row[0]) for row in tx.all("SELECT rid FROM exchange_bodies WHERE entry = :entry", entry=index)
            }
        tx.many("DELETE FROM exchange_keys WHERE entry = :entry", [{"entry": index} for index in erased])
        for rid, found in copies.items():
            batch.append(entries.ERASED, entry_bytes(ErasedFacts(blind=rid.hex(), copies=tuple(found))))
        for rid in sorted(own):
            rows = own_rows(tx, rid, batch.size)
            for ruling in rows["exchange_rulings"]:
                is_open = ruling["state"] in ("waiting", "demand", "owed")
                ruling["state"] = "refused" if is_open else ruling["state"]
            batch.append(keeping.OWN_ERASED, entry_bytes(OwnErasedFacts(blind=rid.hex(), rows=rows)))
        ledger.erase_known(batch, "erased after the backup was made", bodies)
