"""The arguments that many commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., object])

_FOLDER = click.Path(path_type=Path)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def home_argument(function: _F) -> _F:
    """The home the command acts on."""
    return click.argument("home", type=_FOLDER)(function)


def file_argument(function: _F) -> _F:
    """A file that must be there."""
    return click.argument("file", type=_FILE)(function)


def json_option(function: _F) -> _F:
    """Print exactly one JSON object."""
    return click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON object.")(function)
