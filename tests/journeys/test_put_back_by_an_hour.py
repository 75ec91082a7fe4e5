"""Real homes put back to a backup: the alarm is there before anything is sent; after `reopen` both agree again."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.house_pair import Served, haemaru, lines, make_pair, until

WAY = "narcotics_investigation"


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[list[Served]]:
    pair = make_pair(tmp_path)
    yield pair
    for each in pair:
        if each.process is not None:
            each.kill()


def put(here: Served, to: str, first: int, last: int) -> dict[str, Any]:
    """Puts invented sightings first to last into a home."""
    file = here.home.parent / f"{here.party}-{first}.jsonl"
    records = (
        {
            "rid": f"{here.party}-{number}",
            "kind": "surveillance.sighting",
            "subject": {"type": "vessel", "name": f"INVENTED {number}"},
            "event_time": "2026-03-01T00:00:00Z",
            "handling": {"level": "open", "caveats": []},
            "origin": here.party,
            "body": {"what": f"invented sighting {number}", "lat": 35.0, "lon": 129.2, "photos": 0},
        }
        for number in range(first, last + 1)
    )
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    told: dict[str, Any] = haemaru("records", "put", here.home, file, "--to", to, "--purpose", WAY, "--json")
    return told


def partner(here: Served) -> dict[str, Any]:
    found: dict[str, Any] = haemaru("status", here.home, "--json")["peers"][0]
    return found


def waiting(here: Served) -> int:
    return sum(channel["waiting"] for channel in partner(here)["channels"])


def restore(here: Served, backup: Path) -> None:
    """The home is lost, and made again from its backup at the same place."""
    here.stop()
    shutil.move(here.home, f"{here.home}-lost")
    haemaru("restore", backup, here.home, "--json")
    here.start()


@pytest.mark.parametrize("which", ["kcg", "kcs", "both"], ids=["sender", "receiver", "both"])
def test_a_home_put_back_by_one_hour_is_an_alarm_and_then_agrees_again(
    homes: list[Served], tmp_path: Path, which: str
) -> None:
    kcg, kcs = homes
    restored = homes if which == "both" else [each for each in homes if each.party == which]
    for each in homes:
        each.start()
    assert put(kcg, "kcs", 1, 20)["sealed"] == 20
    until(lambda: waiting(kcg) == 0)
    for each in restored:
        haemaru("backup", each.home, tmp_path / f"{each.party}.backup", "--json")
    assert put(kcg, "kcs", 21, 40)["sealed"] == 20
    until(lambda: len(lines("records", "list", kcs.home, "--from", "kcg", "--json")) == 40 and waiting(kcg) == 0)

    for each in restored:
        restore(each, tmp_path / f"{each.party}.backup")
    for each in restored:
        until(lambda each=each: "home_restored" in partner(each)["alarms"])
    for each in homes if which != "both" else ():
        until(lambda each=each: partner(each)["alarms"] != [])
    for each in restored:
        assert haemaru("exchange", "reopen", each.home, "--peer", partner(each)["party"], "--json")["epoch"] == 2
    put(kcg, "kcs", 21, 40)
    put(kcg, "kcs", 41, 45)
    until(lambda: waiting(kcg) == 0 and waiting(kcs) == 0)

    until(lambda: is_equal(kcg, "kcs") and is_equal(kcs, "kcg"), 60)
    held = lines("records", "list", kcs.home, "--from", "kcg", "--json")
    assert sorted(each["rid"] for each in held) == sorted(f"kcg-{number}" for number in range(1, 46))
    assert {each["state"] for each in held} == {"held"}
    for each in homes:
        for channel in partner(each)["channels"]:
            assert (channel["lost"], channel["duplicates"], channel["quarantined"]) == (0, 0, {}), channel
        assert haemaru("ledger", "verify", each.home, "--json")["ok"]
        assert haemaru("rebuild", each.home, "--check", "--json")["ok"]


def is_equal(here: Served, peer: str) -> bool:
    """Whether a comparison finds no difference, either way; what it finds is sent again or given back meanwhile."""
    try:
        told = haemaru("exchange", "compare", here.home, "--peer", peer, "--wait", 20, "--json")
    except AssertionError:
        return False
    return bool(told["equal"])


@pytest.mark.parametrize("first", ["kcg", "kcs"])
def test_homes_put_back_one_after_the_other_agree_again_on_what_was_taken_back(
    homes: list[Served], tmp_path: Path, first: str
) -> None:
    for each in homes:
        each.start()
    kcg, kcs = homes
    put(kcg, "kcs", 1, 3)
    put(kcs, "kcg", 1, 3)
    until(lambda: waiting(kcg) == 0 and waiting(kcs) == 0)
    for each in homes:
        haemaru("backup", each.home, tmp_path / f"{each.party}.backup", "--json")
    for each in homes:
        haemaru("records", "retract", each.home, f"{each.party}-1", "--reason", "test", "--json")
    until(lambda: waiting(kcg) == 0 and waiting(kcs) == 0)

    for each in sorted(homes, key=lambda one: one.party != first):
        restore(each, tmp_path / f"{each.party}.backup")
        until(lambda each=each: "home_restored" in partner(each)["alarms"])
        haemaru("exchange", "reopen", each.home, "--peer", partner(each)["party"], "--json")
        until(lambda: is_equal(kcg, "kcs") and is_equal(kcs, "kcg"), 60)

    for here, other in ((kcg, kcs), (kcs, kcg)):
        states = {
            row["rid"]: row["state"] for row in lines("records", "list", here.home, "--from", other.party, "--json")
        }
        assert states.get(f"{other.party}-1", "retracted") == "retracted"
        assert [states[f"{other.party}-{number}"] for number in (2, 3)] == ["held", "held"]
