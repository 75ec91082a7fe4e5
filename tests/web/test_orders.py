"""What an officer orders reaches the node, in the officer's name, and the answer is shown."""

import pytest
from tests.web.conftest import Browser
from tests.web.desks import CASE, FakeDesk

from haemaru.web.desk import COMMANDS

ORDERS = [
    ("/tips", "/tips", {"text": "a ship", "area": "Okgye"}, "operations.tip", f"/cases/{CASE}?done=tip"),
    (f"/cases/{CASE}/choose", f"/cases/{CASE}", {"mmsi": "900000007"}, "operations.choose",
     f"/cases/{CASE}?done=chosen"),
    (f"/cases/{CASE}/outcome", f"/cases/{CASE}", {"result": "nothing_found"}, "operations.outcome",
     f"/cases/{CASE}?done=outcome"),
    ("/demands", f"/cases/{CASE}", {"case": CASE, "to": "kcs", "clause": "2.6"}, "demand.new",
     f"/cases/{CASE}?done=demanded"),
    ("/demands/dem-1", "/exchange", {"ruling": "release"}, "demand.answer", "/exchange?done=released"),
    ("/demands/dem-1", "/exchange", {"ruling": "refuse", "reason": "no"}, "demand.answer", "/exchange?done=refused"),
    ("/referred/ref-1", "/exchange", {"ruling": "approve"}, "agreement.approve", "/exchange?done=approved"),
    ("/referred/ref-1", "/exchange", {"ruling": "refuse", "reason": "no"}, "agreement.refuse",
     "/exchange?done=refused"),
    ("/exchange/standing", "/exchange", {"ruling": "suspend", "reason": "drill"}, "agreement.suspend",
     "/exchange?done=suspended"),
    ("/exchange/standing", "/exchange", {"ruling": "resume", "reason": "over"}, "agreement.resume",
     "/exchange?done=resumed"),
    ("/support", "/support", {"capability": "k9.narcotics", "to": "kcs", "place": "Okgye"}, "support.request",
     "/support?done=asked"),
    ("/support/sup-1", "/support", {"step": "requisition"}, "support.step", "/support?done=step"),
    ("/training/ses-1", "/training", {"person": "Sample Person 2"}, "training.apply", "/training?done=applied"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "page", "fields", "command", "then"), ORDERS)
def test_an_order_is_given_in_the_officers_name(
    officer: Browser, desk: FakeDesk, path: str, page: str, fields: dict[str, str], command: str, then: str
) -> None:
    answer = officer.send(path, page, **fields)

    assert answer.status_code == 303
    assert answer.headers["location"] == then
    [(given, params)] = desk.orders
    assert given == command
    assert params.pop("by") == "haneul"
    assert set(params) <= set(dict(COMMANDS)[command])


@pytest.mark.parametrize(("path", "page", "fields"), [
    ("/tips", "/tips", {"text": ""}),
    ("/demands/dem-1", "/exchange", {"ruling": "refuse"}),
    ("/referred/ref-1", "/exchange", {"ruling": "refuse"}),
    ("/exchange/standing", "/exchange", {"ruling": "suspend", "reason": " "}),
    ("/training/ses-1", "/training", {}),
    (f"/cases/{CASE}/choose", f"/cases/{CASE}", {"mmsi": "the grey one"}),
])  # fmt: skip
def test_an_order_that_lacks_something_says_what(
    officer: Browser, desk: FakeDesk, path: str, page: str, fields: dict[str, str]
) -> None:
    answer = officer.send(path, page, **fields)

    assert answer.status_code == 400
    assert "web_field_missing" in answer.text
    assert desk.orders == []


def test_what_was_done_is_said_on_the_page_that_follows(officer: Browser) -> None:
    assert "Sharing suspended." in officer.get("/exchange?lang=en&done=suspended").text


def test_a_word_in_the_address_is_never_shown_as_ours(officer: Browser) -> None:
    html = officer.get("/exchange?lang=en&done=<b>paid</b>").text

    assert "<b>paid" not in html


def test_a_sound_ledger_is_told(officer: Browser) -> None:
    answer = officer.send("/ledger/verify", "/ledger")

    assert "The ledger is sound" in answer.text
    assert "1,204" in answer.text


def test_a_damaged_ledger_names_the_first_bad_place(officer: Browser, desk: FakeDesk) -> None:
    bad = {"entry": 17, "table": "body", "column": "plain", "why": "leaf hash differs"}
    desk.verdict = {"ok": False, "entries": 17, "first_bad": bad}

    answer = officer.send("/ledger/verify", "/ledger")

    assert "The ledger is damaged" in answer.text
    assert "leaf hash differs" in answer.text


@pytest.mark.parametrize(("path", "page", "fields", "name"), [
    ("/tips", "/tips", {"text": "a ship", "heard_at": "2026-01-31T06:00"}, "heard_at"),
    ("/support", "/support", {"capability": "k9.narcotics", "need_by": "2026-01-31T06:00"}, "need_by"),
])  # fmt: skip
def test_a_time_is_typed_in_korean_time(
    officer: Browser, desk: FakeDesk, path: str, page: str, fields: dict[str, str], name: str
) -> None:
    officer.send(path, page, **fields)

    assert desk.orders[-1][1][name] == "2026-01-30T21:00:00Z"


def test_an_application_names_what_the_person_has_already(officer: Browser, desk: FakeDesk) -> None:
    officer.send("/training/ses-1", "/training", person="Sample Person 2", **{"has.boarding_basic": "1"})

    assert desk.orders[-1][1]["competencies"] == ["boarding_basic"]
