"""One changed byte in any column of any row of the ledger is found, and named; damage is never a traceback."""

import random
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pysqlite3.dbapi2 as sqlite
import pytest
from tests.ledger.conftest import World

from haemaru.ledger import Ledger, Link, Verification, verify_database
from haemaru.wording import keys

Fill = Callable[[Ledger, int], None]
TABLES = (
    "entry", "body", "head", "checkpoint", "countersignature", "partner_checkpoint", "dispute", "restart",
    "own_restart", "erasure",
)  # fmt: skip


@pytest.fixture
def full(world: World, fill: Fill, tmp_path: Path) -> World:
    """A small ledger of kcg with rows in every table: countersigned checkpoints, a dispute, restarts, an erasure."""
    ours, theirs = world.open("kcg"), world.open("kcs")
    old = 0
    for _ in range(2):
        fill(ours, 3)
        with ours.write() as batch:
            made = ours.checkpoint(batch)
        with theirs.write() as batch:
            link = Link(old, ours.root_at(old), tuple(ours.consistency(old, made.size)))
            signed = theirs.accept_partner_checkpoint(batch, "kcg", world.public["kcg"], made.note, [link])
        with ours.write() as batch:
            ours.store_countersignature(batch, "kcs", world.public["kcs"], made.size, signed)
        old = made.size
    with theirs.write() as batch:
        given = theirs.checkpoint(batch)
        other = world.open("kcs", f"sqlite:///{tmp_path}/fork.db")
    with ours.write() as batch:
        ours.accept_partner_checkpoint(batch, "kcs", world.public["kcs"], given.note, [])
        ours.erase(batch, [1], "retention ended")
    fill(other, given.size)
    with other.write() as batch:
        forged = other.checkpoint(batch)
    with ours.write() as batch, pytest.raises(Exception, match="checkpoint_forked"):
        ours.accept_partner_checkpoint(batch, "kcs", world.public["kcs"], forged.note, [])
    with theirs.write() as batch:
        back = theirs.restarts.declare(batch, "kcg", "restart-1", "disk failed")
    with ours.write() as batch:
        assert ours.restarts.take(batch, "kcs", world.public["kcs"], back.note)
        ours.restarts.acknowledge(batch, "restart-1", "called them", "officer")
        ours.restarts.declare(batch, "kcs", "restart-2", "disk failed here")
        ours.restarts.answered(batch, "kcs", "restart-2", "")
    return world


def verify(world: World, path: Path) -> Verification:
    return verify_database(f"sqlite:///{path}", world.keys["kcg"], "kcg", "demo", world.public)


def copy_of(world: World) -> tuple[Path, Any]:
    """A closed copy of the ledger's file, and a connection that may change anything in it."""
    path = world.folder / "copy.db"
    with sqlite.connect(world.path()) as source, sqlite.connect(path) as copy:
        source.backup(copy)
    connection = sqlite.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    return path, connection


def cells(world: World) -> Iterator[tuple[str, str, int]]:
    """Every column of every row: table, column, position of the row."""
    connection = sqlite.connect(world.path())
    for table in TABLES:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert rows > 0, table
        yield from ((table, column, at) for column in columns for at in range(rows))
    connection.close()


