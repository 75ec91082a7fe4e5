"""Which ledgers a witness watches: a party and its keys, each added by a fingerprint that was read aloud."""

import msgspec
from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from haemaru.ledger import Entry
from haemaru.signing import Statement, read_statement
from haemaru.storage import Tx

WATCHED = "witness.watched"
METADATA = MetaData()
Table(
    "watched",
    METADATA,
    Column("party", Text, primary_key=True),
    Column("keyid", Text, primary_key=True),
    Column("entry", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)


class WatchedFacts(msgspec.Struct, frozen=True):
    """Body of `witness.watched`: the exact statement that was added."""

    statement: str

    def read(self) -> Statement:
        """The statement, checked again."""
        return read_statement(self.statement.encode())


class WatchedView:
    """One row for each key of each party."""

    name = "watched"
    metadata = METADATA
    tables = ("watched",)
    kinds = frozenset({WATCHED})

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Notes where the statement stands."""
        statement = msgspec.json.decode(body, type=WatchedFacts).read()
        tx.run(
            "INSERT INTO watched (party, keyid, entry, at_ms) VALUES (:party, :keyid, :entry, :at_ms)"
            " ON CONFLICT DO NOTHING",
            party=statement.party,
            keyid=statement.keyid,
            entry=entry.index,
            at_ms=entry.at_ms,
        )
