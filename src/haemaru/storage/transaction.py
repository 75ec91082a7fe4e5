"""What a room does inside a transaction: portable SQL with `:name` parameters, plain tuples back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import sqlalchemy

from haemaru.storage.errors import StorageError


class Cursor(Protocol):
    """The part of a driver's cursor that is used here."""

    rowcount: int

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        ...

    def fetchone(self) -> Any:
        """The next row or None."""
        ...

    def fetchmany(self, size: int = ..., /) -> list[Any]:
        """The next rows."""
        ...

    def close(self) -> None:
        """Forgets the rows that are left."""
        ...

    def executemany(self, sql: str, rows: Sequence[Mapping[str, object]], /) -> Any:
        """The statement once for each row."""
        ...


class Connection(Protocol):
    """The part of a driver's connection that is used here."""

    def execute(self, sql: str, params: Mapping[str, object] = ..., /) -> Cursor:
        """Runs one statement."""
        ...

    def cursor(self) -> Cursor:
        """A new cursor."""
        ...

    def close(self) -> None:
        """Lets the database go."""
        ...


class Driver(Protocol):
    """One engine: how to connect, how its SQL is spelt, and what its errors mean."""

    dialect: str
    where: str
    begin_write: str
    begin_read: str
    list_tables: str
    one_connection: bool
    errors: tuple[type[Exception], ...]

    def connect(self, *, writing: bool) -> Connection:
        """A new connection, set up for the one writer or for a reader."""
        ...

    def claim(self) -> None:
        """Keeps whoever else claims it off this database until it is given back; `StorageTaken` if somebody has it."""
        ...

    def give_back(self) -> None:
        """Ends the claim; the end of the process does as well, however it comes."""
        ...

    def alchemy(self) -> sqlalchemy.Engine:
        """A SQLAlchemy engine on the same database, for migrations."""
        ...

    def spelling(self) -> sqlalchemy.Dialect:
        """How tables are spelt here."""
        ...

    def is_broken(self, connection: Connection) -> bool:
        """Whether the connection can no longer be used."""
        ...

    def stream(self, connection: Connection, sql: str, params: Mapping[str, object]) -> Cursor:
        """Runs one statement whose rows are fetched a few at a time, so that an answer need not fit in memory."""
        ...

    def journal_bytes(self) -> int:
        """How long the journal beside the database is; 0 where there is none of its own."""
        ...

    def scrub(self, connection: Connection, tables: Sequence[str], *, rewrite: bool) -> bool:
        """Outside any transaction: takes what was deleted from these tables out of journals too; False to try later.

        With `rewrite` tables whose pages keep deleted bytes are written anew.
        """
        ...

    def translate(self, sql: str) -> str:
        """The statement as this engine's driver wants its parameters."""
        ...

    def explain(self, error: Exception) -> StorageError:
        """The engine's error in our words."""
        ...


class Tx:
    """One open transaction; every statement in it sees the same snapshot, and its own writes."""

    __slots__ = ("_connection", "_driver")

    def __init__(self, driver: Driver, connection: Connection) -> None:
        self._driver = driver
        self._connection: Connection | None = connection

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._driver.dialect

    def run(self, sql: str, /, **params: object) -> int:
        """Runs one statement and tells how many rows it touched."""
        return self._execute(sql, params).rowcount

    def many(self, sql: str, rows: Sequence[Mapping[str, object]], /) -> None:
        """Runs one statement once for each row of parameters."""
        if not rows:
            return
        try:
            self._live().cursor().executemany(self._driver.translate(sql), rows)
        except self._driver.errors as error:
            raise self._driver.explain(error) from error

    def all(self, sql: str, /, **params: object) -> list[tuple[Any, ...]]:
        """Every row of the answer."""
        cursor = self._execute(sql, params)
        try:
            return cursor.fetchall()
        except self._driver.errors as error:
            raise self._driver.explain(error) from error

    def one(self, sql: str, /, **params: object) -> tuple[Any, ...] | None:
        """The first row of the answer, or None where there is none."""
        cursor = self._execute(sql, params)
        try:
            row: tuple[Any, ...] | None = cursor.fetchone()
        except self._driver.errors as error:
            raise self._driver.explain(error) from error
        return row

    def pages(self, sql: str, after: int, size: int = 500, /, **params: object) -> Iterator[list[tuple[Any, ...]]]:
        """The answer in pages: `sql` orders by an integer that is its first column, and takes `:after` and `:size`."""
        while rows := self.all(sql, after=after, size=size, **params):
            yield rows
            if len(rows) < size:
                return
            after = rows[-1][0]

    def each(self, sql: str, /, **params: object) -> Iterator[tuple[Any, ...]]:
        """Every row of the answer, one after the other, however many there are."""
        try:
            cursor = self._driver.stream(self._live(), sql, params)
            try:
                while rows := cursor.fetchmany(200):
                    yield from rows
            finally:
                cursor.close()
        except self._driver.errors as error:
            raise self._driver.explain(error) from error

    def end(self) -> None:
        """Makes the transaction unusable; called when its block is left."""
        self._connection = None

    def _live(self) -> Connection:
        if self._connection is None:
            raise StorageError(self._driver.where, "the transaction has ended", "transaction_ended")
        return self._connection

    def _execute(self, sql: str, params: Mapping[str, object]) -> Cursor:
        try:
            return self._live().execute(self._driver.translate(sql), params)
        except self._driver.errors as error:
            raise self._driver.explain(error) from error
