"""What an officer orders reaches the node, in the officer's name, and the answer is shown."""

import re
from html import unescape

import pytest
from tests.web.conftest import Browser
from tests.web.desks import CASE, FACTS, NOW, OWN, REPORT, FakeDesk

from haemaru.web.desk import COMMANDS

ORDERS = [
    ("/tips", "/tips", {"text": "a ship", "area": "Okgye"}, "operations.tip", f"/cases/{CASE}?done=tip"),
    ("/sea", "/sea", {"platform": "beach", "what": "two packets"}, "surveillance.sight",
     f"/records/{OWN}?done=sighting"),
    (f"/cases/{CASE}/choose", f"/cases/{CASE}", {"mmsi": "900000007"}, "operations.choose",
     f"/cases/{CASE}?done=chosen"),
    (f"/cases/{CASE}/outcome", f"/cases/{CASE}", {"result": "nothing_found"}, "operations.outcome",
     f"/cases/{CASE}?done=outcome"),
    ("/demands", f"/cases/{CASE}", {"case": CASE, "to": "kcs", "clause": "2.6"}, "demand.new",
     f"/cases/{CASE}?done=demanded"),
    ("/demands/dem-1", "/exchange", {"ruling": "release"}, "demand.answer", "/exchange?done=released"),
    ("/demands/dem-1", "/exchange", {"ruling": "refuse", "reason": "no"}, "demand.answer", "/exchange?done=refused"),
    ("/disposals/dis-1", "/exchange", {"ruling": "approve"}, "records.disposals", "/exchange?done=decided"),
    ("/onward/on-1", "/exchange", {"ruling": "refuse", "reason": "no"}, "records.onward", "/exchange?done=refused"),
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
    (f"/records/{OWN}/correct", f"/records/{OWN}", {"body": '{"summary": "about 2 t"}'}, "records.correct",
     f"/records/{OWN}?done=corrected"),
    (f"/records/{OWN}/retract", f"/records/{OWN}", {"reason": "wrong ship"}, "records.retract",
     f"/records/{OWN}?done=retracted"),
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
    (f"/records/{OWN}/correct", f"/records/{OWN}", {"body": " "}),
    (f"/records/{OWN}/retract", f"/records/{OWN}", {"reason": " "}),
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


def test_a_body_with_a_mistake_is_refused_with_its_line_and_column(officer: Browser, desk: FakeDesk) -> None:
    body = '{\r\n  "summary": "약 1 t",\r\n  "last_port": oops\r\n}'

    answer = officer.send(f"/records/{OWN}/correct", f"/records/{OWN}?lang=en", body=body)

    assert answer.status_code == 400
    assert "Line 3, column 16" in answer.text
    assert desk.orders == []


@pytest.mark.parametrize("body", ["[]", "7", '{"a": 1', '{"a": NaN}', '{"a": "\\ud800"}', "[" * 20_000])
def test_only_one_sound_json_object_is_taken_as_a_body(officer: Browser, desk: FakeDesk, body: str) -> None:
    answer = officer.send(f"/records/{OWN}/correct", f"/records/{OWN}", body=body)

    assert answer.status_code == 400
    assert "web_bad_json" in answer.text
    assert desk.orders == []


def test_the_body_to_correct_comes_back_as_it_went_out(officer: Browser, desk: FakeDesk) -> None:
    html = officer.get(f"/records/{OWN}").text
    shown = re.search(r"<textarea name=\"body\"[^>]*>(.*?)</textarea>", html, re.DOTALL)
    assert shown is not None
    assert "\u202e" not in shown[1]

    officer.send(f"/records/{OWN}/correct", f"/records/{OWN}", body=unescape(shown[1]))

    assert desk.orders[-1][1]["body"] == FACTS["own"]["body"]


def test_nobody_is_said_to_be_told_where_nobody_had_the_record(officer: Browser, desk: FakeDesk) -> None:
    desk.receivers = 0

    answer = officer.send(f"/records/{OWN}/retract", f"/records/{OWN}", reason="wrong ship")

    assert answer.headers["location"] == f"/records/{OWN}?done=retracted_here"
    assert "No partner had it" in officer.get(answer.headers["location"] + "&lang=en").text


def test_what_is_not_ours_or_is_gone_cannot_be_changed(officer: Browser, desk: FakeDesk) -> None:
    assert "/retract" not in officer.get(f"/records/{REPORT}").text

    desk.changed = {"state": "retracted", "body": None, "leaving": []}

    assert "/retract" not in officer.get(f"/records/{OWN}").text


def test_a_record_that_was_taken_back_shows_what_each_partner_answered(officer: Browser, desk: FakeDesk) -> None:
    asked = {"op": "retract", "rev": 2, "asked_at": NOW}
    answers = [
        {**asked, "party": "kcs", "answer": "held", "basis": "court order 7", "at": NOW},
        {**asked, "party": "jcg", "answer": "pending"},
        {**asked, "party": "mcga", "answer": "refused", "basis": "rid_conflict", "at": NOW},
    ]
    desk.changed = {"state": "retracted", "body": None, "leaving": [], "answers": answers}

    html = officer.get(f"/records/{OWN}?lang=en").text

    for told in ("Kept by law", "court order 7", "No answer yet", "Another record has this number there"):
        assert told in html
    assert "Withheld" not in html
