"""docs/map.md leads to the right file within a minute: every room is on it and every path on it exists."""

import re
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def text(root: Path) -> str:
    return (root / "docs" / "map.md").read_text(encoding="utf-8")


def test_every_room_is_on_the_map(package: Path, text: str) -> None:
    rooms = sorted(path.parent.name for path in package.glob("*/__init__.py"))

    assert [room for room in rooms if f"`{room}`" not in text] == []


def test_every_path_on_the_map_exists(root: Path, package: Path, text: str) -> None:
    named = [word for word in re.findall(r"`([^`]+)`", text) if "/" in word and " " not in word]
    lost = []
    for path in named:
        pattern = re.sub(r"<[a-z_]+>", "*", path).rstrip("/")
        if not any(next(place.glob(pattern), None) for place in (root, package)):
            lost.append(path)

    assert named
    assert lost == []


def test_every_link_between_the_documents_leads_somewhere(root: Path) -> None:
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    broken = []
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(root)} -> {target}")

    assert broken == []


def test_the_readme_begins_with_two_commands_and_names_only_tests_that_exist(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    makefile = (root / "Makefile").read_text(encoding="utf-8")

    first = text.split("```")[1].split()
    assert first[:2] == ["make", "demo"]
    assert text.split("```")[1].splitlines()[2].startswith("make test")
    assert [name for name in re.findall(r"make ([a-z-]+)", text) if f"\n{name}:" not in makefile] == []
    assert [path for path in re.findall(r"`(tests/[^`]+)`", text) if not (root / path).exists()] == []
