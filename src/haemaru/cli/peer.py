"""`haemaru peer`: whom this node trusts, by statement and fingerprint."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import file_argument, home_argument, json_option
from haemaru.cli.output import show


@click.group()
def peer() -> None:
    """Partners of this node."""


@peer.command("add")
@home_argument
@file_argument
@click.option("--url", required=True, help="Where the partner's node listens.")
@click.option("--fingerprint", required=True, help="As read aloud by the partner, never fetched.")
@json_option
def add(home: Path, file: Path, url: str, fingerprint: str, as_json: bool) -> None:
    """Trusts a partner whose statement has exactly the fingerprint that was read aloud."""
    params = {"statement": file.read_text(errors="replace"), "url": url, "fingerprint": fingerprint, "where": str(file)}
    show(act(home, "peer.add", params), as_json)
