"""From a case to two dog teams: what is asked for, which teams may go, and why not the others."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from haemaru.operations import Hand, ask, needs_of, open_case, possible, read_tip
from haemaru.records import read_record
from haemaru.resources import Commitment, fold, read_team
from haemaru.scenarios import World
from haemaru.values.handling import Handling

Maker = Callable[..., Hand]


@pytest.fixture
def case(world: World, hand: Maker) -> dict[str, Any]:
    tip = read_tip(world.tip, hand(rid="tip-1"))
    return open_case(tip, hand(rid="case-1"), {"mmsi": world.truth.mmsi, "name": world.truth.name})


def test_a_case_asks_for_one_team_a_need_around_the_hour_of_arrival(case: dict[str, Any], world: World) -> None:
    needs = needs_of(case, world.now, substances=["cocaine"])

    assert [need.place for need in needs] == ["KROKK", "KROKK"]
    assert needs[0].since == "2026-04-01T20:30:00Z"
    assert needs[0].until == "2026-04-02T05:30:00Z"


def test_a_case_without_an_hour_or_with_a_past_one_still_gets_a_window(case: dict[str, Any], world: World) -> None:
    late = world.now + timedelta(days=2)
    bare = {**case, "body": {**case["body"], "eta": None}}

    assert needs_of(bare, world.now)[0].since == "2026-04-01T10:00:00Z"
    assert needs_of(case, late)[0].since == "2026-04-03T05:00:00Z"


def test_the_request_is_tied_to_the_case_but_does_not_name_the_ship(
    case: dict[str, Any], world: World, hand: Maker
) -> None:
    marked = {**case, "handling": {"level": "restricted", "caveats": ["court_ask"]}}
    need = needs_of(case, world.now, substances=["cocaine"])[0]

    request = ask(marked, need, "kcs", hand(rid="s1"), "two teams at the berth")

    assert read_record(request)["refs"] == ["case-1"]
    assert str(world.truth.mmsi) not in str(request)
    assert request["handling"] == Handling("restricted", frozenset({"court_ask"})).as_json()
    assert [support.state.value for support in fold([request])] == ["requested"]


def test_teams_that_may_go_come_first_and_the_others_say_why_not(case: dict[str, Any], world: World) -> None:
    teams = [read_team(team["body"]) for team in reversed(world.teams["kcs"])]
    need = needs_of(case, world.now, substances=["cocaine"])[0]
    promised = [Commitment(team="kcs-dog-1", support="another", since=need.since, until=need.until)]

    free = possible(need, teams)
    busy = possible(need, teams, promised)

    assert [one.team.id for one in free] == ["kcs-dog-1", "kcs-dog-2", "kcs-dog-3", "kcs-dog-4", "kcs-dog-5"]
    assert [one.team.id for one in busy if one.eligibility.ok] == ["kcs-dog-2", "kcs-dog-3"]
    assert all(one.eligibility.blocking for one in free if not one.eligibility.ok)
    assert free[0].km is not None
    assert free[0].km < 30
