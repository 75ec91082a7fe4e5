"""Everything can be taken back, at every hop: three agencies, each its own process, one of them away for two days.

The port wardens give two sightings to the excise office; at its asking, and with the wardens' yes, the arvenian guard
has them too. Then the wardens take both back: the excise office holds one for a court and had printed it, the guard is
away.
"""

import base64
import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.house_pair import MODEL, Served, haemaru, make_pair, until

from haemaru.cli.door import act
from haemaru.node import Node

THREE = MODEL.with_name("three-seas-trafficking.toml")
PARTIES = ("caldeth_ports", "belmora_excise", "arvenia_guard")
MARK = "the crane of berth nineteen"
RIDS = ("seen-1", "seen-2")


@pytest.fixture
def three(tmp_path: Path) -> Iterator[list[Served]]:
    homes = make_pair(tmp_path, THREE, PARTIES)
    for each in homes:
        each.start()
    yield homes
    for each in homes:
        if each.process is not None:
            each.process.send_signal(signal.SIGTERM)
            each._gone()


def sightings(folder: Path) -> Path:
    file = folder / "seen.jsonl"
    file.write_text(
        "".join(
            json.dumps(
                {
                    "rid": rid,
                    "kind": "surveillance.sighting",
                    "subject": {"type": "vessel", "name": "INVENTED"},
                    "event_time": "2026-03-01T00:00:00Z",
                    "handling": {"level": "harbour", "caveats": []},
                    "origin": "caldeth_ports",
                    "body": {"what": f"{rid} under {MARK}"},
                }
            )
            + "\n"
            for rid in RIDS
        )
    )
    return file


def held(home: Served) -> dict[str, str]:
    """What a home lists as coming from the wardens: each rid once, and its state."""
    found: Any = act(home.home, "records.list", {"from": "caldeth_ports"}).body
    assert len({line["rid"] for line in found}) == len(found)
    return {line["rid"]: line["state"] for line in found}


def answers(home: Served, party: str) -> dict[str, str]:
    """What a partner answered, by rid, and `overdue` where it is that."""
    told: Any = act(home.home, "records.answers", {}).body
    told = told["answers"]
    return {each["rid"]: "overdue" if each["overdue"] else each["answer"] for each in told if each["party"] == party}


def days_later(homes: list[Served], days: float) -> None:
    """Moves the clocks of stopped homes ahead, as the reference of the commands tells it."""
    for each in homes:
        file = each.home / "haemaru.toml"
        kept = [line for line in file.read_text().splitlines() if not line.startswith("clock_ahead_h")]
        file.write_text("\n".join([*kept, f"clock_ahead_h = {days * 24}"]) + "\n")


def said(home: Served) -> list[str]:
    """The kinds of all entries of a stopped home in whose opened bodies the words still stand."""
    found = []
    with Node.open(home.home) as node, node.ledger.read() as tx:
        for entry, body in node.ledger.entries(tx):
            clear = body + b"".join(base64.b64decode(each) for each in re.findall(rb'"payload":"([^"]*)"', body))
            if MARK.encode() in clear:
                found.append(entry.kind)
    return found


def test_held_exported_overdue_and_erased_on_return(three: list[Served], tmp_path: Path) -> None:
    wardens, excise, guard = three
    haemaru(
        "records", "put", wardens.home, sightings(tmp_path), "--to", "belmora_excise", "--purpose", "stop_trafficking",
        "--json",
    )  # fmt: skip
    until(lambda: held(excise) == dict.fromkeys(RIDS, "held"))
    for rid in RIDS:
        asked: dict[str, Any] = haemaru(
            "records", "onward", excise.home, rid, "--to", "arvenia_guard", "--purpose", "stop_trafficking",
            "--reason", "they board it tonight", "--json",
        )  # fmt: skip
        until(lambda name=asked["id"]: name in [each["id"] for each in onward(wardens)])
        haemaru("records", "onward", wardens.home, "--approve", asked["id"], "--json")
    until(lambda: held(guard) == dict.fromkeys(RIDS, "held"))
    until(lambda: {each["state"] for each in onward(excise)} == {"given"})

    guard.stop()
    haemaru("records", "hold", excise.home, "seen-1", "--basis", "an invented court order", "--json")
    printed = tmp_path / "seen-1.pdf"
    haemaru("records", "export", excise.home, "seen-1", "-o", printed, "--to", "the court", "--json")
    for rid in RIDS:
        haemaru("records", "retract", wardens.home, rid, "--reason", "another ship", "--json")
    until(lambda: held(excise) == {"seen-1": "kept", "seen-2": "retracted"})
    until(lambda: answers(wardens, "belmora_excise") == {"seen-1": "held", "seen-2": "erased"})
    assert answers(wardens, "arvenia_guard") == dict.fromkeys(RIDS, "pending")

    for each in (wardens, excise):
        each.stop()
    days_later(three, 2)
    for each in (wardens, excise):
        each.start()
    assert answers(wardens, "arvenia_guard") == dict.fromkeys(RIDS, "overdue")
    status = haemaru("status", wardens.home, "--json")
    assert status["clock_ahead_h"] == 48
    assert {each["party"]: each["overdue"] for each in status["peers"]} == {"belmora_excise": 0, "arvenia_guard": 2}

    guard.start()
    until(lambda: answers(wardens, "arvenia_guard") == dict.fromkeys(RIDS, "erased"))
    assert held(guard) == dict.fromkeys(RIDS, "retracted")
    [exported] = [
        each
        for each in haemaru("records", "answers", wardens.home, "--json")["answers"]
        if (each["party"], each["rid"]) == ("belmora_excise", "seen-1")
    ]
    assert (exported["basis"], exported["forwarded_to"]) == ("an invented court order", ["arvenia_guard"])
    assert [(each["what"], each["to"]) for each in exported["exported"]] == [("pdf", "the court")]

    for each in three:
        each.stop()
    # Locked as they lie, none of the homes says a word; opened, the copy under the hold is all there is.
    for each in three:
        stored = b"".join(file.read_bytes() for file in each.home.rglob("*") if file.is_file())
        assert MARK.encode() not in stored
    assert [said(each) for each in three] == [[], ["exchange.received"], []]


def onward(home: Served) -> list[dict[str, Any]]:
    told: Any = act(home.home, "records.onward", {}).body
    return list(told["onward"])
