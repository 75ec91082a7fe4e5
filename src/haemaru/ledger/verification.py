"""Verifying: every entry, body, checkpoint and countersignature is read, and the first that does not fit is named.

What is compared with what:
- a body must unlock with this node's keys at this index, and carries the same time and kind as its entry;
- an entry's leaf must be the hash of its columns and its body's commitment (an erased body leaves its commitment);
- the tree over the leaves must have the root that each checkpoint signed when it was made, and the frontier of `head`;
- the tables of checkpoints, countersignatures, partners' checkpoints, disputes and erasures must be exactly what the
  entries say, and every signature in them must hold.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from haemaru.ledger.head import mac_of
from haemaru.ledger.leaves import Entry, Opened, commitment_of, from_lock, leaf_of, lock_context
from haemaru.ledger.marks import CHECKPOINT, ERASED, Erased, ErasedBody, Marks
from haemaru.ledger.merkle import Tree
from haemaru.ledger.notes import Checkpoint, is_countersigned_by, is_signed_by, origin_of, read_checkpoint, with_lines
from haemaru.ledger.reading import BadCell, rows_of
from haemaru.ledger.tables import BODY, ENTRY, HEAD, MARKS
from haemaru.ledger.validity import KeyTimes, keys_at
from haemaru.signing import Keys, Locked, Vault, VaultRefused
from haemaru.storage import Database, StorageError, Tx
from haemaru.wording import Fault


class FirstBad(msgspec.Struct, frozen=True):
    """Where the ledger first does not fit: the entry, the table and column, and why, as a code."""

    entry: int | None
    table: str
    column: str
    why: str


class Verification(msgspec.Struct, frozen=True):
    """What `verify` found: whether all fits, how much was read, and the first thing that does not fit."""

    ok: bool
    entries: int
    checkpoints: int
    countersignatures: int
    first_bad: FirstBad | None


class _Misfit(Exception):
    def __init__(self, entry: int | None, table: str, column: str, why: str) -> None:
        super().__init__(entry, table, column, why)
        # SQLAlchemy's names are a kind of text of their own, which no JSON encoder takes.
        self.found = FirstBad(entry, str(table), str(column), why)


def verify(
    db: Database,
    keys: Keys,
    party: str,
    realm: str,
    partners: Mapping[str, KeyTimes],
    own: KeyTimes = (),
) -> Verification:
    """Reads the whole ledger; damage of any sort is a finding, never an exception.

    `own` are the node's keys, each with its time; without any, those of now have always been its keys.
    """
    check = _Check(keys, party, realm, partners, own or keys.public)
    bad = None
    try:
        with db.read() as tx:
            check.run(tx)
    except _Misfit as misfit:
        bad = misfit.found
    except BadCell as cell:
        row = cell.row if isinstance(cell.row, int) and check.table in ("entry", "body") else None
        bad = FirstBad(row, str(check.table), str(cell.column), cell.why)
    except StorageError as error:
        bad = FirstBad(check.at, str(check.table), "", error.code)
    return Verification(bad is None, check.entries, check.checkpoints, check.countersignatures, bad)


def verify_database(
    url: str,
    keys: Keys,
    party: str,
    realm: str,
    partners: Mapping[str, KeyTimes] | None = None,
    own: KeyTimes = (),
) -> Verification:
    """Verifies a ledger that may not even open: an unreadable database is a finding too."""
    try:
        db = Database.open(url, existing=True)
    except StorageError as error:
        return Verification(False, 0, 0, 0, FirstBad(None, "", "", error.code))
    try:
        return verify(db, keys, party, realm, partners or {}, own)
    finally:
        db.close()


class _Check:
    """One reading of a ledger: what has been seen so far."""

    def __init__(self, keys: Keys, party: str, realm: str, partners: Mapping[str, KeyTimes], own: KeyTimes) -> None:
        self.table = "entry"
        self.at: int | None = None
        self.entries = self.checkpoints = self.countersignatures = 0
        self._own = own
        self._vault = Vault(keys.vault)
        self._party = party
        self._realm = realm
        self._partners = partners
        self._tree = Tree()
        self._signed: dict[int, Checkpoint] = {}
        self._noted: dict[object, object] = {}

    def run(self, tx: Tx) -> None:
        """Reads the tables one after the other."""
        scratch = Database.open("sqlite://")
        try:
            scratch.create(MARKS)
            with scratch.write() as made:
                self._read_entries(tx, made)
                self.at = None
                self._read_head(tx)
                for table in MARKS.sorted_tables:
                    self.table = table.name
                    self._compare(table, list(rows_of(tx, table)), list(rows_of(made, table)))
        finally:
            scratch.close()

    def _read_entries(self, tx: Tx, made: Tx) -> None:
        erased = self._claimed_erasures(tx)
        bodies = rows_of(tx, BODY)
        body = self._next(bodies)
        marks = Marks()
        for row in rows_of(tx, ENTRY):
            index = self.at = self.entries
            if row["idx"] != index:
                raise _Misfit(index, "entry", "idx", "entry_missing" if row["idx"] > index else "entry_added")
            if body is not None and body["idx"] < index:
                raise _Misfit(index, "body", "idx", "body_added")
            if body is not None and body["idx"] == index:
                opened = self._unlock(index, body)
                self._check_entry(row, opened)
                body = self._next(bodies)
                if row["kind"] in marks.kinds:
                    self._check_mark(row["kind"], index, opened.body)
                    marks.apply(made, Entry(index, row["at_ms"], row["kind"], row["leaf"]), opened.body)
            else:
                self._check_erased(row, erased)
            self._tree.append(row["leaf"])
            self.entries += 1
        if body is not None:
            raise _Misfit(body["idx"], "body", "idx", "body_added")

    def _next(self, bodies: Iterator[dict[str, Any]]) -> dict[str, Any] | None:
        self.table = "body"  # stays so when reading the row fails
        row = next(bodies, None)
        self.table = "entry"
        return row

    def _claimed_erasures(self, tx: Tx) -> dict[int, ErasedBody]:
        """What entries of kind `ledger.erased` say was erased; those entries are checked like any other, later."""
        self.table = "body"
        found: dict[int, ErasedBody] = {}
        sql = (
            "SELECT body.idx, wrapped_key, cipher FROM body JOIN entry ON entry.idx = body.idx WHERE entry.kind = :kind"
        )
        for index, wrapped_key, cipher in tx.all(sql, kind=ERASED):
            try:
                opened = self._unlock(index, {"wrapped_key": wrapped_key, "cipher": cipher})
            except _Misfit:
                continue
            if opened.kind == ERASED:
                erased = msgspec.json.decode(opened.body, type=Erased)
                found.update({each.index: each for each in erased.entries})
        # Where such an entry is itself damaged, the table still leads past the gap to it.
        self.table = "erasure"
        self._noted = dict(tx.all("SELECT idx, commitment FROM erasure"))
        self.table = "entry"
        return found

    def _check_erased(self, row: Mapping[str, Any], erased: Mapping[int, ErasedBody]) -> None:
        index = row["idx"]
        claim = erased.get(index)
        if claim is None:
            noted = self._noted.get(index)
            if not isinstance(noted, bytes) or leaf_of(index, row["at_ms"], row["kind"], noted) != row["leaf"]:
                raise _Misfit(index, "body", "idx", "body_missing")
            return
        for column, value in (("at_ms", claim.at_ms), ("kind", claim.kind)):
            if row[column] != value:
                raise _Misfit(index, "entry", column, "differs_from_body")
        if leaf_of(index, claim.at_ms, claim.kind, bytes.fromhex(claim.commitment)) != row["leaf"]:
            raise _Misfit(index, "entry", "leaf", "leaf_differs")

    def _unlock(self, index: int, row: Mapping[str, Any]) -> Opened:
        locked = Locked(row["wrapped_key"], row["cipher"])
        try:
            return from_lock(self._vault.unlock(locked, lock_context(index)))
        except VaultRefused as error:
            raise _Misfit(index, "body", error.where, "does_not_unlock") from None
        except ValueError:
            raise _Misfit(index, "body", "cipher", "does_not_unlock") from None

    def _check_entry(self, row: Mapping[str, Any], opened: Opened) -> None:
        index = row["idx"]
        if row["at_ms"] != opened.at_ms:
            raise _Misfit(index, "entry", "at_ms", "differs_from_body")
        if row["kind"] != opened.kind:
            raise _Misfit(index, "entry", "kind", "differs_from_body")
        if leaf_of(index, opened.at_ms, opened.kind, commitment_of(opened.salt, opened.body)) != row["leaf"]:
            raise _Misfit(index, "entry", "leaf", "leaf_differs")

    def _check_mark(self, kind: str, index: int, body: bytes) -> None:
        if kind != CHECKPOINT:
            return
        try:
            checkpoint = read_checkpoint(body)
        except Fault:
            raise _Misfit(index, "checkpoint", "note", "checkpoint_unreadable") from None
        is_signed = any(is_signed_by(checkpoint, public) for public in keys_at(self._own, index))
        if checkpoint.origin != origin_of(self._realm, self._party) or not is_signed:
            raise _Misfit(index, "checkpoint", "note", "ledger_signature_wrong")
        if checkpoint.size != index or checkpoint.root != self._tree.root():
            raise _Misfit(index, "checkpoint", "note", "root_differs")
        self._signed[checkpoint.size] = checkpoint

    def _read_head(self, tx: Tx) -> None:
        self.table = "head"
        rows = list(rows_of(tx, HEAD))
        frontier = b"".join(self._tree.peaks)
        if not rows and not self.entries:
            return
        if not rows or rows[0]["id"] != 1:
            raise _Misfit(None, "head", "id", "row_missing" if not rows else "row_added")
        if len(rows) > 1:
            raise _Misfit(None, "head", "id", "row_added")
        head = rows[0]
        if head["mac"] == mac_of(self._vault, head["size"], head["frontier"]):
            if head["size"] > self.entries:
                raise _Misfit(self.entries, "entry", "idx", "truncated")
            if head["size"] < self.entries:
                raise _Misfit(head["size"], "entry", "idx", "entry_added")
        for column, value in (("size", self.entries), ("frontier", frontier)):
            if head[column] != value:
                raise _Misfit(None, "head", column, "differs_from_entries")
        if head["mac"] != mac_of(self._vault, self.entries, frontier):
            raise _Misfit(None, "head", "mac", "differs_from_entries")

    def _compare(self, table: sa.Table, there: list[dict[str, Any]], made: list[dict[str, Any]]) -> None:
        """The rows of a view against what the entries make of it."""
        first = next(iter(table.primary_key.columns)).name
        known = {tuple(row.values()) for row in made}
        found = {tuple(row.values()) for row in there}
        strange = [row for row in there if tuple(row.values()) not in known]
        for row in made:
            if tuple(row.values()) in found:
                self._check_signature(table.name, row)
                continue
            differing = [[name for name in row if other[name] != row[name]] for other in strange]
            one = next((columns[0] for columns in differing if len(columns) == 1), None)
            if one is None:
                raise _Misfit(row["entry"], table.name, first, "row_missing")
            raise _Misfit(row["entry"], table.name, one, "differs_from_entry")
        if strange:
            raise _Misfit(None, table.name, first, "row_added")

    def _check_signature(self, table: str, row: dict[str, Any]) -> None:
        # A partner that is not known has no key to check with: then only the entries speak for the row.
        times = self._partners.get(row.get("party", ""))
        theirs = list(keys_at(times, row["entry"]))
        if table == "checkpoint":
            self.checkpoints += 1
        elif table == "countersignature":
            self.countersignatures += 1
            ours = self._signed.get(row["size"])
            name = origin_of(self._realm, row["party"])
            if ours is None:
                raise _Misfit(row["entry"], table, "size", "no_such_checkpoint")
            line = with_lines(ours, row["line"])
            if times is not None and not any(is_countersigned_by(line, name, public) for public in theirs):
                raise _Misfit(row["entry"], table, "line", "ledger_signature_wrong")
        elif table == "partner_checkpoint":
            note, name = read_checkpoint(row["note"]), origin_of(self._realm, self._party)
            ok = any(is_countersigned_by(note, name, public) for public in keys_at(self._own, row["entry"]))
            if not ok or (times is not None and not any(is_signed_by(note, public) for public in theirs)):
                raise _Misfit(row["entry"], table, "note", "ledger_signature_wrong")
