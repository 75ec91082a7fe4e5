"""The backups a node has made, and the promise that an erased record is gone from them too.

Each is noted in the ledger with the place of its key file. After an erasure the node overwrites the record's slot in
every key file it can reach, in the background; those it cannot reach are told to the partners in the answer
(`backups`), stand in the status, and are refreshed when the file is brought: `haemaru backup --refresh HOME FILE.key`.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from haemaru.clock import format_time, from_ms
from haemaru.exchange import Exchange
from haemaru.ledger import Batch, Ledger
from haemaru.node.shelf import erase_slots, read_head
from haemaru.storage import Tx
from haemaru.wording import Fault

MADE, REFRESHED, DESTROYED = "node.backup_made", "node.backup_refreshed", "node.backup_destroyed"
_log = logging.getLogger(__name__)


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """One backup: its key file, how many ledger entries it holds, and up to which entry erasures were carried out."""

    id: str
    key: str
    size: int
    upto: int
    at: str = ""


class Backups:
    """Notes backups and erases in them."""

    def __init__(self, ledger: Ledger, exchange: Exchange) -> None:
        self._ledger = ledger
        self._exchange = exchange
        self._known: dict[str, Backup] = {}
        self._seen = -1
        with ledger.read() as tx:
            for entry, body in ledger.entries(tx, kinds=(MADE, REFRESHED, DESTROYED)):
                self._apply(entry.kind, msgspec.json.decode(body, type=Backup), format_time(from_ms(entry.at_ms)))
        exchange.house.backups = self._count

    def made(self, name: str, key: Path, size: int, upto: int) -> None:
        """Notes a backup before its files are in place."""
        self._note(MADE, Backup(id=name, key=str(key), size=size, upto=upto))

    def destroyed(self, key: Path) -> str:
        """Notes that a key file is gone for good, and with it the backup; tells the backup's id."""
        for backup in self._known.values():
            if backup.key == str(key) and not key.exists():
                self._note(DESTROYED, backup)
                return backup.id
        raise Fault("backup_unknown", str(key))

    def refresh(self, key: Path) -> dict[str, Any]:
        """Erases in the backup whose key file this is, wherever it lies now."""
        name, _ = read_head(key)
        backup = self._known.get(name.hex())
        if backup is None:
            raise Fault("backup_unknown", str(key))
        erased = self._refresh(backup, key)
        self._exchange.answering.backups_tried()
        return {"id": backup.id, "key": str(key), "erased": erased}

    def tick(self) -> int:
        """Erases in every backup that can be reached; tells how many slots were overwritten."""
        with self._ledger.read() as tx:
            newest = _newest(tx)
            due = [each for each in self._known.values() if self._pending(tx, each)] if newest > self._seen else []
        if newest <= self._seen:
            return 0
        erased = 0
        for backup in due:
            try:
                if read_head(Path(backup.key))[0].hex() == backup.id:
                    erased += self._refresh(backup, Path(backup.key))
            except (OSError, Fault) as error:
                _log.info("a backup cannot be reached: %s", type(error).__name__)
        self._exchange.answering.backups_tried()
        if not due or not self._open():
            self._seen = newest
        return erased

    def status(self) -> dict[str, Any]:
        """How many backups there are, and those that could still open what was erased."""
        late = [{"id": each.id, "key": each.key, "made": each.at} for each in self._open()]
        return {"known": len(self._known), "not_reached": late}

    def _open(self) -> list[Backup]:
        with self._ledger.read() as tx:
            return [each for each in self._known.values() if self._pending(tx, each)]

    def _refresh(self, backup: Backup, key: Path) -> int:
        with self._ledger.read() as tx:
            erased = self._pending(tx, backup)
            upto = _newest(tx)
        changed = erase_slots(key, erased)
        if erased or str(key) != backup.key:
            self._note(REFRESHED, msgspec.structs.replace(backup, key=str(key), upto=upto))
        return changed

    def _pending(self, tx: Tx, backup: Backup) -> dict[int, bytes]:
        rows = tx.all(
            "SELECT idx, commitment FROM erasure WHERE entry > :upto AND idx < :size ORDER BY idx",
            upto=backup.upto,
            size=backup.size,
        )
        return {index: bytes(commitment) for index, commitment in rows}

    def _count(self, tx: Tx, erasure: int) -> int:
        row = tx.one("SELECT min(idx) FROM erasure WHERE entry = :entry", entry=erasure)
        if row is None or row[0] is None:
            return 0
        return sum(each.upto < erasure and row[0] < each.size for each in self._known.values())

    def _note(self, kind: str, backup: Backup) -> None:
        with self._ledger.write() as batch:
            self._append(batch, kind, backup, lambda at: self._apply(kind, backup, at))

    def _append(self, batch: Batch, kind: str, backup: Backup, then: Callable[[str], None]) -> None:
        entry = batch.append(kind, msgspec.json.encode(backup))
        batch.after_commit(lambda: then(format_time(from_ms(entry.at_ms))))

    def _apply(self, kind: str, backup: Backup, at: str) -> None:
        # A new mapping each time: who walks the old one walks it to its end.
        others = {name: each for name, each in self._known.items() if name != backup.id}
        before = self._known.get(backup.id)
        kept = msgspec.structs.replace(backup, at=before.at if before is not None else at)
        self._known = others if kind == DESTROYED else {**others, backup.id: kept}


def note_restored(ledger: Ledger, name: str, key: str, size: int, upto: int) -> None:
    """Notes the backup that a home was made from, where its ledger, which is older, does not know of it."""
    with ledger.read() as tx:
        known = {msgspec.json.decode(body, type=Backup).id for _, body in ledger.entries(tx, kinds=(MADE,))}
    if name and name not in known:
        with ledger.write() as batch:
            batch.append(MADE, msgspec.json.encode(Backup(id=name, key=key, size=size, upto=upto)))


def _newest(tx: Tx) -> int:
    row = tx.one("SELECT max(entry) FROM erasure")
    return -1 if row is None or row[0] is None else int(row[0])
