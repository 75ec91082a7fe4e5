"""The control socket: only its owner may open it, every answer comes back, and no mistake ends the node."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from haemaru.node.answer import Answer
from haemaru.node.control import ControlServer, ask_running, is_running
from haemaru.storage.errors import StorageFull
from haemaru.wording import Fault


def do(command: str, params: dict[str, Any]) -> Answer:
    """A node that answers, refuses, has no room, or is wrong."""
    if command == "refuse":
        raise Fault("rid_unknown", "rid", rid=params["rid"])
    if command == "full":
        raise StorageFull("disk", "no room")
    if command == "wrong":
        raise KeyError("a mistake")
    return Answer({"asked": command, **params}, 1)


@pytest.fixture
def socket(tmp_path: Path) -> Iterator[Path]:
    """The socket of a node that listens."""
    path = tmp_path / "control.sock"
    server = ControlServer(path, do)
    server.start()
    yield path
    server.close()


def test_only_its_owner_may_open_the_socket(socket: Path) -> None:
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600


def test_body_and_exit_code_come_back(socket: Path) -> None:
    assert ask_running(socket, "status", {"n": 1}) == Answer({"asked": "status", "n": 1}, 1)


@pytest.mark.parametrize(
    ("command", "code"), [("refuse", "rid_unknown"), ("full", "storage_full"), ("wrong", "unexpected")]
)
def test_a_refusal_comes_back_as_the_fault_it_was(socket: Path, command: str, code: str) -> None:
    with pytest.raises(Fault) as refused:
        ask_running(socket, command, {"rid": "one"})

    assert refused.value.code == code
    assert is_running(socket)


def test_where_nobody_listens_there_is_no_answer(socket: Path, tmp_path: Path) -> None:
    assert ask_running(tmp_path / "other.sock", "status", {}) is None


def test_a_socket_that_a_killed_node_left_is_nobody(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    ControlServer(path, do)._socket.close()

    assert path.exists()
    assert not is_running(path)
