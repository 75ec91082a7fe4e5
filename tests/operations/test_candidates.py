"""Which ship is meant: the right one first, every point with its reason, and nobody's nationality anywhere."""

import copy
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from tests.operations.conftest import NOW, vessels_of

from haemaru.operations import Hand, KnownVessel, Ranking, candidates, read_tip
from haemaru.scenarios import World, build
from haemaru.values import Position
from haemaru.wording import keys, say_reason

Maker = Callable[..., Hand]


def rank(form: dict[str, Any], vessels: list[KnownVessel], papers: Any = (), now: datetime = NOW) -> Ranking:
    return candidates(read_tip(form, Hand("kcg", "tip-1", now)), vessels, papers, now)


def codes(ranking: Ranking, place: int = 0) -> set[str]:
    return {part.reason.code for part in ranking.candidates[place].parts}


@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("party", ["kcg", "kcs"])
def test_the_ship_of_the_story_comes_first_for_either_agency(seed: int, party: str) -> None:
    world = build(seed, NOW)

    ranking = rank(world.tip, vessels_of(world), world.holdings[party])

    assert ranking.candidates[0].ship.mmsi == world.truth.mmsi
    assert [candidate.rank for candidate in ranking.candidates] == list(range(1, len(ranking.candidates) + 1))


@pytest.mark.parametrize("seed", range(1, 9))
def test_it_stays_among_the_first_three_however_the_name_is_misspelt(seed: int) -> None:
    world = build(seed, NOW)
    luck, vessels = random.Random(seed), vessels_of(world)
    for _ in range(5):
        letters = list(world.truth.name)
        for _ in range(luck.randint(1, 3)):
            letters[luck.randrange(len(letters))] = luck.choice("AEIOULRNMS")
        ranking = rank({**world.tip, "vessel_name": "".join(letters)}, vessels)
        assert world.truth.mmsi in [candidate.ship.mmsi for candidate in ranking.candidates[:3]]


def test_every_contribution_is_a_reason_that_can_be_read(world: World, vessels: list[KnownVessel]) -> None:
    ranking = rank(world.tip, vessels, world.holdings["kcs"])

    for candidate in ranking.candidates:
        assert candidate.score == pytest.approx(sum(part.points for part in candidate.parts))
        for part in candidate.parts:
            for lang in ("ko", "en"):
                assert f"reason.{part.reason.code}" in keys(lang)
                assert "{" not in say_reason(part.reason, lang)
    assert any(part.points < 0 for candidate in ranking.candidates for part in candidate.parts)
    assert json.loads(json.dumps(ranking.as_json()))[0]["reasons"][0]["code"] == "candidate_name_alike"


def test_papers_of_both_agencies_show_in_the_reasons(world: World, vessels: list[KnownVessel]) -> None:
    found = codes(rank(world.tip, vessels, [*world.holdings["kcg"], *world.holdings["kcs"]]))

    assert {
        "candidate_next_port_declared", "candidate_source_call", "candidate_crew_left", "candidate_reported",
        "candidate_searched_clean",
    } <= found  # fmt: skip


def test_the_nationality_of_a_crew_changes_nothing(world: World, vessels: list[KnownVessel]) -> None:
    papers = copy.deepcopy(list(world.holdings["kcs"]))
    for paper in papers:
        for row in paper["body"].get("changes", ()):
            row["nationality"] = random.Random(7).choice(["CO", "PE", "XA", "KR"])

    assert rank(world.tip, vessels, papers) == rank(world.tip, vessels, world.holdings["kcs"])


def test_an_exact_number_outweighs_everything_else(world: World, vessels: list[KnownVessel]) -> None:
    other = next(v for v in vessels if v.imo and v.mmsi not in (world.truth.mmsi, *world.truth.decoys))

    by_imo = rank({**world.tip, "imo": other.imo}, vessels)
    by_mmsi = rank({"mmsi": other.mmsi}, vessels)

    assert by_imo.candidates[0].ship.mmsi in (other.mmsi, world.truth.mmsi)
    assert other.mmsi in [candidate.ship.mmsi for candidate in by_imo.candidates[:2]]
    assert [candidate.ship.mmsi for candidate in by_mmsi.candidates] == [other.mmsi]


