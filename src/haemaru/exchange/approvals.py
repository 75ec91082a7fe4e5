"""Who approved what waits for a person: each approval is an entry of the ledger that names the officer's account.

A clause may ask for two persons. An approval counts for one record revision and for the agreement under which it was
given: when either changes, the approvals given before are void. The table holds ids and entries; names stay locked in
the ledger.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text

from haemaru.clock import format_time, from_ms
from haemaru.exchange.entries import Facts, read_entry
from haemaru.ledger import Entry, Ledger
from haemaru.storage import Tx

APPROVED = "exchange.approved"
METADATA = MetaData()
_approvals = Table(
    "exchange_approvals",
    METADATA,
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
Index("exchange_approvals_id", _approvals.c.id)


class ApprovedFacts(Facts, frozen=True, kw_only=True):
    """An officer approved a waiting record under the agreement of this hash; `by` is the account's name."""

    id: str
    by: str
    agreement: str


@dataclass(frozen=True, slots=True)
class Approval:
    """One officer's approval, and when it was given."""

    by: str
    at: str


class ApprovalView:
    """Finds the approvals of a waiting record."""

    name = "approvals"
    metadata = METADATA
    tables = ("exchange_approvals",)
    kinds = frozenset({APPROVED})

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Notes where an approval stands."""
        facts, _ = read_entry(body, ApprovedFacts)
        tx.run(
            "INSERT INTO exchange_approvals (entry, id, at_ms) VALUES (:entry, :id, :at_ms)",
            entry=entry.index,
            id=facts.id,
            at_ms=entry.at_ms,
        )


def all_approvals(ledger: Ledger, tx: Tx, name: str) -> list[tuple[Approval, str]]:
    """The approvals of a waiting record, each with the hash of the agreement it was given under, the oldest first."""
    rows = tx.all("SELECT entry, at_ms FROM exchange_approvals WHERE id = :id ORDER BY entry", id=name)
    found = [(read_entry(ledger.body(tx, entry), ApprovedFacts)[0], at_ms) for entry, at_ms in rows]
    return [(Approval(facts.by, format_time(from_ms(at_ms))), facts.agreement) for facts, at_ms in found]
