"""The training records, made: each is checked before it exists, and an answer is worked out, never typed."""

from collections.abc import Mapping
from typing import Any

import msgspec

from haemaru.records import Record, Stamp
from haemaru.training.messages import Answer, Application, Enrolment, SessionPlan, read_training
from haemaru.training.sessions import Applicant, Session, why_no_seat
from haemaru.wording import Fault


def publish_session(stamp: Stamp, plan: SessionPlan) -> Record:
    """Publishes a session; the rid of this record is its name."""
    record = stamp.record("training.session", {"type": "course", "id": plan.course}, _plain(plan))
    read_training(record)
    return record


def apply_for_seat(stamp: Stamp, session: Session, person: str, competencies: tuple[str, ...] = ()) -> Record:
    """Asks for a seat for a person of the own party, named by a reference."""
    body = Application(session=session.id, person=person, competencies=competencies)
    return _of_session(stamp, session, "training.application", body)


def withdraw(stamp: Stamp, session: Session, person: str) -> Record:
    """Gives a person's seat, or place on the waiting list, back."""
    body = Application(session=session.id, person=person, action="withdraw")
    return _of_session(stamp, session, "training.application", body)


def answer_application(stamp: Stamp, session: Session, application: str) -> Record:
    """The publisher's answer as the quotas and the order of applications give it; raises `Fault` for anybody else."""
    found = [one for one in session.applicants if one.application == application]
    if stamp.origin != session.publisher or not found:
        raise Fault("training_cannot_answer", f"application {application}", publisher=session.publisher)
    answer, missing = _worked_out(stamp, session, found[0])
    body = Enrolment(
        session=session.id,
        application=application,
        person=found[0].person,
        party=found[0].party,
        answer=answer,
        number=session.answers + 1,
        missing=missing,
    )
    return _of_session(stamp, session, "training.enrolment", body, {"handling": found[0].handling})


def _worked_out(stamp: Stamp, session: Session, applicant: Applicant) -> tuple[Answer, tuple[str, ...]]:
    if applicant.leaving:
        return "withdrawn", ()
    reason = why_no_seat(session, applicant, stamp.at)
    if reason is None:
        return "seat", ()
    if reason.code == "training_prerequisite_missing":
        needed = session.plan.prerequisites
        return "rejected", tuple(need for need in needed if need not in applicant.competencies)
    return "waitlist", ()


def _of_session(
    stamp: Stamp, session: Session, kind: str, body: Application | Enrolment, *sources: Mapping[str, Any]
) -> Record:
    subject = {"type": "course", "id": session.plan.course}
    labels = ({"handling": session.handling}, *sources)
    record = stamp.record(kind, subject, _plain(body), refs=(session.id,), sources=labels)
    read_training(record)
    return record


def _plain(body: msgspec.Struct) -> Mapping[str, Any]:
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(body))
    return plain
