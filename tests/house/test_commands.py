"""docs/reference/commands.md and the command tree tell the same story: no command or option is on one side only."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest


def _leaves(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group) and command.commands:
        for name, inner in sorted(command.commands.items()):
            yield from _leaves(inner, f"{path} {name}")
    elif not isinstance(command, click.Group):
        yield path, command


@pytest.fixture(scope="module")
def tree() -> dict[str, click.Command]:
    module = importlib.import_module("haemaru.cli.main")
    [root] = [value for value in vars(module).values() if isinstance(value, click.Group) and value.name == "haemaru"]
    return {name: command for name, command in _leaves(root, "haemaru") if not command.hidden}


@pytest.fixture(scope="module")
def sections(root: Path) -> dict[str, str]:
    text = (root / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    parts = re.split(r"^### `(haemaru[^`]*)`$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_is_documented_and_every_documented_command_exists(
    tree: dict[str, click.Command], sections: dict[str, str]
) -> None:
    assert sorted(set(tree) - set(sections)) == []
    assert sorted(set(sections) - set(tree)) == []


def test_every_option_is_documented_under_its_command(tree: dict[str, click.Command], sections: dict[str, str]) -> None:
    missing = []
    for name, command in tree.items():
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                long = max(option.opts, key=len)
                if long not in ("--help", "--json") and f"`{long}" not in sections.get(name, ""):
                    missing.append(f"{name} {long}")

    assert missing == []


def test_no_documented_option_is_gone(tree: dict[str, click.Command], sections: dict[str, str]) -> None:
    gone = []
    for name, text in sections.items():
        known = (
            {opt for option in tree[name].params for opt in (*option.opts, *option.secondary_opts)}
            if name in tree
            else set()
        )
        gone += [f"{name} {flag}" for flag in re.findall(r"^- `(--[a-z-]+)", text, re.MULTILINE) if flag not in known]

    assert gone == []


def test_every_command_says_in_one_line_what_it_does(tree: dict[str, click.Command]) -> None:
    assert [name for name, command in tree.items() if not (command.help or "").strip()] == []
