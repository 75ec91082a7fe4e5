"""`haemaru keys`: which keys count, new ones, a stolen one taken back, and the passphrase they are kept under."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import home_argument, json_option
from haemaru.cli.output import show
from haemaru.cli.passphrase import ask_new, asked_in, passphrase_option
from haemaru.node import Answer
from haemaru.node.home import Home
from haemaru.node.passphrase import from_file, open_folder
from haemaru.signing import SUITE_NAMES
from haemaru.wording import Fault

_SUITE = click.option("--suite", type=click.Choice(SUITE_NAMES), default=None, help="Another suite of algorithms.")


@click.group()
def keys() -> None:
    """Keys of a node and of its partners."""


@keys.command("list")
@home_argument
@json_option
def list_(home: Path, as_json: bool) -> None:
    """Tells every key, own and partners': suite, fingerprint, from when to when it counts, and its state."""
    show(act(home, "keys.list", {}), as_json)


@keys.command()
@home_argument
@_SUITE
@json_option
def rotate(home: Path, suite: str | None, as_json: bool) -> None:
    """Makes new keys; partners believe them because the present ones sign the message."""
    show(act(home, "keys.rotate", {"suite": suite}), as_json)


@keys.command()
@home_argument
@click.argument("keyid")
@click.option("--reason", required=True, help="What became of the key.")
@_SUITE
@json_option
def revoke(home: Path, keyid: str, reason: str, suite: str | None, as_json: bool) -> None:
    """Takes a key back; the present one is replaced, and each partner's officer must confirm the new one."""
    show(act(home, "keys.revoke", {"keyid": keyid, "reason": reason, "suite": suite}), as_json)


@keys.command()
@home_argument
@passphrase_option
@click.option("--new-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Its first line.")
@click.option("--remove", is_flag=True, help="Keep the keys without a passphrase.")
@json_option
def passphrase(home: Path, passphrase_file: Path | None, new_file: Path | None, remove: bool, as_json: bool) -> None:
    """Gives the keys of a stopped node a passphrase, another one, or none."""
    if remove and new_file is not None:
        raise Fault("passphrase_or_none", "--remove")
    place = Home(home.resolve())
    settings, lock = place.settings(), place.lock()
    try:
        folder = open_folder(place, asked_in(passphrase_file))
        folder.load()
        if not remove:
            folder.protect(from_file(new_file) if new_file is not None else ask_new())
        else:
            folder.protect(None)
    finally:
        lock.close()
    show(Answer({"home": str(place.folder), "party": settings.party, "passphrase": folder.has_passphrase}), as_json)
