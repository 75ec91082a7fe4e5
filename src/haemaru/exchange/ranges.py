"""Digests of ranges of a stream: equal digests, equal ranges; a range that differs is cut into sixteen.

    item    SHA-256( number (8, big-endian) || 00 )                  a void
            SHA-256( number (8, big-endian) || 01 || digest )        anything else; digest = SHA-256 of its payload
    range   SHA-256( the items that are there, in order ); 32 zero bytes where none is; one number: its item

Both sides can compute an item whatever became of its content: a record that was erased keeps its digest.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from haemaru.exchange.errors import EnvelopeRefused
from haemaru.exchange.messages import Part
from haemaru.records import CHANNELS
from haemaru.storage import Tx

WAYS = 16
NOTHING = bytes(32)
Range = tuple[int, int]


class Row(NamedTuple):
    """An item as a table knows it."""

    seq: int
    state: str
    digest: bytes


def item_of(row: Row) -> bytes:
    """The hash that stands for one item."""
    place = row.seq.to_bytes(8, "big")
    return hashlib.sha256(place + (b"\x00" if row.state == "void" else b"\x01" + bytes(row.digest))).digest()


def cut(first: int, last: int) -> list[Range]:
    """The range in at most sixteen equal parts, the last one shorter.

    >>> cut(1, 25)[-1], len(cut(1, 100_000)), cut(7, 7)
    ((25, 25), 16, [(7, 7)])
    """
    step = -(-(last - first + 1) // WAYS)
    return [(begin, min(begin + step - 1, last)) for begin in range(first, last + 1, step)]


def digests_of(rows: Iterable[Row], first: int, last: int) -> list[bytes]:
    """The digest of each part of the range, from its rows in order."""
    parts = cut(first, last)
    step = parts[0][1] - parts[0][0] + 1
    gathered = [hashlib.sha256() for _ in parts]
    single: list[bytes] = [NOTHING] * len(parts)
    counts = [0] * len(parts)
    for row in rows:
        at = (row.seq - first) // step
        single[at] = item_of(row)
        gathered[at].update(single[at])
        counts[at] += 1
    return [
        NOTHING if not counts[at] else single[at] if begin == end else gathered[at].digest()
        for at, (begin, end) in enumerate(parts)
    ]


_SQL = (
    "SELECT seq, state, digest FROM {table} WHERE peer = :peer AND channel = :channel AND epoch = :epoch"
    " AND seq >= :first AND seq <= :last ORDER BY seq"
)


def rows_of(tx: Tx, table: str, peer: str, channel: str, epoch: int) -> Callable[[int, int], Iterator[Row]]:
    """Reads the rows of a stream between two numbers."""
    sql = _SQL.format(table=table)

    def read(first: int, last: int) -> Iterator[Row]:
        found = tx.each(sql, peer=peer, channel=channel, epoch=epoch, first=first, last=last)
        return (Row(*row) for row in found)

    return read


def answered(tx: Tx, table: str, peer: str, part: Part) -> Part:
    """The part with the digests of what this side holds."""
    read = rows_of(tx, table, peer, part.channel, part.epoch)
    found = b"".join(digest for first, last in part.ranges for digest in digests_of(read(first, last), first, last))
    return Part(channel=part.channel, epoch=part.epoch, ranges=part.ranges, digests=base64.b64encode(found).decode())


def digests_in(part: Part) -> list[bytes]:
    """The digests of an answer, one after the other; raises `EnvelopeRefused` where they are not what was asked."""
    try:
        found = base64.b64decode(part.digests, validate=True)
    except (ValueError, binascii.Error):
        raise EnvelopeRefused("envelope_bad_base64", part="digests") from None
    wanted = sum(len(cut(first, last)) for first, last in part.ranges)
    if len(found) != 32 * wanted:
        raise EnvelopeRefused("digests_differ_in_number")
    return [found[at : at + 32] for at in range(0, len(found), 32)]


def is_fair(parts: tuple[Part, ...], most: int) -> bool:
    """Whether ranges are few, in order, and do not overlap: nothing is read twice for a partner."""
    places = {(part.channel, part.epoch) for part in parts}
    if sum(len(part.ranges) for part in parts) > most or len(places) < len(parts):
        return False
    if not {channel for channel, _ in places} <= set(CHANNELS):
        return False
    for part in parts:
        before = 0
        for first, last in part.ranges:
            if not before < first <= last:
                return False
            before = last
    return True
