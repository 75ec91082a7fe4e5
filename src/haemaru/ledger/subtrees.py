"""Roots of ranges of leaves, for proofs: read from the entries, complete blocks remembered."""

from haemaru.ledger.merkle import node_hash, root_of, split
from haemaru.storage import Tx

_BLOCK = 256  # leaves read at once; a million entries leave four thousand remembered hashes
_LEAVES = "SELECT leaf FROM entry WHERE idx >= :start AND idx < :end ORDER BY idx"


class Subtrees:
    """Makes the roots of ranges; complete blocks of committed entries never change, so they are kept."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], bytes] = {}

    def root(self, tx: Tx, start: int, end: int, committed: int) -> bytes:
        """The root over the leaves from `start` up to but not with `end`."""
        length = end - start
        if length < _BLOCK:
            return self._read(tx, start, end)
        complete = length & (length - 1) == 0 and start % length == 0 and end <= committed
        if complete and (start, length) in self._kept:
            return self._kept[start, length]
        if length == _BLOCK:
            found = self._read(tx, start, end)
        else:
            middle = start + split(length)
            found = node_hash(self.root(tx, start, middle, committed), self.root(tx, middle, end, committed))
        if complete:
            self._kept[start, length] = found
        return found

    def _read(self, tx: Tx, start: int, end: int) -> bytes:
        return root_of(leaf for (leaf,) in tx.all(_LEAVES, start=start, end=end))
