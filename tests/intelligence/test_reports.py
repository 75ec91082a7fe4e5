"""A report is graded, marked, corrected in the open, and passed on only as its codes allow."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from haemaru.intelligence import Report, build_report, check_report, correct, why_not_onward
from haemaru.records import Stamp
from haemaru.values import Handling
from haemaru.wording import Fault

AT = datetime(2025, 4, 1, 5, 0, tzinfo=UTC)
SUBJECT = {"type": "vessel", "imo": "9074729", "name": "HAEMARU DEMO STAR"}
B2 = {"scheme": "europol_4x4", "code": "B2"}


def report(**fields: Any) -> dict[str, Any]:
    drawn = Report(**{"text": "Load taken at sea off Peru.", "grade": B2, "handling_codes": ("H1",), **fields})
    return build_report(drawn, SUBJECT, Stamp("kcg-r-1", "kcg", AT, Handling("restricted")))


def test_a_report_holds_only_what_was_written() -> None:
    assert report() == {
        "rid": "kcg-r-1",
        "kind": "intelligence.report",
        "subject": SUBJECT,
        "event_time": "2025-04-01T05:00:00Z",
        "handling": {"level": "restricted", "caveats": []},
        "origin": "kcg",
        "body": {"text": "Load taken at sea off Peru.", "grade": B2, "handling_codes": ["H1"]},
    }
    assert check_report(report()).graded.code == "B2"


def test_a_field_of_another_version_is_left_alone() -> None:
    record = report()
    record["body"]["aircraft_seen"] = True

    assert check_report(record).text
    assert "aircraft_seen" in correct(record, {"text": "Twice."}, "second source", AT)


@pytest.mark.parametrize(
    ("fields", "code", "where"),
    [
        ({"text": " "}, "bad_report", "record.body.text"),
        ({"grade": {"scheme": "europol_4x4", "code": "E5"}}, "bad_grade", "record.body.grade"),
        ({"grade": {"scheme": "own", "code": "A1"}}, "unknown_grade_scheme", "record.body.grade"),
        ({"handling_codes": ("P",)}, "unknown_handling_code", "record.body.handling_codes"),
        ({"handling_codes": ("H3",)}, "handling_text_missing", "record.body.handling_text"),
        ({"handling_codes": ("H0", "H2")}, "handling_codes_contradict", "record.body.handling_codes"),
        (
            {"grade": {"scheme": "uk_3x5x2", "code": "1A"}, "handling_codes": ("C",)},
            "handling_text_missing",
            "record.body.handling_text",
        ),
    ],
)
def test_a_report_that_breaks_a_rule_is_refused_with_its_place(fields: dict[str, Any], code: str, where: str) -> None:
    with pytest.raises(Fault) as fault:
        report(**fields)

    assert (fault.value.code, fault.value.where) == (code, where)


@pytest.mark.parametrize("field", ["source_name", "informant"])
def test_the_name_of_a_source_never_stands_in_a_report(field: str) -> None:
    record = report()
    record["body"][field] = "somebody"

    with pytest.raises(Fault, match="report_names_source"):
        check_report(record)


@pytest.mark.parametrize("body", [{}, {"text": 3, "grade": B2}, {"text": "x", "grade": "B2"}, {"text": "x"}])
def test_a_body_of_another_shape_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Fault, match="bad_report"):
        check_report({**report(), "body": body})


def test_a_correction_says_what_changed_when_and_why() -> None:
    record = report(title="Okgye")
    before = copy.deepcopy(record)

    body = correct(record, {"text": "From two boats.", "title": "Okgye"}, "crew statement", AT)
    again = correct({**record, "body": body}, {"grade": {"scheme": "europol_4x4", "code": "A1"}}, "confirmed", AT)

    assert record == before
    assert body["corrections"] == [{"at": "2025-04-01T05:00:00Z", "why": "crew statement", "fields": ["text"]}]
    assert [note["fields"] for note in again["corrections"]] == [["text"], ["grade"]]


def test_a_correction_may_take_a_field_away() -> None:
    assert "title" not in correct(report(title="Okgye"), {"title": None}, "wrong case", AT)


@pytest.mark.parametrize(("changes", "why"), [({}, "why"), ({"text": "new"}, " "), ({"corrections": []}, "hide")])
def test_a_correction_that_says_nothing_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Fault, match="correction_says_nothing"):
        correct(report(), changes, why, AT)


def test_a_correction_cannot_break_the_rules_either() -> None:
    with pytest.raises(Fault, match="bad_grade"):
        correct(report(), {"grade": {"scheme": "europol_4x4", "code": "Z9"}}, "typo", AT)


@pytest.mark.parametrize(
    ("codes", "holder", "to", "asks"),
    [
        (("H1",), "kcs", "police", False),
        (("H2",), "kcs", "police", True),
        (("H1", "H2"), "kcs", "police", True),
        ((), "kcs", "police", True),
        (("H2",), "kcs", "kcg", False),
        (("H2",), "kcg", "kcs", False),
    ],
)
def test_handling_codes_bind_whoever_passes_the_report_on(
    codes: tuple[str, ...], holder: str, to: str, asks: bool
) -> None:
    reason = why_not_onward(report(handling_codes=codes), holder, to)

    assert (reason is not None) == asks
    assert reason is None or reason.code == "report_needs_permission"
