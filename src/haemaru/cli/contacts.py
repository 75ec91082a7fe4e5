"""`haemaru contacts`: radar and patrol contacts without a node."""

from pathlib import Path

import click

from haemaru.cli.options import json_option
from haemaru.cli.output import show
from haemaru.node import Answer


@click.group()
def contacts() -> None:
    """Contacts without a name: radar, patrols, cameras."""


@contacts.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Parquet to write.")
@json_option
def decode(files: tuple[Path, ...], out: Path, as_json: bool) -> None:
    """Decodes CSV and Cursor on Target files into one Parquet file and counts what was quarantined and why."""
    from haemaru.surveillance.contacts import decode_contacts

    show(Answer(decode_contacts(list(files), out).as_json()), as_json)
