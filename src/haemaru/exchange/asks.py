"""What partners asked for by rid, and what this node asked them: a view of the ledger with one row for each question.

An `exchange.ask` makes the row, an `exchange.ask_answered` closes it. The entry that closes a partner's question also
holds why, which never leaves: for the partner a silent refusal, a record that is gone and one that never was are one.
"""

from typing import Literal

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table, Text

from haemaru.exchange.entries import Facts, read_entry
from haemaru.ledger import Entry
from haemaru.signing import Vault
from haemaru.storage import Tx

ASK = "exchange.ask"
ASK_ANSWERED = "exchange.ask_answered"
Direction = Literal["in", "out"]

METADATA = MetaData()
_asks = Table(
    "exchange_asks",
    METADATA,
    Column("direction", Text, primary_key=True),
    Column("peer", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("rid", LargeBinary, nullable=False),
    Column("answer", Text, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("answer_entry", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
Index("exchange_asks_open", _asks.c.direction, _asks.c.answer, _asks.c.entry)


class AskFacts(Facts, frozen=True, kw_only=True):
    """Somebody asked for one record by its rid: this node (`out`) or the partner (`in`)."""

    direction: Direction
    peer: str
    id: str
    rid: str
    purpose: str


class AnsweredFacts(Facts, frozen=True, kw_only=True):
    """The question was answered; `why` is for this node's own officers alone."""

    direction: Direction
    peer: str
    id: str
    answer: str
    clause: str = ""
    reason: str = ""
    why: str = ""


class AskView:
    """Keeps `exchange_asks`."""

    name = "asks"
    metadata = METADATA
    tables = ("exchange_asks",)
    kinds = frozenset({ASK, ASK_ANSWERED})

    def __init__(self, vault: Vault) -> None:
        self._blind = vault.blind

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Opens or closes one question."""
        if entry.kind == ASK:
            asked, _ = read_entry(body, AskFacts)
            tx.run(
                "INSERT INTO exchange_asks (direction, peer, id, rid, answer, entry, answer_entry, at_ms)"
                " VALUES (:direction, :peer, :id, :rid, '', :entry, -1, :at_ms)",
                direction=asked.direction,
                peer=asked.peer,
                id=asked.id,
                rid=self._blind(asked.rid),
                entry=entry.index,
                at_ms=entry.at_ms,
            )
            return
        answered, _ = read_entry(body, AnsweredFacts)
        tx.run(
            "UPDATE exchange_asks SET answer = :answer, answer_entry = :entry"
            " WHERE direction = :direction AND peer = :peer AND id = :id",
            answer=answered.answer,
            entry=entry.index,
            direction=answered.direction,
            peer=answered.peer,
            id=answered.id,
        )
