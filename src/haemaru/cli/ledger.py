"""`haemaru ledger`: is the history what it was?"""

from pathlib import Path

import click

from haemaru.cli.options import home_argument, json_option
from haemaru.cli.output import show
from haemaru.cli.passphrase import ask
from haemaru.node import Answer
from haemaru.node.control import ask_running
from haemaru.node.home import Home
from haemaru.node.verifying import verify_home


@click.group()
def ledger() -> None:
    """The history of a node."""


@ledger.command()
@home_argument
@json_option
def verify(home: Path, as_json: bool) -> None:
    """Reads every entry, body, salt, checkpoint and countersignature and names the first that is not what it was."""
    place = Home(home.resolve())
    # Without a running node the home is not opened as a node: it may be damaged, and that is the question.
    answer = ask_running(place.socket, "ledger.verify", {})
    if answer is None:
        found = verify_home(place, ask)
        answer = Answer(found, 0 if found["ok"] else 1)
    show(answer, as_json)
