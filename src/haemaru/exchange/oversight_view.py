"""Which witnesses a node trusts, and what each of them said last: views of the ledger."""

from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from haemaru.exchange.entries import Facts, read_entry
from haemaru.ledger import Entry
from haemaru.storage import Tx

TRUSTED = "exchange.witness_trusted"
ANSWERED = "exchange.witness_answered"
METADATA = MetaData()
Table(
    "exchange_oversight",
    METADATA,
    Column("witness", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)


class TrustedFacts(Facts, frozen=True, kw_only=True):
    """A witness is trusted from here on; the bytes are its statement."""

    witness: str
    fingerprint: str
    url: str


class AnsweredFacts(Facts, frozen=True, kw_only=True):
    """A witness refused a checkpoint, with this code, or no longer does (""); `start` is the size it asked to begin at.

    The bytes are the note of this node that it holds.
    """

    witness: str
    code: str
    start: int = -1


class OversightView:
    """Keeps one row for each witness."""

    name = "oversight"
    metadata = METADATA
    tables = ("exchange_oversight",)
    kinds = frozenset({TRUSTED, ANSWERED})

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Takes in whom the node trusts, and what the witness said."""
        if entry.kind == TRUSTED:
            trusted, _ = read_entry(body, TrustedFacts)
            # Trusted again (another address): what it said stays said, and so does since when it counts.
            tx.run(
                "INSERT INTO exchange_oversight (witness, fingerprint, code, start, since, entry, at_ms)"
                " VALUES (:witness, :fingerprint, '', -1, :entry, :entry, :at_ms) ON CONFLICT (witness) DO UPDATE SET"
                " fingerprint = excluded.fingerprint, entry = excluded.entry",
                witness=trusted.witness,
                fingerprint=trusted.fingerprint,
                entry=entry.index,
                at_ms=entry.at_ms,
            )
            return
        answered, _ = read_entry(body, AnsweredFacts)
        tx.run(
            "UPDATE exchange_oversight SET code = :code, start = :start WHERE witness = :witness",
            code=answered.code,
            start=answered.start,
            witness=answered.witness,
        )
