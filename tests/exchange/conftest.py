"""Nodes on databases in a temporary folder; what they can do stands in `nodes`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.exchange.nodes import Node, load

from haemaru.clock import FakeClock


@pytest.fixture
def make_node(tmp_path: Path, clock: FakeClock) -> Callable[[str], Node]:
    made: list[Node] = []

    def make(party: str) -> Node:
        node = Node(party, clock, tmp_path, load(), len(made) + 1)
        made.append(node)
        return node

    return make


@pytest.fixture
def pair(make_node: Callable[[str], Node]) -> tuple[Node, Node]:
    north, south = make_node("north"), make_node("south")
    north.knows(south)
    south.knows(north)
    return north, south
