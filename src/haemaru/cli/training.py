"""`haemaru training`: publish a session, apply for a seat from the other node, answer."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import file_argument, home_argument, json_option
from haemaru.cli.output import show


@click.group()
def training() -> None:
    """Training sessions and seats."""


@training.command()
@home_argument
@file_argument
@json_option
def publish(home: Path, file: Path, as_json: bool) -> None:
    """Publishes a session to every partner."""
    show(act(home, "training.publish", {"file": str(file.resolve())}), as_json)


@training.command()
@home_argument
@click.argument("session")
@click.option("--person", required=True, help="Reference of the person, as the own agency names them.")
@click.option("--competency", "competencies", multiple=True)
@json_option
def apply(home: Path, session: str, person: str, competencies: tuple[str, ...], as_json: bool) -> None:
    """Applies for a seat in a partner's session."""
    params = {"session": session, "person": person, "competencies": list(competencies)}
    show(act(home, "training.apply", params), as_json)


@training.command("list")
@home_argument
@json_option
def list_(home: Path, as_json: bool) -> None:
    """Lists sessions with their seats, waitlists and answers."""
    show(act(home, "training.list", {}), as_json)
