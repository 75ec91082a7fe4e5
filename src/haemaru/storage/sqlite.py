"""SQLite, the embedded engine: one file in the node's home, written by one connection.

Python's own sqlite3 may link a version that loses committed writes when two connections write and checkpoint at the
same moment (3.7.0 to 3.51.2), so the driver is pysqlite3, which carries its own, and an older one is refused. Tables
are STRICT: a column holds the type it says.
"""

import contextlib
import fcntl
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import pysqlite3.dbapi2 as sqlite
import sqlalchemy
from sqlalchemy.dialects.sqlite.base import SQLiteDDLCompiler, SQLiteDialect, SQLiteTypeCompiler

from haemaru.storage.errors import (
    StorageConflict,
    StorageDamaged,
    StorageError,
    StorageFull,
    StorageLocked,
    StorageTaken,
    StorageTooOld,
    StorageUnreachable,
)
from haemaru.storage.transaction import Connection, Cursor

OLDEST = (3, 51, 3)
PAGE_BYTES = 8192  # three bodies of 2 kB a page; at the default 4096 each takes a page of its own
BUSY_SECONDS = 5.0
_CODES: dict[int, type[StorageError]] = {
    sqlite.SQLITE_BUSY: StorageLocked,
    sqlite.SQLITE_LOCKED: StorageLocked,
    sqlite.SQLITE_FULL: StorageFull,
    sqlite.SQLITE_CORRUPT: StorageDamaged,
    sqlite.SQLITE_NOTADB: StorageDamaged,
    sqlite.SQLITE_CANTOPEN: StorageUnreachable,
    sqlite.SQLITE_CONSTRAINT: StorageConflict,
}
_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # a commit that was acknowledged survives a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what is erased is overwritten, not only unlinked
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA journal_size_limit = 67108864",
)


class _StrictTypes(SQLiteTypeCompiler):
    """Spells SQLAlchemy's types as the five that a STRICT table knows."""

    def visit_BIGINT(self, type_: Any, **_: Any) -> str:  # noqa: N802 - SQLAlchemy's spelling
        return "INTEGER"

    def visit_SMALLINT(self, type_: Any, **_: Any) -> str:  # noqa: N802
        return "INTEGER"

    def visit_BOOLEAN(self, type_: Any, **_: Any) -> str:  # noqa: N802
        return "INTEGER"

    def visit_VARCHAR(self, type_: Any, **_: Any) -> str:  # noqa: N802
        return "TEXT"

    def visit_FLOAT(self, type_: Any, **_: Any) -> str:  # noqa: N802
        return "REAL"


class _StrictTables(SQLiteDDLCompiler):
    """Makes every table STRICT, those of migrations too."""

    def post_create_table(self, table: Any) -> str:
        text: str = super().post_create_table(table)  # type: ignore[no-untyped-call]
        return f"{text},\n STRICT" if text.strip() else "\n STRICT"


def sqlite_version() -> tuple[int, ...]:
    """The version of the SQLite library that is linked."""
    return tuple(sqlite.sqlite_version_info)