def changed(value: Any) -> Iterator[Any]:
    """The value with its first, a middle and its last byte changed."""
    if isinstance(value, int):
        yield from (value ^ 1, value ^ (1 << 40), -value - 1)
        return
    raw = value if isinstance(value, bytes) else value.encode()
    for at in {0, len(raw) // 2, len(raw) - 1}:
        flipped = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        yield flipped if isinstance(value, bytes) else flipped.decode("utf-8", "replace")


def key_of(connection: Any, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[5]]


def test_a_whole_ledger_verifies(full: World) -> None:
    found = verify(full, full.path())

    assert found.first_bad is None
    assert (found.ok, found.checkpoints, found.countersignatures) == (True, 2, 2)
    assert found.entries == 17


def updates(connection: Any, table: str, column: str, at: int) -> Callable[[Any], bool]:
    """A function that writes a value into one cell of one row, and tells whether a row was touched."""
    keyed = key_of(connection, table)
    order = ", ".join(keyed)
    key = list(connection.execute(f"SELECT {order} FROM {table} ORDER BY {order} LIMIT 1 OFFSET {at}").fetchone())

    def write(value: Any) -> bool:
        where = " AND ".join(f"{name} IS ?" for name in keyed)
        cursor = connection.execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {where}", (value, *key))
        if cursor.rowcount and column in keyed:
            key[keyed.index(column)] = value
        return bool(cursor.rowcount)

    return write


def rows_of_copy(connection: Any, table: str) -> list[Any]:
    return sorted(map(repr, connection.execute(f"SELECT * FROM {table}").fetchall()))


def value_at(connection: Any, table: str, column: str, at: int) -> Any:
    order = ", ".join(key_of(connection, table))
    return connection.execute(f"SELECT {column} FROM {table} ORDER BY {order} LIMIT 1 OFFSET {at}").fetchone()[0]


def test_one_changed_byte_in_any_column_is_found_and_named(full: World) -> None:
    path, connection = copy_of(full)
    wrong, tried = [], 0
    for table, column, at in cells(full):
        old = value_at(connection, table, column, at)
        write = updates(connection, table, column, at)
        for value in changed(old):
            if write(value):
                tried += 1
                bad = verify(full, path).first_bad
                if bad is None or (bad.table, bad.column) != (table, column) or not msgspec.json.encode(bad):
                    wrong.append((table, column, at, old, value, bad))
                assert write(old)
    connection.close()

    assert verify(full, path).ok
    assert wrong == []
    assert tried > 250


def loosen(connection: Any) -> None:
    """Takes the types and constraints off the tables, as an editor of the raw file would."""
    connection.execute("PRAGMA writable_schema = ON")
    for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
        loose = re.sub(r",\s*STRICT|STRICT\s*,?|NOT NULL", "", sql)
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (loose, name))
    connection.execute("PRAGMA writable_schema = RESET")


def test_a_value_of_another_type_is_found_and_named(full: World) -> None:
    path, connection = copy_of(full)
    loosen(connection)
    before = {table: rows_of_copy(connection, table) for table in TABLES}
    wrong, tried = [], 0
    for table, column, at in cells(full):
        old = value_at(connection, table, column, at)
        write = updates(connection, table, column, at)
        for value in (None, b"\xff", "text", 1.5, old.encode() if isinstance(old, str) else str(old)):
            try:
                touched = write(value)
            except sqlite.Error:
                continue  # a rowid is an integer whatever the schema says
            # '7' in a column of integers is 7: the engine turned it back.
            if touched and rows_of_copy(connection, table) != before[table]:
                tried += 1
                bad = verify(full, path).first_bad
                if bad is None or (bad.table, bad.column) != (table, column) or not msgspec.json.encode(bad):
                    wrong.append((table, column, at, old, value, bad))
            if touched:
                assert write(old)
    connection.close()

    assert verify(full, path).ok
    assert wrong == []
    assert tried > 150


def test_a_text_that_is_no_unicode_is_found_and_named(full: World) -> None:
    path, connection = copy_of(full)
    connection.execute("UPDATE entry SET kind = CAST(x'ff' AS TEXT) WHERE idx = 2")
    connection.close()

    bad = verify(full, path).first_bad

    assert bad is not None
    assert (bad.entry, bad.table, bad.column, bad.why) == (2, "entry", "kind", "not_text")


