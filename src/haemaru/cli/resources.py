"""`haemaru resources`: ask for a dog team, offer it, commit it, send it, give it back (EDXL-RM messages)."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import file_argument, home_argument, json_option
from haemaru.cli.output import show


@click.group()
def resources() -> None:
    """Mutual support."""


@resources.command()
@home_argument
@file_argument
@click.option("--to", "to", required=True, help="The party the message goes to.")
@json_option
def send(home: Path, file: Path, to: str, as_json: bool) -> None:
    """Sends one EDXL-RM message written as JSON: {"message": "RequestResource", ...}."""
    show(act(home, "resources.send", {"file": str(file.resolve()), "to": to}), as_json)


@resources.command("list")
@home_argument
@json_option
def list_(home: Path, as_json: bool) -> None:
    """Lists support asked for and given, with its state and what was refused on the way."""
    show(act(home, "resources.list", {}), as_json)
