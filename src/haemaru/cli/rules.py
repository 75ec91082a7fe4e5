"""`haemaru rules`: the agency's own rules of detection."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import file_argument, json_option
from haemaru.cli.output import show


@click.group()
def rules() -> None:
    """Rules of detection."""


@rules.command()
@file_argument
@click.option("--home", "home", required=True, type=click.Path(path_type=Path), help="Whose key signs.")
@json_option
def sign(file: Path, home: Path, as_json: bool) -> None:
    """Signs the exact bytes of a rule file with the node's key, in FILE.signatures."""
    show(act(home, "rules.sign", {"file": str(file.resolve())}), as_json)
