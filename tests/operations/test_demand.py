"""A demand names its statute, letter, officer, subject and time; its answer names the demand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from haemaru.operations import (
    Hand,
    draft_demand,
    follow,
    held_notes,
    matching,
    open_case,
    read_demand,
    read_tip,
    refuse,
)
from haemaru.records import read_record
from haemaru.scenarios import World
from haemaru.wording import Fault, keys

Maker = Callable[..., Hand]


@pytest.fixture
def case(world: World, hand: Maker) -> dict[str, Any]:
    ship = {"mmsi": world.truth.mmsi, "imo": world.truth.imo, "name": world.truth.name}
    return open_case(read_tip(world.tip, hand(rid="tip-1")), hand(rid="case-1"), ship)


def test_the_letter_of_the_story_becomes_a_good_record(world: World, hand: Maker) -> None:
    record = read_record(read_demand(world.demand, hand(rid="d1")))

    assert (record["kind"], record["body"]["demand"]) == ("request.demand", "d1")
    assert record["subject"] == world.demand["subject"]
    assert "refs" not in record


def test_a_demand_is_drafted_from_the_notes_of_an_answer_in_one_call(case: dict[str, Any], hand: Maker) -> None:
    reply = {
        "origin": "kcs",
        "body": {
            "held": [
                {"kind": "customs.clearance", "clause": "2.9", "effect": "demand"},
                {"kind": "intelligence.report", "clause": "1.4", "effect": "refer"},
            ]
        },
    }

    demand = draft_demand(case, held_notes(reply), "INVENTED-1", hand(rid="d1"), statute="invented statute, item 1")

    assert demand["body"]["kinds"] == ["customs.clearance"]
    assert (demand["body"]["clause"], demand["body"]["case"], demand["refs"]) == ("2.9", "case-1", ["case-1"])
    assert demand["body"]["reply_by"] == "2026-04-01T09:00:00Z"
    assert demand["subject"] == case["subject"]
    with pytest.raises(Fault, match="demand_nothing_held"):
        draft_demand(case, [], "INVENTED-1", hand())


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        ({"statute": None}, "form_field_missing", "demand.statute"),
        ({"officer": ""}, "form_field_missing", "demand.officer"),
        ({"leter": "1"}, "form_field_unknown", "demand.leter"),
        ({"kinds": []}, "form_list_wrong", "demand.kinds"),
        ({"kinds": "customs.clearance"}, "form_list_wrong", "demand.kinds"),
        ({"kinds": ["Customs Clearance"]}, "bad_kind", "demand.kinds[0]"),
        ({"subject": {"type": "vessel"}}, "demand_subject_unclear", "demand.subject"),
        ({"subject": "ship"}, "form_not_object", "demand.subject"),
        ({"reply_by": "soon"}, "bad_time", "demand.reply_by"),
        ({"reply_by": "2026-04-01T04:00:00Z"}, "demand_reply_past", "demand.reply_by"),
    ],
)
def test_a_bad_demand_is_refused_with_its_place(
    change: dict[str, Any], code: str, where: str, world: World, hand: Maker
) -> None:
    with pytest.raises(Fault) as caught:
        read_demand({**world.demand, **change}, hand())

    assert (caught.value.code, caught.value.where) == (code, where)


def test_only_records_of_the_kind_about_the_ship_match(world: World, hand: Maker) -> None:
    demand = read_demand(world.demand, hand(rid="d1"))
    own = list(world.holdings["kcs"])
    namesake = {**own[0], "kind": "customs.clearance", "subject": {"type": "vessel", "name": world.truth.name}}

    found = matching(demand, [*own, namesake])

    assert len(found) == 2
    assert all(r["kind"] == "customs.clearance" and r["subject"]["mmsi"] == world.truth.mmsi for r in found)


def test_the_state_of_a_demand_follows_from_what_refers_to_it(world: World, hand: Maker) -> None:
    demand = read_demand(world.demand, hand(rid="d1"))
    given = {"rid": "r1", "kind": "customs.clearance", "refs": ["d1"], "body": {}}
    refusal = refuse(demand, "not about a narcotics case", hand("kcs", "f1"))
    now = world.now

    states = {
        name: follow(records, at)[0]
        for name, records, at in (
            ("open", [demand], now),
            ("overdue", [demand], now + timedelta(hours=5)),
            ("released", [given, demand], now),
            ("refused", [demand, refusal], now),
        )
    }

    assert {name: state.state for name, state in states.items()} == {name: name for name in states}
    assert states["released"].answers == ("r1",)
    assert read_record(refusal)["refs"] == ["d1"]
    assert all(state.reason and f"reason.{state.reason.code}" in keys("ko") for state in states.values())
    with pytest.raises(Fault, match="form_field_missing"):
        refuse(demand, "  ", hand("kcs", "f1"))
