"""Erasing what a partner takes back: the content of every copy goes, its place in the stream remains.

A copy is whatever the origin sent under the rid: the record, its earlier revisions, the same again in a later epoch,
what lies in quarantine, there also what another partner passed on under the origin's name. The ledger deletes their
bodies, and with them the only place where the content stood; their leaves can still be proved. An entry
`exchange.erased` keeps what the tables need of the numbers (never what was said), so that streams stay without gaps, a
frame that comes again is known by its leaf, and a rebuild makes the same tables.
"""

from haemaru.exchange import entries
from haemaru.exchange.entries import ErasedCopy, ErasedFacts, ReceivedFacts, entry_bytes, read_entry
from haemaru.exchange.house import House
from haemaru.exchange.items import TAKING_BACK
from haemaru.exchange.views import forget_keys
from haemaru.ledger import Batch

# Everything that may have a content; a retraction of its own has none but a reason.
_COPIES = (
    "SELECT entry, at_ms, peer, channel, epoch, seq, rev, op, kind, origin, code, digest, leaf FROM exchange_in"
    " WHERE rid = :rid AND state IN ('held', 'superseded', 'repeated', 'kept', 'quarantined')"
    " AND (peer = :origin OR (origin = :origin AND state = 'quarantined')) ORDER BY entry"
)


def erase_copies(house: House, batch: Batch, origin: str, rid: str, basis: str) -> int:
    """Erases every copy of a record of that origin, in the caller's transaction; tells how many there were."""
    tx, ledger, blind = batch.tx, house.ledger, house.vault.blind
    copies = []
    for entry, at_ms, peer, channel, epoch, seq, rev, op, kind, wrote, code, digest, leaf in tx.all(
        _COPIES, rid=blind(rid), origin=origin
    ):
        if op in TAKING_BACK:
            continue
        # Only here the keys can still be read; a rebuild, which has no body to read, never makes them.
        forget_keys(tx, house.vault, entry, read_entry(ledger.body(tx, entry), ReceivedFacts)[0].keys)
        copies.append(
            ErasedCopy(
                peer=peer,
                channel=channel,
                epoch=epoch,
                seq=seq,
                rev=rev,
                op=op,
                kind=kind,
                origin=wrote,
                code=code,
                digest=bytes(digest).hex(),
                leaf=bytes(leaf).hex(),
                entry=entry,
                at_ms=at_ms,
            )
        )
    if copies:
        batch.append(entries.ERASED, entry_bytes(ErasedFacts(rid=rid, copies=tuple(copies))))
        ledger.erase(batch, [copy.entry for copy in copies], basis)
    return len(copies)
