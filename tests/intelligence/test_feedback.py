"""Feedback names its report and an outcome; what nobody answered is listed, the oldest first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from haemaru.intelligence import Feedback, Report, awaiting_feedback, build_feedback, build_report, check_feedback
from haemaru.records import Stamp
from haemaru.values import Handling
from haemaru.wording import Fault

AT = datetime(2025, 4, 1, tzinfo=UTC)
OPEN = Handling("restricted")


def report(rid: str, days_old: int) -> dict[str, Any]:
    drawn = Report(text="seen", grade={"scheme": "admiralty", "code": "C3"})
    return build_report(drawn, {"type": "vessel"}, Stamp(rid, "kcg", AT - timedelta(days=days_old), OPEN))


def feedback(about: dict[str, Any], outcome: Any) -> dict[str, Any]:
    return build_feedback(
        Feedback(about=about["rid"], outcome=outcome), about, Stamp(f"f-{about['rid']}", "kcs", AT, OPEN)
    )


def test_feedback_refers_to_its_report_and_subject() -> None:
    record = feedback(report("r1", 1), "nothing_found")

    assert record["refs"] == ["r1"]
    assert record["subject"] == {"type": "vessel"}
    assert check_feedback(record).outcome == "nothing_found"


@pytest.mark.parametrize(
    "change", [{"body": {"about": "r1", "outcome": "maybe"}}, {"refs": []}, {"kind": "intelligence.report"}]
)
def test_feedback_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Fault, match="bad_feedback"):
        check_feedback({**feedback(report("r1", 1), "found"), **change})


def test_what_nobody_answered_is_listed_the_oldest_first() -> None:
    old, older, ongoing, answered, new = (
        report("a", 31),
        report("b", 90),
        report("c", 40),
        report("d", 50),
        report("e", 2),
    )
    answers = [feedback(answered, "nothing_found"), feedback(ongoing, "ongoing")]

    assert awaiting_feedback([old, older, ongoing, answered, new], answers, AT) == ["b", "c", "a"]
