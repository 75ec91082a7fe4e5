"""How a command reaches a running node: one JSON line each way over a Unix socket only its owner may open."""

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from haemaru.node.answer import Answer
from haemaru.node.files import file_fault
from haemaru.node.home import short_socket
from haemaru.storage import StorageError
from haemaru.wording import Fault

_log = logging.getLogger(__name__)
_Do = Callable[[str, dict[str, Any]], Answer]


class ControlServer:
    """Serves the control socket of a home until it is closed."""

    def __init__(self, path: Path, do: _Do) -> None:
        self._path = path
        self._do = do
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        name, folder = short_socket(path)
        try:
            self._socket.bind(name)
        finally:
            os.close(folder)
        path.chmod(0o600)
        self._socket.listen(64)
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stops answering and takes the socket away."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(caller,), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with caller, caller.makefile("rwb") as stream:
            try:
                line = stream.readline()
            except OSError:
                return
            if not line:
                return
            reply = self._reply(line)
            with contextlib.suppress(OSError):
                stream.write(reply + b"\n")
                stream.flush()

    def _reply(self, line: bytes) -> bytes:
        try:
            asked = msgspec.json.decode(line)
            answer = self._do(asked["do"], asked["params"])
            return msgspec.json.encode({"body": answer.body, "exit": answer.exit_code})
        except Fault as fault:
            return _fault(fault)
        except (OSError, UnicodeDecodeError) as error:
            return _fault(file_fault(error))
        except StorageError as error:
            return _fault(Fault(error.code, error.where, detail=error.detail))
        except Exception as error:  # noqa: BLE001 - the caller must learn of it; the node must go on
            _log.exception("a command failed")
            return _fault(Fault("unexpected", type(error).__name__, detail=str(error)))


def _fault(fault: Fault) -> bytes:
    return msgspec.json.encode({"fault": {"code": fault.code, "where": fault.where, "params": fault.params}})


def ask_running(path: Path, command: str, params: dict[str, Any]) -> Answer | None:
    """Sends a command to the node that listens on `path`; None where none listens."""
    caller = _call(path)
    if caller is None:
        return None
    line = b""
    with caller, caller.makefile("rwb") as stream, contextlib.suppress(OSError):
        stream.write(msgspec.json.encode({"do": command, "params": params}) + b"\n")
        stream.flush()
        line = stream.readline()
    if not line:
        raise Fault("node_went_away", str(path.parent))
    return _understand(msgspec.json.decode(line))


def is_running(path: Path) -> bool:
    """Whether a node listens on the socket."""
    caller = _call(path)
    if caller is None:
        return False
    caller.close()
    return True


def _call(path: Path) -> socket.socket | None:
    if not path.exists():
        return None
    caller = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    name, folder = short_socket(path)
    try:
        caller.connect(name)
    except (ConnectionRefusedError, FileNotFoundError):
        caller.close()
        return None
    finally:
        os.close(folder)
    return caller


def _understand(reply: dict[str, Any]) -> Answer:
    if "fault" in reply:
        fault = reply["fault"]
        raise Fault(fault["code"], fault["where"], **fault["params"])
    return Answer(reply["body"], reply["exit"])
