"""How many rows of positions were left out for a partner: a view of the ledger."""

from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from haemaru.exchange.entries import Facts, read_entry
from haemaru.ledger import Entry
from haemaru.storage import Tx

CONFLATED = "exchange.conflated"
METADATA = MetaData()
Table(
    "exchange_conflated",
    METADATA,
    Column("peer", Text, primary_key=True),
    Column("rows", BigInteger, nullable=False),
)


class ConflatedFacts(Facts, frozen=True, kw_only=True):
    """Queued batches were thinned out: their numbers, and how many rows were left out."""

    peer: str
    numbers: tuple[int, ...]
    rows: int
    left_out: int


class ConflatedView:
    """Counts the rows left out."""

    name = "conflated"
    metadata = METADATA
    tables = tuple(METADATA.tables)
    kinds = frozenset({CONFLATED})

    def apply(self, tx: Tx, _entry: Entry, body: bytes) -> None:
        """Adds them up."""
        facts, _ = read_entry(body, ConflatedFacts)
        tx.run("INSERT INTO exchange_conflated (peer, rows) VALUES (:peer, 0) ON CONFLICT DO NOTHING", peer=facts.peer)
        tx.run(
            "UPDATE exchange_conflated SET rows = rows + :rows WHERE peer = :peer", rows=facts.left_out, peer=facts.peer
        )
