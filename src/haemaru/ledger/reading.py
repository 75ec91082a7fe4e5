"""Reading rows that may be damaged: each value with the type its column must have, or the column that is wrong.

The engine is asked for the type it finds in each cell, and for text as bytes, so that a value of another type or text
that is no Unicode is a finding with a column's name and not an exception.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from haemaru.storage import Tx

_SQLITE_TYPES = {int: "integer", str: "text", bytes: "blob"}


class BadCell(Exception):
    """A cell whose value is not of its column's type: which row (by its first column), column, and why."""

    def __init__(self, row: object, column: str, why: str) -> None:
        super().__init__(row, column, why)
        self.row = row
        self.column = column
        self.why = why


def rows_of(tx: Tx, table: sa.Table, where: str = "") -> Iterator[dict[str, Any]]:
    """Every row of the table in the order of its key; raises `BadCell` at the first wrong one."""
    types = {column.name: column.type.python_type for column in table.columns}
    order = ", ".join(column.name for column in table.primary_key.columns)
    tail = f"FROM {table.name} {where} ORDER BY {order}"
    if tx.dialect == "sqlite":
        picked = ", ".join(
            f"typeof({name}), CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB) ELSE {name} END"
            for name in types
        )
        for cells in tx.each(f"SELECT {picked} {tail}"):
            yield _checked(types, dict(zip(types, zip(cells[::2], cells[1::2], strict=True), strict=True)))
    else:
        for cells in tx.each(f"SELECT {', '.join(types)} {tail}"):
            yield dict(zip(types, cells, strict=True))


def _checked(types: dict[str, type], cells: dict[str, tuple[str, Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    first = next(iter(cells.values()))[1]
    for name, (kind, value) in cells.items():
        wanted = types[name]
        if kind != _SQLITE_TYPES[wanted]:
            raise BadCell(first, name, "wrong_type")
        if wanted is str:
            try:
                value = value.decode()
            except UnicodeDecodeError:
                raise BadCell(first, name, "not_text") from None
        row[name] = value
    return row
