"""`haemaru peer`: whom this node trusts, by statement and fingerprint."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import file_argument, home_argument, json_option
from haemaru.cli.output import show

_PUSH = click.option("--push", "modes", flag_value="push", multiple=True, help="Both connect.")
_PULL = click.option(
    "--pull", "modes", flag_value="pull", multiple=True, help="It cannot connect to us: we push, and pull."
)
_WAIT = click.option(
    "--wait", "modes", flag_value="wait", multiple=True, help="We cannot connect to it: it pushes, and pulls."
)


def _one(modes: tuple[str, ...]) -> str | None:
    if len(set(modes)) > 1:
        raise click.UsageError(f"choose one of --{' and --'.join(sorted(set(modes)))}")
    return modes[0] if modes else None


@click.group()
def peer() -> None:
    """Partners of this node."""


@peer.command("add")
@home_argument
@file_argument
@click.option("--url", required=True, help="Where the partner's node listens.")
@click.option("--fingerprint", required=True, help="As read aloud by the partner, never fetched.")
@_PULL
@_WAIT
@json_option
def add(home: Path, file: Path, url: str, fingerprint: str, modes: tuple[str, ...], as_json: bool) -> None:
    """Trusts a partner whose statement has exactly the fingerprint that was read aloud."""
    params = {"statement": file.read_text(errors="replace"), "url": url, "fingerprint": fingerprint, "where": str(file)}
    show(act(home, "peer.add", params | {"mode": _one(modes)}), as_json)


@peer.command()
@home_argument
@click.argument("party")
@_PUSH
@_PULL
@_WAIT
@json_option
def mode(home: Path, party: str, modes: tuple[str, ...], as_json: bool) -> None:
    """Changes how a partner is reached."""
    chosen = _one(modes)
    if chosen is None:
        raise click.UsageError("--push | --pull | --wait")
    show(act(home, "peer.mode", {"party": party, "mode": chosen}), as_json)


@peer.command()
@home_argument
@click.argument("party")
@click.option("--keyid", required=True, help="Which of its keys (haemaru keys list).")
@click.option("--reason", required=True, help="What was said on the telephone.")
@click.option("--since", default=None, help="List what came under the key since this time; otherwise all of it.")
@json_option
def revoke(home: Path, party: str, keyid: str, reason: str, since: str | None, as_json: bool) -> None:
    """Believes a partner's key no longer; its queue waits until new keys are confirmed."""
    params = {"party": party, "keyid": keyid, "reason": reason, "since": since}
    show(act(home, "peer.revoke", params), as_json)


@peer.command()
@home_argument
@file_argument
@click.option("--fingerprint", required=True, help="As read aloud by the partner, never fetched.")
@click.option("--reason", required=True, help="Why its keys were replaced.")
@json_option
def rekey(home: Path, file: Path, fingerprint: str, reason: str, as_json: bool) -> None:
    """Puts a partner's new keys in the place of its earlier ones, which are revoked."""
    params = {"statement": file.read_text(errors="replace"), "fingerprint": fingerprint, "reason": reason}
    show(act(home, "peer.rekey", params), as_json)
