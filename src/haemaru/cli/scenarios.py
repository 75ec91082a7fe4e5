"""`haemaru scenarios`: invented worlds with a hidden truth."""

import sys
from pathlib import Path

import click

from haemaru.cli.options import json_option
from haemaru.cli.output import show
from haemaru.node import Answer


@click.group()
def scenarios() -> None:
    """Invented worlds with a hidden truth."""


@scenarios.command("make")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), required=True, help="The same seed gives the same bytes.")
@click.option("--vessels", type=click.IntRange(100, 200_000), default=500, show_default=True, help="About so many.")
@click.option(
    "--hours", type=click.FloatRange(6.0, 240.0), default=24.0, show_default=True, help="How long the watch is."
)
@click.option("--quiet", is_flag=True, help="Ordinary traffic only: nothing that a watch is there for.")
@click.option("--dark-meeting", is_flag=True, help="A ship stops at sea and an unseen partner comes alongside.")
@click.option("--late-fetch", is_flag=True, help="A drop is fetched 30 hours later; 32 hours of history come before.")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write.")
@json_option
def make_watch(
    seed: int, vessels: int, hours: float, quiet: bool, dark_meeting: bool, late_fetch: bool, out: Path, as_json: bool
) -> None:
    """Writes an invented watch over Korean waters: positions, zones, radar contacts, and what really happened."""
    from haemaru.scenarios.watch import Order, make

    order = Order(seed, vessels, hours, quiet=quiet, dark_meeting=dark_meeting, late_fetch=late_fetch)
    show(Answer(make(order, out, _progress if sys.stderr.isatty() else None)), as_json)


def _progress(done: int, of: int) -> None:
    click.echo(f"\r{done:,} / {of:,}", nl=done >= of, err=True)
