"""`haemaru feed`: surveillance feeds into a node."""

import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import click

from haemaru.cli.door import act
from haemaru.cli.options import POSITIVE, home_argument, json_option
from haemaru.cli.output import show
from haemaru.node import Node
from haemaru.node.control import ask_running
from haemaru.node.home import Home


@click.group()
def feed() -> None:
    """Feeds into a node."""


@feed.command("ais")
@home_argument
@click.argument("source")
@click.option("--start", default=None, help="The time of the first row where the feed tells none (RFC 3339).")
@click.option("--speed", type=POSITIVE, default=None, help="Replay a file at N times real time.")
@click.option("--seconds", type=POSITIVE, default=None, help="Stop listening to tcp:// or udp:// after so long.")
@click.option("--basis", default="", help="The legal basis, for feeds that need one to be shared (LRIT).")
@json_option
def feed_ais(
    home: Path, source: str, start: str | None, speed: float | None, seconds: float | None, basis: str, as_json: bool
) -> None:
    """Reads AIS from a file (NMEA, NOAA, Danish or LRIT CSV, gzip too), tcp://HOST:PORT or udp://HOST:PORT."""
    where = source if "://" in source else str(Path(source).resolve())
    params = {"source": where, "start": start, "speed": speed, "seconds": seconds, "basis": basis.strip()}
    # Ctrl-C ends the feed, not the count of it: the node stops reading and tells what came in.
    show(act(home, "feed.ais", params, until_stopped(home, where)), as_json)


@feed.command("contacts")
@home_argument
@click.argument("source")
@click.option("--basis", default="", help="The legal basis under which this sensor's contacts are used.")
@click.option("--seconds", type=POSITIVE, default=None, help="Stop listening to tcp:// or udp:// after so long.")
@json_option
def feed_contacts(home: Path, source: str, basis: str, seconds: float | None, as_json: bool) -> None:
    """Reads radar, patrol and camera contacts: CSV or Cursor on Target, from a file, tcp:// or udp://."""
    where = source if "://" in source else str(Path(source).resolve())
    params = {"source": where, "seconds": seconds, "basis": basis}
    show(act(home, "feed.contacts", params, until_stopped(home, where)), as_json)


def until_stopped(home: Path, source: str) -> Callable[[Node], None]:
    """Lets SIGINT and SIGTERM end the feed at the node that reads it; gives who is told of a node in this process."""
    here: list[Node] = []

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended = ask_running(Home(home.resolve()).socket, "feed.stop", {"source": source})
        for node in here if ended is None else ():
            node.do("feed.stop", {"source": source})

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, end)
    return here.append
