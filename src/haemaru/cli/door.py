"""How a shell command reaches a home: by the running node's control socket, or by the home itself under its lock."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from haemaru.cli.passphrase import ask
from haemaru.node import Answer, Node
from haemaru.node.control import ask_running
from haemaru.node.home import Home
from haemaru.node.witness_home import WitnessHome, is_witness_home
from haemaru.wording import Fault

_PATIENCE_S = 15.0


def act(
    folder: Path, command: str, params: dict[str, Any], opened: Callable[[Node], None] = lambda _node: None
) -> Answer:
    """Does a command at the home of a node or a witness; waits while the home's owner is starting or stopping.

    `opened` is told of the node where none runs and the command is done in this process.
    """
    home = Home(folder.resolve())
    is_witness = is_witness_home(home.folder)
    if not is_witness:
        home.settings()
    until = time.monotonic() + _PATIENCE_S
    while True:
        answer = ask_running(home.socket, command, params)
        if answer is not None:
            return answer
        try:
            if is_witness:
                with WitnessHome.open(home.folder, passphrase=ask) as witness:
                    return witness.do(command, params)
            node = Node.open(home.folder, passphrase=ask)
        except Fault as fault:
            if fault.code != "home_locked" or time.monotonic() > until:
                raise
            time.sleep(0.1)
            continue
        with node:
            opened(node)
            return node.do(command, params)
