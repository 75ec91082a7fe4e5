"""`haemaru records`: what this node holds, gives, corrects and takes back."""

from pathlib import Path

import click

from haemaru.cli import keeping
from haemaru.cli.door import act
from haemaru.cli.options import Seconds, file_argument, home_argument, json_option
from haemaru.cli.output import show

rev_option = click.option("--rev", type=int, default=None, help="Refuse when this is no longer the newest revision.")


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
@click.option("--wait", "wait_s", type=Seconds(300), default=10.0, help="Seconds to wait for the answer.")
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
@rev_option
@json_option
def correct(home: Path, rid: str, file: Path, rev: int | None, as_json: bool) -> None:
    """Replaces the body of an own record by the JSON object in FILE, here and at every receiver."""
    show(act(home, "records.correct", {"rid": rid, "file": str(file.resolve()), "rev": rev}), as_json)


@records.command()
@home_argument
@click.argument("rid")
@click.option("--level", required=True, help="The handling level, as the agreement names it.")
@click.option("--caveat", "caveats", multiple=True, help="A caveat; may be given several times.")
@rev_option
@json_option
def regrade(home: Path, rid: str, level: str, caveats: tuple[str, ...], rev: int | None, as_json: bool) -> None:
    """Changes the handling of an own record; who may no longer hold it gives its copy back."""
    params = {"rid": rid, "level": level, "caveats": list(caveats), "rev": rev}
    show(act(home, "records.regrade", params), as_json)


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
@click.option("--basis", default=None, help="The legal basis of the hold.")
@click.option("--release", is_flag=True, help="End the hold with this basis, or the only one.")
@click.option("--reason", default=None, help="With --release: why it ends.")
@json_option
def hold(home: Path, rid: str, basis: str | None, release: bool, reason: str | None, as_json: bool) -> None:
    """Keeps a copy against recall and expiry, for a stated legal basis; or ends that, and does what was asked."""
    if release:
        show(act(home, "records.release", {"rid": rid, "basis": basis, "reason": reason or ""}), as_json)
    else:
        show(act(home, "records.hold", {"rid": rid, "basis": basis or ""}), as_json)


@records.command("recall-all")
@home_argument
@click.option("--peer", required=True, help="The partner that leaves.")
@click.option("--reason", required=True, help="Why everything is taken back.")
@json_option
def recall_all(home: Path, peer: str, reason: str, as_json: bool) -> None:
    """Asks a partner that leaves to give back everything it was sent."""
    show(act(home, "records.recall_all", {"peer": peer, "reason": reason}), as_json)


for _command in (keeping.answers, keeping.export, keeping.disposals, keeping.onward):
    records.add_command(_command)
