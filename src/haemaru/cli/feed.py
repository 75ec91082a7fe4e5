"""`haemaru feed`: surveillance feeds into a node."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import home_argument, json_option
from haemaru.cli.output import show


@click.group()
def feed() -> None:
    """Feeds into a node."""


@feed.command("ais")
@home_argument
@click.argument("source")
@click.option("--start", default=None, help="The time of the first row where the feed tells none (RFC 3339).")
@click.option("--speed", type=float, default=None, help="Replay a file at N times real time.")
@click.option("--seconds", type=float, default=None, help="Stop listening to a tcp:// or udp:// source after so long.")
@json_option
def feed_ais(
    home: Path, source: str, start: str | None, speed: float | None, seconds: float | None, as_json: bool
) -> None:
    """Reads AIS from a file (NMEA, NOAA or Danish CSV, gzip too), tcp://HOST:PORT or udp://HOST:PORT."""
    where = source if "://" in source else str(Path(source).resolve())
    show(act(home, "feed.ais", {"source": where, "start": start, "speed": speed, "seconds": seconds}), as_json)
