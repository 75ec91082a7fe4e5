"""A recall reaches what was made of a record: marked, made again, raised, or taken back; told only to who may know."""

import base64
import json
from pathlib import Path
from typing import Any

from tests.node.conftest import Pair, asked, written

from haemaru.exchange import Held
from haemaru.node import Node
from haemaru.node.desk import NodeDesk
from haemaru.operations import RANKING

MMSI, OTHER = 900000011, 900000012
PLAIN = {"level": "restricted", "caveats": []}
REPORT = {"text": "t", "grade": {"scheme": "europol_4x4", "code": "B2"}}
WATCH = "narcotics_investigation"


def record(rid: str, kind: str, origin: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {
        "rid": rid,
        "kind": kind,
        "subject": {"type": "vessel", "mmsi": MMSI, "name": "INVENTED ONE"},
        "event_time": "2026-03-01T00:00:00Z",
        "handling": PLAIN,
        "origin": origin,
        "body": body,
    }
    return made | more


def put(pair: Pair, node: Node, folder: Path, one: dict[str, Any], to: str | None = None, purpose: str = WATCH) -> None:
    """Stores a record, and shares it where a partner is named; everything is carried."""
    more = {"to": to, "purpose": purpose} if to else {}
    node.do("records.put", {"file": written(folder / "one.jsonl", one), **more})
    pair.carry()


def held(node: Node, rid: str) -> Held:
    found = node.exchange.holdings.find(rid)
    assert found is not None
    return found


def derived_told(pair: Pair, rid: str) -> list[str]:
    """The derived records that the answers to the coast guard's recall of this rid name."""
    with pair.kcg.ledger.read() as tx:
        found = [
            body
            for entry, body in pair.kcg.ledger.entries(tx, kinds=("exchange.received",))
            if b'"type":"disposition"' in body and rid.encode() in body.partition(b"\n")[0]
        ]
    told = [json.loads(base64.b64decode(json.loads(body.partition(b"\n")[2])["payload"])) for body in found]
    return [name for one in told for name in one.get("derived", ())]


def test_an_outcome_of_a_case_that_is_taken_back_is_marked_here_and_at_who_was_sent_it(
    pair: Pair, tmp_path: Path
) -> None:
    case = record("case-1", "operations.case", "kcg", {"case": "case-1", "status": "open", "ship": {"mmsi": MMSI}})
    put(pair, pair.kcg, tmp_path, case, "kcs")
    outcome = asked(pair.kcs, "operations.outcome", case="case-1", result="nothing_found")["outcome"]
    pair.carry()

    asked(pair.kcg, "records.retract", rid="case-1", reason="wrong ship")
    pair.carry()

    assert held(pair.kcs, outcome).record["body"]["source_taken_back"] == ["case-1"]
    assert held(pair.kcg, outcome).record["body"]["source_taken_back"] == ["case-1"]
    assert held(pair.kcg, outcome).record["body"]["result"] == "nothing_found"
    assert outcome in derived_told(pair, "case-1")


def test_a_sighting_made_because_of_a_tip_stays_and_is_marked(pair: Pair, tmp_path: Path) -> None:
    put(pair, pair.kcg, tmp_path, record("report-1", "intelligence.report", "kcg", REPORT), "kcs")
    seen = {"what": "a boat alongside (invented)", "platform": "p"}
    put(pair, pair.kcs, tmp_path, record("seen-1", "surveillance.sighting", "kcs", seen, refs=["report-1"]))

    asked(pair.kcg, "records.retract", rid="report-1", reason="wrong ship")
    pair.carry()

    assert held(pair.kcs, "seen-1").record["body"] == {**seen, "source_taken_back": ["report-1"]}


def test_a_report_that_stayed_at_home_is_marked_and_not_named_to_the_originator(pair: Pair, tmp_path: Path) -> None:
    put(pair, pair.kcg, tmp_path, record("report-1", "intelligence.report", "kcg", REPORT), "kcs")
    secret = {"level": "secret", "caveats": []}
    made = record("made-1", "intelligence.report", "kcs", REPORT, refs=["report-1"], handling=secret)
    put(pair, pair.kcs, tmp_path, made)

    asked(pair.kcg, "records.retract", rid="report-1", reason="wrong")
    pair.carry()

    assert held(pair.kcs, "made-1").record["body"]["source_taken_back"] == ["report-1"]
    assert derived_told(pair, "report-1") == []
    assert pair.kcg.exchange.holdings.find("made-1") is None


def test_a_ranking_is_made_again_without_what_was_taken_back_and_says_so(pair: Pair, tmp_path: Path) -> None:
    call = record("call-1", "surveillance.port_call", "kcg", {"port": "COBUN", "next_port": "KROKK"})
    other = record("call-2", "surveillance.port_call", "kcs", {"port": "KRTJI", "next_port": "KROKK"})
    other["subject"] = {"type": "vessel", "mmsi": OTHER, "name": "INVENTED TWO"}
    report = record("report-1", "intelligence.report", "kcg", REPORT)
    put(pair, pair.kcg, tmp_path, call, "kcs")
    put(pair, pair.kcg, tmp_path, report, "kcs")
    put(pair, pair.kcs, tmp_path, other)
    told = asked(pair.kcs, "operations.tip", text="a load for Okgye", port="Okgye", wait_s=0)
    assert [one["mmsi"] for one in told["candidates"]] == [MMSI, OTHER]
    before = {one["mmsi"]: one["score"] for one in told["candidates"]}

    asked(pair.kcg, "records.retract", rid="report-1", reason="wrong ship")
    pair.carry()

    [ranking] = pair.kcs.exchange.holdings.records_of(RANKING)
    after = {one["mmsi"]: one for one in ranking.record["body"]["candidates"]}
    assert after[MMSI]["score"] < before[MMSI]
    assert after[OTHER]["score"] == before[OTHER]
    codes = {mmsi: [reason["code"] for reason in one["reasons"]] for mmsi, one in after.items()}
    assert "candidate_source_taken_back" in codes[MMSI]
    assert "candidate_source_taken_back" not in codes[OTHER]
    page = NodeDesk(pair.kcs).case(told["case"])
    assert page is not None
    shown = next(one for one in page["candidates"] if one["mmsi"] == MMSI)
    assert "candidate_source_taken_back" in [reason.code for reason in shown["reasons"]]


def test_what_was_made_of_a_report_is_raised_with_it_and_goes_back_where_it_may_not_stay(
    pair: Pair, tmp_path: Path
) -> None:
    put(pair, pair.kcg, tmp_path, record("report-1", "intelligence.report", "kcg", REPORT), "kcs")
    made = record("made-1", "intelligence.report", "kcg", REPORT, refs=["report-1"])
    put(pair, pair.kcg, tmp_path, made, "kcs")
    assert held(pair.kcs, "made-1").state == "held"

    with pair.kcg.ledger.write() as batch:
        pair.kcg.exchange.correct(batch, "report-1", REPORT, None, {"level": "secret", "caveats": ["a"]})
    pair.carry()

    assert held(pair.kcg, "made-1").record["handling"] == {"level": "secret", "caveats": ["a"]}
    assert held(pair.kcs, "made-1").state == "retracted"


def test_applications_go_with_the_session_they_were_for(pair: Pair, tmp_path: Path) -> None:
    plan = {
        "course": "c", "title_ko": "과정 (가상)", "title_en": "Course (invented)", "since": "2026-05-01T00:00:00Z",
        "until": "2026-05-02T00:00:00Z", "seats": 4, "quotas": {"kcg": 2}, "release_at": "2026-03-01T00:00:00Z",
    }  # fmt: skip
    session = asked(pair.kcs, "training.publish", file=written(tmp_path / "plan.json", plan))["id"]
    pair.carry()
    application = asked(pair.kcg, "training.apply", session=session, person="p-1")["application"]
    pair.carry()

    asked(pair.kcs, "records.retract", rid=session, reason="cancelled")
    pair.carry()

    assert held(pair.kcg, application).state == "retracted"
    assert held(pair.kcs, application).state == "retracted"


def test_two_records_that_refer_to_each_other_end(pair: Pair, tmp_path: Path) -> None:
    for rid, ref in (("one", "two"), ("two", "one")):
        put(pair, pair.kcs, tmp_path, record(rid, "intelligence.report", "kcs", REPORT, refs=[ref]))

    asked(pair.kcs, "records.retract", rid="one", reason="wrong")

    assert held(pair.kcs, "two").record["body"]["source_taken_back"] == ["one"]
    assert pair.kcs.ledger.rebuild(check=True)["ok"]
