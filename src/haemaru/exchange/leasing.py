"""What the leases of this node rest on: a view of the ledger with one row for each lease and each open question.

An `exchange.lease_asked` opens a question, an `exchange.leased` closes it and moves the lease. Both carry times of this
node's own clock alone. A question that could not win anything any more is dropped with the next one, so that what is
answered twice, or much too late, finds nothing to answer.
"""

from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from haemaru.exchange.entries import Facts, read_entry
from haemaru.ledger import Entry
from haemaru.storage import Tx

LEASE_ASKED = "exchange.lease_asked"
LEASED = "exchange.leased"
MINUTE_MS = 60_000

METADATA = MetaData()
Table(
    "exchange_leases",
    METADATA,
    Column("peer", Text, primary_key=True),
    Column("agreement", Text, primary_key=True),
    Column("asked_ms", BigInteger, nullable=False),
    Column("from_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)
Table(
    "exchange_lease_asks",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("peer", Text, nullable=False),
    Column("agreement", Text, nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    Column("minutes", BigInteger, nullable=False),
)


class LeaseAskedFacts(Facts, frozen=True, kw_only=True):
    """A partner was asked to renew the lease under an agreement (its hash); `minutes` is the most it may grant."""

    id: str
    peer: str
    agreement: str
    asked_ms: int
    minutes: int


class LeasedFacts(Facts, frozen=True, kw_only=True):
    """The partner granted what `asked` asked for: this node's clock tells when it begins and ends."""

    asked: str
    peer: str
    agreement: str
    from_ms: int
    until_ms: int


class LeaseView:
    """Keeps the leases and the open questions."""

    name = "leases"
    metadata = METADATA
    tables = ("exchange_leases", "exchange_lease_asks")
    kinds = frozenset({LEASE_ASKED, LEASED})

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Opens a question, or closes it with a lease."""
        if entry.kind == LEASE_ASKED:
            _asked(tx, read_entry(body, LeaseAskedFacts)[0])
        else:
            _leased(tx, read_entry(body, LeasedFacts)[0])


def _asked(tx: Tx, facts: LeaseAskedFacts) -> None:
    place = {"peer": facts.peer, "agreement": facts.agreement, "asked_ms": facts.asked_ms}
    tx.run(
        "INSERT INTO exchange_leases (peer, agreement, asked_ms, from_ms, until_ms)"
        " VALUES (:peer, :agreement, :asked_ms, 0, 0)"
        " ON CONFLICT (peer, agreement) DO UPDATE SET asked_ms = excluded.asked_ms",
        **place,
    )
    tx.run(
        "DELETE FROM exchange_lease_asks WHERE peer = :peer AND agreement = :agreement"
        f" AND asked_ms + minutes * {MINUTE_MS} <= :asked_ms",
        **place,
    )
    tx.run(
        "INSERT INTO exchange_lease_asks (id, peer, agreement, asked_ms, minutes)"
        " VALUES (:id, :peer, :agreement, :asked_ms, :minutes)",
        id=facts.id,
        minutes=facts.minutes,
        **place,
    )


def _leased(tx: Tx, facts: LeasedFacts) -> None:
    # What answers the newest question counts also where the clock was put back since the lease before.
    tx.run("DELETE FROM exchange_lease_asks WHERE id = :id", id=facts.asked)
    tx.run(
        "UPDATE exchange_leases SET from_ms = :from_ms, until_ms = :until_ms"
        " WHERE peer = :peer AND agreement = :agreement AND (until_ms < :until_ms OR asked_ms = :from_ms)",
        from_ms=facts.from_ms,
        until_ms=facts.until_ms,
        peer=facts.peer,
        agreement=facts.agreement,
    )
