"""The ledger: what happened at this node, in order, append-only, provable.

`write` opens a batch: everything appended in it is committed together with the rows of every projection, or nothing is.
Each entry becomes a leaf of a Merkle tree; its body lies apart, locked with a key of its own. From time to time the
node signs a checkpoint, and each partner, after a proof that the ledger only grew, countersigns it. `verify` reads
everything back and names the first thing that does not fit; `rebuild` makes every projection again from the entries.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from haemaru.clock import Clock, format_time
from haemaru.ledger.batch import OWN, Batch
from haemaru.ledger.evidence import Evidence
from haemaru.ledger.head import read_head, write_head
from haemaru.ledger.leaves import Entry, Opened, commitment_of, from_lock, lock_context
from haemaru.ledger.marks import CHECKPOINT, Dispute, Erased, ErasedBody, Marks
from haemaru.ledger.merkle import EMPTY_ROOT, Tree, consistency_proof, inclusion_proof
from haemaru.ledger.notes import Checkpoint, origin_of, read_checkpoint, write_checkpoint
from haemaru.ledger.partners import NOBODY, Link, Partners, Watching, list_disputes
from haemaru.ledger.projections import Audience, Projection
from haemaru.ledger.rebuilding import compare, refill
from haemaru.ledger.restarts import Restarts
from haemaru.ledger.subtrees import Subtrees
from haemaru.ledger.tables import METADATA
from haemaru.ledger.validity import KeyTimes
from haemaru.ledger.verification import Verification, verify
from haemaru.signing import Keys, Locked, PublicKeys, Vault, VaultRefused
from haemaru.storage import Database, Tx
from haemaru.values import parse_time
from haemaru.wording import Fault


class Ledger:
    """One node's ledger in one database."""

    def __init__(
        self,
        db: Database,
        keys: Keys,
        clock: Clock,
        party: str,
        realm: str,
        projections: Sequence[Projection] = (),
    ) -> None:
        self.party = party
        self.realm = realm
        self.vault = Vault(keys.vault)
        self._db = db
        self._keys = keys
        self._clock = clock
        self._origin = origin_of(realm, party)
        self._audience = Audience((Marks(), *projections))
        self._partners = Partners(keys, clock, party, realm)
        self.restarts = Restarts(keys, clock, party, realm, self._partners, self.body)
        self._subtrees = Subtrees()
        self._tree: Tree | None = None
        self._growing = threading.Lock()
        self._batch: Batch | None = None
        # Whether an erased body may still lie in the engine's journal: after a start nobody knows.
        self._is_unclean = True
        db.create(METADATA)
        for projection in self._audience.projections:
            db.create(projection.metadata)

    @contextmanager
    def write(self) -> Iterator[Batch]:
        """Opens a batch; inside another batch of the same thread it is that one."""
        kept: list[Dispute] = []
        try:
            with self._db.write() as tx:
                if self._batch is not None:
                    yield self._batch
                    return
                tree = self._advance(self._committed(tx))
                batch = self._batch = Batch(tx, tree.copy(), self.vault, self._clock, self._audience)
                try:
                    yield batch
                    if batch.grew:
                        write_head(tx, self.vault, batch.tree)
                except BaseException:
                    kept = batch.disputes
                    raise
                finally:
                    self._batch = None
        except BaseException:
            self._keep(kept)
            raise
        self._advance(batch.tree)
        for callback in batch.callbacks:
            callback()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A consistent snapshot to read from; inside a batch of the same thread it sees the batch."""
        with self._db.read() as tx:
            yield tx

    def body(self, tx: Tx, index: int) -> bytes:
        """The body of one entry; raises a `Fault` when there is none, it was erased, or it does not unlock."""
        return self._opened(tx, index).body

    def entries(self, tx: Tx, after: int = -1, kinds: Sequence[str] | None = None) -> Iterator[tuple[Entry, bytes]]:
        """Every entry after that index with its body, in order, erased ones left out."""
        yield from read_entries(tx, self.vault, after, kinds)

    @property
    def size(self) -> int:
        """How many entries are committed."""
        return self._current().size

    def root(self) -> bytes:
        """The root of the tree over all committed entries."""
        return self._current().root()

    def checkpoint(self, batch: Batch) -> Checkpoint:
        """Signs and stores a checkpoint; gives the newest one again while only the ledger's own entries followed it."""
        newest = self.latest_checkpoint(batch.tx)
        if newest is not None:
            news = batch.tx.one(
                "SELECT 1 FROM entry WHERE idx >= :size AND kind NOT LIKE :own LIMIT 1", size=newest.size, own=OWN + "%"
            )
            if news is None:
                return newest
        # Times never go back, whatever the clock does: a longer ledger signed at an earlier time would look shrunk.
        now = self._clock.now()
        at = format_time(now) if newest is None else format_time(max(now, parse_time(newest.at, "at")))
        made = write_checkpoint(self._keys, self._origin, batch.size, batch.tree.root(), at)
        batch.append_own(CHECKPOINT, made.note)
        return made

    def latest_checkpoint(self, tx: Tx | None = None) -> Checkpoint | None:
        """The newest checkpoint of our own, or None before the first."""
        if tx is None:
            with self.read() as snapshot:
                return self.latest_checkpoint(snapshot)
        row = tx.one("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1")
        return None if row is None else read_checkpoint(row[0])

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The proof that entry `index` is among the first `size`."""
        with self.read() as tx:
            committed, there = self._sizes()
            if not 0 <= index < size <= there:
                raise Fault("ledger_bad_range", "ledger", start=index, end=size, size=there)
            return inclusion_proof(index, size, lambda start, end: self._subtrees.root(tx, start, end, committed))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the first `new` entries begin with the first `old`."""
        with self.read() as tx:
            committed, there = self._sizes()
            if not 0 <= old <= new <= there:
                raise Fault("ledger_bad_range", "ledger", start=old, end=new, size=there)
            return consistency_proof(old, new, lambda start, end: self._subtrees.root(tx, start, end, committed))

    def root_at(self, size: int) -> bytes:
        """The root that the first `size` entries have."""
        with self.read() as tx:
            committed, there = self._sizes()
            if not 0 <= size <= there:
                raise Fault("ledger_bad_range", "ledger", start=0, end=size, size=there)
            return self._subtrees.root(tx, 0, size, committed) if size else EMPTY_ROOT

    def accept_partner_checkpoint(
        self,
        batch: Batch,
        party: str,
        public: PublicKeys,
        checkpoint_bytes: bytes,
        links: Sequence[Link],
        watching: Watching = NOBODY,
    ) -> bytes:
        """The partner's checkpoint with our countersignature; refuses what does not continue the last one we signed.

        A refusal is a `Fault`, and the proof is kept in the ledger even when the batch is undone.
        """
        return self._partners.accept(batch, party, public, checkpoint_bytes, links, watching)

    def believe(self, batch: Batch, party: str, public: PublicKeys, evidence: Evidence, told_by: str) -> bool:
        """Keeps a proof against a partner that a witness found, once; False where it proves nothing."""
        return self._partners.believe(batch, party, public, evidence, told_by)

    def partner_checkpoint(self, tx: Tx, party: str) -> Checkpoint | None:
        """The newest checkpoint of `party` that we countersigned, from which its next proof has to start."""
        return self._partners.held(tx, party)

    def store_countersignature(
        self, batch: Batch, party: str, public: PublicKeys, size: int, checkpoint_bytes: bytes
    ) -> None:
        """Keeps what `accept_partner_checkpoint` gave at the partner for our checkpoint of that size."""
        self._partners.store(batch, party, public, size, checkpoint_bytes)

    def countersigned(self, tx: Tx, party: str) -> int:
        """The size of our newest checkpoint that `party` countersigned, 0 before the first."""
        row = tx.one("SELECT max(size) FROM countersignature WHERE party = :party", party=party)
        return 0 if row is None or row[0] is None else int(row[0])

    def erase(self, batch: Batch, indexes: Sequence[int], basis: str) -> Entry:
        """Deletes the bodies of these entries for good, on a named basis; index, time, kind and proofs remain."""
        bodies = []
        for index in sorted(set(indexes)):
            opened = self._opened(batch.tx, index)
            if opened.kind.startswith(OWN):
                raise Fault("ledger_own_kind", f"entry {index}", kind=opened.kind)
            commitment = commitment_of(opened.salt, opened.body)
            bodies.append(ErasedBody(index, opened.at_ms, opened.kind, commitment.hex()))
        return self.erase_known(batch, basis, bodies)

    def erase_known(self, batch: Batch, basis: str, bodies: list[ErasedBody]) -> Entry:
        """Deletes bodies whose commitments are given: they can no longer be opened, as after a restore."""
        batch.after_commit(self._soil)
        return batch.erase(Erased(basis, bodies))

    def disputes(self, tx: Tx) -> list[dict[str, Any]]:
        """Every contradiction that was kept, the newest first, each with its portable proof where there is one."""
        return list_disputes(tx, self.body)

    def scrub(self) -> bool:
        """Takes what was erased out of the engine's journal; True once nothing of it is left there."""
        if self._is_unclean:
            self._is_unclean = not self._db.scrub("body")
        return not self._is_unclean

    def _soil(self) -> None:
        self._is_unclean = True

    def verify(self, partners: Mapping[str, KeyTimes] | None = None, own: KeyTimes = ()) -> Verification:
        """Reads everything back and names the first thing that does not fit; never raises on damage."""
        return verify(self._db, self._keys, self.party, self.realm, partners or {}, own)

    def rebuild(self, check: bool = True) -> dict[str, object]:
        """Replays all entries: with `check` beside the tables, comparing every row; without it, into the tables."""
        if check:
            with self.read() as tx:
                return compare(tx, self._audience, self.entries(tx, kinds=sorted(self._audience.kinds())))
        with self.write() as batch:
            return refill(batch.tx, self._audience, self.entries(batch.tx, kinds=sorted(self._audience.kinds())))

    def _opened(self, tx: Tx, index: int) -> Opened:
        row = tx.one("SELECT wrapped_key, cipher FROM body WHERE idx = :idx", idx=index)
        if row is None:
            if tx.one("SELECT 1 FROM erasure WHERE idx = :idx", idx=index) is not None:
                raise Fault("ledger_body_erased", f"entry {index}", index=index)
            raise Fault("ledger_no_entry", f"entry {index}", index=index)
        return unlock(self.vault, index, row[0], row[1])

    def _committed(self, tx: Tx) -> Tree:
        """The tree as the database has it."""
        tree = read_head(tx, self.vault)
        if tree is None:
            raise Fault("ledger_damaged", "head")
        return tree

    def _advance(self, tree: Tree) -> Tree:
        # Another thread's later batch may already have been here: the tree in memory only grows.
        with self._growing:
            if self._tree is None or self._tree.size < tree.size:
                self._tree = tree
        return tree

    def _sizes(self) -> tuple[int, int]:
        """How many entries are committed, and how many this thread sees: its own open batch counts."""
        committed, batch = self.size, self._batch
        return committed, batch.size if batch is not None and batch.thread == threading.get_ident() else committed

    def _current(self) -> Tree:
        tree = self._tree
        if tree is None:
            with self._db.read() as tx:
                tree = self._advance(self._committed(tx))
        return tree

    def _keep(self, disputes: Sequence[Dispute]) -> None:
        # The batch that raised a dispute is undone; the evidence must not be undone with it.
        if disputes:
            with self.write() as batch:
                for dispute in disputes:
                    batch.dispute(dispute)