ROWS = [
    ("DELETE FROM entry WHERE idx = 4", 4, "entry", "entry_missing"),
    ("DELETE FROM body WHERE idx = 4", 4, "body", "body_missing"),
    ("DELETE FROM body WHERE idx = 4; INSERT INTO erasure VALUES (4, x'00', 5)", 4, "body", "body_missing"),
    ("DELETE FROM entry WHERE idx >= 4; DELETE FROM body WHERE idx >= 4", 4, "entry", "truncated"),
    ("DELETE FROM entry WHERE idx = 16; DELETE FROM body WHERE idx = 16", 16, "entry", "truncated"),
    ("DELETE FROM entry; DELETE FROM body", 0, "entry", "truncated"),
    ("INSERT INTO entry SELECT 17, at_ms, kind, leaf FROM entry WHERE idx = 16", 17, "body", "body_missing"),
    ("INSERT INTO entry SELECT -1, at_ms, kind, leaf FROM entry WHERE idx = 12", 0, "entry", "entry_added"),
    ("INSERT INTO body SELECT 99, wrapped_key, cipher FROM body WHERE idx = 2", 99, "body", "body_added"),
    ("INSERT INTO body SELECT 1, wrapped_key, cipher FROM body WHERE idx = 2", 1, "body", "does_not_unlock"),
    ("INSERT INTO body SELECT -1, wrapped_key, cipher FROM body WHERE idx = 2", 0, "body", "body_added"),
    ("DELETE FROM head", None, "head", "row_missing"),
    ("INSERT INTO head SELECT 2, size, frontier, mac FROM head", None, "head", "row_added"),
    ("DELETE FROM checkpoint", 3, "checkpoint", "row_missing"),
    ("INSERT INTO checkpoint SELECT 99, note, entry FROM checkpoint LIMIT 1", None, "checkpoint", "row_added"),
    ("DELETE FROM countersignature WHERE size > 3", 9, "countersignature", "row_missing"),
    ("DELETE FROM partner_checkpoint", 10, "partner_checkpoint", "row_missing"),
    ("DELETE FROM dispute", 12, "dispute", "row_missing"),
    ("DELETE FROM erasure", 11, "erasure", "row_missing"),
    ("UPDATE head SET size = 12", None, "head", "differs_from_entries"),
]


@pytest.mark.parametrize(("damage", "entry", "table", "why"), ROWS)
def test_rows_that_were_taken_away_or_added_are_found(
    full: World, damage: str, entry: int | None, table: str, why: str
) -> None:
    path, connection = copy_of(full)
    connection.executescript(damage)
    connection.close()

    found = verify(full, path)

    assert found.first_bad is not None
    assert (found.ok, found.first_bad.entry, found.first_bad.table, found.first_bad.why) == (False, entry, table, why)


@pytest.mark.parametrize("table", ["entry", "body"])
def test_two_rows_that_changed_places_are_found(full: World, table: str) -> None:
    path, connection = copy_of(full)
    connection.executescript(
        f"UPDATE {table} SET idx = 99 WHERE idx = 4; UPDATE {table} SET idx = 4 WHERE idx = 5;"
        f"UPDATE {table} SET idx = 5 WHERE idx = 99"
    )
    connection.close()

    bad = verify(full, path).first_bad

    assert bad is not None
    assert (bad.entry, bad.table) == (4, table)


def test_a_partner_whose_keys_differ_did_not_sign(full: World) -> None:
    swapped = {"kcs": full.public["kcg"]}

    found = verify_database(f"sqlite:///{full.path()}", full.keys["kcg"], "kcg", "demo", swapped)

    assert found.first_bad is not None
    assert (found.first_bad.table, found.first_bad.why) == ("countersignature", "ledger_signature_wrong")
    assert verify_database(f"sqlite:///{full.path()}", full.keys["kcg"], "kcg", "demo").ok


@pytest.mark.parametrize(("party", "realm"), [("kcs", "demo"), ("kcg", "live")])
def test_a_ledger_is_one_partys_in_one_realm(full: World, party: str, realm: str) -> None:
    found = verify_database(f"sqlite:///{full.path()}", full.keys["kcg"], party, realm)

    assert not found.ok


