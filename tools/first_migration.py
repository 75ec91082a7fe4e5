"""Writes the first migration again from the tables that the rooms declare: until a release there is no second one.

Run it after a table or a column was added: `.venv/bin/python tools/first_migration.py`. From the first release on this
file goes, and every change of a table is a migration of its own.
"""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import Column, Table

from haemaru.node.schema import ROOMS
from haemaru.storage import triggers_of

TARGET = Path(__file__).parents[1] / "src/haemaru/node/migrations/versions/0001_first.py"
ENGINES = ("sqlite", "postgresql")
HEAD = '''"""The first schema: every table of the house, written by tools/first_migration.py from their declarations."""

# ruff: noqa: E501 - a trigger is one statement

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes all tables."""
'''


def column(found: Column[object]) -> str:
    """The source of one column."""
    automatic = ", autoincrement=False" if found.primary_key and "INT" in str(found.type) else ""
    return f"sa.Column({found.name!r}, sa.{type(found.type).__name__}(){automatic}, nullable={found.nullable})"


def table(found: Table) -> str:
    """The source that makes one table and its indexes."""
    keys = ", ".join(repr(each.name) for each in found.primary_key.columns)
    parts = [*map(column, found.columns), f"sa.PrimaryKeyConstraint({keys})"]
    if found.dialect_options["sqlite"].get("with_rowid") is False:
        parts.append("sqlite_with_rowid=False")
    lines = [f"    op.create_table({found.name!r}, {', '.join(parts)})"]
    for index in sorted(found.indexes, key=lambda each: str(each.name)):
        names = ", ".join(repr(each.name) for each in index.columns)
        lines.append(f"    op.create_index({index.name!r}, {found.name!r}, [{names}], unique={bool(index.unique)})")
    return "\n".join(lines)


def triggers(dialect: str) -> str:
    """The source that makes every trigger on one engine."""
    made = [text for room in ROOMS for each in triggers_of(room) for text in each.spelt(dialect)]
    lines = "".join(f"        op.execute({text!r})\n" for text in made)
    return f"    if op.get_bind().dialect.name == {dialect!r}:\n{lines}"


def main() -> None:
    """Writes the file and puts it into the house's format."""
    tables = sorted((each for room in ROOMS for each in room.tables.values()), key=lambda each: str(each.name))
    drops = "\n".join(f"    op.drop_table({each.name!r})" for each in reversed(tables))
    down = f'\n\ndef downgrade() -> None:\n    """Removes them."""\n{drops}\n'
    TARGET.write_text(HEAD + "\n".join(map(table, tables)) + "\n" + "".join(map(triggers, ENGINES)) + down)
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(TARGET)], check=True)  # noqa: S603 - our own words


if __name__ == "__main__":
    main()
