"""`haemaru records answers | export | disposals | onward`: what leaves a node, what ends in it, what is passed on."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import home_argument, json_option, signed_in
from haemaru.cli.output import show

_APPROVE = click.option("--approve", metavar="ID", default=None, help="Approve this one.")
_REFUSE = click.option("--refuse", metavar="ID", default=None, help="Refuse this one; needs --reason.")
_BY = click.option("--by", metavar="NAME", default=None, help="Your account; password in HAEMARU_PASSWORD or on stdin.")


def _check(approve: str | None, refuse: str | None, reason: str | None, by: str | None) -> None:
    if approve and refuse:
        raise click.UsageError("choose one of --approve and --refuse")
    if refuse and not reason:
        raise click.UsageError("--refuse needs --reason")
    if by and not (approve or refuse):
        raise click.UsageError("--by needs --approve or --refuse")


@click.command()
@home_argument
@click.argument("rid", required=False)
@json_option
def answers(home: Path, rid: str | None, as_json: bool) -> None:
    """Tells what partners answered about their copies of RID, or of everything; who has not answered comes first."""
    show(act(home, "records.answers", {"rid": rid}), as_json)


@click.command()
@home_argument
@click.argument("rid")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="FILE.json or .pdf.")
@click.option("--to", default=None, help="For whom it is made.")
@json_option
def export(home: Path, rid: str, out: Path, to: str | None, as_json: bool) -> None:
    """Writes a record to a new JSON or PDF file; the ledger notes it and its origin is told when it takes it back."""
    show(act(home, "records.export", {"rid": rid, "file": str(out.resolve()), "to": to}), as_json)


@click.command()
@home_argument
@_APPROVE
@_REFUSE
@click.option("--reason", default=None, help="Why it is kept beyond its time.")
@_BY
@json_option
def disposals(
    home: Path, approve: str | None, refuse: str | None, reason: str | None, by: str | None, as_json: bool
) -> None:
    """Lists received records whose retention is over; --approve erases one and answers its origin."""
    _check(approve, refuse, reason, by)
    params = {"approve": approve, "refuse": refuse, "reason": reason, **signed_in(by)}
    show(act(home, "records.disposals", params), as_json)


@click.command()
@home_argument
@click.argument("rid", required=False)
@click.option("--to", default=None, help="The third party.")
@click.option("--purpose", default=None, help="The purpose, as a clause names it.")
@click.option("--reason", default=None, help="Why the third party needs it, or why it is refused.")
@_APPROVE
@_REFUSE
@_BY
@json_option
def onward(
    home: Path,
    rid: str | None,
    to: str | None,
    purpose: str | None,
    reason: str | None,
    approve: str | None,
    refuse: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Asks the originator of RID to give it to a third party; without RID lists and decides what partners ask."""
    _check(approve, refuse, reason, by)
    if rid and not (to and purpose and reason):
        raise click.UsageError("RID needs --to, --purpose and --reason")
    params = {"rid": rid, "to": to, "purpose": purpose, "reason": reason}
    show(act(home, "records.onward", params | {"approve": approve, "refuse": refuse, **signed_in(by)}), as_json)
