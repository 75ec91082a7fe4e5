"""How each partner is reached: a view of the ledger."""

from sqlalchemy import Column, MetaData, Table, Text

from haemaru.exchange.entries import Facts, read_entry
from haemaru.ledger import Entry
from haemaru.storage import Tx

MODES = ("push", "pull", "wait")
"""Both push to each other; this node pushes and pulls; this node never connects."""
MODE = "exchange.peer_mode"
METADATA = MetaData()
Table("exchange_modes", METADATA, Column("peer", Text, primary_key=True), Column("mode", Text, nullable=False))


class ModeFacts(Facts, frozen=True, kw_only=True):
    """How frames get to a partner and from it."""

    peer: str
    mode: str


class ModeView:
    """Keeps how each partner is reached."""

    name = "modes"
    metadata = METADATA
    tables = tuple(METADATA.tables)
    kinds = frozenset({MODE})

    def apply(self, tx: Tx, _entry: Entry, body: bytes) -> None:
        """Brings the table up to this entry."""
        facts, _ = read_entry(body, ModeFacts)
        tx.run(
            "INSERT INTO exchange_modes (peer, mode) VALUES (:peer, :mode)"
            " ON CONFLICT (peer) DO UPDATE SET mode = excluded.mode",
            peer=facts.peer,
            mode=facts.mode,
        )
