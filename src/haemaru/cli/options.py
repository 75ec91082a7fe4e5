"""The arguments that many commands share."""

import getpass
import math
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., object])

_FOLDER = click.Path(path_type=Path)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


class _Positive(click.ParamType[float]):
    """A finite number above 0: "not a number" would never be over, and click's own range lets it through."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; fails with the option's name."""
        try:
            number = float(str(value))
        except ValueError:
            number = 0.0
        if not 0 < number < math.inf:
            self.fail(f"{value!r} is not a number above 0.", param, ctx)
        return number


POSITIVE = _Positive()


class Seconds(click.FloatRange):
    """So many seconds, from 0 to the most that makes sense; click's own range lets "not a number" through."""

    name = "seconds"

    def __init__(self, most: float) -> None:
        super().__init__(0, most)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds; fails with the option's name."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


def home_argument(function: _F) -> _F:
    """The home the command acts on."""
    return click.argument("home", type=_FOLDER)(function)


def file_argument(function: _F) -> _F:
    """A file that must be there."""
    return click.argument("file", type=_FILE)(function)


def json_option(function: _F) -> _F:
    """Print exactly one JSON object."""
    return click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON object.")(function)


def signed_in(by: str | None) -> dict[str, str]:
    """Name and password of the officer who gives an order; the password never stands on the command line."""
    if not by:
        return {}
    password = os.environ.get("HAEMARU_PASSWORD")
    if password is None:
        password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    return {"by": by, "password": password}
