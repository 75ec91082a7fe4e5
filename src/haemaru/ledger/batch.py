"""A batch: entries that are committed together or not at all."""

import os
import re
import threading
from collections.abc import Callable

import msgspec

from haemaru.clock import Clock, to_ms
from haemaru.ledger.leaves import SALT_BYTES, Entry, commitment_of, leaf_of, lock_context, to_lock
from haemaru.ledger.marks import DISPUTE, ERASED, Dispute, Erased
from haemaru.ledger.merkle import Tree
from haemaru.ledger.projections import Audience
from haemaru.signing import Vault
from haemaru.storage import Tx
from haemaru.wording import Fault

OWN = "ledger."
_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_INSERT_ENTRY = "INSERT INTO entry (idx, at_ms, kind, leaf) VALUES (:idx, :at_ms, :kind, :leaf)"
_INSERT_BODY = "INSERT INTO body (idx, wrapped_key, cipher) VALUES (:idx, :wrapped_key, :cipher)"


class Batch:
    """Entries being appended in one open transaction; `tx` reads and writes in it."""

    def __init__(self, tx: Tx, tree: Tree, vault: Vault, clock: Clock, audience: Audience) -> None:
        self.tx = tx
        self.tree = tree
        self.disputes: list[Dispute] = []
        self.callbacks: list[Callable[[], None]] = []
        self.thread = threading.get_ident()
        self._start = tree.size
        self._vault = vault
        self._clock = clock
        self._audience = audience

    @property
    def size(self) -> int:
        """How many entries the ledger will have when this batch is committed."""
        return self.tree.size

    @property
    def grew(self) -> bool:
        """Whether anything was appended."""
        return self.tree.size > self._start

    def append(self, kind: str, body: bytes) -> Entry:
        """Writes one entry with its locked body, and shows it to the projections that listen to its kind."""
        if len(kind) > 80 or not _KIND.fullmatch(kind):
            raise Fault("ledger_bad_kind", "ledger", kind=kind[:80])
        if kind.startswith(OWN):
            raise Fault("ledger_own_kind", "ledger", kind=kind)
        return self.append_own(kind, body)

    def append_own(self, kind: str, body: bytes) -> Entry:
        """`append` for the ledger's own kinds, which no other room may write."""
        index, at_ms, salt = self.tree.size, to_ms(self._clock.now()), os.urandom(SALT_BYTES)
        leaf = leaf_of(index, at_ms, kind, commitment_of(salt, body))
        locked = self._vault.lock(to_lock(salt, at_ms, kind, body), lock_context(index))
        self.tx.run(_INSERT_ENTRY, idx=index, at_ms=at_ms, kind=kind, leaf=leaf)
        self.tx.run(_INSERT_BODY, idx=index, wrapped_key=locked.wrapped_key, cipher=locked.cipher)
        self.tree.append(leaf)
        entry = Entry(index, at_ms, kind, leaf)
        self._audience.apply(self.tx, entry, body)
        return entry

    def erase(self, erased: Erased) -> Entry:
        """Deletes bodies for good and writes down that it was done; their leaves can still be proved."""
        entry = self.append_own(ERASED, msgspec.json.encode(erased))
        self.tx.many("DELETE FROM body WHERE idx = :idx", [{"idx": each.index} for each in erased.entries])
        return entry

    def dispute(self, dispute: Dispute) -> None:
        """Writes a dispute down, once, even when the batch it came up in is undone."""
        row = self.tx.one(
            "SELECT entry FROM dispute WHERE party = :party AND digest = :digest",
            party=dispute.party,
            digest=dispute.digest,
        )
        if row is None:
            self.append_own(DISPUTE, msgspec.json.encode(dispute))
            self.disputes.append(dispute)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Calls `callback` when the outermost batch has been committed, and never when it is undone."""
        self.callbacks.append(callback)