class SqliteDriver:
    """One SQLite file, or a private scratch database when `path` is empty."""

    dialect = "sqlite"
    begin_write = "BEGIN IMMEDIATE"
    begin_read = "BEGIN"
    list_tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    # OverflowError: an integer beyond 64 bits; UnicodeError: text that is no Unicode, going in or coming out;
    # MemoryError: a damaged length that asks for more than there is.
    errors: tuple[type[Exception], ...] = (sqlite.Error, OverflowError, UnicodeError, MemoryError)

    def __init__(self, path: str) -> None:
        if sqlite_version() < OLDEST:
            raise StorageTooOld(path, f"SQLite {sqlite.sqlite_version}; at least 3.51.3 is needed")
        self.where = path or "scratch"
        self.one_connection = not path
        self._path = path
        self._claim: IO[str] | None = None

    def connect(self, *, writing: bool) -> Connection:
        """A new connection in autocommit, so that BEGIN and COMMIT are ours."""
        try:
            if self._path and not Path(self._path).exists():
                # Made here and not by SQLite, so that nobody else can read it even for a moment.
                with contextlib.suppress(FileExistsError):
                    os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            connection = sqlite.connect(
                self._path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS, cached_statements=512
            )
        except OSError as error:
            raise StorageUnreachable(self.where, str(error)) from error
        except self.errors as error:
            raise self.explain(error) from error
        try:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            for setting in _SETTINGS:
                connection.execute(setting).fetchall()
            connection.execute("PRAGMA cache_size = -8000" if writing else "PRAGMA cache_size = -2000")
            if not writing:
                connection.execute("PRAGMA query_only = ON")
        except self.errors as error:
            connection.close()
            raise self.explain(error) from error
        return connection  # type: ignore[no-any-return]

    def claim(self) -> None:
        """Locks a file beside the database: closing any handle to the database itself would drop SQLite's own locks."""
        beside = Path(self._path).resolve()
        try:
            handle = os.open(beside.with_name(beside.name + ".lock"), os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageUnreachable(self.where, str(error)) from error
        self._claim = os.fdopen(handle, "w")
        try:
            fcntl.flock(self._claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.give_back()
            raise StorageTaken(self.where) from None

    def give_back(self) -> None:
        """Frees the lock; its file stays, so that two who come at once lock the same one."""
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def spelling(self) -> sqlalchemy.Dialect:
        """How tables are spelt here."""
        return _strictly(SQLiteDialect())

    def alchemy(self) -> sqlalchemy.Engine:
        """A SQLAlchemy engine over connections made here; it begins and ends transactions itself."""
        engine = sqlalchemy.create_engine(
            "sqlite://", module=sqlite, creator=lambda: self.connect(writing=True), poolclass=sqlalchemy.NullPool
        )
        _strictly(engine.dialect)
        sqlalchemy.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine

    def is_broken(self, _connection: Connection) -> bool:
        """Never: a file does not hang up."""
        return False

    def stream(self, connection: Connection, sql: str, params: Mapping[str, object]) -> Cursor:
        """The same as any statement: SQLite reads on as rows are fetched."""
        return connection.execute(sql, params)

    def journal_bytes(self) -> int:
        """The size of the WAL file."""
        try:
            return Path(self._path + "-wal").stat().st_size
        except OSError:
            return 0

    def scrub(self, connection: Connection, _tables: Sequence[str], *, rewrite: bool) -> bool:
        """Writes the journal back and empties it; False while a reader still needs it. Pages keep nothing deleted."""
        try:
            connection.execute("PRAGMA busy_timeout = 0").fetchall()
            try:
                busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}").fetchall()
        except self.errors as error:
            raise self.explain(error) from error
        return not busy

    def translate(self, sql: str) -> str:
        """The same: SQLite knows `:name`."""
        return sql

    def explain(self, error: Exception) -> StorageError:
        """The engine's error in our words, by its result code."""
        code = getattr(error, "sqlite_errorcode", None)
        kind = _CODES.get(code & 0xFF) if code is not None else None
        if isinstance(error, MemoryError) or (kind is None and "decode" in str(error)):
            kind = StorageDamaged  # text that is not UTF-8 cannot have been written by us
        if kind is not None:
            return kind(self.where, str(error))
        if code is not None and code & 0xFF in (sqlite.SQLITE_IOERR, sqlite.SQLITE_READONLY, sqlite.SQLITE_PERM):
            return StorageUnreachable(self.where, str(error), "storage_not_writable")
        return StorageError(self.where, str(error))


def _strictly(dialect: sqlalchemy.Dialect) -> sqlalchemy.Dialect:
    dialect.type_compiler_instance = _StrictTypes(dialect)
    dialect.ddl_compiler = _StrictTables
    return dialect
