"""What every engine promises, on SQLite and on a real PostgreSQL server alike."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from haemaru.storage import Database, StorageConflict, StorageError, StorageLocked, StorageTaken

METADATA = sa.MetaData()
sa.Table(
    "ship",
    METADATA,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("digest", sa.LargeBinary),
    sa.Column("weight", sa.Float),
)
sa.Index("ship_by_digest", METADATA.tables["ship"].c.digest)
sa.Table(
    "call",
    METADATA,
    sa.Column("ship", sa.BigInteger, sa.ForeignKey("ship.id"), nullable=False),
    sa.Column("port", sa.String(5), nullable=False),
)
INSERT = "INSERT INTO ship (id, name, digest, weight) VALUES (:id, :name, :digest, :weight)"


@pytest.fixture
def ships(database: Database) -> Database:
    database.create(METADATA)
    return database


def add(database: Database, number: int, name: str = "") -> None:
    with database.write() as tx:
        tx.run(INSERT, id=number, name=name or f"ship {number}", digest=bytes([number]), weight=None)


def add_and_fail(database: Database) -> None:
    with database.write():
        add(database, 1)
        raise ZeroDivisionError


def swallow_a_failure(database: Database) -> None:
    with database.write():
        add(database, 1)
        with pytest.raises(ZeroDivisionError), database.write():
            raise ZeroDivisionError


def count(database: Database) -> int:
    with database.read() as tx:
        row = tx.one("SELECT count(*) FROM ship")
    assert row is not None
    return int(row[0])


def test_values_come_back_as_they_were_stored(ships: Database) -> None:
    with ships.write() as tx:
        touched = tx.run(INSERT, id=2**63 - 1, name="해마루 100% :name", digest=b"\x00\xff", weight=1.5)

    with ships.read() as tx:
        assert tx.one("SELECT id, name, digest, weight FROM ship") == (2**63 - 1, "해마루 100% :name", b"\x00\xff", 1.5)
    assert touched == 1


def test_text_in_quotes_is_not_a_parameter(ships: Database) -> None:
    add(ships, 1)

    with ships.read() as tx:
        assert tx.one("SELECT ':name', '50 %', id FROM ship WHERE name LIKE 'ship %' AND id = :id", id=1) == (
            ":name",
            "50 %",
            1,
        )


def test_many_rows_go_in_at_once_and_none_is_fine(ships: Database) -> None:
    with ships.write() as tx:
        tx.many(INSERT, [{"id": n, "name": str(n), "digest": None, "weight": 0.0} for n in range(50)])
        tx.many(INSERT, [])

    assert count(ships) == 50


def test_a_block_that_raises_leaves_nothing_behind(ships: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        add_and_fail(ships)

    assert count(ships) == 0
    add(ships, 2)
    assert count(ships) == 1


def test_a_write_inside_a_write_is_one_transaction(ships: Database) -> None:
    with ships.write():
        add(ships, 1)
        add(ships, 2)
    assert count(ships) == 2


def test_an_inner_failure_cannot_be_swallowed(ships: Database) -> None:
    with pytest.raises(StorageError, match="storage_half_done"):
        swallow_a_failure(ships)

    assert count(ships) == 0


def test_a_read_inside_a_write_sees_what_was_written(ships: Database) -> None:
    with ships.write() as tx:
        tx.run(INSERT, id=1, name="a", digest=None, weight=None)
        assert count(ships) == 1


def test_a_reader_keeps_its_snapshot_while_another_thread_writes(ships: Database) -> None:
    add(ships, 1)
    with ships.read() as tx:
        before = tx.one("SELECT count(*) FROM ship")
        writer = threading.Thread(target=add, args=(ships, 2))
        writer.start()
        writer.join()
        after = tx.one("SELECT count(*) FROM ship")

    assert before == after == (1,)
    assert count(ships) == 2


def test_a_reader_cannot_write(ships: Database) -> None:
    with pytest.raises(StorageError), ships.read() as tx:
        tx.run(INSERT, id=1, name="a", digest=None, weight=None)

    assert count(ships) == 0


def test_a_transaction_is_over_when_its_block_is_left(ships: Database) -> None:
    with ships.read() as reading:
        pass
    with ships.write() as writing:
        pass

    for tx in (reading, writing):
        with pytest.raises(StorageError, match="transaction_ended"):
            tx.all("SELECT 1")


def test_writers_wait_for_each_other_and_readers_for_nobody(ships: Database) -> None:
    def work(start: int) -> None:
        for number in range(start, start + 10):
            add(ships, number)
            count(ships)

    threads = [threading.Thread(target=work, args=(start,)) for start in (10, 30, 50, 70)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count(ships) == 40


def test_a_second_process_cannot_write_at_the_same_time(
    url: str, ships: Database, opened: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("haemaru.storage.sqlite.BUSY_SECONDS", 0.1)
    monkeypatch.setattr(
        "haemaru.storage.postgres.PostgresDriver.begin_write",
        "BEGIN; SET LOCAL lock_timeout = '100ms'; SELECT pg_advisory_xact_lock(1212239186)",
    )
    other = opened(url)

    with ships.write() as tx:
        tx.run(INSERT, id=1, name="a", digest=None, weight=None)
        failure: list[BaseException] = []

        def intrude() -> None:
            try:
                add(other, 2)
            except StorageError as error:
                failure.append(error)

        thread = threading.Thread(target=intrude)
        thread.start()
        thread.join()

    assert [type(error) for error in failure] == [StorageLocked]
    assert count(ships) == 1
    add(other, 3)
    assert count(ships) == 2


def test_who_opens_a_database_alone_keeps_every_other_such_one_off(
    url: str, opened: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("haemaru.storage.postgres._CLAIM_WAIT", "100ms")
    first = Database.open(url, alone=True)

    with pytest.raises(StorageTaken):
        Database.open(url, alone=True)
    opened(url).create(METADATA)  # a visitor that does not claim it is let in, as `ledger verify` is
    first.close()

    Database.open(url, alone=True).close()


def test_what_is_deleted_is_in_no_file_of_the_server_once_its_table_was_written_anew(
    postgres: str, opened: Callable[[str], Database]
) -> None:
    name = f"erased_{os.getpid()}"
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        where = Path(server.execute("SHOW data_directory").fetchone()[0])  # type: ignore[index]
        marks = [f"mark {number:03d} of a locked key, quite long".encode() for number in range(12)]
        database = opened(postgres.replace("/postgres?", f"/{name}?"))
        database.create(METADATA)
        with database.write() as tx:
            for number, mark in enumerate(marks):
                tx.run(INSERT, id=number, name=f"ship {number}", digest=mark, weight=None)
        with database.write() as tx:
            tx.run("DELETE FROM ship WHERE id > 5")
        assert database.scrub("ship")

        assert database.scrub("ship", rewrite=True)
        server.execute("CHECKPOINT")
        assert [mark for mark in marks if lies_in(where / "base", mark)] == marks[:6]
        # What docs/reference/ledger.md says of the server's own journal.
        server.execute("ALTER SYSTEM SET wal_recycle = off")
        server.execute("SELECT pg_reload_conf()")
        server.execute("SELECT pg_switch_wal()")
        server.execute("CHECKPOINT")
        server.execute("CHECKPOINT")
        assert [mark for mark in marks if lies_in(where, mark)] == marks[:6]


def lies_in(folder: Path, mark: bytes) -> bool:
    """Whether any file below a folder holds these bytes."""
    return any(path.is_file() and mark in path.read_bytes() for path in folder.rglob("*"))


def test_a_key_that_is_there_is_a_conflict_and_can_be_passed_over(ships: Database) -> None:
    add(ships, 1)

    with pytest.raises(StorageConflict):
        add(ships, 1, "another")
    with ships.write() as tx:
        touched = tx.run("INSERT INTO ship (id, name) VALUES (1, 'x') ON CONFLICT DO NOTHING")

    assert touched == 0
    assert count(ships) == 1


def test_a_row_cannot_point_at_nothing(ships: Database) -> None:
    with pytest.raises(StorageConflict), ships.write() as tx:
        tx.run("INSERT INTO call (ship, port) VALUES (:ship, :port)", ship=9, port="KRPUS")


def test_a_column_holds_the_type_it_says(ships: Database) -> None:
    with pytest.raises(StorageError), ships.write() as tx:
        tx.run(INSERT, id="seven", name="a", digest=None, weight=None)


@pytest.mark.parametrize(
    ("sql", "params"),
    [
        ("SELEC 1", {}),
        ("SELECT * FROM nowhere", {}),
        ("SELECT :a", {}),
        (INSERT, {"id": 2**70, "name": "a", "digest": None, "weight": None}),
        (INSERT, {"id": 1, "name": "\ud800", "digest": None, "weight": None}),
        (INSERT, {"id": 1, "name": object(), "digest": None, "weight": None}),
    ],
)
def test_misuse_is_a_storage_error_and_leaves_the_database_usable(
    ships: Database, sql: str, params: dict[str, object]
) -> None:
    with pytest.raises(StorageError), ships.write() as tx:
        tx.run(sql, **params)
    with pytest.raises(StorageError), ships.write() as tx:
        tx.many(sql, [params])

    add(ships, 1)
    assert count(ships) == 1


def test_pages_cover_every_row_once(ships: Database) -> None:
    with ships.write() as tx:
        tx.many(INSERT, [{"id": n, "name": str(n), "digest": None, "weight": None} for n in range(25)])

    with ships.read() as tx:
        pages = list(tx.pages("SELECT id FROM ship WHERE id > :after ORDER BY id LIMIT :size", -1, 10))
        none = list(tx.pages("SELECT id FROM ship WHERE id > :after ORDER BY id LIMIT :size", 99, 10))

    assert [len(page) for page in pages] == [10, 10, 5]
    assert [row[0] for page in pages for row in page] == list(range(25))
    assert none == []


def test_a_long_answer_is_read_row_by_row_two_at_once(ships: Database) -> None:
    with ships.write() as tx:
        tx.many(INSERT, [{"id": n, "name": str(n), "digest": None, "weight": None} for n in range(1000)])

    with ships.read() as tx:
        upward = tx.each("SELECT id FROM ship ORDER BY id")
        downward = tx.each("SELECT id FROM ship WHERE id < :end ORDER BY id DESC", end=1000)
        pairs = [(up[0], down[0]) for up, down in zip(upward, downward, strict=True)]

    assert pairs == [(n, 999 - n) for n in range(1000)]
    with pytest.raises(StorageError), ships.read() as tx:
        list(tx.each("SELECT * FROM nowhere"))


def test_making_tables_again_changes_nothing(ships: Database) -> None:
    add(ships, 1)

    ships.create(METADATA)

    assert count(ships) == 1


def test_what_was_committed_is_there_after_reopening(
    url: str, ships: Database, opened: Callable[[str], Database]
) -> None:
    add(ships, 1)
    ships.close()

    assert count(opened(url)) == 1
    with pytest.raises(StorageError, match="storage_closed"):
        add(ships, 2)
    with pytest.raises(StorageError, match="storage_closed"):
        count(ships)


def test_the_address_of_a_database_never_shows_its_password() -> None:
    with pytest.raises(StorageError) as caught:
        Database.open("mysql://officer:opensesame@localhost/x")

    assert "opensesame" not in str(caught.value)
