"""The legal hold: stronger than expiry and recall, on one or several bases, until each of them is released.

While a record is held, a retraction keeps the copy, sealed away, and is answered `held` with the bases. When the last
hold is released, what was asked meanwhile is carried out: the copy is erased, a new signed answer goes out, and an own
record that was taken back leaves this ledger too.
"""

from collections.abc import Sequence

from haemaru.exchange import entries, keeping
from haemaru.exchange.answering import Answering
from haemaru.exchange.entries import HoldFacts, entry_bytes, read_entry
from haemaru.exchange.erasing import erase_copies, erase_own
from haemaru.exchange.house import House
from haemaru.exchange.keeping import DisposedFacts, ReleasedFacts
from haemaru.ledger import Batch
from haemaru.storage import Tx
from haemaru.wording import Fault


class Holds:
    """Puts records under a hold and releases them."""

    def __init__(self, house: House, answering: Answering) -> None:
        self._house = house
        self._answering = answering

    def hold(self, batch: Batch, rid: str, basis: str) -> None:
        """Puts a record under a legal hold; the same basis twice changes nothing."""
        if not basis.strip():
            raise Fault("hold_without_basis", "basis", rid=rid)
        blind = self._house.vault.blind(rid)
        # A copy that is only kept because of another hold can be held on a further basis.
        for table, states in (("exchange_in", "('held', 'kept')"), ("exchange_own", "('held', 'recovered')")):
            if batch.tx.one(f"SELECT 1 FROM {table} WHERE rid = :rid AND state IN {states} LIMIT 1", rid=blind):
                break
        else:
            raise Fault("rid_unknown", "rid", rid=rid)
        if basis not in self.bases(batch.tx, rid):
            batch.append(entries.HELD, entry_bytes(HoldFacts(rid=rid, basis=basis)))

    def release(self, batch: Batch, rid: str, reason: str, basis: str | None = None) -> int:
        """Releases the hold with this basis, or the only one; tells how many copies were erased because of it."""
        if not reason.strip():
            raise Fault("release_without_reason", "reason", rid=rid)
        found = self._in_force(batch.tx, rid)
        chosen = [entry for entry, words in found if basis in (None, words)]
        if not chosen:
            raise Fault("hold_unknown", "basis", rid=rid, basis=basis or "")
        if len(chosen) > 1:
            raise Fault("hold_ambiguous", "basis", rid=rid, bases="; ".join(words for _, words in found))
        batch.append(keeping.RELEASED, entry_bytes(ReleasedFacts(rid=rid, holds=tuple(chosen), reason=reason)))
        return 0 if len(found) > 1 else self._carry_out(batch, rid)

    def bases(self, tx: Tx, rid: str) -> list[str]:
        """On what a record is held now, the oldest basis first; none when it is not held."""
        return [words for _, words in self._in_force(tx, rid)]

    def _in_force(self, tx: Tx, rid: str) -> Sequence[tuple[int, str]]:
        rows = tx.all(
            "SELECT entry FROM exchange_holds WHERE rid = :rid AND state = 'in_force' ORDER BY entry",
            rid=self._house.vault.blind(rid),
        )
        return [(entry, read_entry(self._house.ledger.body(tx, entry), HoldFacts)[0].basis) for (entry,) in rows]

    def _carry_out(self, batch: Batch, rid: str) -> int:
        """Does what was asked while the record was held."""
        house, tx = self._house, batch.tx
        blind = house.vault.blind(rid)
        asked = tx.all(
            "SELECT t.peer, t.op, t.rev FROM exchange_in t WHERE t.rid = :rid AND t.op IN ('retract', 'expire')"
            " AND t.state IN ('retracted', 'expired') AND EXISTS (SELECT 1 FROM exchange_in k WHERE k.rid = t.rid"
            " AND k.peer = t.peer AND k.state = 'kept') ORDER BY t.entry",
            rid=blind,
        )
        erased = 0
        # Where a partner asked twice, the newest question is the one to be answered.
        for peer, (op, rev) in {peer: (op, rev) for peer, op, rev in asked}.items():
            copies, erasure = erase_copies(house, batch, peer, rid, f"hold released; {op} by {peer}")
            self._answering.answer(batch, (peer, rid, rev, op), "erased", copies=copies, erasure=erasure)
            erased += copies
        for (name,) in tx.all("SELECT id FROM exchange_disposals WHERE rid = :rid AND state = 'held'", rid=blind):
            batch.append(keeping.DISPOSED, entry_bytes(DisposedFacts(id=name, state="proposed")))
        return erased + erase_own(house, batch, rid)
