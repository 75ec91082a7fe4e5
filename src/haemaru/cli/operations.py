"""`haemaru operations`: from a tip to a merged picture."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import Seconds, file_argument, home_argument, json_option
from haemaru.cli.output import show


@click.group()
def operations() -> None:
    """Tips and cases."""


@operations.command()
@home_argument
@file_argument
@click.option("--wait", type=Seconds(600), default=20.0, help="How long to wait for the partners' answers, in seconds.")
@json_option
def tip(home: Path, file: Path, wait: float, as_json: bool) -> None:
    """Takes a tip, names candidate ships with reasons, opens a case and merges what both agencies hold."""
    show(act(home, "operations.tip", {"file": str(file.resolve()), "wait_s": wait}), as_json)
