"""`haemaru witness`: a third small node that countersigns the checkpoints of others, and the nodes that trust it."""

import os
import sys
from pathlib import Path

import click
import msgspec

from haemaru.cli.door import act
from haemaru.cli.options import file_argument, home_argument, json_option
from haemaru.cli.output import show
from haemaru.cli.passphrase import passphrase_option
from haemaru.node import Answer
from haemaru.node.home import REALMS
from haemaru.node.init import free_address
from haemaru.node.witness_home import init_witness, read_settings
from haemaru.signing import SUITE, SUITE_NAMES

_WHOME = click.argument("home", metavar="WHOME", type=click.Path(path_type=Path))
_HEARD = click.option("--fingerprint", required=True, help="As read aloud, never fetched.")


@click.group()
def witness() -> None:
    """A third who signs that ledgers only grow."""


@witness.command()
@_WHOME
@click.option("--party", default="witness", show_default=True, help="The name of the body that watches.")
@click.option("--realm", type=click.Choice(REALMS), default="live", show_default=True)
@click.option("--listen", default=None, help="Address and port to listen on; a free port of 127.0.0.1 otherwise.")
@click.option("--suite", type=click.Choice(SUITE_NAMES), default=SUITE, show_default=True, help="Its algorithms.")
@json_option
def init(home: Path, party: str, realm: str, listen: str | None, suite: str, as_json: bool) -> None:
    """Makes the home of a witness: keys, statement and a ledger of its own."""
    made = init_witness(home.resolve(), party, realm, listen or free_address(), suite)
    show(Answer(msgspec.to_builtins(made)), as_json)


@witness.command()
@_WHOME
@file_argument
@_HEARD
@json_option
def add(home: Path, file: Path, fingerprint: str, as_json: bool) -> None:
    """Watches the ledger of a node whose statement has exactly the fingerprint that was read aloud."""
    read_settings(home.resolve())
    params = {"statement": file.read_text(errors="replace"), "fingerprint": fingerprint, "where": str(file)}
    show(act(home, "witness.add", params), as_json)


@witness.command()
@_WHOME
@passphrase_option
def run(home: Path, passphrase_file: Path | None) -> None:
    """Runs a witness: prints one line when ready; SIGTERM and SIGINT end it well."""
    folder = home.resolve()
    read_settings(folder)
    words = [sys.executable, "-m", "haemaru.cli.witnessing", str(folder)]
    if passphrase_file is not None:
        words.append(str(passphrase_file.resolve()))
    # The same process, begun anew without the engines of a node: a tenth of the code, half of the memory.
    os.execv(sys.executable, words)  # noqa: S606 - our own interpreter and module


@witness.command()
@_WHOME
@json_option
def status(home: Path, as_json: bool) -> None:
    """Tells whom the witness watches, how far it signed, and what it found."""
    read_settings(home.resolve())
    show(act(home, "status", {}), as_json)


@witness.command()
@home_argument
@file_argument
@click.option("--url", required=True, help="Where the witness listens.")
@_HEARD
@json_option
def trust(home: Path, file: Path, url: str, fingerprint: str, as_json: bool) -> None:
    """Lets the node of HOME be watched: it offers its checkpoints to this witness and asks partners for its line."""
    params = {"statement": file.read_text(errors="replace"), "url": url, "fingerprint": fingerprint}
    show(act(home, "witness.trust", params), as_json)
