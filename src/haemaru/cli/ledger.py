"""`haemaru ledger`: is the history what it was?"""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import home_argument, json_option
from haemaru.cli.output import show


@click.group()
def ledger() -> None:
    """The history of a node."""


@ledger.command()
@home_argument
@json_option
def verify(home: Path, as_json: bool) -> None:
    """Reads every entry, body, salt, checkpoint and countersignature and names the first that is not what it was."""
    show(act(home, "ledger.verify", {}), as_json)
