"""Ledgers for the tests of this room: a small world of two parties, and one projection that counts."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest
import sqlalchemy as sa
from tests.storage.conftest import opened, postgres, url

from haemaru.clock import FakeClock
from haemaru.ledger import Entry, Ledger
from haemaru.signing import NodeKeys
from haemaru.storage import Database, Tx

__all__ = ["opened", "postgres", "url"]

METADATA = sa.MetaData()
sa.Table(
    "seen",
    METADATA,
    sa.Column("idx", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("length", sa.BigInteger, nullable=False),
)
sa.Table("tally", METADATA, sa.Column("kind", sa.Text, primary_key=True), sa.Column("count", sa.BigInteger))


class Seen:
    """A projection with two tables: what was seen, and how often each kind."""

    name = "seen"
    metadata = METADATA
    tables = ("seen", "tally")
    kinds: ClassVar[frozenset[str]] = frozenset({"records.stored", "records.sealed"})

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        if body == b"poison":
            raise RuntimeError("a projection that fails")
        tx.run(
            "INSERT INTO seen (idx, kind, length) VALUES (:idx, :kind, :length)",
            idx=entry.index,
            kind=entry.kind,
            length=len(body),
        )
        tx.run(
            "INSERT INTO tally (kind, count) VALUES (:kind, 1) "
            "ON CONFLICT (kind) DO UPDATE SET count = tally.count + 1",
            kind=entry.kind,
        )


class World:
    """Two parties, each with keys and a ledger in one folder, and a clock."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self.folder = folder
        self.clock = FakeClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
        self.keys = {"kcg": NodeKeys.generate(), "kcs": NodeKeys.generate()}
        self.public = {party: keys.public for party, keys in self.keys.items()}
        self._stack = stack

    def path(self, party: str = "kcg") -> Path:
        return self.folder / f"{party}.db"

    def open(self, party: str = "kcg", url: str = "") -> Ledger:
        database = Database.open(url or f"sqlite:///{self.path(party)}")
        self._stack.callback(database.close)
        return Ledger(database, self.keys[party], self.clock, party, "demo", (Seen(),))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with contextlib.ExitStack() as stack:
        yield World(tmp_path, stack)


@pytest.fixture
def ledger(world: World) -> Ledger:
    return world.open()


@pytest.fixture
def either(world: World, url: str) -> Ledger:
    """A ledger on SQLite and, in turn, on PostgreSQL."""
    return world.open(url=url)


@pytest.fixture
def fill() -> Callable[[Ledger, int], None]:
    def append(ledger: Ledger, count: int) -> None:
        with ledger.write() as batch:
            for number in range(count):
                batch.append("records.stored", b"body %d" % number)

    return append
