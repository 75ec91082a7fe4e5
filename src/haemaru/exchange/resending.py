"""What a comparison found missing is sent again under its old number, before anything new of its channel."""

from typing import Any

from haemaru.storage import Tx

IS_AGAIN = (
    "EXISTS (SELECT 1 FROM exchange_differences d WHERE d.asker = 'own' AND d.peer = o.peer AND d.channel = o.channel"
    " AND d.epoch = o.epoch AND d.seq = o.seq AND d.code = 'missing' AND d.state = 'open')"
)
_ROWS = (
    "SELECT o.epoch, o.seq, o.state, o.entry, o.void_entry, o.peer FROM exchange_differences d JOIN exchange_out o"
    " ON o.peer = d.peer AND o.channel = d.channel AND o.epoch = d.epoch AND o.seq = d.seq"
    " WHERE d.asker = 'own' AND d.peer = :peer AND d.channel = :channel AND d.code = 'missing' AND d.state = 'open'"
    " AND o.state <> 'moved' ORDER BY d.epoch, d.seq LIMIT :limit"
)


def again_rows(tx: Tx, peer: str, channel: str, limit: int) -> list[tuple[Any, ...]]:
    """The first run of numbers of one epoch that the receiver lacks: (epoch, seq, state, entry, void entry)."""
    rows = tx.all(_ROWS, peer=peer, channel=channel, limit=limit)
    return [row for at, row in enumerate(rows) if (row[0], row[1]) == (rows[0][0], rows[0][1] + at)]
