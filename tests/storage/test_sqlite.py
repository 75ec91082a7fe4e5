"""SQLite alone: the version, the file's mode, damage, a full disk, and the scratch database."""

import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from haemaru.storage import Database, StorageDamaged, StorageError, StorageFull, StorageTooOld, StorageUnreachable

METADATA = sa.MetaData()
sa.Table("t", METADATA, sa.Column("id", sa.BigInteger, primary_key=True), sa.Column("b", sa.LargeBinary))


def test_an_old_library_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haemaru.storage.sqlite.sqlite_version", lambda: (3, 51, 2))

    with pytest.raises(StorageTooOld, match=r"3\.51\.3"):
        Database.open(f"sqlite:///{tmp_path}/node.db")


def test_the_file_and_its_journal_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/node.db")
    database.create(METADATA)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    database.close()

    assert set(modes) >= {"node.db", "node.db-wal"}
    assert set(modes.values()) == {0o600}


def test_commits_are_synced_and_the_journal_is_a_wal(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/node.db")

    with database.write() as tx:
        assert tx.one("PRAGMA synchronous") == (2,)
        assert tx.one("PRAGMA journal_mode") == ("wal",)
        assert tx.one("PRAGMA foreign_keys") == (1,)
        assert tx.one("PRAGMA secure_delete") == (1,)
    database.close()


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "node.db").write_bytes(b"not a database at all" * 100)

    with pytest.raises(StorageDamaged):
        Database.open(f"sqlite:///{tmp_path}/node.db")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageUnreachable, match="nowhere"):
        Database.open(f"sqlite:///{tmp_path}/nowhere/node.db")


def test_a_full_disk_undoes_the_transaction_and_says_so(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/node.db")
    database.create(METADATA)
    with database.write() as tx:
        tx.run("INSERT INTO t (id, b) VALUES (1, :b)", b=b"kept")
        tx.run("PRAGMA max_page_count = 12")

    with pytest.raises(StorageFull), database.write() as tx:
        tx.many("INSERT INTO t (id, b) VALUES (:id, :b)", [{"id": n, "b": bytes(5000)} for n in range(2, 100)])

    with database.read() as tx:
        assert tx.all("SELECT id FROM t") == [(1,)]
    database.close()


def test_a_scratch_database_is_read_where_it_was_written() -> None:
    database = Database.open("sqlite://")
    database.create(METADATA)

    with database.write() as tx:
        tx.run("INSERT INTO t (id) VALUES (1)")
    with database.read() as tx:
        assert tx.all("SELECT id FROM t") == [(1,)]
    database.close()


def test_text_that_is_no_unicode_is_called_damaged(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/node.db")

    with pytest.raises(StorageDamaged), database.read() as tx:
        tx.all("SELECT CAST(x'ff' AS TEXT)")
    database.close()


@pytest.mark.parametrize("url", ["", "node.db", "mysql://x/y", "sqlite"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(StorageError, match="storage_bad_url"):
        Database.open(url)