def read_entries(
    tx: Tx, vault: Vault, after: int = -1, kinds: Sequence[str] | None = None
) -> Iterator[tuple[Entry, bytes]]:
    """Every entry after that index with its unlocked body, in order."""
    names = {f"kind{number}": kind for number, kind in enumerate(kinds or ())}
    wanted = f"AND entry.kind IN ({', '.join(f':{name}' for name in names)}) " if names else ""
    if kinds is not None and not names:
        return
    sql = (
        "SELECT entry.idx, at_ms, kind, leaf, wrapped_key, cipher FROM entry JOIN body ON body.idx = entry.idx "
        f"WHERE entry.idx > :after {wanted}ORDER BY entry.idx LIMIT :size"
    )
    for rows in tx.pages(sql, after, **names):
        for index, at_ms, kind, leaf, wrapped_key, cipher in rows:
            yield Entry(index, at_ms, kind, leaf), unlock(vault, index, wrapped_key, cipher).body


def unlock(vault: Vault, index: int, wrapped_key: bytes, cipher: bytes) -> Opened:
    """Opens the body of entry `index`; raises `Fault("ledger_body_damaged")`."""
    try:
        return from_lock(vault.unlock(Locked(wrapped_key, cipher), lock_context(index)))
    except VaultRefused as error:
        raise Fault("ledger_body_damaged", f"entry {index}", index=index, column=error.where) from None
    except ValueError:
        raise Fault("ledger_body_damaged", f"entry {index}", index=index, column="cipher") from None
