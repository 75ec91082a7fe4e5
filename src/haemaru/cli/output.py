"""What a command prints: JSON for programs, plain lines for people, errors with what, where, why and what to do."""

import os
import sys
from collections.abc import Iterator, Mapping

import click
import msgspec

from haemaru.node import Answer
from haemaru.wording import Fault, say_fault


def language() -> str:
    """The reader's language: HAEMARU_LANG, else LANG; Korean where it begins with `ko`, English otherwise."""
    chosen = os.environ.get("HAEMARU_LANG") or os.environ.get("LANG") or "en"
    return "ko" if chosen.lower().startswith("ko") else "en"


def show(answer: Answer, as_json: bool) -> None:
    """Prints an answer and leaves with its exit code."""
    if isinstance(answer.body, list):
        for line in answer.body:
            click.echo(msgspec.json.encode(line).decode())
    elif as_json:
        click.echo(msgspec.json.encode(answer.body).decode())
    else:
        for text in plain(answer.body):
            click.echo(text)
    if answer.exit_code:
        sys.exit(answer.exit_code)


def plain(value: object, path: str = "") -> Iterator[str]:
    """Lines of `name: value`, dotted where values nest."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from plain(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for position, inner in enumerate(value, start=1):
            yield from plain(inner, f"{path}[{position}]")
    else:
        yield f"{path}: {value if isinstance(value, str) else msgspec.json.encode(value).decode()}"


def show_fault(fault: Fault) -> None:
    """Prints a fault on standard error as the one error object of contracts.md section 1."""
    click.echo(msgspec.json.encode({"error": say_fault(fault, language())}).decode(), err=True)
