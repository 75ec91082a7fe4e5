"""`haemaru demand`: signed demands for data that a statute releases only when it is asked for."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import home_argument, json_option
from haemaru.cli.output import show


@click.command()
@home_argument
@click.option("--new", "new", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Send this demand.")
@click.option("--answer", "answer", default=None, metavar="ID", help="Answer a demand that came in.")
@click.option("--release", is_flag=True, help="Release what the demand covers.")
@click.option("--refuse", is_flag=True, help="Refuse it.")
@click.option("--reason", default=None, help="Why it is released or refused.")
@json_option
def demand(
    home: Path, new: Path | None, answer: str | None, release: bool, refuse: bool, reason: str | None, as_json: bool
) -> None:
    """Lists demands in and out; with --new sends one, with --answer releases or refuses one."""
    if new is not None and answer is not None:
        raise click.UsageError("choose one of --new and --answer")
    if new is not None:
        show(act(home, "demand.new", {"file": str(new.resolve())}), as_json)
    elif answer is not None:
        if release == refuse:
            raise click.UsageError("--answer needs exactly one of --release and --refuse")
        if not reason:
            raise click.UsageError("--answer needs --reason")
        show(act(home, "demand.answer", {"id": answer, "release": release, "reason": reason}), as_json)
    elif release or refuse or reason:
        raise click.UsageError("--release, --refuse and --reason need --answer")
    else:
        show(act(home, "demand.list", {}), as_json)
