"""Promise 6 and the whole story on real processes: `haemaru demo --once --json` and what contracts.md asks of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.journeys.house_pair import haemaru


def check(told: dict[str, Any]) -> None:
    """Nothing lost, nothing twice, nothing without a clause, and every row accounted for."""
    positions = told["positions"]
    assert positions["observed"] == positions["shared"] + sum(positions["withheld"].values())
    assert told["records"]["sealed"] == told["records"]["received"] > 0
    assert (told["records"]["lost"], told["records"]["duplicates"]) == (0, 0)
    assert told["released_without_clause"] == 0
    assert told["tip_to_picture_s"] < 60
    assert told["ledger"]["kcg"]["ok"]
    assert told["ledger"]["kcs"]["ok"]


def test_the_story_is_told_by_two_nodes_and_a_tip_becomes_one_picture(tmp_path: Path) -> None:
    told = haemaru("demo", "--once", "--seed", "2", "--home", tmp_path / "demo", "--json")

    check(told)
    assert told["picture"]["holders"] == ["kcg", "kcs"]
    assert (told["reports"]["shared"], told["reports"]["corrected"]) >= (1, 1)
    assert told["demands"]["answered"] >= 1
    assert told["support"]["requested"] == told["support"]["committed"] == told["support"]["returned"] >= 1
    assert told["training"]["seats_taken"] >= 1


def test_the_story_is_told_over_real_ship_traffic(tmp_path: Path, shared: Callable[[str], Path]) -> None:
    log = shared("data/ais/noaa_nyharbor_20200630_h00.csv.gz")

    told = haemaru("demo", "--once", "--feed", log, "--home", tmp_path / "demo", "--json")

    check(told)
    assert told["positions"]["observed"] == 8687
