"""PostgreSQL, for a node that has outgrown one file: the same tables, the same SQL, one writer at a time.

Several processes could connect to a server, so the writer takes an advisory lock at each BEGIN: whoever writes is
alone, exactly as with SQLite.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy
from sqlalchemy.dialects.postgresql.base import PGDialect

from haemaru.storage.errors import (
    StorageConflict,
    StorageDamaged,
    StorageError,
    StorageFull,
    StorageLocked,
    StorageTaken,
    StorageUnreachable,
)
from haemaru.storage.transaction import Connection, Cursor

if TYPE_CHECKING:
    import psycopg

# The writer's lock; any number does as long as every Haemaru process takes the same one in a database.
_LOCK = 0x48414552
# The lock of a node that has the database for itself, held by its writing connection for as long as that lives.
_CLAIM = 0x48414553
# A server frees the claim of a machine that lost its power after about two minutes, not after its default two hours.
_KEEPALIVE = "SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 15; SET tcp_keepalives_count = 4"
_REWRITE_WAIT = "5s"
_CLAIM_WAIT = "5s"  # a process that just ended may still be let go of by the server
_STREAMS = itertools.count(1)
# A quoted text or name, a cast, a parameter, or a percent sign.
_PARTS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|::|:([A-Za-z_][A-Za-z0-9_]*)|%")
_STATES: tuple[tuple[str, type[StorageError]], ...] = (
    ("55P03", StorageLocked),
    ("40", StorageLocked),
    ("53100", StorageFull),
    ("XX001", StorageDamaged),
    ("XX002", StorageDamaged),
    ("23", StorageConflict),
    ("08", StorageUnreachable),
    ("57P", StorageUnreachable),
    ("3D000", StorageUnreachable),
    ("28", StorageUnreachable),
)


@lru_cache(maxsize=4096)
def translate(sql: str) -> str:
    """Rewrites `:name` as psycopg's `%(name)s`, leaving quoted text and casts alone.

    >>> translate("SELECT a::text FROM t WHERE b = :b AND c LIKE '5:30 %'")
    "SELECT a::text FROM t WHERE b = %(b)s AND c LIKE '5:30 %%'"
    """

    def spell(match: re.Match[str]) -> str:
        if match.group(1) is not None:
            return f"%({match.group(1)})s"
        return match.group(0).replace("%", "%%")

    return _PARTS.sub(spell, sql)


class PostgresDriver:
    """One database on a PostgreSQL server."""

    dialect = "postgresql"
    begin_write = f"BEGIN; SET LOCAL lock_timeout = '5s'; SELECT pg_advisory_xact_lock({_LOCK})"
    begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    list_tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
    one_connection = False

    def __init__(self, url: str) -> None:
        import psycopg  # only a node on PostgreSQL pays for it

        self._psycopg = psycopg
        self._url = sqlalchemy.make_url(url).set(drivername="postgresql")
        self._is_alone = False
        self.where = self._url.render_as_string(hide_password=True)
        self.errors: tuple[type[Exception], ...] = (psycopg.Error, OverflowError, UnicodeError)

    def connect(self, *, writing: bool) -> Connection:
        """A new connection in autocommit, so that BEGIN and COMMIT are ours."""
        address = self._url.render_as_string(hide_password=False)
        name = "haemaru writer" if writing else "haemaru reader"
        try:
            connection: psycopg.Connection[Any] = self._psycopg.connect(
                address, autocommit=True, application_name=name, connect_timeout=10
            )
        except self._psycopg.Error as error:
            raise StorageUnreachable(self.where, str(error)) from error
        if writing and self._is_alone:
            self._take(connection)
        return connection  # type: ignore[return-value]  # its execute also takes richer SQL than ours

    def _take(self, connection: "psycopg.Connection[Any]") -> None:
        try:
            connection.execute(f"{_KEEPALIVE}; SET lock_timeout = '{_CLAIM_WAIT}'")
            connection.execute(f"SELECT pg_advisory_lock({_CLAIM})")
            connection.execute("RESET lock_timeout")
        except self._psycopg.errors.LockNotAvailable:
            connection.close()
            raise StorageTaken(self.where) from None
        except self._psycopg.Error as error:
            connection.close()
            raise self.explain(error) from error

    def claim(self) -> None:
        """Every writing connection from now on holds the claim: one that is made again takes it again."""
        self._is_alone = True

    def give_back(self) -> None:
        """The claim ended with the connection."""
        self._is_alone = False

    def spelling(self) -> sqlalchemy.Dialect:
        """How tables are spelt here."""
        return PGDialect()  # type: ignore[no-untyped-call]

    def alchemy(self) -> sqlalchemy.Engine:
        """A SQLAlchemy engine on the same database."""
        return sqlalchemy.create_engine(self._url.set(drivername="postgresql+psycopg"), poolclass=sqlalchemy.NullPool)

    def is_broken(self, connection: Connection) -> bool:
        """Whether the server or the network closed the connection."""
        return bool(getattr(connection, "closed", False))

    def stream(self, connection: Connection, sql: str, params: Mapping[str, object]) -> Cursor:
        """A cursor kept at the server, which sends its rows as they are fetched."""
        raw: Any = connection
        cursor: Any = raw.cursor(name=f"haemaru_{next(_STREAMS)}")
        try:
            cursor.execute(translate(sql), params)
        except self.errors:
            cursor.close()
            raise
        return cursor  # type: ignore[no-any-return]

    def journal_bytes(self) -> int:
        """None of its own: the journal is the server's, for all its databases."""
        return 0

    def scrub(self, connection: Connection, tables: Sequence[str], *, rewrite: bool) -> bool:
        """Frees the deleted rows; with `rewrite` their bytes too. False where a long reader is in the way."""
        try:
            connection.execute(f"SET lock_timeout = '{_REWRITE_WAIT}'")  # those who come later queue behind us
            for table in tables:
                connection.execute(f"VACUUM {'(FULL) ' if rewrite else ''}{table}")
            connection.execute("RESET lock_timeout")
        except self._psycopg.errors.LockNotAvailable:
            return False
        except self.errors as error:
            raise self.explain(error) from error
        return True

    def translate(self, sql: str) -> str:
        """The statement with psycopg's parameters."""
        return translate(sql)

    def explain(self, error: Exception) -> StorageError:
        """The server's error in our words, by its SQLSTATE."""
        state = getattr(error, "sqlstate", None)
        if state:
            kind = next((kind for start, kind in _STATES if state.startswith(start)), StorageError)
            return kind(self.where, str(error))
        if isinstance(error, self._psycopg.OperationalError):
            return StorageUnreachable(self.where, str(error))
        return StorageError(self.where, str(error))
