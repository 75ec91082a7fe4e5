"""The Okgye world: the same to the byte, every paper a good record, and one ship in all of them."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from haemaru.clock import to_ms
from haemaru.intelligence import check_report
from haemaru.records import Stamp, read_record
from haemaru.resources import eligibility, read_need, read_team
from haemaru.scenarios import World, build
from haemaru.scenarios.okgye_cast import MISSPELT
from haemaru.scenarios.sea import POINTS, miles
from haemaru.surveillance import PAPERS, check_paper
from haemaru.training import SessionPlan, answer_application, apply_for_seat, fold, publish_session
from haemaru.values.grade import Grade
from haemaru.values.handling import Handling
from haemaru.values.instant import parse_time
from haemaru.wording import say

NOW = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return build(1, NOW)


def as_text(world: World) -> str:
    parts = [world.holdings, world.tip, world.demand, world.needs, world.teams, world.session, world.seats]
    return json.dumps([*parts, world.outcome], sort_keys=True, default=str)


def every_record(world: World) -> list[dict[str, Any]]:
    return [record for records in world.holdings.values() for record in records]


def test_the_same_seed_and_moment_give_the_same_world(world: World) -> None:
    again = build(1, NOW)

    assert as_text(again) == as_text(world)
    assert again.ships == world.ships
    window = (NOW, NOW + timedelta(minutes=2), 30)
    assert list(again.nmea(*window)) == list(world.nmea(*window))
    assert as_text(build(2, NOW)) != as_text(world)


def test_there_are_about_120_ships_each_with_its_own_name_and_number(world: World) -> None:
    assert 110 <= len(world.ships) <= 130
    assert len({ship.mmsi for ship in world.ships}) == len({ship.name for ship in world.ships}) == len(world.ships)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_paper_is_a_good_record_of_its_own_party_and_marked_invented(seed: int) -> None:
    world = build(seed, NOW)
    rids = Counter(record["rid"] for record in every_record(world))

    assert max(rids.values()) == 1
    for party, records in world.holdings.items():
        for record in records:
            assert read_record(record)["origin"] == party
            assert "invented" in record["body"]["note"]
            assert parse_time(record["event_time"]) <= NOW
            if record["kind"] == "intelligence.report":
                check_report(record)
            elif record["kind"] in PAPERS:
                check_paper(record)
    kinds = {party: {record["kind"] for record in records} for party, records in world.holdings.items()}
    assert {"surveillance.sighting", "surveillance.inspection", "intelligence.report"} <= kinds["kcg"]
    assert {"surveillance.port_call", "surveillance.crew_change", "customs.clearance"} <= kinds["kcs"]
    assert "customs.clearance" not in kinds["kcg"]


def test_the_ship_is_one_and_the_same_in_traffic_and_papers(world: World) -> None:
    ship = next(ship for ship in world.ships if ship.mmsi == world.truth.mmsi)
    about = [record for record in every_record(world) if record["subject"]["mmsi"] == ship.mmsi]

    assert all(record["subject"] == ship.subject() for record in about)
    assert {record["origin"] for record in about} == {"kcg", "kcs"}
    assert (ship.imo, ship.name, ship.outbound) == (world.truth.imo, world.truth.name, "KR OKK")
    assert world.demand["subject"] == ship.subject()


def test_the_tip_misspells_the_name_and_gives_no_number(world: World) -> None:
    assert world.tip["vessel_name"] in MISSPELT
    assert world.tip["vessel_name"] != world.truth.name
    assert not {"mmsi", "imo", "call_sign"} & set(world.tip)
    Grade.from_json(world.tip["grade"])


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_ship_arrives_at_okgye_within_the_hour_of_the_tip(seed: int) -> None:
    world = build(seed, NOW)
    ship = next(ship for ship in world.ships if ship.mmsi == world.truth.mmsi)
    eta = parse_time(world.tip["eta"])

    late, early = (ship.motion.place(to_ms(eta + timedelta(hours=h))) for h in (1, -3))

    assert miles((late.lon, late.lat), POINTS["okgye"]) < 1
    assert 20 < miles((early.lon, early.lat), POINTS["okgye"]) < 60


def test_the_correction_puts_right_a_report_that_its_author_holds(world: World) -> None:
    for correction in world.corrections:
        before = next(r for r in world.holdings[correction.party] if r["rid"] == correction.rid)
        assert before["body"]["quantity"] != correction.body["quantity"]
        assert check_report({**before, "body": correction.body}).corrections[0]["why"] == correction.why
        assert correction.at > NOW


def test_two_dog_teams_may_go_and_each_other_has_its_reason_why_not(world: World) -> None:
    need = read_need(world.needs[0])
    found = [eligibility(read_team(read_record(team)["body"]), need, need.window) for team in world.teams["kcs"]]

    assert len(world.needs) == 2
    assert [one.ok for one in found] == [True, True, True, False, False]
    assert [[reason.code for reason in one.blocking] for one in found[3:]] == [
        ["certificate_ends_before"],
        ["team_not_trained_for"],
    ]


def test_both_officers_get_a_seat_on_the_course(world: World) -> None:
    at = Stamp("session-1", "kcs", NOW, Handling("restricted"))
    records = [publish_session(at, msgspec.convert(world.session, SessionPlan))]
    for number, seat in enumerate(world.seats):
        asked = Stamp(f"asked-{number}", "kcg", NOW, at.handling)
        records.append(apply_for_seat(asked, fold(records)[0], seat["person"], tuple(seat["competencies"])))
        records.append(
            answer_application(Stamp(f"answer-{number}", "kcs", NOW, at.handling), fold(records)[0], asked.rid)
        )

    assert fold(records)[0].persons("seat") == {"kcg": ["kcg-officer-17", "kcg-officer-22"]}


def test_the_story_is_told_in_order_and_in_both_languages(world: World) -> None:
    times = [step.at for step in world.steps]

    assert times == sorted(times)
    for step in world.steps:
        for lang in ("ko", "en"):
            assert say(step.key, lang) != step.key
            assert len(say(step.key, lang)) > 40


def test_the_page_of_the_story_says_what_the_demo_says(world: World) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "demo-story.md").read_text(encoding="utf-8")

    for lang in ("ko", "en"):
        assert [step.id for step in world.steps if say(step.key, lang) not in page] == []
    assert "invented" in page
    assert "가상" in page
