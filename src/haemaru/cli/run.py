"""`haemaru run`: one node, served until it is told to stop."""

import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

import click

from haemaru.cli.options import home_argument
from haemaru.cli.passphrase import asked_in, passphrase_option
from haemaru.cli.serving import listen_on, loopback, quiet_server, say_ready
from haemaru.node import Node
from haemaru.node.control import ControlServer, is_running
from haemaru.node.home import Home
from haemaru.signing import Passphrase
from haemaru.wording import Fault

_PATIENCE_S = 60.0


@click.command()
@home_argument
@passphrase_option
def run(home: Path, passphrase_file: Path | None) -> None:
    """Runs a node: exchange, console, feeds and workers; prints one line when ready; SIGTERM and SIGINT end it well."""
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    place = Home(home.resolve())
    address = loopback(place.settings().listen)
    with _open(place, stopped, asked_in(passphrase_file)) as node, listen_on(address) as listener:
        control = ControlServer(place.socket, node.do)
        server = _server(node)
        control.start()
        node.start()
        try:
            threading.Thread(target=_end, args=(node, server, stopped), daemon=True).start()
            threading.Thread(target=_announce, args=(node, server, address, stopped), daemon=True).start()
            server.run(sockets=[listener])
        finally:
            control.close()
            node.stop()


def _end(node: Node, server: Any, stopped: threading.Event) -> None:
    """Once told to stop: what waits inside the node waits no longer, and the server takes nobody in."""
    stopped.wait()
    node.stopping.set()
    server.should_exit = True


def _open(place: Home, stopped: threading.Event, passphrase: Passphrase) -> Node:
    """Opens the node; a command that works in the home without a node is waited for, another node is not."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return Node.open(place.folder, passphrase=passphrase)
        except Fault as fault:
            if stopped.is_set():
                sys.exit(0)
            if fault.code != "home_locked" or time.monotonic() > until or is_running(place.socket):
                raise
        time.sleep(0.1)


def _server(node: Node) -> Any:
    from haemaru.node.desk import NodeDesk
    from haemaru.web.app import create_app

    return quiet_server(create_app(NodeDesk(node), clock=node.clock), "on")


def _announce(node: Node, server: Any, address: tuple[str, int], stopped: threading.Event) -> None:
    while not server.started:
        if stopped.wait(0.02):
            return
    base = f"http://{address[0]}:{address[1]}"
    say_ready({"ready": True, "console": base + "/", "exchange": base + "/x/v1", "pid": node.pid})
