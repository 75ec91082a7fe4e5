"""What the console reads: newest first, and no more of the ledger than the page shows."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.node.conftest import Pair, asked, written

from haemaru.exchange import Held
from haemaru.exchange.holdings import Holdings
from haemaru.node.desk import NodeDesk
from haemaru.node.desk.desk import ORDERED
from haemaru.node.desk.notes import Notes
from haemaru.storage import Tx
from haemaru.web import shapes
from haemaru.web.desk import read
from haemaru.wording import Fault

TIP = {"text": "a bulk carrier off Okgye", "wait_s": 0}


def sightings(count: int) -> list[dict[str, object]]:
    """So many invented sightings."""
    return [
        {
            "rid": f"sighting-{number:03}",
            "kind": "surveillance.sighting",
            "subject": {"type": "vessel", "mmsi": 900000000 + number},
            "event_time": "2026-03-01T00:00:00Z",
            "handling": {"level": "open", "caveats": []},
            "origin": "kcg",
            "body": {"what": "invented", "lat": 35.0, "lon": 129.2},
        }
        for number in range(count)
    ]


def test_both_nodes_show_the_tip_with_the_case_it_led_to(pair: Pair) -> None:
    case = asked(pair.kcg, "operations.tip", **TIP)["case"]
    pair.carry()

    for node in (pair.kcg, pair.kcs):
        [tip] = NodeDesk(node).tips()
        assert tip["case"] == case
        assert tip["state"] == "case"
    assert NodeDesk(pair.kcg).tips()[0]["took_s"] is not None


def test_who_ordered_what_stands_in_the_ledger_even_where_it_was_refused(pair: Pair) -> None:
    desk = NodeDesk(pair.kcg)
    desk.do("agreement.suspend", {"reason": "a drill nobody should read", "by": "haneul"})
    with pytest.raises(Fault):
        desk.do("agreement.approve", {"id": "no such release", "by": "haneul"})

    with pair.kcg.ledger.read() as tx:
        notes = [body for _, body in pair.kcg.ledger.entries(tx, kinds=(ORDERED,))]

    assert [msgspec.json.decode(note) for note in notes] == [
        {"officer": "haneul", "command": "agreement.suspend", "about": {}},
        {"officer": "haneul", "command": "agreement.approve", "about": {"id": "no such release"}},
    ]


def test_the_newest_tips_come_first_and_no_more_than_are_asked_for(pair: Pair) -> None:
    told = [asked(pair.kcg, "operations.tip", **TIP)["tip"] for _ in range(4)]

    assert [tip["rid"] for tip in NodeDesk(pair.kcg).tips(3)] == told[:0:-1]


def test_a_short_list_opens_few_records(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.kcg.do("records.put", {"file": written(tmp_path / "many.jsonl", *sightings(300))})
    opened = []
    real = Holdings._held

    def counted(holdings: Holdings, tx: Tx, row: tuple[Any, ...]) -> Held:
        opened.append(row)
        return real(holdings, tx, row)

    monkeypatch.setattr(Holdings, "_held", counted)

    rows = NodeDesk(pair.kcg).records({"limit": 10})

    assert [row["rid"] for row in rows] == [f"sighting-{number:03}" for number in range(299, 289, -1)]
    assert len(opened) <= 50


def test_every_record_is_listed_once_in_either_order(pair: Pair, tmp_path: Path) -> None:
    pair.kcg.do("records.put", {"file": written(tmp_path / "many.jsonl", *sightings(120))})
    holdings = pair.kcg.exchange.holdings

    oldest_first = [held.rid for held in holdings.list()]

    assert len(oldest_first) == 120
    assert [held.rid for held in holdings.list(newest_first=True)] == oldest_first[::-1]


def test_notes_are_read_once_and_then_only_what_is_new(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = Notes(pair.kcg.ledger, "operations.merged")
    asked(pair.kcg, "operations.tip", **TIP)
    first = notes.all()
    asked(pair.kcg, "operations.tip", **TIP)

    assert len(first) == 1
    assert len(notes.all()) == 2
    begun = []

    def nothing(_tx: Tx, after: int, kinds: object) -> list[Any]:
        begun.append(after)
        return []

    monkeypatch.setattr(pair.kcg.ledger, "entries", nothing)
    assert len(notes.all()) == 2
    assert begun == [pair.kcg.ledger.size - 1]


def test_the_page_of_a_record_that_was_taken_back_tells_the_partners_answer(pair: Pair) -> None:
    desk = NodeDesk(pair.kcg)
    tip = asked(pair.kcg, "operations.tip", **TIP)["tip"]
    pair.carry()
    before = desk.record(tip)
    assert before is not None
    assert before["body"]
    assert before["answers"] == []
    assert before["leaving"]

    answer = desk.do("records.retract", {"rid": tip, "reason": "wrong ship", "by": "haneul"})
    pair.carry()

    page = desk.record(tip)
    assert page is not None
    assert answer["receivers"] == 1
    assert (page["state"], page["body"], page["leaving"]) == ("retracted", None, [])
    assert [(one["party"], one["op"], one["answer"]) for one in page["answers"]] == [("kcs", "retract", "erased")]


def test_a_correction_from_the_console_reaches_the_partner(pair: Pair) -> None:
    desk = NodeDesk(pair.kcg)
    tip = asked(pair.kcg, "operations.tip", **TIP)["tip"]
    pair.carry()
    page = desk.record(tip)
    assert page is not None

    desk.do("records.correct", {"rid": tip, "body": {**page["body"], "text": "the other ship"}, "by": "haneul"})
    pair.carry()

    there = NodeDesk(pair.kcs).record(tip)
    assert there is not None
    assert there["rev"] == 2
    assert [one["answer"] for one in desk.record(tip)["answers"]] == ["corrected"]  # type: ignore[index]


def test_the_console_tells_what_a_clause_did_and_what_each_side_owes(pair: Pair) -> None:
    desk = NodeDesk(pair.kcg)
    tip = asked(pair.kcg, "operations.tip", **TIP)["tip"]
    pair.carry()
    desk.do("records.retract", {"rid": tip, "reason": "wrong ship"})
    before = read(desk.duties(), shapes.Duties, "duties").recalls
    pair.carry()
    duties = read(desk.duties(), shapes.Duties, "duties")

    assert [(one.answer, one.overdue) for one in before if one.rid == tip] == [("pending", False)]
    assert [one.answer for one in duties.recalls if one.party == "kcs" and one.op == "retract"] == ["erased"]
    assert [peer.party for peer in duties.peers] == ["kcs"]
    deeds = read(desk.clause("1.8") or {}, shapes.ClauseDeeds, "clause")
    assert deeds.by[0].records == 1
    assert desk.clause("9.9") is None


def test_only_a_role_that_may_dispose_decides_on_the_console(pair: Pair) -> None:
    desk = NodeDesk(pair.kcg)
    pair.kcg.accounts.add("byeol", "analyst")
    for command in ("records.disposals", "records.onward"):
        with pytest.raises(Fault, match="role_may_not"):
            desk.do(command, {"approve": "no-such-id", "by": "byeol"})


def test_the_desk_lists_a_declared_restart_and_each_agreement(pair: Pair) -> None:
    with pair.kcg.ledger.write() as batch:
        pair.kcg.exchange.witness.declare_restart(batch, "kcs", "disk failed")
    pair.carry()

    own = read(NodeDesk(pair.kcg).histories(), shapes.Histories, "histories")
    assert [(each.party, each.reason) for each in own.declared] == [("kcs", "disk failed")]
    assert read(NodeDesk(pair.kcs).histories(), shapes.Histories, "histories").disputes == []
    assert [each["id"] for each in NodeDesk(pair.kcs).agreements()] == ["kcg-kcs-narcotics"]
