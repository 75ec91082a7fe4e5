"""A record as it travelled, with what proves it to a third person: its lines, frame headers and receipts."""

from typing import Any

import msgspec

from haemaru.exchange.envelope import read_envelope
from haemaru.exchange.evidence import Evidence
from haemaru.exchange.house import House
from haemaru.exchange.receipt import Receipt
from haemaru.ledger.merkle import inclusion_proof, leaf_hash, root_of
from haemaru.storage import Tx


class Showing:
    """Gathers what one node holds about a record on its way."""

    def __init__(self, house: House, evidence: Evidence) -> None:
        self._house = house
        self._evidence = evidence

    def about(self, rid: str) -> dict[str, Any]:
        """Every line under this rid: what was sent with the receipts for it, what arrived with its signed header."""
        with self._house.ledger.read() as tx:
            blind = self._house.vault.blind(rid)
            place = "peer, channel, epoch, seq, state FROM"
            out = tx.all(f"SELECT {place} exchange_out WHERE rid = :rid ORDER BY entry", rid=blind)
            came = tx.all(f"SELECT {place} exchange_in WHERE rid = :rid ORDER BY entry", rid=blind)
            return {
                "rid": rid,
                "party": self._house.party,
                "realm": self._house.realm,
                "sent": [self._sent(tx, *row) for row in out],
                "received": [self._arrived(tx, *row) for row in came],
            }

    def entries(self, tx: Tx, rid: str) -> list[int]:
        """Every ledger entry that speaks of this record."""
        blind = self._house.vault.blind(rid)
        found: set[int] = set()
        for table in ("exchange_own", "exchange_out", "exchange_in"):
            found.update(row[0] for row in tx.all(f"SELECT entry FROM {table} WHERE rid = :rid", rid=blind))
        return sorted(found)

    def _sent(self, tx: Tx, peer: str, channel: str, epoch: int, seq: int, state: str) -> dict[str, Any]:
        shown = _place(peer, channel, epoch, seq, state) | self._evidence.sent(tx, peer, channel, epoch, seq)
        if shown["receipt"] is None or shown["line"] is None:
            return shown | {"path": None}
        receipt = msgspec.json.decode(read_envelope(shown["receipt"].encode()).content, type=Receipt)
        numbers = range(receipt.first, receipt.last + 1)
        lines = [self._evidence.sent(tx, peer, channel, epoch, number)["line"] for number in numbers if receipt.root]
        leaves = [leaf_hash(line.encode()) for line in lines if line is not None]
        # A receipt from a courier file names no frame; and a frame may have been packed otherwise the next time.
        if len(leaves) != len(numbers) or seq not in numbers or root_of(leaves).hex() != receipt.root:
            return shown | {"path": None}
        at = seq - receipt.first
        path = inclusion_proof(at, len(leaves), lambda start, end: root_of(leaves[start:end]))
        return shown | {"index": at, "count": len(leaves), "path": [step.hex() for step in path]}

    def _arrived(self, tx: Tx, peer: str, channel: str, epoch: int, seq: int, state: str) -> dict[str, Any]:
        line = self._evidence.arrived(tx, peer, channel, epoch, seq, self._evidence.frames(tx, peer))
        found: dict[str, Any] = msgspec.to_builtins(line) or {}
        return _place(peer, channel, epoch, seq, state) | found


def _place(peer: str, channel: str, epoch: int, seq: int, state: str) -> dict[str, Any]:
    return {"peer": peer, "channel": channel, "epoch": epoch, "seq": seq, "state": state}
