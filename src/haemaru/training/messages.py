"""The three kinds of training records, and what the body of each holds.

A person is named by a reference that the own agency understands (`person`); the publisher needs to know that it is one
person, not who. Fields that are not listed may stand in a body and are left alone.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec

from haemaru.records import Record
from haemaru.values import Interval, parse_time
from haemaru.wording import Fault

Answer = Literal["seat", "waitlist", "rejected", "withdrawn"]
ANSWERS: tuple[str, ...] = get_args(Answer)
_MOST_SEATS = 10_000


class SessionPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `training.session`: a course, when and where, and how its seats are shared.

    An empty object is no field of its own, so a copy at a partner has no `quotas` where there are none.
    """

    course: str
    title_ko: str
    title_en: str
    since: str
    until: str
    seats: int
    release_at: str
    quotas: dict[str, int] = {}
    place: str = ""
    language: str = ""
    prerequisites: tuple[str, ...] = ()


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `training.application`: a person asks for a seat, or gives it back."""

    session: str
    person: str
    action: Literal["apply", "withdraw"] = "apply"
    competencies: tuple[str, ...] = ()


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `training.enrolment`: the publisher's answer; `number` counts its answers to a session from 1."""

    session: str
    application: str
    person: str
    party: str
    answer: Answer
    number: int
    missing: tuple[str, ...] = ()


Body = SessionPlan | Application | Enrolment
_SHAPES: dict[str, type[SessionPlan] | type[Application] | type[Enrolment]] = {
    "training.session": SessionPlan,
    "training.application": Application,
    "training.enrolment": Enrolment,
}


def is_training(record: Mapping[str, Any]) -> bool:
    """True when the record is of one of the three kinds."""
    return record.get("kind") in _SHAPES


def read_training(record: Record, where: str = "record") -> Body:
    """The body of a training record; raises `Fault("bad_training_record")` naming what is wrong with it."""
    if not is_training(record):
        raise Fault("bad_training_record", f"{where}.kind", problem=f"kind {str(record.get('kind'))[:60]}")
    for field in ("origin", "event_time"):
        if not isinstance(record.get(field), str):
            raise Fault("bad_training_record", f"{where}.{field}", problem=f"{field} is missing")
    parse_time(record["event_time"], f"{where}.event_time")
    try:
        body = msgspec.convert(record.get("body"), _SHAPES[record["kind"]])
    except msgspec.ValidationError as problem:
        raise Fault("bad_training_record", f"{where}.body", problem=str(problem)[:200]) from None
    if isinstance(body, SessionPlan):
        _check_plan(body, f"{where}.body")
    elif not body.session or not body.person:
        raise Fault("bad_training_record", f"{where}.body", problem="session and person")
    return body


def _check_plan(plan: SessionPlan, where: str) -> None:
    Interval.parse(f"{plan.since}/{plan.until}", where)
    if parse_time(plan.release_at, f"{where}.release_at") > parse_time(plan.since):
        raise Fault("bad_training_record", f"{where}.release_at", problem="release_at is after since")
    if not 1 <= plan.seats <= _MOST_SEATS or any(quota < 0 for quota in plan.quotas.values()):
        raise Fault("bad_training_record", f"{where}.seats", problem=f"1 to {_MOST_SEATS} seats, no negative quota")
    promised = sum(plan.quotas.values())
    if promised > plan.seats:
        raise Fault("quotas_exceed_seats", f"{where}.quotas", promised=promised, seats=plan.seats)
