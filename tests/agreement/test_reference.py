"""The reference page is true: its examples run, and its lists are the code's."""

import ast
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from haemaru.agreement import Effect, Refusal, Treatment, decide, load_agreement
from haemaru.agreement.conditions import CONDITIONS
from haemaru.agreement.plan import Role
from haemaru.values.instant import parse_time

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "agreement.md").read_text("utf-8")
ROOM = ROOT / "src" / "haemaru" / "agreement"
BLOCKS = re.findall(r"^```(toml|json \w+|console)\n(.*?)^```$", PAGE, re.M | re.S)


def examples() -> list[tuple[dict[str, Any], dict[str, str], dict[str, Any], dict[str, Any] | None]]:
    """Every record of the page with its command, its decision and, where shown, its copy."""
    found: list[tuple[dict[str, Any], dict[str, str], dict[str, Any], dict[str, Any] | None]] = []
    record: dict[str, Any] = {}
    options: dict[str, str] = {}
    for kind, text in BLOCKS:
        if kind == "json record":
            record = json.loads(text)
        elif kind == "console":
            words = shlex.split(text)
            options = {word: words[place + 1] for place, word in enumerate(words[:-1]) if word.startswith("--")}
        elif kind == "json decision":
            found.append((record, options, json.loads(text), None))
        elif kind == "json copy":
            found[-1] = (*found[-1][:3], json.loads(text))
    return found


@pytest.mark.parametrize("place", range(len(examples())))
def test_the_examples_of_the_page_are_what_decide_says(place: int) -> None:
    agreement = load_agreement(next(text for kind, text in BLOCKS if kind == "toml").encode(), "agreement.md")
    record, options, expected, copy = examples()[place]

    way = (options["--from"], options["--to"], options["--purpose"])
    decision = decide(agreement, record, *way, parse_time(options["--at"]))

    assert decision.as_json() == expected
    assert copy is None or decision.redact() == copy


def codes_in_the_code() -> set[str]:
    """First arguments of every Reason and of every `outcomes(...)`, and the words that choose between two."""
    found: set[str] = set()
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Reason", "outcomes") and node.args:
                first = node.args[0]
                chosen = (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,)
                found |= {str(one.value) for one in chosen if isinstance(one, ast.Constant)}
    return found


def test_the_page_lists_every_reason_code_and_no_other() -> None:
    section = PAGE.split("## 8. Reason codes")[1].split("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \|", section, re.M)

    assert sorted(listed) == sorted(codes_in_the_code())


def test_the_page_lists_every_condition_treatment_effect_and_role() -> None:
    section = PAGE.split("## 4. Conditions")[1].split("\n## ")[0]

    assert re.findall(r"^\| `(\w+)` \|", section, re.M)[1:] == [condition.test for condition in CONDITIONS]
    for word in (*Treatment, *Effect, *Refusal, *Role):
        assert f"`{word.value}`" in PAGE or f"*{word.value.rstrip('s')}" in PAGE
