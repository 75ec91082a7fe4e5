"""Migrations run once, in order, in one transaction, on both engines; Alembic is not imported when there is nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from haemaru.storage import Database, StorageError
from haemaru.storage.migrations import newest

STEP = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down}
branch_labels = None
depends_on = None


def upgrade():
    {body}
"""


def write_step(folder: Path, revision: str, down: str | None, body: str) -> None:
    (folder / "versions").mkdir(exist_ok=True)
    text = STEP.format(revision=revision, down=repr(down), body=body)
    (folder / "versions" / f"{revision}.py").write_text(text)


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    write_step(folder, "0001", None, 'op.create_table("boat", sa.Column("id", sa.BigInteger, primary_key=True))')
    write_step(folder, "0002", "0001", 'op.add_column("boat", sa.Column("name", sa.Text))')
    return folder


def test_steps_run_in_order_and_once(database: Database, scripts: Path) -> None:
    database.migrate(scripts)
    database.migrate(scripts)

    with database.write() as tx:
        tx.run("INSERT INTO boat (id, name) VALUES (1, 'a')")
        assert tx.all("SELECT version_num FROM alembic_version") == [("0002",)]


def test_a_later_step_runs_on_a_database_with_rows(database: Database, scripts: Path) -> None:
    database.migrate(scripts)
    with database.write() as tx:
        tx.run("INSERT INTO boat (id, name) VALUES (1, 'a')")
    write_step(scripts, "0003", "0002", 'op.add_column("boat", sa.Column("flag", sa.Text))')

    database.migrate(scripts)

    with database.read() as tx:
        assert tx.all("SELECT id, name, flag FROM boat") == [(1, "a", None)]


def test_a_step_that_fails_undoes_all_of_them(database: Database, scripts: Path) -> None:
    write_step(scripts, "0003", "0002", 'op.execute("SELEC 1")')

    with pytest.raises(StorageError):
        database.migrate(scripts)

    with pytest.raises(StorageError), database.read() as tx:
        tx.all("SELECT id FROM boat")


def test_the_newest_step_is_found_without_alembic(scripts: Path) -> None:
    assert newest(scripts) == {"0002"}


def test_alembic_is_imported_only_when_a_step_is_missing(tmp_path: Path, scripts: Path) -> None:
    url = f"sqlite:///{tmp_path}/node.db"
    code = (
        "import sys; from pathlib import Path; from haemaru.storage import Database;"
        f"Database.open({url!r}).migrate(Path({str(scripts)!r})); print('alembic.script' in sys.modules)"
    )

    answers = [
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
        for _ in range(2)
    ]

    assert answers == ["True", "False"]


def test_a_table_made_by_a_step_is_the_one_its_room_declares(tmp_path: Path, scripts: Path) -> None:
    metadata = sa.MetaData()
    sa.Table("boat", metadata, sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False))
    sa.Table("pair", metadata, sa.Column("a", sa.Text, primary_key=True), sqlite_with_rowid=False)
    body = 'op.create_table("pair", sa.Column("a", sa.Text, primary_key=True), sqlite_with_rowid=False)'
    (scripts / "versions" / "0002.py").unlink()
    write_step(scripts, "0002", "0001", body)
    migrated, created = (Database.open(f"sqlite:///{tmp_path}/{name}.db") for name in ("migrated", "created"))

    migrated.migrate(scripts)
    created.create(metadata)

    found = []
    for database in (migrated, created):
        with database.read() as tx:
            found.append(
                [
                    (name, without_rowid, strict, tx.all(f"PRAGMA table_info({name})"))
                    for _, name, _, _, without_rowid, strict in sorted(tx.all("PRAGMA table_list"))
                    if name in ("boat", "pair")
                ]
            )
        database.close()
    assert found[0] == found[1]
    assert [(name, rowid, strict) for name, rowid, strict, _ in found[0]] == [("boat", 0, 1), ("pair", 1, 1)]
    assert found[0][0][3][0][2] == "INTEGER"
