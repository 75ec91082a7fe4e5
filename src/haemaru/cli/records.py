"""`haemaru records`: what this node holds, gives, corrects and takes back."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import file_argument, home_argument, json_option
from haemaru.cli.output import show


@click.group()
def records() -> None:
    """Records held, given, corrected and taken back."""


@records.command()
@home_argument
@file_argument
@click.option("--to", "to", default=None, help="The party to share with; without it the records are only stored.")
@click.option("--purpose", default=None, help="The purpose, as a clause names it.")
@click.option("--agreement", "name", default=None, metavar="ID", help="Ask this agreement alone.")
@json_option
def put(home: Path, file: Path, to: str | None, purpose: str | None, name: str | None, as_json: bool) -> None:
    """Stores records of a JSON Lines file and seals for the partner what a clause releases."""
    params = {"file": str(file.resolve()), "to": to, "purpose": purpose, "agreement": name}
    show(act(home, "records.put", params), as_json)


@records.command()
@home_argument
@click.argument("rid")
@click.option("--from", "from_", required=True, help="The party that holds it.")
@click.option("--purpose", required=True, help="The purpose, as a clause names it.")
@click.option("--wait", "wait_s", type=click.FloatRange(0, 300), default=10.0, help="Seconds to wait for the answer.")
@json_option
def ask(home: Path, rid: str, from_: str, purpose: str, wait_s: float, as_json: bool) -> None:
    """Asks a partner for one record by its rid."""
    show(act(home, "records.ask", {"rid": rid, "from": from_, "purpose": purpose, "wait_s": wait_s}), as_json)


@records.command("list")
@home_argument
@click.option("--from", "from_", default=None, help="Only records that came from this party.")
@click.option("--kind", default=None, help="Only records of this kind.")
@json_option
def list_(home: Path, from_: str | None, kind: str | None, as_json: bool) -> None:
    """Lists the records this node holds, one JSON object a line."""
    show(act(home, "records.list", {"from": from_, "kind": kind}), as_json)


@records.command()
@home_argument
@click.argument("rid")
@file_argument
@json_option
def correct(home: Path, rid: str, file: Path, as_json: bool) -> None:
    """Replaces the body of an own record by the JSON object in FILE, here and at every receiver."""
    show(act(home, "records.correct", {"rid": rid, "file": str(file.resolve())}), as_json)


@records.command()
@home_argument
@click.argument("rid")
@click.option("--reason", required=True, help="Why it is taken back.")
@json_option
def retract(home: Path, rid: str, reason: str, as_json: bool) -> None:
    """Takes an own record back, here and at every receiver."""
    show(act(home, "records.retract", {"rid": rid, "reason": reason}), as_json)


@records.command()
@home_argument
@click.argument("rid")
@json_option
def expire(home: Path, rid: str, as_json: bool) -> None:
    """Ends the retention of an own record, here and at every receiver."""
    show(act(home, "records.expire", {"rid": rid}), as_json)


@records.command()
@home_argument
@click.argument("rid")
@click.option("--basis", required=True, help="The legal basis of the hold.")
@json_option
def hold(home: Path, rid: str, basis: str, as_json: bool) -> None:
    """Keeps a copy against recall and expiry, for a stated legal basis."""
    show(act(home, "records.hold", {"rid": rid, "basis": basis}), as_json)
