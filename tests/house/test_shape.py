"""A file is one idea and a function one thought: the lengths, and the story that opens each file."""

import ast
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 50
STORY_FROM = 40

# Exceptions are listed by name, each with its reason.
LONG_FILES: dict[str, str] = {
    "src/haemaru/node/migrations/versions/0001_first.py": "a list: the tables as they were first made",
}
LONG_FUNCTIONS: dict[str, str] = {
    "src/haemaru/node/migrations/versions/0001_first.py:upgrade": "a list: the tables as they were first made",
}


def test_no_file_is_longer_than_four_hundred_lines(root: Path, modules: list[Path]) -> None:
    long = {str(path.relative_to(root)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules}

    assert {name: lines for name, lines in long.items() if lines > FILE_LINES and name not in LONG_FILES} == {}


def test_no_function_is_longer_than_fifty_lines(root: Path, modules: list[Path]) -> None:
    long = {}
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                name = f"{path.relative_to(root)}:{node.name}"
                if lines > FUNCTION_LINES and name not in LONG_FUNCTIONS:
                    long[name] = lines

    assert long == {}


def test_every_module_of_more_than_forty_lines_opens_with_its_story(root: Path, modules: list[Path]) -> None:
    silent = []
    for path in modules:
        text = path.read_text(encoding="utf-8")
        if len(text.splitlines()) > STORY_FROM and not ast.get_docstring(ast.parse(text)):
            silent.append(str(path.relative_to(root)))

    assert silent == []


def test_there_is_no_room_or_file_for_odds_and_ends(root: Path, modules: list[Path]) -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "core", "services", "managers", "manager"}

    assert [str(path.relative_to(root)) for path in modules if vague & {path.stem, path.parent.name}] == []
