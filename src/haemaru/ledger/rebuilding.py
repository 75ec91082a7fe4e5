"""Rebuilding: every projection again from the entries, beside the real tables or into them."""

import hashlib
from collections import Counter
from collections.abc import Iterable

from haemaru.ledger.leaves import Entry
from haemaru.ledger.projections import Audience
from haemaru.storage import Database, Tx


def compare(tx: Tx, audience: Audience, entries: Iterable[tuple[Entry, bytes]]) -> dict[str, object]:
    """Replays the entries into a scratch database and compares each table row by row, in whatever order they lie."""
    scratch = Database.open("sqlite://")
    try:
        for projection in audience.projections:
            scratch.create(projection.metadata)
        with scratch.write() as again:
            replayed = _replay(again, audience, entries)
            tables: dict[str, object] = {}
            same = True
            for projection in audience.projections:
                for name in projection.tables:
                    columns = [column.name for column in projection.metadata.tables[name].columns]
                    real, made = _rows(tx, name, columns), _rows(again, name, columns)
                    same = same and real == made
                    tables[name] = {
                        "equal": real == made,
                        "rows": real.total(),
                        "missing": (made - real).total(),
                        "extra": (real - made).total(),
                    }
    finally:
        scratch.close()
    return {"ok": same, "equal": same, "entries": replayed, "tables": tables}


def refill(tx: Tx, audience: Audience, entries: Iterable[tuple[Entry, bytes]]) -> dict[str, object]:
    """Empties every table of the projections and fills it again, in the transaction given."""
    for projection in audience.projections[::-1]:
        order = [table.name for table in projection.metadata.sorted_tables]
        for name in sorted(projection.tables, key=order.index, reverse=True):
            tx.run(f"DELETE FROM {name}")
    replayed = _replay(tx, audience, entries)
    tables: dict[str, object] = {}
    for projection in audience.projections:
        for name in projection.tables:
            row = tx.one(f"SELECT count(*) FROM {name}")
            tables[name] = {"rows": 0 if row is None else row[0]}
    return {"ok": True, "equal": True, "entries": replayed, "tables": tables}


def _replay(tx: Tx, audience: Audience, entries: Iterable[tuple[Entry, bytes]]) -> int:
    count = 0
    for entry, body in entries:
        audience.apply(tx, entry, body)
        count += 1
    return count


def _rows(tx: Tx, table: str, columns: list[str]) -> Counter[bytes]:
    # Sixteen bytes a row instead of the row: a table may be larger than memory.
    sql = f"SELECT {', '.join(columns)} FROM {table}"
    return Counter(hashlib.blake2b(repr(tuple(row)).encode(), digest_size=16).digest() for row in tx.each(sql))
