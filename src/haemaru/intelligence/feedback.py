"""What came of a report: asked for, timed, and counted also when nothing was found.

Without feedback a sharing system is written to and not read. Whoever used a report says what came of it;
`nothing_found` is an answer like any other, because the base rate is only honest with it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import msgspec

from haemaru.records import Record, Stamp, read_record
from haemaru.values import parse_time
from haemaru.wording import Fault

KIND = "intelligence.feedback"
Outcome = Literal["found", "nothing_found", "ongoing", "not_used", "wrong"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)

# A month: long enough for a voyage from South America, short enough that somebody still remembers.
FEEDBACK_DUE = timedelta(days=30)


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a feedback: which report, what came of it, and in whose words."""

    about: str
    outcome: Outcome
    text: str = ""
    seizure: str = ""


def build_feedback(feedback: Feedback, report: Mapping[str, Any], stamp: Stamp) -> Record:
    """The record of a feedback on `report`, about the same subject and handled as strictly."""
    body: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(feedback))
    written = {key: value for key, value in body.items() if value != ""}
    record = stamp.record(KIND, report["subject"], written, refs=(feedback.about,), sources=[report])
    check_feedback(record)
    return record


def check_feedback(record: Mapping[str, Any], where: str = "record") -> Feedback:
    """The feedback in a record; raises `Fault("bad_feedback")` naming what is wrong with it."""
    checked = read_record(dict(record), where)
    try:
        feedback = msgspec.convert(checked["body"], Feedback)
    except msgspec.ValidationError as problem:
        raise Fault("bad_feedback", f"{where}.body", problem=str(problem)[:200]) from None
    if checked["kind"] != KIND or feedback.about not in checked.get("refs", []):
        raise Fault("bad_feedback", f"{where}.refs", problem="kind or refs do not name the report")
    return feedback


def awaiting_feedback(
    reports: Iterable[Mapping[str, Any]], feedbacks: Iterable[Mapping[str, Any]], at: datetime
) -> list[str]:
    """The rids of reports older than `FEEDBACK_DUE` that nobody answered, the oldest first; `ongoing` is no answer."""
    bodies = [each.get("body", {}) for each in feedbacks]
    answered = {str(body.get("about")) for body in bodies if body.get("outcome") not in (None, "ongoing")}
    waiting = [
        (str(report["event_time"]), str(report["rid"]))
        for report in reports
        if "event_time" in report
        and report["rid"] not in answered
        and at - parse_time(report["event_time"]) > FEEDBACK_DUE
    ]
    return [rid for _, rid in sorted(waiting, key=lambda pair: (parse_time(pair[0]), pair[1]))]