def test_a_file_that_is_not_there_is_not_made(full: World) -> None:
    found = verify(full, full.folder / "nothing.db")

    assert found.first_bad is not None
    assert (found.ok, found.first_bad.why) == (False, "storage_unreachable")
    assert not (full.folder / "nothing.db").exists()


@pytest.mark.parametrize("content", [b"", b"not a database " * 500, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_file_that_is_no_ledger_is_a_finding(full: World, content: bytes) -> None:
    path = full.folder / "broken.db"
    path.write_bytes(content)

    found = verify(full, path)

    assert not found.ok
    assert found.first_bad is not None


def test_a_file_cut_short_is_a_finding(full: World) -> None:
    path, connection = copy_of(full)
    connection.close()
    whole = path.read_bytes()
    for kept in (100, 4096, 8192, len(whole) // 2, len(whole) - 8192):
        path.write_bytes(whole[:kept])
        assert not verify(full, path).ok


def dump(path: Path) -> list[Any] | None:
    """Every cell of the ledger's tables, or None where the file cannot be read."""
    try:
        connection = sqlite.connect(path)
        connection.text_factory = bytes
        rows = [connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES]
        connection.close()
    except (sqlite.Error, MemoryError, UnicodeError):
        return None
    return rows


def test_a_byte_changed_anywhere_in_the_file_is_never_a_traceback_and_never_a_changed_row_passed(full: World) -> None:
    path, connection = copy_of(full)
    connection.close()
    whole, rows = path.read_bytes(), dump(path)
    source = random.Random(11)
    found = {True: 0, False: 0}
    for _ in range(150):
        at = source.randrange(len(whole))
        damaged = whole[:at] + bytes([whole[at] ^ (1 << source.randrange(8))]) + whole[at + 1 :]
        path.write_bytes(damaged)
        ok = verify(full, path).ok
        path.write_bytes(damaged)
        assert not ok or dump(path) == rows, at
        found[ok] += 1

    assert found[True] > 0
    assert found[False] > 0


def test_a_running_ledger_verifies_while_others_write(full: World, fill: Fill) -> None:
    ledger = full.open()
    results: list[bool] = []

    def work() -> None:
        for _ in range(20):
            fill(ledger, 3)

    writer = threading.Thread(target=work)
    writer.start()
    while writer.is_alive():
        results.append(ledger.verify(full.public).ok)
    writer.join()

    assert all(results)
    assert ledger.verify(full.public).entries == 77


@pytest.mark.parametrize(
    ("damage", "table", "column"),
    [
        ("UPDATE entry SET at_ms = at_ms + 1 WHERE idx = 2", "entry", "at_ms"),
        ("UPDATE entry SET kind = 'records.sealed' WHERE idx = 2", "entry", "kind"),
        ("UPDATE entry SET leaf = mac FROM head WHERE idx = 2", "entry", "leaf"),
        ("UPDATE body SET cipher = mac FROM head WHERE idx = 2", "body", "cipher"),
        ("UPDATE head SET size = 3", "head", "size"),
        ("DELETE FROM body WHERE idx = 0", "body", "idx"),
        ("UPDATE checkpoint SET size = size + 1", "checkpoint", "size"),
        ("DROP TABLE dispute", "dispute", ""),
    ],
)
def test_damage_is_found_on_either_engine(either: Ledger, fill: Fill, damage: str, table: str, column: str) -> None:
    fill(either, 5)
    with either.write() as batch:
        either.checkpoint(batch)
    with either.write() as batch:
        batch.tx.run(damage)

    bad = either.verify().first_bad

    assert bad is not None
    assert (bad.table, bad.column) == (table, column)


def test_every_finding_has_its_words() -> None:
    source = (Path(__file__).parents[2] / "src/haemaru/ledger/verification.py").read_text()
    codes = set(re.findall(r"_Misfit\([^)]*\"([a-z_]+)\"\)", source)) | {"wrong_type", "not_text", "storage_damaged"}

    assert len(codes) > 10
    assert {f"reason.{code}" for code in codes} <= keys("en") & keys("ko")
