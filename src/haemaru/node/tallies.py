"""How many rows were observed, shared and withheld, by partner and clause: a view of the ledger.

Positions themselves live in Parquet; the ledger holds one entry for each batch that was taken in, with the digest of
its rows and what became of them towards each partner, and one for the rows of a partner's day that were outlived. This
view adds those entries up, and those of input that could not be read.
"""

import msgspec
from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from haemaru.ledger import Entry
from haemaru.node.quarantine import QUARANTINED, Refused
from haemaru.storage import Tx

BATCH = "surveillance.batch"
OUTLIVED = "surveillance.outlived"
METADATA = MetaData()
Table(
    "position_tally",
    METADATA,
    Column("peer", Text, primary_key=True),
    Column("word", Text, primary_key=True),
    Column("clause", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
)


class Towards(msgspec.Struct, frozen=True):
    """What became of a batch towards one partner: observed = shared + the sum of withheld."""

    observed: int
    shared: int
    withheld: dict[str, int] = {}


class BatchNote(msgspec.Struct, frozen=True):
    """The ledger's note of one batch of distinct rows; `digest` is the SHA-256 of the rows' columns."""

    rows: int
    digest: str
    source: str
    towards: dict[str, Towards] = {}


class OutlivedNote(msgspec.Struct, frozen=True):
    """The ledger's note of rows that a partner shared and whose time was over: they are deleted.

    They are those of one UTC `day`, of batches whose `retain_until` lay between `since` and `until`.
    """

    party: str
    rows: int
    day: str
    since: str
    until: str


class TallyView:
    """Adds batch notes up."""

    name = "positions"
    metadata = METADATA
    tables = ("position_tally",)
    kinds = frozenset({BATCH, OUTLIVED, QUARANTINED})

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Counts one batch, or what was outlived of a day."""
        if entry.kind == OUTLIVED:
            ended = msgspec.json.decode(body, type=OutlivedNote)
            _add(tx, ended.party, OUTLIVED, "", ended.rows)
            return
        if entry.kind == QUARANTINED:
            for code, number in msgspec.json.decode(body, type=Refused).codes.items():
                _add(tx, "", QUARANTINED, code, number)
            return
        note = msgspec.json.decode(body, type=BatchNote)
        for peer, towards in note.towards.items():
            _add(tx, peer, "observed", "", towards.observed)
            _add(tx, peer, "shared", "", towards.shared)
            for clause, rows in towards.withheld.items():
                _add(tx, peer, "withheld", clause, rows)


def _add(tx: Tx, peer: str, word: str, clause: str, rows: int) -> None:
    place = {"peer": peer, "word": word, "clause": clause}
    tx.run(
        "INSERT INTO position_tally (peer, word, clause, number) VALUES (:peer, :word, :clause, 0)"
        " ON CONFLICT DO NOTHING",
        **place,
    )
    tx.run(
        "UPDATE position_tally SET number = number + :rows WHERE peer = :peer AND word = :word AND clause = :clause",
        rows=rows,
        **place,
    )


def read_tally(tx: Tx) -> dict[str, Towards]:
    """The sums by partner."""
    sums: dict[str, dict[str, int]] = {}
    withheld: dict[str, dict[str, int]] = {}
    for peer, word, clause, rows in tx.all(
        "SELECT peer, word, clause, number FROM position_tally WHERE peer <> '' AND word <> :outlived",
        outlived=OUTLIVED,
    ):
        if word == "withheld":
            withheld.setdefault(peer, {})[clause] = rows
        else:
            sums.setdefault(peer, {})[word] = rows
    return {
        peer: Towards(found.get("observed", 0), found.get("shared", 0), withheld.get(peer, {}))
        for peer, found in sums.items()
    }


def read_outlived(tx: Tx) -> dict[str, int]:
    """How many rows of each partner were deleted when their time was over."""
    rows = tx.all("SELECT peer, number FROM position_tally WHERE word = :outlived ORDER BY peer", outlived=OUTLIVED)
    return {str(peer): int(number) for peer, number in rows}


def read_quarantined(tx: Tx) -> dict[str, int]:
    """All input ever set aside at this node, by code."""
    rows = tx.all("SELECT clause, number FROM position_tally WHERE word = :word ORDER BY clause", word=QUARANTINED)
    return {str(code): int(number) for code, number in rows}
