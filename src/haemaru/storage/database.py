"""A database as the rooms see it, whichever engine is under it.

There is one writer: `write` takes a lock, begins, and commits when its block is left, or undoes everything when the
block raises. Readers each have a connection of their own and a snapshot that no writer disturbs; it is taken by the
first statement. A block inside a block of the same thread joins it: a `write` inside a `write` is one transaction, and
a `read` inside a `write` sees what was just written. When an inner block raises, the outer one cannot commit any more,
even if it caught the error.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy
from sqlalchemy.schema import CreateIndex, CreateTable

from haemaru.storage.errors import StorageError, StorageUnreachable
from haemaru.storage.migrations import upgrade
from haemaru.storage.postgres import PostgresDriver
from haemaru.storage.sqlite import SqliteDriver
from haemaru.storage.transaction import Connection, Driver, Tx
from haemaru.storage.triggers import triggers_of

_IDLE_READERS = 8


class Database:
    """One open database with its one writer and its readers."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._lock = threading.RLock()
        self._writer: Connection | None = None
        self._tx: Tx | None = None
        self._thread = 0
        self._doomed = False
        self._idle: deque[Connection] = deque()
        self._closed = False

    @classmethod
    def open(cls, url: str, *, existing: bool = False, alone: bool = False) -> "Database":
        """Opens `sqlite:////absolute/path`, `postgresql://...`, or `sqlite://`, a scratch database that is not kept.

        A SQLite file that is not there is made, unless it has to be an `existing` one. Who writes it
        for good opens it `alone`: a second one who does is refused with `StorageTaken`.
        """
        try:
            parsed = sqlalchemy.make_url(url)
        except sqlalchemy.exc.ArgumentError as error:
            raise StorageError(url, str(error), "storage_bad_url") from None
        backend = parsed.get_backend_name()
        driver: Driver
        if backend == "sqlite":
            driver = SqliteDriver(parsed.database or "")
            if existing and not Path(parsed.database or "").is_file():
                raise StorageUnreachable(driver.where, "there is no such file")
        elif backend == "postgresql":
            driver = PostgresDriver(url)
        else:
            raise StorageError(parsed.render_as_string(), f"no engine called {backend}", "storage_bad_url")
        database = cls(driver)
        if alone:
            driver.claim()
        try:
            database._writer = driver.connect(writing=True)
        except BaseException:
            driver.give_back()
            raise
        return database

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._driver.dialect

    @property
    def where(self) -> str:
        """Which database this is, without any password."""
        return self._driver.where

    def create(self, metadata: sqlalchemy.MetaData) -> None:
        """Makes the tables of `metadata` that are not there yet, with their indexes and triggers."""
        spelling = self._driver.spelling()
        with self.write() as tx:
            there = {name for (name,) in tx.all(self._driver.list_tables)}
            for table in metadata.sorted_tables:
                if table.name in there:
                    continue
                tx.run(str(CreateTable(table).compile(dialect=spelling)))
                for index in sorted(table.indexes, key=lambda index: str(index.name)):
                    tx.run(str(CreateIndex(index).compile(dialect=spelling)))
            for trigger in triggers_of(metadata):
                if trigger.table not in there:
                    for statement in trigger.spelt(self.dialect):
                        tx.run(statement)

    def migrate(self, script_location: Path) -> None:
        """Brings the tables to the newest migration in that folder; costs one query when they are there already."""
        with self._lock:
            if self._tx is not None or self._driver.one_connection:
                raise StorageError(self.where, "only a database of its own, between transactions, can be migrated")
            engine = self._driver.alchemy()
            try:
                with engine.begin() as connection:
                    upgrade(connection, script_location)
            except sqlalchemy.exc.DBAPIError as error:
                raise self._driver.explain(error.orig if isinstance(error.orig, Exception) else error) from error
            finally:
                engine.dispose()

    def journal_bytes(self) -> int:
        """How long the journal is that this node's database keeps beside itself; 0 where it keeps none."""
        return self._driver.journal_bytes()

    def scrub(self, *tables: str, rewrite: bool = False) -> bool:
        """Takes what was deleted from these tables out of the engine's journal too; False where it must be retried.

        With `rewrite` an engine that leaves deleted bytes in its pages writes the tables anew; nobody reads meanwhile.
        """
        with self._lock:
            if self._tx is not None or self._closed or self._writer is None:
                return False
            return self._driver.scrub(self._writer, tables, rewrite=rewrite)

    def close(self) -> None:
        """Closes every connection, the writer last, so that it is the one that empties the journal."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            self._driver.give_back()

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """The one writing transaction: committed when the block ends, undone when it raises."""
        with self._lock:
            if self._tx is not None:
                with self._joined(self._tx) as tx:
                    yield tx
                return
            connection = self._begin_write()
            tx = self._tx = Tx(self._driver, connection)
            self._thread = threading.get_ident()
            self._doomed = False
            committed = False
            try:
                yield tx
                if self._doomed:
                    raise StorageError(self.where, "an inner block failed", "storage_half_done")
                self._end(connection, "COMMIT")
                committed = True
            finally:
                tx.end()
                self._tx, self._thread = None, 0
                if not committed:
                    # A failed COMMIT or a full disk may already have undone it.
                    with suppress(StorageError):
                        self._end(connection, "ROLLBACK")

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A snapshot to read from, on a connection of its own."""
        if self._thread == threading.get_ident() or self._driver.one_connection:
            with self.write() as tx:
                yield tx
            return
        connection = self._begin_read()
        tx = Tx(self._driver, connection)
        try:
            yield tx
        finally:
            tx.end()
            try:
                self._end(connection, "ROLLBACK")
            except StorageError:
                connection.close()
            else:
                self._put_back(connection)

    @contextmanager
    def _joined(self, tx: Tx) -> Iterator[Tx]:
        try:
            yield tx
        except BaseException:
            self._doomed = True
            raise

    def _begin_write(self) -> Connection:
        if self._closed:
            raise StorageError(self.where, "it was closed", "storage_closed")
        if self._writer is None or self._driver.is_broken(self._writer):
            self._writer = self._driver.connect(writing=True)
        try:
            self._end(self._writer, self._driver.begin_write)
        except StorageError:
            # A begin of several statements may have got halfway, as far as the lock.
            with suppress(StorageError):
                self._end(self._writer, "ROLLBACK")
            raise
        return self._writer

    def _begin_read(self) -> Connection:
        if self._closed:
            raise StorageError(self.where, "it was closed", "storage_closed")
        connection = None
        with suppress(IndexError):
            connection = self._idle.pop()
        if connection is None or self._driver.is_broken(connection):
            connection = self._driver.connect(writing=False)
        try:
            self._end(connection, self._driver.begin_read)
        except StorageError:
            connection.close()
            raise
        return connection

    def _put_back(self, connection: Connection) -> None:
        if self._closed or len(self._idle) >= _IDLE_READERS:
            connection.close()
        else:
            self._idle.append(connection)

    def _end(self, connection: Connection, sql: str) -> None:
        try:
            connection.execute(sql)
        except self._driver.errors as error:
            raise self._driver.explain(error) from error
