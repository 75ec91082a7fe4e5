"""What an officer does about keeping, by command: prints, disposes, releases, asks for a third party, is told."""

import base64
import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.node.conftest import Pair, asked, written

from haemaru.clock import FakeClock
from haemaru.wording import Fault

TIP: dict[str, Any] = {
    "rid": "kcg-k1",
    "kind": "surveillance.sighting",
    "subject": {"type": "vessel", "mmsi": "440000001", "name": "HAEMARU DEMO STAR"},
    "event_time": "2026-03-02T08:30:00Z",
    "handling": {"level": "open", "caveats": []},
    "origin": "kcg",
    "body": {"platform": "patrol vessel", "lat": 37.62, "lon": 129.2, "what": "정박 중 (invented)"},
}


@pytest.fixture
def given(pair: Pair, tmp_path: Path) -> Pair:
    """A pair in which the coast guard gave customs one record."""
    file = written(tmp_path / "records.jsonl", TIP)
    told = asked(pair.kcg, "records.put", file=file, to="kcs", purpose="narcotics_interdiction")
    assert told["sealed"] == 1, told
    pair.carry()
    return pair


def test_a_printout_is_noted_and_told_and_never_written_over(given: Pair, tmp_path: Path) -> None:
    pdf, plain = tmp_path / "record.pdf", tmp_path / "record.json"
    for file in (pdf, plain):
        asked(given.kcs, "records.export", rid="kcg-k1", file=str(file), to="the port authority")
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert json.loads(plain.read_bytes())["record"]["body"]["what"] == TIP["body"]["what"]
    assert stat.S_IMODE(pdf.stat().st_mode) == 0o600
    with pytest.raises(Fault, match="export_exists"):
        asked(given.kcs, "records.export", rid="kcg-k1", file=str(pdf))
    with pytest.raises(Fault, match="export_format_unknown"):
        asked(given.kcs, "records.export", rid="kcg-k1", file=str(tmp_path / "record.txt"))

    asked(given.kcg, "records.retract", rid="kcg-k1", reason="wrong ship")
    given.carry()

    [answer] = given.kcg.exchange.traffic.answers("kcg-k1")
    assert answer.answer == "erased"
    assert [(each.what, each.to) for each in answer.exported] == [
        ("pdf", "the port authority"),
        ("json", "the port authority"),
    ]
    with pytest.raises(Fault, match="rid_unknown"):
        asked(given.kcs, "records.export", rid="kcg-k1", file=str(tmp_path / "again.pdf"))


def test_what_was_taken_back_is_shown_without_its_line_and_with_its_receipt(given: Pair) -> None:
    asked(given.kcg, "records.retract", rid="kcg-k1", reason="wrong ship")
    given.carry()

    first, last = asked(given.kcg, "exchange.show", rid="kcg-k1")["sent"]

    assert (first["state"], first["line"], first["path"]) == ("erased", None, None)
    assert json.loads(base64.b64decode(json.loads(first["receipt"])["payload"]))["upto"] >= first["seq"]
    assert last["line"] is not None


def test_a_hold_is_released_by_command_and_a_disposal_approved(given: Pair, clock: FakeClock) -> None:
    asked(given.kcs, "records.hold", rid="kcg-k1", basis="case 7")
    clock.advance(timedelta(days=4000))
    given.kcs.exchange.tick()
    [waiting] = asked(given.kcs, "records.disposals")["disposals"]
    assert (waiting["rid"], waiting["state"]) == ("kcg-k1", "held")
    assert asked(given.kcs, "records.release", rid="kcg-k1", reason="closed")["still_held"] == []

    done = asked(given.kcs, "records.disposals", approve=waiting["id"])

    assert (done["state"], done["erased"], done["by"]) == ("approved", 1, "(home owner)")
    assert asked(given.kcs, "records.disposals")["disposals"] == []
    assert given.kcs.exchange.holdings.find("kcg-k1") is None


@pytest.mark.parametrize("ruling", ["approve", "refuse"])
def test_a_name_decides_a_disposal_only_with_its_password_and_role(given: Pair, clock: FakeClock, ruling: str) -> None:
    accounts = given.kcs.accounts
    words = {name: accounts.add(name, role) for name, role in (("byeol", "approver"), ("nuri", "analyst"))}
    clock.advance(timedelta(days=4000))
    given.kcs.exchange.tick()
    [waiting] = asked(given.kcs, "records.disposals")["disposals"]
    order = {ruling: waiting["id"], "reason": "case 7"}

    for wrong in ({}, {"password": "guess"}, {"password": words["nuri"]}):
        with pytest.raises(Fault, match="approval_not_signed_in"):
            asked(given.kcs, "records.disposals", by="byeol", **order, **wrong)
    with pytest.raises(Fault, match="role_may_not"):
        asked(given.kcs, "records.disposals", by="nuri", password=words["nuri"], **order)
    assert [each["state"] for each in asked(given.kcs, "records.disposals")["disposals"]] == ["proposed"]

    assert asked(given.kcs, "records.disposals", by="byeol", password=words["byeol"], **order)["by"] == "byeol"


@pytest.mark.parametrize("ruling", ["approve", "refuse"])
def test_a_name_decides_what_goes_to_a_third_party_only_with_its_password(given: Pair, ruling: str) -> None:
    with pytest.raises(Fault, match="approval_not_signed_in"):
        asked(given.kcg, "records.onward", by="officer", reason="no", **{ruling: "on-1"})
    with pytest.raises(Fault, match="onward_unknown"):
        asked(given.kcg, "records.onward", reason="no", **{ruling: "on-1"})
    with pytest.raises(Fault, match="disposal_unknown"):
        asked(given.kcg, "records.disposals", reason="no", **{ruling: "di-1"})


def test_no_account_is_called_what_the_ledger_calls_the_owner_of_the_home(given: Pair) -> None:
    with pytest.raises(Fault, match="account_name_unusable"):
        given.kcs.accounts.add("(home owner)", "approver")


def test_whether_a_record_may_be_passed_on_is_said_before_anybody_is_asked(given: Pair) -> None:
    with pytest.raises(Fault, match=r"onward_forbidden"):
        asked(given.kcs, "records.onward", rid="kcg-k1", to="kcg", purpose="x", reason="y")
    assert asked(given.kcs, "records.onward")["onward"] == []
