"""Sessions folded from their records: who has a seat, who waits, who was refused, and which answers did not count.

Only the publisher's answers change who sits where, and they are numbered, so both nodes apply them in one order however
they arrive. An answer that would sell a seat twice, or a party's quota seat before `release_at`, is refused with a
reason on every node: the publisher is checked too.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from haemaru.records import Record
from haemaru.training.messages import Application, Enrolment, SessionPlan, is_training, read_training
from haemaru.values import parse_time
from haemaru.wording import Fault, Reason


class Refused(msgspec.Struct, frozen=True):
    """A record that changed nothing, and why."""

    rid: str
    reason: Reason


class Applicant(msgspec.Struct, frozen=True, kw_only=True):
    """One person's application and how it stands: `asked` until it is answered."""

    application: str
    person: str
    party: str
    competencies: tuple[str, ...] = ()
    state: str = "asked"
    missing: tuple[str, ...] = ()
    leaving: str = ""
    handling: Any = None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One session: its plan, its applicants in the order they came, and how many answers were given."""

    id: str
    publisher: str
    plan: SessionPlan
    applicants: tuple[Applicant, ...] = ()
    answers: int = 0
    refused: tuple[Refused, ...] = ()
    handling: Any = None

    def persons(self, state: str) -> dict[str, list[str]]:
        """The persons in a state (`seat`, `waitlist`, `asked`, `rejected`, `withdrawn`), by party."""
        found: dict[str, list[str]] = {}
        for applicant in self.applicants:
            if applicant.state == state:
                found.setdefault(applicant.party, []).append(applicant.person)
        return found

    @property
    def seats_taken(self) -> int:
        """How many seats are taken, over all parties."""
        return sum(applicant.state == "seat" for applicant in self.applicants)


def free_seats(session: Session, party: str, at: datetime) -> int:
    """How many seats the party may still take: its quota before `release_at`, any seat after it."""
    free = session.plan.seats - session.seats_taken
    if at >= parse_time(session.plan.release_at):
        return free
    own = len(session.persons("seat").get(party, []))
    return min(free, session.plan.quotas.get(party, 0) - own)


def why_no_seat(session: Session, applicant: Applicant, at: datetime) -> Reason | None:
    """Why the applicant cannot have a seat now, or None when one is free and nobody stands before them."""
    missing = [need for need in session.plan.prerequisites if need not in applicant.competencies]
    if missing:
        return Reason("training_prerequisite_missing", {"missing": ", ".join(missing)})
    released = at >= parse_time(session.plan.release_at)
    before = 0
    for other in session.applicants:
        if other.application == applicant.application:
            break
        before += other.state == "waitlist" and (released or other.party == applicant.party)
    if free_seats(session, applicant.party, at) > before:
        return None
    code = "training_session_full" if released else "training_quota_used"
    return Reason(code, {"party": applicant.party, "before": before})


def due(session: Session, at: datetime) -> list[str]:
    """The applications that the publisher should answer now, in order: leavers, new ones, those a seat waits for."""
    leaving = [applicant.application for applicant in session.applicants if applicant.leaving]
    if leaving:
        # A seat given back is counted before anybody is moved into it.
        return leaving
    found = []
    for applicant in session.applicants:
        moves_up = applicant.state == "waitlist" and why_no_seat(session, applicant, at) is None
        if applicant.state == "asked" or moves_up:
            found.append(applicant.application)
    return found


def fold(records: Iterable[Record]) -> list[Session]:
    """The sessions that a list of records tells of, in the order they stand; records of other rooms are passed over."""
    chosen: dict[str, Record] = {}
    for record in records:
        if is_training(record):
            chosen.setdefault(record["rid"], record)
    sessions: dict[str, Session] = {}
    bodies: list[tuple[Record, Application | Enrolment]] = []
    unreadable: list[tuple[Record, Fault]] = []
    for record in chosen.values():
        try:
            body = read_training(record, record["rid"])
        except Fault as fault:
            unreadable.append((record, fault))
            continue
        if isinstance(body, SessionPlan):
            sessions[record["rid"]] = Session(
                id=record["rid"], publisher=record["origin"], plan=body, handling=record.get("handling")
            )
        else:
            bodies.append((record, body))
    for record, problem in unreadable:
        told = record.get("body")
        session = sessions.get(str(told.get("session"))) if isinstance(told, Mapping) else None
        # What cannot even name its session has none to be shown in.
        if session is not None:
            reason = Reason("training_record_malformed", {"where": problem.where, "fault": problem.code})
            sessions[session.id] = _refuse(session, record, reason)
    for name, session in sessions.items():
        own = [(record, body) for record, body in bodies if body.session == name]
        for record, body in own:
            if isinstance(body, Application):
                session = _asked(session, record, body)
        answers = [(record, body) for record, body in own if isinstance(body, Enrolment)]
        sessions[name] = _answered(session, answers)
    return list(sessions.values())


def _asked(session: Session, record: Mapping[str, Any], body: Application) -> Session:
    party = str(record["origin"])
    known = [one for one in session.applicants if (one.person, one.party) == (body.person, party)]
    if body.action == "apply":
        if known:
            return _refuse(session, record, Reason("training_applied_already", {"person": body.person}))
        new = Applicant(
            application=record["rid"],
            person=body.person,
            party=party,
            competencies=body.competencies,
            handling=record.get("handling"),
        )
        return msgspec.structs.replace(session, applicants=(*session.applicants, new))
    if not known:
        return _refuse(session, record, Reason("training_never_applied", {"person": body.person}))
    return _with(session, msgspec.structs.replace(known[0], leaving=record["rid"]))


def _answered(session: Session, answers: list[tuple[Record, Enrolment]]) -> Session:
    stranger = [record for record, _ in answers if record["origin"] != session.publisher]
    for record in stranger:
        facts: dict[str, str | int | float] = {"party": record["origin"], "publisher": session.publisher}
        session = _refuse(session, record, Reason("training_not_publisher", facts))
    own = [pair for pair in answers if pair[0] not in stranger]
    for record, body in sorted(own, key=lambda pair: pair[1].number):
        reason = _why_not(session, record, body)
        if reason is None:
            applicant = next(one for one in session.applicants if one.application == body.application)
            leaving = "" if body.answer == "withdrawn" else applicant.leaving
            changed = msgspec.structs.replace(applicant, state=body.answer, missing=body.missing, leaving=leaving)
            session = _with(session, changed)
        else:
            session = _refuse(session, record, reason)
        if body.number == session.answers + 1:
            session = msgspec.structs.replace(session, answers=body.number)
    return session


def _why_not(session: Session, record: Record, body: Enrolment) -> Reason | None:
    if body.number != session.answers + 1:
        return Reason("training_answer_early", {"number": body.number, "expected": session.answers + 1})
    found = [one for one in session.applicants if one.application == body.application]
    # The person is not compared: a clause may have turned the reference into a pseudonym on its way.
    if not found or found[0].party != body.party:
        return Reason("training_application_unknown", {"application": body.application})
    if found[0].state in ("rejected", "withdrawn") or found[0].state == body.answer:
        return Reason("training_answered_already", {"application": body.application, "state": found[0].state})
    if body.answer == "waitlist" and found[0].state == "seat":
        return Reason("training_answered_already", {"application": body.application, "state": "seat"})
    if body.answer == "seat" and free_seats(session, body.party, parse_time(record["event_time"])) < 1:
        return Reason("training_oversold", {"party": body.party, "seats": session.plan.seats})
    return None


def _with(session: Session, changed: Applicant) -> Session:
    kept = tuple(changed if one.application == changed.application else one for one in session.applicants)
    return msgspec.structs.replace(session, applicants=kept)


def _refuse(session: Session, record: Mapping[str, Any], reason: Reason) -> Session:
    return msgspec.structs.replace(session, refused=(*session.refused, Refused(record["rid"], reason)))
