"""How a case ends: "nothing found" counts, a seizure names what was found, and the authority panel never orders."""

from collections.abc import Callable
from typing import Any

import pytest

from haemaru.operations import Hand, authority, open_case, read_outcome, read_tip
from haemaru.records import read_record
from haemaru.scenarios import World
from haemaru.values import Position
from haemaru.wording import Fault, keys

Maker = Callable[..., Hand]
OKGYE = Position.from_degrees(37.62, 129.06)
BIGHT = Position.from_degrees(37.9, 130.1)
OCEAN = Position.from_degrees(12.0, 150.0)
OWN = (440, 441)


@pytest.fixture
def case(world: World, hand: Maker) -> dict[str, Any]:
    return open_case(read_tip(world.tip, hand(rid="tip-1")), hand(rid="case-1"), {"mmsi": world.truth.mmsi})


def test_the_seizure_of_the_story_keeps_both_quantities_and_shares_the_credit(
    case: dict[str, Any], world: World, hand: Maker
) -> None:
    form = {**world.outcome, "at": "2026-04-02T01:30:00Z"}
    record = read_record(read_outcome(form, case, hand(rid="o1")))

    assert [row["basis"] for row in record["body"]["quantities"]] == ["estimated", "gross"]
    assert record["body"]["credit"] == ["kcg", "kcs"]
    assert (record["body"]["case"], record["refs"]) == ("case-1", ["case-1"])
    assert record["event_time"] == form["at"]


def test_nothing_found_is_an_outcome(case: dict[str, Any], hand: Maker) -> None:
    record = read_outcome({"result": "nothing_found", "spaces": ["sea chest"]}, case, hand(rid="o1"))

    assert record["body"]["result"] == "nothing_found"
    assert record["body"]["closes"] is True


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "form_field_missing"),
        ({"result": "found"}, "form_word_unknown"),
        ({"result": "seizure"}, "outcome_seizure_empty"),
        ({"result": "nothing_found", "substance": "cocaine"}, "outcome_contradicts_itself"),
        ({"result": "seizure", "quantities": 5}, "form_list_wrong"),
        ({"result": "seizure", "quantities": [{"kg": -1, "basis": "net"}]}, "form_number_wrong"),
        ({"result": "seizure", "quantities": [{"kg": 1}]}, "form_field_missing"),
        ({"result": "seizure", "quantities": [{"kg": 1, "basis": "guess"}]}, "form_word_unknown"),
        ({"result": "seizure", "substance": "cocaine", "place": "moon"}, "form_word_unknown"),
    ],
)
def test_a_bad_outcome_is_refused(form: dict[str, Any], code: str, case: dict[str, Any], hand: Maker) -> None:
    with pytest.raises(Fault, match=code):
        read_outcome(form, case, hand())


@pytest.mark.parametrize(
    ("position", "mmsi", "zone", "line"),
    [
        (OKGYE, 538990116, "port", "authority_port"),
        (BIGHT, 538990116, "eez", "authority_eez"),
        (OCEAN, 538990116, "high_seas", "authority_high_seas"),
        (OCEAN, 440990008, "high_seas", "authority_own_flag"),
        (OCEAN, None, "high_seas", "authority_flag_unknown"),
    ],
)
def test_what_may_be_done_follows_from_zone_and_flag(
    position: Position, mmsi: int | None, zone: str, line: str
) -> None:
    told = authority(position, mmsi, OWN, "administrative")

    assert told.zone == zone
    assert line in [reason.code for reason in told.lines]


@pytest.mark.parametrize("nature", ["administrative", "criminal"])
@pytest.mark.parametrize("position", [OKGYE, BIGHT, OCEAN])
def test_the_panel_always_ends_with_asking_counsel(nature: str, position: Position) -> None:
    told = authority(position, 538990116, OWN, nature)

    assert told.lines[-1].code == "authority_ask_counsel"
    assert told.lines[0].code == "authority_zone_approximate"
    assert ("authority_warrant_needed" in [reason.code for reason in told.lines]) == (nature == "criminal")
    assert all(f"reason.{reason.code}" in keys(lang) for reason in told.lines for lang in ("ko", "en"))


def test_an_unknown_nature_has_no_panel() -> None:
    with pytest.raises(Fault, match="case_nature_unknown"):
        authority(OKGYE, None, OWN, "naval")
