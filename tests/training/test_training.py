"""Seats by quota, answered by the publisher alone, and never sold twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haemaru.records import Stamp
from haemaru.training import (
    Session,
    SessionPlan,
    answer_application,
    apply_for_seat,
    due,
    fold,
    free_seats,
    publish_session,
    withdraw,
)
from haemaru.values import Handling
from haemaru.wording import Fault, keys

START = datetime(2025, 5, 1, tzinfo=UTC)
PLAN = SessionPlan(
    course="sea-chest-search",
    title_ko="씨체스트 수색",
    title_en="Searching sea chests",
    since="2025-06-01T00:00:00Z",
    until="2025-06-03T00:00:00Z",
    seats=3,
    quotas={"kcg": 2, "kcs": 1},
    release_at="2025-05-20T00:00:00Z",
    prerequisites=("diving",),
)
DIVES = ("diving",)


class Course:
    """A session of `kcg` with applications from both parties, played record by record."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.at = START
        self.records.append(publish_session(self.stamp("kcg"), PLAN))

    def stamp(self, origin: str) -> Stamp:
        return Stamp(f"{origin}-t{len(self.records)}", origin, self.at, Handling("internal"))

    @property
    def now(self) -> Session:
        return fold(self.records)[0]

    def applies(self, party: str, person: str, competencies: tuple[str, ...] = DIVES) -> str:
        self.records.append(apply_for_seat(self.stamp(party), self.now, person, competencies))
        return str(self.records[-1]["rid"])

    def leaves(self, party: str, person: str) -> None:
        self.records.append(withdraw(self.stamp(party), self.now, person))

    def answers(self) -> None:
        while waiting := due(self.now, self.at):
            self.records.append(answer_application(self.stamp("kcg"), self.now, waiting[0]))


@pytest.fixture
def course() -> Course:
    return Course()


def test_a_seat_is_taken_from_the_other_node(course: Course) -> None:
    course.applies("kcs", "kcs-officer-1")
    course.answers()

    assert course.now.persons("seat") == {"kcs": ["kcs-officer-1"]}
    assert course.now.seats_taken == 1
    assert course.records[-1]["body"]["answer"] == "seat"


def test_beyond_its_quota_a_party_waits_until_the_release(course: Course) -> None:
    for number in range(3):
        course.applies("kcs", f"s{number}")
    course.applies("navy", "n0")
    course.answers()
    before = course.now
    course.at = START + timedelta(days=20)
    course.answers()

    assert (before.persons("seat"), before.persons("waitlist")) == (
        {"kcs": ["s0"]},
        {"kcs": ["s1", "s2"], "navy": ["n0"]},
    )
    assert course.now.persons("seat") == {"kcs": ["s0", "s1", "s2"]}
    assert course.now.persons("waitlist") == {"navy": ["n0"]}


def test_a_seat_given_back_goes_to_the_next_of_the_same_party(course: Course) -> None:
    for party, person in [("kcs", "s0"), ("navy", "n0"), ("kcs", "s1")]:
        course.applies(party, person)
    course.answers()
    course.leaves("kcs", "s0")
    course.answers()

    assert course.now.persons("seat") == {"kcs": ["s1"]}
    assert course.now.persons("withdrawn") == {"kcs": ["s0"]}
    assert course.now.refused == ()


def test_who_lacks_a_prerequisite_is_told_which(course: Course) -> None:
    course.applies("kcs", "s0", ())
    course.answers()

    assert course.now.persons("rejected") == {"kcs": ["s0"]}
    assert course.now.applicants[0].missing == ("diving",)


def test_a_second_application_changes_nothing(course: Course) -> None:
    course.applies("kcs", "s0")
    course.applies("kcs", "s0")
    course.answers()

    assert course.now.seats_taken == 1
    assert [refused.reason.code for refused in course.now.refused] == ["training_applied_already"]


def test_one_person_reference_of_two_parties_is_two_persons(course: Course) -> None:
    course.applies("kcs", "officer-1")
    course.applies("kcg", "officer-1")
    course.answers()

    assert course.now.persons("seat") == {"kcs": ["officer-1"], "kcg": ["officer-1"]}