def test_a_wrong_number_speaks_against_and_is_shown(world: World, vessels: list[KnownVessel]) -> None:
    ranking = rank({**world.tip, "imo": "2999995"}, vessels)

    assert "candidate_imo_other" in codes(ranking)
    assert "candidate_imo_check_digit" in codes(ranking)


def test_numbers_in_names_compare_exactly(world: World) -> None:
    eight = KnownVessel(mmsi=440990008, name="HAIFENG 8")
    eighteen = KnownVessel(mmsi=440990018, name="HAI FENG 18")

    ranking = rank({"vessel_name": "M/V HAI FENG No. 8"}, [eighteen, eight])

    assert [candidate.ship.name for candidate in ranking.candidates] == ["HAIFENG 8", "HAI FENG 18"]
    assert codes(ranking, 1) == {"candidate_name_number_differs", "candidate_not_on_picture"}


def test_a_tip_without_a_ship_ranks_by_port_and_time(world: World, vessels: list[KnownVessel]) -> None:
    ranking = rank({"port": "옥계", "eta": world.tip["eta"]}, vessels)

    assert ranking.candidates[0].ship.mmsi == world.truth.mmsi
    assert "candidates_no_ship_named" in {note.code for note in ranking.notes}


def test_a_ship_that_cannot_arrive_in_time_says_so(world: World, vessels: list[KnownVessel]) -> None:
    target = next(v for v in vessels if v.mmsi == world.truth.mmsi)
    far = replace(target, position=Position.from_degrees(32.8, 126.4))
    there = replace(target, position=Position.from_degrees(37.63, 129.10))

    assert "candidate_arrival_late" in codes(rank(world.tip, [far]))
    assert "candidate_already_there" in codes(rank(world.tip, [there]))
    impossible = rank({**world.tip, "eta": "2026-04-01T06:00:00Z"}, [far])
    assert "candidate_arrival_impossible" in codes(impossible)


def test_a_ship_that_no_sensor_sees_is_found_on_paper(world: World, vessels: list[KnownVessel]) -> None:
    dark = [vessel for vessel in vessels if vessel.mmsi != world.truth.mmsi]

    ranking = rank(world.tip, dark, world.holdings["kcs"])

    assert ranking.candidates[0].ship.mmsi == world.truth.mmsi
    assert "candidate_not_on_picture" in codes(ranking)


def test_a_state_ship_is_not_suspected_by_accident() -> None:
    cutter = KnownVessel(mmsi=440990101, name="ORVANE STAR", ship_type=55, destination="KR OKK")

    assert "candidate_state_ship" in codes(rank({"vessel_name": "ORVANE STAR", "port": "Okgye"}, [cutter]))


def test_nothing_found_is_said_with_why(vessels: list[KnownVessel]) -> None:
    ranking = rank({"vessel_name": "ZZYZX QUUX", "port": "Puerto Inventado"}, vessels)

    assert ranking.candidates == ()
    assert [note.code for note in ranking.notes] == ["candidates_none", "candidates_port_unknown"]
    assert ranking.notes[0].params == {"ships": len(vessels)}


def test_two_that_are_close_are_both_to_be_looked_at() -> None:
    twins = [KnownVessel(mmsi=440990001, name="TALVEN DAWN"), KnownVessel(mmsi=440990002, name="TALVEN DAWN")]

    assert [note.code for note in rank({"vessel_name": "TALVEN DAWN"}, twins).notes] == ["candidates_close"]


def test_records_without_fields_or_times_do_no_harm(vessels: list[KnownVessel], world: World) -> None:
    bare = [
        {"rid": f"bare-{kind}", "kind": kind, "subject": {"type": "vessel", "mmsi": world.truth.mmsi}, "origin": "kcs"}
        for kind in ("surveillance.port_call", "surveillance.crew_change", "surveillance.inspection", "other.thing")
    ]

    assert rank(world.tip, vessels, bare).candidates[0].ship.mmsi == world.truth.mmsi


def test_a_name_heard_in_korean_finds_the_ship() -> None:
    ships = [KnownVessel(mmsi=440990001, name="HAEORUM 17"), KnownVessel(mmsi=440990002, name="BADARO 17")]

    ranking = rank({"vessel_name": "해오름 17호"}, ships)

    assert [candidate.ship.name for candidate in ranking.candidates] == ["HAEORUM 17"]
