"""The rows of an own record in the views: read when it is erased, put again when the ledger is replayed."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import LargeBinary, MetaData, Table

from haemaru.exchange.entries import read_entry
from haemaru.exchange.keeping import OwnErasedFacts
from haemaru.exchange.recovered import reach, settle
from haemaru.storage import Tx

OWN_TABLES = ("exchange_own", "exchange_out", "exchange_rulings", "exchange_answers")


def rows_of(tx: Tx, table: Table, rid: bytes) -> list[dict[str, Any]]:
    """Every row of a view under one rid, without the rid itself, as JSON can hold it: bytes as hexadecimal."""
    names = [column.name for column in table.columns if column.name != "rid"]
    rows = tx.all(f"SELECT {', '.join(names)} FROM {table.name} WHERE rid = :rid", rid=rid)
    return [
        {name: bytes(value).hex() if _is_bytes(table, name) else value for name, value in zip(names, row, strict=True)}
        for row in rows
    ]


def put_rows(tx: Tx, table: Table, rid: bytes, rows: list[dict[str, Any]]) -> None:
    """Replaces the rows of a view under one rid by these, and whatever a number given twice had in their place."""
    tx.run(f"DELETE FROM {table.name} WHERE rid = :rid", rid=rid)
    for row in rows:
        values = {name: bytes.fromhex(value) if _is_bytes(table, name) else value for name, value in row.items()}
        names = ["rid", *values]
        keys = ", ".join(column.name for column in table.primary_key)
        tx.run(
            f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})"
            f" ON CONFLICT ({keys}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names)}",
            rid=rid,
            **values,
        )


def put_own(tx: Tx, blind: Callable[[str], bytes], tables: MetaData, body: bytes) -> None:
    """The rows of an own record as its erasure left them, and the cursors as the erased entries had moved them."""
    facts, _ = read_entry(body, OwnErasedFacts)
    rid = bytes.fromhex(facts.blind) if facts.blind else blind(facts.rid)
    sent = facts.rows.get("exchange_out", [])
    for row in sent:
        reach(tx, row)
    for table in OWN_TABLES:
        put_rows(tx, tables.tables[table], rid, facts.rows.get(table, []))
    for row in sent:
        settle(tx, row)


def _is_bytes(table: Table, name: str) -> bool:
    return isinstance(table.columns[name].type, LargeBinary)