def forged(course: Course, application: str, **changes: Any) -> dict[str, Any]:
    record = answer_application(course.stamp("kcg"), course.now, application)
    return {**record, **changes, "body": {**record["body"], **changes.get("body", {})}}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"body": {"answer": "seat"}}, "training_oversold"),
        ({"origin": "kcs"}, "training_not_publisher"),
        ({"body": {"number": 9}}, "training_answer_early"),
        ({"body": {"party": "navy"}}, "training_application_unknown"),
        ({"body": {"application": "lost"}}, "training_application_unknown"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_on_every_node(
    course: Course, change: dict[str, Any], code: str
) -> None:
    course.applies("kcs", "s0")
    course.answers()
    application = course.applies("kcs", "s1")

    course.records.append(forged(course, application, **change))

    assert course.now.seats_taken == 1
    assert [refused.reason.code for refused in course.now.refused] == [code]
    assert f"reason.{code}" in keys("en") & keys("ko")


def test_only_the_publisher_can_answer(course: Course) -> None:
    application = course.applies("kcs", "s0")

    with pytest.raises(Fault, match="training_cannot_answer"):
        answer_application(course.stamp("kcs"), course.now, application)
    with pytest.raises(Fault, match="training_cannot_answer"):
        answer_application(course.stamp("kcg"), course.now, "lost")


@settings(max_examples=50, deadline=None)
@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from(["kcg", "kcs", "navy"]), st.integers(0, 3), st.sampled_from(["apply", "leave", "day"])
        ),
        max_size=14,
    ),
    data=st.data(),
)
def test_seats_are_never_oversold_and_order_does_not_matter(
    moves: list[tuple[str, int, str]], data: st.DataObject
) -> None:
    course = Course()
    for party, person, move in moves:
        act: dict[str, Callable[[str, str], object]] = {"apply": course.applies, "leave": course.leaves}
        if move == "day":
            course.at += timedelta(days=7)
        else:
            act[move](party, f"p{person}")
        course.answers()
        taken = course.now.persons("seat")
        assert course.now.seats_taken <= PLAN.seats
        if course.at < START + timedelta(days=19):
            assert all(len(persons) <= PLAN.quotas.get(party, 0) for party, persons in taken.items())
        assert all(free_seats(course.now, party, course.at) >= 0 for party in ("kcg", "kcs", "navy"))

    applications = [record for record in course.records if record["kind"] != "training.enrolment"]
    answers = [record for record in course.records if record["kind"] == "training.enrolment"]
    reordered = fold([*data.draw(st.permutations(answers)), *applications, *applications])[0]
    assert reordered.applicants == course.now.applicants


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quotas": {"kcg": 3, "kcs": 1}}, "quotas_exceed_seats"),
        ({"seats": 0}, "bad_training_record"),
        ({"quotas": {"kcg": -1}}, "bad_training_record"),
        ({"release_at": "2025-07-01T00:00:00Z"}, "bad_training_record"),
        ({"until": "2025-05-01T00:00:00Z"}, "interval_backwards"),
        ({"since": "soon"}, "bad_time"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(change: dict[str, Any], code: str) -> None:
    plain = {field: getattr(PLAN, field) for field in PLAN.__struct_fields__}

    with pytest.raises(Fault, match=code):
        publish_session(Stamp("kcg-t0", "kcg", START, Handling("internal")), SessionPlan(**{**plain, **change}))


def test_a_session_without_quotas_is_read_as_one_that_promises_nobody_a_seat() -> None:
    record = publish_session(
        Stamp("kcg-t0", "kcg", START, Handling("internal")), msgspec.structs.replace(PLAN, quotas={})
    )
    # What a partner is given: an empty object is no leaf, so no clause releases it.
    copy = {**record, "body": {name: value for name, value in record["body"].items() if name != "quotas"}}

    assert fold([copy])[0].plan == fold([record])[0].plan


def test_an_application_that_cannot_be_read_is_shown_with_its_place(course: Course) -> None:
    course.records.append(
        course.stamp("kcs").record("training.application", {"type": "course"}, {"session": "kcg-t0", "person": 7})
    )

    assert [refused.reason.code for refused in course.now.refused] == ["training_record_malformed"]


@pytest.mark.parametrize("lost", ["body", "event_time"])
def test_a_copy_that_lost_a_field_to_a_clause_never_raises(course: Course, lost: str) -> None:
    course.applies("kcs", "s0")
    cut = {key: value for key, value in course.records.pop().items() if key != lost}
    course.records.append(cut)

    assert course.now.applicants == ()


def test_what_cannot_be_read_and_what_is_of_another_room_is_passed_over(course: Course) -> None:
    broken = {**course.records[0], "rid": "x", "body": {"seats": "many"}}
    tip = course.stamp("kcg").record("operations.tip", {"type": "vessel"}, {})

    assert fold([broken, tip]) == []
