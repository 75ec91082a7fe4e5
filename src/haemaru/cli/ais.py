"""`haemaru ais`: AIS logs without a node."""

from pathlib import Path

import click

from haemaru.cli.options import json_option
from haemaru.cli.output import show
from haemaru.node import Answer
from haemaru.values.instant import parse_time


@click.group()
def ais() -> None:
    """AIS logs."""


@ais.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Parquet to write.")
@click.option("--start", default=None, help="The time of the first sentence where the log tells none (RFC 3339).")
@json_option
def decode(files: tuple[Path, ...], out: Path, start: str | None, as_json: bool) -> None:
    """Decodes AIS logs into one Parquet file of positions and counts what was quarantined and why."""
    from haemaru.surveillance.replay import decode_files

    stats = decode_files(list(files), parse_time(start, "--start") if start else None, out)
    show(Answer(stats), as_json)
