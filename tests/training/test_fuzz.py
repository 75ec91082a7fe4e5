"""Whatever a partner sends, a session answers with states and reasons, never with an exception."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from haemaru.training import due, fold

from .test_training import PLAN, START, Course

ODD = st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=4) | st.lists(st.text(max_size=2), max_size=2)
COURSE = Course()
COURSE.applies("kcs", "s0")
COURSE.answers()
RIDS = st.sampled_from([record["rid"] for record in COURSE.records])
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "session": RIDS,
    "application": RIDS,
    "person": st.just("s0"),
    "party": st.sampled_from(["kcg", "kcs"]),
    "answer": st.sampled_from(["seat", "waitlist", "rejected", "withdrawn"]),
    "number": st.integers(0, 4),
    "action": st.sampled_from(["apply", "withdraw"]),
    "seats": st.integers(-1, 4),
    "quotas": st.just({"kcs": 1}),
}
KINDS = st.sampled_from(["training.session", "training.application", "training.enrolment"])
RECORDS = st.fixed_dictionaries(
    {"rid": RIDS | st.text(min_size=1, max_size=3), "kind": KINDS},
    optional={
        "origin": st.sampled_from(["kcg", "kcs"]) | ODD,
        "event_time": st.just("2025-05-02T00:00:00Z") | ODD,
        "body": st.fixed_dictionaries({}, optional={name: value | ODD for name, value in FIELDS.items()}) | ODD,
    },
)


@settings(max_examples=150)
@given(st.lists(RECORDS, max_size=8))
def test_no_record_breaks_the_fold(records: list[dict[str, Any]]) -> None:
    sessions = fold([*COURSE.records, *records])

    for session in sessions:
        due(session, START)
        assert session.seats_taken <= session.plan.seats
    assert sessions[0].plan == PLAN
