"""`haemaru accounts`: the officers of a node."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import home_argument, json_option
from haemaru.cli.output import show
from haemaru.node.accounts import ROLES

_NAME = click.argument("name")


@click.group()
def accounts() -> None:
    """The officers who may sign in at a node."""


@accounts.command()
@home_argument
@_NAME
@click.option("--role", required=True, type=click.Choice(ROLES), help="What the officer is on duty as.")
@json_option
def add(home: Path, name: str, role: str, as_json: bool) -> None:
    """Makes an account and prints its password, this once."""
    show(act(home, "accounts.add", {"name": name, "role": role}), as_json)


@accounts.command("list")
@home_argument
@json_option
def list_(home: Path, as_json: bool) -> None:
    """Lists every account with its role and state."""
    show(act(home, "accounts.list", {}), as_json)


@accounts.command()
@home_argument
@_NAME
@json_option
def lock(home: Path, name: str, as_json: bool) -> None:
    """Shuts an account and ends its sessions; the last administrator or duty officer stays."""
    show(act(home, "accounts.lock", {"name": name}), as_json)


@accounts.command()
@home_argument
@_NAME
@json_option
def unlock(home: Path, name: str, as_json: bool) -> None:
    """Opens a locked account again."""
    show(act(home, "accounts.unlock", {"name": name}), as_json)


@accounts.command()
@home_argument
@_NAME
@json_option
def password(home: Path, name: str, as_json: bool) -> None:
    """Gives an account a new password and prints it, this once."""
    show(act(home, "accounts.password", {"name": name}), as_json)
