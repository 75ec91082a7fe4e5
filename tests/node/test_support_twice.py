"""A dog team is promised once: the same team is not picked for two offers, and a commit weighs it again."""

from datetime import timedelta
from typing import Any

import pytest
from tests.node.conftest import Pair, asked, written

from haemaru.clock import format_time
from haemaru.node.desk import NodeDesk
from haemaru.scenarios.okgye import build
from haemaru.wording import Fault


@pytest.fixture
def requests(pair: Pair, tmp_path: Any) -> list[str]:
    """Two requests of the coast guard for the same hours; customs has registered its teams."""
    now = pair.kcs.clock.now()
    teams = build(1, now).teams["kcs"]
    asked(pair.kcs, "records.put", file=written(tmp_path / "teams.jsonl", *teams))
    due = format_time(now + timedelta(hours=3))
    names = [
        asked(pair.kcg, "support.request", to="kcs", place="KROKK", need_by=due, substances=["cocaine"])["id"]
        for _ in range(2)
    ]
    pair.carry()
    return names


def step(pair: Pair, party: str, name: str, word: str, **more: Any) -> None:
    asked(getattr(pair, party), "support.step", id=name, step=word, **more)
    pair.carry()


def teams_of(pair: Pair) -> list[str]:
    return sorted(each["team"] for each in asked(pair.kcg, "resources.list")["supports"])


def test_two_requests_are_offered_two_teams(pair: Pair, requests: list[str]) -> None:
    for name in requests:
        step(pair, "kcs", name, "offer")

    assert len(set(teams_of(pair))) == 2


def test_a_team_that_was_promised_since_the_offer_cannot_be_committed_again(pair: Pair, requests: list[str]) -> None:
    first, second = requests
    step(pair, "kcs", first, "offer")
    [team] = {name for name in teams_of(pair) if name}
    step(pair, "kcs", second, "offer", team=team)
    for name in requests:
        step(pair, "kcg", name, "requisition")
    step(pair, "kcs", first, "commit")

    with pytest.raises(Fault) as refused:
        step(pair, "kcs", second, "commit")

    assert refused.value.code == "team_not_eligible"
    assert refused.value.params["reasons"] == "team_promised_elsewhere"


def test_the_owner_is_told_which_teams_may_go_and_why_the_others_may_not(pair: Pair, requests: list[str]) -> None:
    first, second = requests
    assert [row["teams"] for row in NodeDesk(pair.kcg).supports()] == [[], []]
    step(pair, "kcs", first, "offer")

    rows = {row["id"]: row["teams"] for row in NodeDesk(pair.kcs).supports()}

    assert rows[first] == []
    assert any(each["may_go"] for each in rows[second])
    assert [each["offered"] for each in rows[second]].count(True) == 1
    assert all(each["may_go"] == (not each["reasons"]) for each in rows[second])
