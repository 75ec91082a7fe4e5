"""Through which a shell command reaches a home: the running node's control socket, or the home itself under its lock."""

import time
from pathlib import Path
from typing import Any

from haemaru.node import Answer, Node
from haemaru.node.control import ask_running
from haemaru.node.home import Home
from haemaru.wording import Fault

_PATIENCE_S = 15.0


def act(folder: Path, command: str, params: dict[str, Any]) -> Answer:
    """Does a command at a home and gives its answer; waits while the home's owner is starting or stopping."""
    home = Home(folder.resolve())
    home.settings()
    until = time.monotonic() + _PATIENCE_S
    while True:
        answer = ask_running(home.socket, command, params)
        if answer is not None:
            return answer
        try:
            node = Node.open(home.folder)
        except Fault as fault:
            if fault.code != "home_locked" or time.monotonic() > until:
                raise
            time.sleep(0.1)
            continue
        with node:
            return node.do(command, params)
