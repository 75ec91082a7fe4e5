"""Entries are committed with their views or not at all, read back as they were written, and proved."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.ledger.conftest import World

from haemaru.ledger import Ledger, verify_consistency, verify_inclusion
from haemaru.ledger.leaves import commitment_of, from_lock, leaf_of, to_lock
from haemaru.ledger.merkle import EMPTY_ROOT, leaf_hash
from haemaru.signing import NodeKeys
from haemaru.storage import Database, StorageError
from haemaru.wording import Fault, keys

Fill = Callable[[Ledger, int], None]


def count(ledger: Ledger, table: str) -> int:
    with ledger.read() as tx:
        row = tx.one(f"SELECT count(*) FROM {table}")
    assert row is not None
    return int(row[0])


def test_an_empty_ledger_has_the_root_of_nothing(either: Ledger) -> None:
    assert (either.size, either.root()) == (0, EMPTY_ROOT)
    assert either.latest_checkpoint() is None
    assert either.verify().ok


def test_entries_read_back_as_they_were_written(either: Ledger, world: World) -> None:
    with either.write() as batch:
        first = batch.append("records.stored", b"one")
        world.clock.advance(timedelta(seconds=1))
        second = batch.append("other.kind", b"")

    with either.read() as tx:
        assert list(either.entries(tx)) == [(first, b"one"), (second, b"")]
        assert list(either.entries(tx, after=0)) == [(second, b"")]
        assert list(either.entries(tx, kinds=["records.stored", "nobody"])) == [(first, b"one")]
        assert list(either.entries(tx, kinds=[])) == []
        assert either.body(tx, 1) == b""
    assert (first.index, second.index) == (0, 1)
    assert second.at_ms - first.at_ms == 1000


def test_more_entries_than_a_page_are_all_read(ledger: Ledger, fill: Fill) -> None:
    fill(ledger, 1203)

    with ledger.read() as tx:
        assert [body for _, body in ledger.entries(tx)] == [b"body %d" % number for number in range(1203)]


def test_views_are_filled_in_the_same_transaction(either: Ledger) -> None:
    with either.write() as batch:
        batch.append("records.stored", b"x")
        assert batch.tx.all("SELECT kind, count FROM tally") == [("records.stored", 1)]
        batch.append("nobody.listens", b"x")

    assert count(either, "seen") == 1


def test_a_batch_that_fails_leaves_nothing(either: Ledger, fill: Fill) -> None:
    fill(either, 3)
    before = (either.size, either.root())

    def fail() -> None:
        with either.write() as batch:
            batch.append("records.stored", b"x")
            batch.append("records.stored", b"poison")

    with pytest.raises(RuntimeError, match="a projection that fails"):
        fail()

    assert (either.size, either.root()) == before
    assert (count(either, "entry"), count(either, "body"), count(either, "seen")) == (3, 3, 3)
    fill(either, 1)
    assert either.verify().ok


def test_a_batch_inside_a_batch_is_that_batch(ledger: Ledger) -> None:
    called: list[int] = []
    with ledger.write() as outer:
        outer.append("records.stored", b"x")
        with ledger.write() as inner:
            inner.append("records.stored", b"y")
            inner.after_commit(lambda: called.append(ledger.size))
        assert inner is outer
        assert ledger.size == 0
        assert called == []

    assert ledger.size == 2
    assert called == [2]


def test_an_inner_failure_undoes_the_outer_batch(ledger: Ledger) -> None:
    called: list[int] = []

    def swallow() -> None:
        with ledger.write() as batch:
            batch.append("records.stored", b"x")
            batch.after_commit(lambda: called.append(1))
            with pytest.raises(ZeroDivisionError), ledger.write():
                raise ZeroDivisionError

    with pytest.raises(StorageError, match="storage_half_done"):
        swallow()

    assert (ledger.size, called) == (0, [])


def test_a_read_inside_a_batch_sees_the_batch(ledger: Ledger) -> None:
    with ledger.write() as batch:
        batch.append("records.stored", b"x")
        with ledger.read() as tx:
            assert ledger.body(tx, 0) == b"x"


def test_threads_append_one_after_the_other(either: Ledger) -> None:
    def work() -> None:
        for _ in range(10):
            with either.write() as batch:
                batch.append("records.stored", b"x")
                batch.append("records.stored", b"y")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert either.size == 80
    assert either.verify().ok


def test_a_ledger_goes_on_where_it_was_closed(world: World, ledger: Ledger, fill: Fill) -> None:
    fill(ledger, 5)
    before = ledger.root()

    again = world.open()
    assert (again.size, again.root()) == (5, before)
    fill(again, 2)

    assert again.verify().entries == 7
    fill(ledger, 1)
    assert (ledger.size, world.open().verify().ok) == (8, True)


def test_a_ledger_does_not_open_with_other_keys(world: World, ledger: Ledger, fill: Fill) -> None:
    fill(ledger, 2)
    world.keys["kcg"] = NodeKeys.generate()

    other = world.open()

    with pytest.raises(Fault, match="ledger_damaged"):
        _ = other.size
    with pytest.raises(Fault, match="ledger_damaged"):
        fill(other, 1)
    with other.read() as tx, pytest.raises(Fault, match="ledger_body_damaged"):
        other.body(tx, 0)
    assert not other.verify().ok


@pytest.mark.parametrize("kind", ["", "Upper.case", "two words", "a..b", ".a", "a.", "x" * 81, "해", "a\n"])
def test_a_kind_is_lower_case_words_joined_by_dots(ledger: Ledger, kind: str) -> None:
    with pytest.raises(Fault, match="ledger_bad_kind"), ledger.write() as batch:
        batch.append(kind, b"")


def test_nobody_else_writes_the_ledgers_own_kinds(ledger: Ledger) -> None:
    with pytest.raises(Fault, match="ledger_own_kind"), ledger.write() as batch:
        batch.append("ledger.erased", b"{}")


def test_a_body_that_is_not_there_is_named(ledger: Ledger) -> None:
    with pytest.raises(Fault, match="ledger_no_entry"), ledger.read() as tx:
        ledger.body(tx, 7)


def test_the_disk_shows_no_body(world: World, ledger: Ledger) -> None:
    with ledger.write() as batch:
        batch.append("records.stored", b"a canary in the coal mine")

    written = b"".join(path.read_bytes() for path in world.folder.iterdir())

    assert b"canary" not in written
    assert b"records.stored" in written


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 700])
def test_proofs_hold_for_any_size(ledger: Ledger, fill: Fill, size: int) -> None:
    fill(ledger, size)
    with ledger.read() as tx:
        leaves = [entry.leaf for entry, _ in ledger.entries(tx)]
    whole = ledger.root()

    for index in {0, size // 3, size - 1}:
        assert verify_inclusion(leaves[index], index, size, ledger.inclusion(index, size), whole)
    fill(ledger, 300)
    for old in {1, size // 2 or 1, size}:
        with ledger.write() as batch:
            proof = ledger.consistency(old, size + 300)
            batch.append("records.stored", b"meanwhile")
        assert verify_inclusion(leaves[0], 0, size, ledger.inclusion(0, size), whole)
        if old == size:
            assert verify_consistency(size, size + 300, whole, ledger_root_at(ledger, size + 300), proof)


def ledger_root_at(ledger: Ledger, size: int) -> bytes:
    from haemaru.ledger.merkle import root_of

    with ledger.read() as tx:
        return root_of(entry.leaf for entry, _ in ledger.entries(tx) if entry.index < size)


def test_a_batch_proves_from_its_own_entries_and_forgets_them_when_undone(ledger: Ledger, fill: Fill) -> None:
    fill(ledger, 250)
    before = ledger.root()

    def undone() -> None:
        with ledger.write() as batch:
            for _ in range(300):
                batch.append("records.stored", b"x")
            root = batch.tree.root()
            assert verify_consistency(250, 550, before, root, ledger.consistency(250, 550))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    fill(ledger, 300)

    assert verify_consistency(250, 550, before, ledger.root(), ledger.consistency(250, 550))


@pytest.mark.parametrize(("start", "end"), [(0, 4), (3, 2), (-1, 2)])
def test_a_proof_of_what_is_not_there_is_refused(ledger: Ledger, fill: Fill, start: int, end: int) -> None:
    fill(ledger, 3)

    with pytest.raises(Fault, match="ledger_bad_range"):
        ledger.consistency(start, end)
    with pytest.raises(Fault, match="ledger_bad_range"):
        ledger.inclusion(start, end)


def test_the_leaf_is_the_documented_formula() -> None:
    salt, body = bytes(range(32)), b"{}"

    commitment = commitment_of(salt, body)

    parts = [b"haemaru-entry-v1", (7).to_bytes(8, "big"), (1000).to_bytes(8, "big"), b"records.stored", commitment]
    assert leaf_of(7, 1000, "records.stored", commitment) == leaf_hash(
        b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    )
    assert commitment.hex() == "c5d9f0e7f1d0a1b1"[:0] + commitment_of(salt, body).hex()
    opened = from_lock(to_lock(salt, -5, "a.b", body))
    assert (opened.salt, opened.at_ms, opened.kind, opened.body) == (salt, -5, "a.b", body)
    with pytest.raises(ValueError, match="unpack"):
        from_lock(b"short")


def test_an_erased_body_is_gone_and_its_proof_stays(either: Ledger, fill: Fill) -> None:
    fill(either, 5)
    size, root = either.size, either.root()
    with either.write() as batch:
        either.erase(batch, [1, 3, 3], "retention ended")
        with pytest.raises(Fault, match="ledger_own_kind"):
            either.erase(batch, [5], "the erasure itself")

    with either.read() as tx:
        with pytest.raises(Fault, match="ledger_body_erased"):
            either.body(tx, 1)
        assert [entry.index for entry, _ in either.entries(tx)] == [0, 2, 4, 5]
        leaf = tx.one("SELECT leaf FROM entry WHERE idx = 1")
    assert leaf is not None
    assert verify_inclusion(leaf[0], 1, size, either.inclusion(1, size), root)
    assert either.verify().ok


def test_every_fault_of_the_room_has_its_words() -> None:
    for code in ("ledger_bad_kind", "checkpoint_forked", "countersignature_wrong"):
        assert {f"fault.{code}.{part}" for part in ("what", "why", "do")} <= keys("en") & keys("ko")


def test_a_ledger_opens_without_reading_its_entries(world: World, ledger: Ledger, fill: Fill) -> None:
    fill(ledger, 10)
    with Database.open(f"sqlite:///{world.path()}").write() as tx:
        tx.run("DELETE FROM entry")

    assert world.open().size == 10
