"""`haemaru exchange`: courier files when the cable is cut, comparing with a partner, a new epoch after a restore."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import Seconds, home_argument, json_option
from haemaru.cli.output import show

_PEER = click.option("--peer", "party", required=True, help="The partner.")
_TARGET = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def exchange() -> None:
    """Courier files, comparisons, epochs."""


@exchange.command()
@home_argument
@_PEER
@_TARGET
@json_option
def export(home: Path, party: str, file: Path, as_json: bool) -> None:
    """Writes everything that waits for the partner into a courier file, sealed as on the wire."""
    show(act(home, "exchange.export", {"peer": party, "file": str(file.resolve())}), as_json)


@exchange.command("import")
@home_argument
@_PEER
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def import_(home: Path, party: str, file: Path, as_json: bool) -> None:
    """Takes in a courier file of the partner; its receipts return in the next export."""
    show(act(home, "exchange.import", {"peer": party, "file": str(file.resolve())}), as_json)


@exchange.command()
@home_argument
@_PEER
@json_option
def reopen(home: Path, party: str, as_json: bool) -> None:
    """Opens a new epoch towards the partner after a restore."""
    show(act(home, "exchange.reopen", {"peer": party}), as_json)


@exchange.command()
@home_argument
@_PEER
@click.option("--wait", "wait_s", type=Seconds(600), default=30.0, help="How long to wait, in seconds.")
@json_option
def compare(home: Path, party: str, wait_s: float, as_json: bool) -> None:
    """Compares both directions with the partner, by digests; exit 1 where anything differs or is not yet known."""
    show(act(home, "exchange.compare", {"peer": party, "wait_s": wait_s}), as_json)


@exchange.command()
@home_argument
@_PEER
@click.option(
    "-o", "--output", "file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write."
)
@json_option
def evidence(home: Path, party: str, file: Path, as_json: bool) -> None:
    """Writes what proves, by both sides' signatures, every number on which this node and the partner disagree."""
    show(act(home, "exchange.evidence", {"peer": party, "file": str(file.resolve())}), as_json)


@exchange.command("show")
@home_argument
@click.option("--rid", required=True, help="The record's name.")
@json_option
def show_(home: Path, rid: str, as_json: bool) -> None:
    """Shows a record as it travelled, with the frame headers and receipts that prove it to a third person."""
    show(act(home, "exchange.show", {"rid": rid}), as_json)
