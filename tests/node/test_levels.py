"""What a node writes by itself bears a level that the agreement in hand knows, whatever its ladder is called."""

from pathlib import Path

import pytest

from haemaru.node import Node
from haemaru.node.commands.resources import stamp
from haemaru.node.hands import hand
from haemaru.node.init import init_home

AGREEMENTS = Path(__file__).parents[2] / "agreements"


@pytest.mark.parametrize(
    ("agreement", "party", "level"),
    [("kcg-kcs-narcotics", "kcg", "restricted"), ("three-seas-trafficking", "arvenia_guard", "harbour")],
)
def test_own_words_stand_on_the_ladder_of_the_agreement(tmp_path: Path, agreement: str, party: str, level: str) -> None:
    init_home(tmp_path / party, party, AGREEMENTS / f"{agreement}.toml", "demo", None, None)

    with Node.open(tmp_path / party) as node:
        demand = hand(node).write("request.demand", {}, {})

        assert demand["handling"]["level"] == level
        assert stamp(node).handling.level == level
