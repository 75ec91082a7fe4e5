"""A home: nothing in it is for other users, and one process at a time owns it."""

import hashlib
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.node.conftest import MODEL, asked

from haemaru.node import Node
from haemaru.node.home import Home
from haemaru.node.init import init_home
from haemaru.storage import StorageTaken
from haemaru.wording import Fault


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in a folder that was there before, open to everybody."""
    folder = tmp_path / "kcg"
    folder.mkdir(mode=0o755)
    init_home(folder, "kcg", MODEL, "demo", None, None)
    return Home(folder)


def test_a_folder_that_was_there_before_is_shut(home: Home) -> None:
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["haemaru.toml", "node.db", "keys", "positions/own"])
def test_secrets_are_for_their_owner_only(home: Home, name: str) -> None:
    assert stat.S_IMODE((home.folder / name).stat().st_mode) & 0o077 == 0


def test_a_second_process_is_refused(home: Home) -> None:
    with Node.open(home.folder), pytest.raises(Fault, match="home_locked"):
        Node.open(home.folder)


def test_a_copied_home_writes_into_its_own_database(home: Home, tmp_path: Path) -> None:
    copy = shutil.copytree(home.folder, tmp_path / "copy")
    before = hashlib.sha256((home.folder / "node.db").read_bytes()).digest()

    with Node.open(home.folder), Node.open(copy) as node:  # both at once: nothing is shared
        node.accounts.add("second", "analyst")

    assert hashlib.sha256((home.folder / "node.db").read_bytes()).digest() == before
    with Node.open(home.folder) as node:
        assert [each.name for each in node.accounts.all()] == ["officer"]


def test_a_database_named_by_two_homes_has_one_writer(home: Home, tmp_path: Path) -> None:
    copy = Home(shutil.copytree(home.folder, tmp_path / "copy"))
    (tmp_path / "elsewhere.db").symlink_to(home.folder / "node.db")
    copy.write_settings(msgspec.structs.replace(copy.settings(), database=f"sqlite:///{tmp_path / 'elsewhere.db'}"))

    with Node.open(home.folder), pytest.raises(StorageTaken):
        Node.open(copy.folder)
    with Node.open(copy.folder), pytest.raises(StorageTaken):
        Node.open(home.folder)
    Node.open(home.folder).close()


def test_a_home_is_made_once(home: Home) -> None:
    with pytest.raises(Fault, match="home_exists"):
        init_home(home.folder, "kcg", MODEL, "demo", None, None)


def test_a_tip_is_taken_before_anything_is_signed(home: Home) -> None:
    with Node.open(home.folder) as node:
        answer = node.do("operations.tip", {"text": "a bulk carrier off Okgye", "wait_s": 0})

        assert isinstance(answer.body, dict)
        assert node.exchange.holdings.find(answer.body["tip"]) is not None


def test_a_trial_goes_ahead_of_the_clock_and_a_live_node_never(tmp_path: Path) -> None:
    for realm in ("demo", "live"):
        init_home(tmp_path / realm, "kcg", MODEL, realm, None, None)
        file = tmp_path / realm / "haemaru.toml"
        assert "answer_due_h = 24.0\n" in file.read_text()
        file.write_text(file.read_text().replace("answer_due_h = 24.0", "answer_due_h = 0.5\nclock_ahead_h = 48"))

    with Node.open(tmp_path / "demo") as node:
        assert timedelta(hours=47) < node.clock.now() - datetime.now(UTC) <= timedelta(hours=48)
        assert node.exchange.house.settings.answer_due == timedelta(minutes=30)
        assert asked(node, "status")["clock_ahead_h"] == 48
    with pytest.raises(Fault, match="clock_ahead_live"):
        Node.open(tmp_path / "live")
    file.write_text(file.read_text().replace("answer_due_h = 0.5", "answer_due_h = 0"))
    with pytest.raises(Fault, match="bad_settings"):
        Node.open(tmp_path / "live")
