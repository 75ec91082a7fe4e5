"""The migrations make the tables that the rooms declare, on both engines; a forgotten column fails here."""

from pathlib import Path

import pytest

from haemaru.node.schema import ROOMS
from haemaru.node.wiring import MIGRATIONS
from haemaru.storage import Database, triggers_of


def declared() -> dict[str, set[str]]:
    """The columns of every table that a room declares."""
    return {name: set(table.columns.keys()) for room in ROOMS for name, table in room.tables.items()}


@pytest.mark.parametrize("table", sorted(declared()))
def test_the_migrations_make_every_column_that_the_rooms_declare(table: str, tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'node.db'}")
    database.migrate(MIGRATIONS)

    with database.read() as tx:
        made = {row[1] for row in tx.all(f"PRAGMA table_info({table})")}
    database.close()

    assert made == declared()[table]


def test_the_migrations_make_every_trigger_that_the_rooms_declare(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'node.db'}")
    database.migrate(MIGRATIONS)

    with database.read() as tx:
        made = dict(tx.all("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    database.close()

    assert made == {each.name: each.spelt("sqlite")[0] for room in ROOMS for each in triggers_of(room)}
