"""What a room gives to others stands in its `__init__`: a paragraph and `__all__` (ruff, RUF022, holds its order)."""

import ast
import importlib
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "haemaru"
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_rooms_door_lists_what_it_gives_and_gives_what_it_lists(room: str) -> None:
    tree = ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8"))
    taken = [
        node for node in tree.body if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("haemaru")
    ]
    imported = {name.asname or name.name for node in taken for name in node.names}

    module = importlib.import_module(f"haemaru.{room}")

    listed = getattr(module, "__all__", [])
    assert len(listed) == len(set(listed))
    assert [name for name in listed if not hasattr(module, name)] == []
    assert {name for name in imported if not name.startswith("_")} <= set(listed)


def test_every_room_says_what_it_is_for() -> None:
    doors = {room: ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text("utf-8"))) for room in ROOMS}

    assert [room for room, story in doors.items() if not story or story.startswith("The room ")] == []
