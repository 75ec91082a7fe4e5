"""A case from tip to picture: what is known, who holds it, by which clause, and what is openly held back."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from haemaru.operations import Hand, candidates, choose, fold, move, open_case, picture, read_tip, turn_criminal
from haemaru.operations.case import NEXT, STATUSES
from haemaru.records import read_record
from haemaru.scenarios import World
from haemaru.values.handling import Handling
from haemaru.wording import Fault, keys, say_reason

Maker = Callable[..., Hand]
LEVELS = ("open", "restricted", "confidential")


@dataclass(frozen=True)
class Shared:
    record: dict[str, Any]
    header: dict[str, Any] = field(default_factory=dict)
    state: str = "held"


@pytest.fixture
def tip(world: World, hand: Maker) -> dict[str, Any]:
    return read_tip(world.tip, hand(rid="tip-1"))


@pytest.fixture
def case(tip: dict[str, Any], world: World, hand: Maker, vessels: Any) -> dict[str, Any]:
    first = candidates(tip, vessels, world.holdings["kcg"], world.now).candidates[0]
    return open_case(tip, hand(rid="case-1"), first.as_json())


def test_a_case_names_the_ship_but_not_why_it_was_ranked_first(
    case: dict[str, Any], tip: dict[str, Any], world: World
) -> None:
    assert read_record(case)["body"]["ship"] == {
        "mmsi": world.truth.mmsi,
        "imo": world.truth.imo,
        "name": world.truth.name,
    }
    assert (case["body"]["measure_nature"], case["body"]["status"], case["refs"]) == (
        "administrative",
        "open",
        [tip["rid"]],
    )
    assert "reasons" not in json.dumps(case)


def test_a_case_is_handled_at_least_as_strictly_as_its_tip(tip: dict[str, Any], hand: Maker) -> None:
    secret = {**tip, "handling": {"level": "confidential", "caveats": ["third_party"]}}
    maker = hand(rid="case-1")
    careful = Hand(maker.party, maker.rid, maker.at, handling=Handling("open", frozenset({"court_ask"})), levels=LEVELS)

    case = open_case(secret, careful)

    assert case["handling"] == {"level": "confidential", "caveats": ["court_ask", "third_party"]}


def test_a_case_without_a_ship_waits_for_the_officers_choice(tip: dict[str, Any], world: World, hand: Maker) -> None:
    case = open_case(tip, hand(rid="case-1"))
    chosen = choose(case, {"mmsi": world.truth.mmsi, "imo": None, "name": world.truth.name}, hand())

    assert case["body"]["ship"] == {}
    assert case["subject"] == tip["subject"]
    assert chosen["rid"] == case["rid"]
    assert chosen["subject"] == {"type": "vessel", "mmsi": world.truth.mmsi, "name": world.truth.name}


def test_the_moment_a_measure_turns_criminal_is_recorded_once(case: dict[str, Any], hand: Maker) -> None:
    body = turn_criminal(case, "INVENTED-WARRANT-1", hand())

    assert (body["measure_nature"], body["turned_at"]) == ("criminal", "2026-04-01T05:00:00Z")
    assert case["body"]["measure_nature"] == "administrative"
    with pytest.raises(Fault, match="case_already_criminal"):
        turn_criminal({**case, "body": body}, "another", hand())


@pytest.mark.parametrize("start", STATUSES)
@pytest.mark.parametrize("wanted", STATUSES)
def test_a_case_moves_only_along_its_ways(start: str, wanted: str, case: dict[str, Any], hand: Maker) -> None:
    placed = {**case, "body": {**case["body"], "status": start}}
    if wanted in NEXT[start]:
        assert move(placed, wanted, hand())["status"] == wanted
    else:
        with pytest.raises(Fault, match="case_no_way"):
            move(placed, wanted, hand())


def test_an_unknown_nature_is_refused(tip: dict[str, Any], hand: Maker) -> None:
    with pytest.raises(Fault, match="case_nature_unknown"):
        open_case(tip, hand(), measure_nature="military")


def test_the_picture_joins_what_both_hold_in_the_order_of_time(
    case: dict[str, Any], tip: dict[str, Any], world: World
) -> None:
    received = [Shared(dict(record), {"clauses": ["2.3"]}) for record in world.holdings["kcs"]]

    merged = picture(case, [tip, *world.holdings["kcg"]], received, {"1.9": 2})
    told = merged.as_json()

    assert {fact.holder for fact in merged.facts} == {"kcg", "kcs"}
    assert [fact.event_time for fact in merged.facts] == sorted(str(fact.event_time) for fact in merged.facts)
    assert all((fact.clauses == ("2.3",)) == (fact.holder == "kcs") for fact in merged.facts)
    assert told["withheld"] == {"1.9": 2}
    assert {"operations.tip", "surveillance.crew_change", "surveillance.sighting"} <= {f.kind for f in merged.facts}
    about = world.truth.mmsi
    others = [r["rid"] for r in world.holdings["kcs"] if r["subject"]["mmsi"] != about]
    assert not set(others) & {fact.rid for fact in merged.facts}
    for fact in merged.facts:
        for lang in ("ko", "en"):
            assert f"reason.{fact.summary.code}" in keys(lang)
            assert "{" not in say_reason(fact.summary, lang)


def test_contradictions_stand_side_by_side_and_nothing_is_overwritten(case: dict[str, Any], world: World) -> None:
    correction = world.corrections[0]
    first = next(r for r in world.holdings["kcg"] if r["rid"] == correction.rid)
    other = {
        **first,
        "rid": "kcs-report",
        "origin": "kcs",
        "body": {**first["body"], "quantity": {"kg": 600, "basis": "net"}},
    }
    own = [*world.holdings["kcg"], *(r for r in world.holdings["kcs"])]

    merged = picture(case, own, [Shared(other, {"clauses": ["1.1"]})])
    matters = {dispute.matter: dispute for dispute in merged.disputes}

    assert {claim["value"] for claim in matters["quantity"].claims} == {1000, 600}
    arrivals = next(d for matter, d in matters.items() if matter.startswith("arrived:KRTJI"))
    assert {claim["holder"] for claim in arrivals.claims} == {"kcg", "kcs"}
    flagged = [row for fact in merged.as_json()["facts"] for row in fact["fields"] if row["disputed"]]
    assert {row["field"] for row in flagged} >= {"quantity.kg", "arrived"}


def test_redacted_and_withdrawn_facts_say_so(case: dict[str, Any], world: World) -> None:
    record = next(dict(r) for r in world.holdings["kcs"] if r["kind"] == "surveillance.crew_change")
    bare = {**record, "body": {"port": "KRTJI"}}
    bare.pop("event_time")
    redacted = [{"path": "body.changes", "clause": "2.6"}]

    merged = picture(case, [], [Shared(bare, {"clauses": ["2.5"], "redacted": redacted}, "retracted")])

    assert merged.facts[0].redacted == tuple(redacted)
    assert merged.facts[0].withdrawn
    assert merged.facts[0].event_time is None
    assert merged.facts[0].summary.params == {"port": "KRTJI", "off": 0, "on": 0}


def test_open_refusals_become_notes_of_what_may_be_demanded(case: dict[str, Any]) -> None:
    held = [{"kind": "customs.clearance", "clause": "2.9", "effect": "demand"}]
    reply = {
        "rid": "a1", "kind": "operations.answer", "origin": "kcs", "subject": case["subject"], "refs": [case["rid"]],
        "body": {"case": case["rid"], "shared": 3, "withheld": 1, "held": held},
    }  # fmt: skip
    foreign = {**reply, "rid": "a2", "body": {**reply["body"], "case": "another"}}

    merged = picture(case, [], [Shared(reply), Shared(foreign)])

    assert merged.held == ({"party": "kcs", **held[0]},)
    assert merged.facts == ()


def test_a_case_file_gathers_everything_that_refers_to_the_case(
    case: dict[str, Any], tip: dict[str, Any], hand: Maker
) -> None:
    late = {"kind": "operations.answer", "rid": "a2", "event_time": "2026-04-01T06:00:00Z", "body": {"case": "case-1"}}
    early = {**late, "rid": "a1", "event_time": "2026-04-01T05:30:00Z"}
    untimed = {"kind": "operations.outcome", "rid": "o1", "body": {"case": "case-1"}}
    stray = {**late, "rid": "a3", "body": {"case": "unknown"}}

    files = fold([late, untimed, stray, early, case, tip])

    assert set(files) == {"case-1"}
    assert files["case-1"].tip == tip
    assert [answer["rid"] for answer in files["case-1"].answers] == ["a1", "a2"]
    assert files["case-1"].status == "closed"
    assert fold([case])["case-1"].status == "open"
