"""Batches of positions on their way: locked bytes beside the ledger, which knows each of them by digest.

Positions live in Parquet, not in the ledger. So that no `kill -9` loses a batch in between, its bytes are kept here
from the transaction that seals it until two hours after its receipt (the partner may be put back by as much), and at
the receiver from the transaction that accepts it until the store of positions says that it has them
(`Positions.hand_over`). Then they are deleted; the digest stays.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from haemaru.agreement import Agreement
from haemaru.clock import to_ms
from haemaru.exchange.entries import SealedFacts
from haemaru.exchange.envelope import read_envelope, split
from haemaru.exchange.house import House
from haemaru.signing import Locked
from haemaru.storage import Tx

Recheck = Callable[[Mapping[str, Any], bytes, datetime], str | None]
"""Decides a queued batch again from its header and Arrow bytes: None to send it, or the code of its void."""

Rest = Callable[[Mapping[str, Any], bytes, datetime], tuple[bytes, int] | None]
"""The rows of a batch that may no longer leave as a whole which may still leave: Arrow bytes and their number."""
Thin = Callable[[Sequence[bytes], int], tuple[bytes, int, int]]
"""The newest row of each ship in each span of so many seconds: Arrow bytes, their number, how many were left out."""
_SWEEP_MS = 60_000


class Spool:
    """Keeps batches until they are safe elsewhere."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._swept: dict[tuple[str, int], int] = {}
        self._swept_ms = 0
        self.on_recheck: Recheck | None = None
        self.on_rest: Rest | None = None
        self.on_thin: Thin | None = None

    def keep(self, tx: Tx, digest: str, data: bytes) -> None:
        """Locks the bytes and keeps them under their digest."""
        locked = self._house.vault.lock(data, digest.encode())
        tx.run(
            "INSERT INTO exchange_spool (digest, wrapped_key, cipher) VALUES (:digest, :wrapped_key, :cipher)"
            " ON CONFLICT DO NOTHING",
            digest=digest,
            wrapped_key=locked.wrapped_key,
            cipher=locked.cipher,
        )

    def find(self, tx: Tx, digest: str) -> bytes | None:
        """The bytes kept under this digest, or None once they were dropped."""
        row = tx.one("SELECT wrapped_key, cipher FROM exchange_spool WHERE digest = :digest", digest=digest)
        if row is None:
            return None
        return self._house.vault.unlock(Locked(bytes(row[0]), bytes(row[1])), digest.encode())

    def take(self, tx: Tx, digest: str) -> bytes:
        """The bytes kept under this digest, which must be there."""
        data = self.find(tx, digest)
        if data is None:
            raise LookupError(digest)
        return data

    def drop(self, tx: Tx, digest: str) -> None:
        """Deletes the bytes; key and cipher text both."""
        tx.run("DELETE FROM exchange_spool WHERE digest = :digest", digest=digest)

    def drop_sent(self, tx: Tx, peer: str, epoch: int, after: int, upto: int) -> None:
        """Deletes what a receipt on the control channel covers; batches of positions wait for `drop_old`."""
        rows = tx.all(
            "SELECT digest FROM exchange_out WHERE peer = :peer AND channel = 'control' AND epoch = :epoch"
            " AND kind = 'control.returned' AND seq > :after AND seq <= :upto",
            peer=peer,
            epoch=epoch,
            after=after,
            upto=upto,
        )
        self._drop_all(tx, rows)

    def drop_old(self) -> int:
        """Deletes acknowledged batches after `Settings.batches_kept`: a partner may be put back by as much."""
        house = self._house
        before = to_ms(house.clock.now() - house.settings.batches_kept)
        if before - self._swept_ms < _SWEEP_MS:
            return 0
        self._swept_ms = before
        dropped = 0
        with house.ledger.read() as tx:
            streams = tx.all(
                "SELECT peer, epoch, acked FROM exchange_streams WHERE direction = 'out' AND channel = 'track'"
            )
            for peer, epoch, acked in streams:
                rows = tx.all(
                    "SELECT digest, seq FROM exchange_out WHERE peer = :peer AND channel = 'track' AND epoch = :epoch"
                    " AND seq > :swept AND seq <= :acked AND at_ms <= :before AND NOT EXISTS (SELECT 1"
                    " FROM exchange_rulings r WHERE r.rid = exchange_out.rid AND r.state = 'owed')",
                    peer=peer,
                    epoch=epoch,
                    swept=self._swept.get((peer, epoch), 0),
                    acked=acked,
                    before=before,
                )
                if rows:
                    with house.ledger.write() as batch:
                        self._drop_all(batch.tx, rows)
                    self._swept[peer, epoch] = max(seq for _, seq in rows)
                    dropped += len(rows)
        return dropped

    def _drop_all(self, tx: Tx, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            gone = [{"digest": bytes(row[0]).hex()} for row in rows]
            tx.many("DELETE FROM exchange_spool WHERE digest = :digest", gone)

    def recheck(self, tx: Tx, facts: SealedFacts, agreement: Agreement, at: datetime) -> str | None:
        """Why a queued batch may no longer leave under the agreement it was sealed for, or None."""
        if not agreement.is_in_force(at):
            return "agreement_not_in_force"
        if agreement.hash != facts.agreement:
            return "agreement_replaced"
        data = self.find(tx, facts.spool)
        if data is None:
            return "batch_gone"
        if self.on_recheck is None:
            return None
        header, arrow = split(read_envelope(data).content)
        return self.on_recheck(msgspec.json.decode(header), arrow, at)

    def rest(self, tx: Tx, digest: str, at: datetime) -> tuple[bytes, bytes, int] | None:
        """Header, Arrow bytes and number of the rows of a refused batch that may still leave."""
        data = self.find(tx, digest)
        if data is None or self.on_rest is None:
            return None
        header, arrow = split(read_envelope(data).content)
        found = self.on_rest(msgspec.json.decode(header), arrow, at)
        return None if found is None else (header, *found)
