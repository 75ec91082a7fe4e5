"""Commands on a whole home: make one, ask how it is, rebuild its views, back it up and restore it."""

from pathlib import Path

import click
import msgspec

from haemaru.cli.door import act
from haemaru.cli.options import file_argument, home_argument, json_option
from haemaru.cli.output import show
from haemaru.cli.passphrase import ask_new, passphrase_option
from haemaru.node import Answer
from haemaru.node.backup import restore_home
from haemaru.node.home import REALMS
from haemaru.node.init import init_home
from haemaru.node.passphrase import from_file
from haemaru.signing import SUITE, SUITE_NAMES


@click.command()
@home_argument
@click.option("--party", required=True, help="Which party of the agreement this node belongs to.")
@click.option("--agreement", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--realm", type=click.Choice(REALMS), default="live", show_default=True)
@click.option("--listen", default=None, help="Address and port to listen on; a free port of 127.0.0.1 otherwise.")
@click.option("--database", default=None, help="postgresql://... instead of the embedded SQLite.")
@click.option(
    "--suite",
    type=click.Choice(SUITE_NAMES),
    default=SUITE,
    show_default=True,
    help="The algorithms of the node's keys; partners may have another.",
)
@passphrase_option
@click.option("--ask-passphrase", is_flag=True, help="Ask for a passphrase of the keys at the terminal.")
@json_option
def init(
    home: Path,
    party: str,
    agreement: Path,
    realm: str,
    listen: str | None,
    database: str | None,
    suite: str,
    passphrase_file: Path | None,
    ask_passphrase: bool,
    as_json: bool,
) -> None:
    """Makes a home: keys, statement, database and one officer whose password is shown once."""
    given = from_file(passphrase_file) if passphrase_file else ask_new() if ask_passphrase else None
    made = init_home(home.resolve(), party, agreement, realm, listen, database, suite, given)
    show(Answer(msgspec.to_builtins(made)), as_json)


@click.command()
@home_argument
@json_option
def status(home: Path, as_json: bool) -> None:
    """Tells how the node is: agreement, partners, streams, feeds, what was quarantined or refused and why."""
    show(act(home, "status", {}), as_json)


@click.command()
@home_argument
@click.option("--check", is_flag=True, help="Compare with a scratch rebuild and change nothing.")
@json_option
def rebuild(home: Path, check: bool, as_json: bool) -> None:
    """Rebuilds every view from the ledger, or checks that it would come out equal."""
    show(act(home, "rebuild", {"check": check}), as_json)


@click.command()
@home_argument
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--refresh", is_flag=True, help="FILE is the key file of an older backup: erase in it what was erased.")
@click.option("--destroyed", is_flag=True, help="FILE was the key file of an older backup, and is gone for good.")
@json_option
def backup(home: Path, file: Path, refresh: bool, destroyed: bool, as_json: bool) -> None:
    """Writes an encrypted backup to FILE and what opens it to FILE.key; keep the two apart."""
    if refresh and destroyed:
        raise click.UsageError("choose one of --refresh and --destroyed")
    params = {"file": str(file.resolve()), "refresh": refresh, "destroyed": destroyed}
    show(act(home, "backup", params), as_json)


@click.command()
@file_argument
@home_argument
@click.option("--key", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="FILE.key otherwise.")
@json_option
def restore(file: Path, home: Path, key: Path | None, as_json: bool) -> None:
    """Makes a new home from a backup and its key."""
    show(Answer(restore_home(file, key or file.with_name(file.name + ".key"), home.resolve())), as_json)
