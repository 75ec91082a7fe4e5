"""How the shell gets a home's passphrase: a file, the environment, or a person at a terminal; never an argument."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from haemaru.node.passphrase import from_environment, from_file
from haemaru.signing import Passphrase
from haemaru.wording import Fault

_F = TypeVar("_F", bound=Callable[..., object])


def passphrase_option(function: _F) -> _F:
    """Names the file whose first line is the passphrase."""
    return click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        default=None,
        help="The file whose first line is the passphrase of the keys.",
    )(function)


def ask() -> bytes | None:
    """The passphrase of a home: from the environment, else from whoever sits at the terminal."""
    given = from_environment()
    if given is not None or not sys.stdin.isatty():
        return given
    return str(click.prompt("passphrase", hide_input=True, err=True)).encode()


def asked_in(file: Path | None) -> Passphrase:
    """`ask`, unless a file is named."""
    return ask if file is None else lambda: from_file(file)


def ask_new() -> bytes:
    """A new passphrase, typed twice."""
    if not sys.stdin.isatty():
        raise Fault("passphrase_no_terminal", "passphrase")
    given = str(click.prompt("new passphrase", hide_input=True, confirmation_prompt=True, err=True))
    if not given:
        raise Fault("passphrase_empty", "passphrase")
    return given.encode()
