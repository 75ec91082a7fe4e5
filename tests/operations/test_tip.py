"""A tip is taken as it was said; what the form does not know is refused with the nearest word that it does."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from haemaru.operations import Hand, read_tip
from haemaru.records import read_record
from haemaru.scenarios import World
from haemaru.wording import Fault, say_fault

Maker = Callable[..., Hand]


def test_the_tip_of_the_story_becomes_a_good_record(world: World, hand: Maker) -> None:
    record = read_tip(world.tip, hand())

    assert read_record(record)["kind"] == "operations.tip"
    assert record["body"]["port_code"] == "KROKK"
    assert record["subject"] == {"type": "vessel", "name": world.tip["vessel_name"]}
    assert record["event_time"] == world.tip["received_at"]
    assert record["body"]["grade"] == {"scheme": "admiralty", "code": "B2"}


@pytest.mark.parametrize("port", ["옥계", "옥계항", "Okgye", "KROKK", "kr okk"])
def test_a_port_is_understood_in_korean_english_and_code(port: str, hand: Maker) -> None:
    assert read_tip({"port": port}, hand())["body"]["port_code"] == "KROKK"


def test_a_port_that_no_table_knows_is_kept_as_it_was_said(hand: Maker) -> None:
    body = read_tip({"port": "Puerto Inventado"}, hand())["body"]

    assert (body["port"], body["port_code"]) == ("Puerto Inventado", None)


def test_numbers_are_read_in_the_ways_people_say_them(hand: Maker) -> None:
    record = read_tip({"imo": "IMO 2901169", "mmsi": "538990116", "grade": "B2", "text": "x"}, hand())

    assert record["subject"] == {"type": "vessel", "mmsi": 538990116, "imo": 2901169}
    assert (record["body"]["received_at"], record["body"]["channel"]) == ("2026-04-01T05:00:00Z", "phone")


@pytest.mark.parametrize(
    ("form", "code", "where"),
    [
        ([], "form_not_object", "tip"),
        ({}, "tip_says_nothing", "tip"),
        ({"vessel_name": "", "eta": "2026-04-01T21:30:00Z"}, "tip_says_nothing", "tip"),
        ({"vesel_name": "A"}, "form_field_unknown", "tip.vesel_name"),
        ({"crew_nationality": "XA", "text": "a"}, "form_field_unknown", "tip.crew_nationality"),
        ({"imo": "12"}, "bad_imo", "tip.imo"),
        ({"mmsi": True}, "bad_mmsi", "tip.mmsi"),
        ({"eta": "tomorrow", "text": "a"}, "bad_time", "tip.eta"),
        ({"eta": 5, "text": "a"}, "bad_time", "tip.eta"),
        ({"eta": "2026-04-01T21:30:00", "text": "a"}, "bad_time", "tip.eta"),
        ({"text": ["a"]}, "form_text_wrong", "tip.text"),
        ({"text": "a" * 5000}, "form_text_wrong", "tip.text"),
        ({"text": "a", "channel": "fone"}, "form_word_unknown", "tip.channel"),
        ({"text": "a", "grade": "Z9"}, "bad_grade", "tip.grade"),
        ({"text": "a", "grade": 4}, "bad_grade", "tip.grade"),
        ({"text": "a", "received_at": "2027-01-01T00:00:00Z"}, "tip_from_future", "tip.received_at"),
    ],
)
def test_a_bad_tip_is_refused_with_its_place(form: Any, code: str, where: str, hand: Maker) -> None:
    with pytest.raises(Fault) as caught:
        read_tip(form, hand())

    assert (caught.value.code, caught.value.where) == (code, where)
    for lang in ("ko", "en"):
        words = say_fault(caught.value, lang)
        assert all(words[part] and not words[part].startswith("fault.") for part in ("what", "why", "do"))


def test_an_unknown_word_is_answered_with_the_nearest_right_one(hand: Maker) -> None:
    with pytest.raises(Fault) as caught:
        read_tip({"vesel_nam": "A"}, hand())

    assert caught.value.params["nearest"] == "vessel_name"
    assert "vessel_name" in say_fault(caught.value, "en")["do"]


def test_a_tip_received_a_little_ahead_of_our_clock_is_taken(hand: Maker) -> None:
    ahead = (hand().at + timedelta(minutes=10)).isoformat()

    assert json.dumps(read_tip({"text": "a", "received_at": ahead}, hand()))
