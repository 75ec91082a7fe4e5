"""A home: nothing in it is for other users, and one process at a time owns it."""

import stat
from pathlib import Path

import pytest
from tests.node.conftest import MODEL

from haemaru.node import Node
from haemaru.node.home import Home
from haemaru.node.init import init_home
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


def test_a_home_is_made_once(home: Home) -> None:
    with pytest.raises(Fault, match="home_exists"):
        init_home(home.folder, "kcg", MODEL, "demo", None, None)


def test_a_tip_is_taken_before_anything_is_signed(home: Home) -> None:
    with Node.open(home.folder) as node:
        answer = node.do("operations.tip", {"text": "a bulk carrier off Okgye", "wait_s": 0})

        assert isinstance(answer.body, dict)
        assert node.exchange.holdings.find(answer.body["tip"]) is not None
