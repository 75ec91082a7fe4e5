"""Commands of training: publish a session, apply from the other node; the publisher's node answers by the quotas."""

from typing import TYPE_CHECKING, Any

import msgspec

from haemaru.node.answer import Answer
from haemaru.node.commands.resources import stamp
from haemaru.node.files import read_object
from haemaru.node.hands import share
from haemaru.training import Session, SessionPlan, answer_application, apply_for_seat, due, fold, publish_session
from haemaru.wording import Bilingual, Fault

if TYPE_CHECKING:
    from haemaru.exchange import Held
    from haemaru.node.node import Node

_KINDS = ("training.session", "training.application", "training.enrolment")


def sessions(node: "Node") -> list[Session]:
    """Every session this node knows, folded from the records of both sides."""
    held = [each for kind in _KINDS for each in node.exchange.holdings.records_of(kind)]
    return fold(each.record for each in sorted(held, key=lambda one: one.entry))


def _find(node: "Node", name: str) -> Session:
    for session in sessions(node):
        if session.id == name:
            return session
    raise Fault("training_session_unknown", name)


def publish(node: "Node", params: dict[str, Any]) -> Answer:
    """Publishes a session to every partner that a clause lets see it."""
    form = read_object(params["file"])
    try:
        plan = msgspec.convert(form, SessionPlan)
    except msgspec.ValidationError as problem:
        raise Fault("bad_json", params["file"], detail=str(problem)) from None
    record = publish_session(stamp(node), plan)
    with node.ledger.write() as batch:
        results = share(node, batch, record)
    node.workers.wake()
    return Answer({"id": record["rid"], "shared": sum(result.outcome == "sealed" for result in results)})


def apply(node: "Node", params: dict[str, Any]) -> Answer:
    """Applies for a seat for one of this agency's people; the publisher's node answers."""
    session = _find(node, str(params["session"]))
    competencies = tuple(params.get("competencies") or ())
    record = apply_for_seat(stamp(node), session, str(params["person"]), competencies)
    with node.ledger.write() as batch:
        share(node, batch, record, [session.publisher] if session.publisher != node.party else [])
        if session.publisher == node.party:
            _answer_due(node, batch, session.id)
    node.workers.wake()
    return Answer({"application": record["rid"], "session": session.id})


def enrol(node: "Node", held: "Held") -> None:
    """Answers what a partner's application makes due in one of our sessions."""
    session = next((each for each in sessions(node) if each.id == held.record["body"].get("session")), None)
    if session is None or session.publisher != node.party:
        return
    with node.ledger.write() as batch:
        _answer_due(node, batch, session.id)
    node.workers.wake()


def _answer_due(node: "Node", batch: Any, name: str) -> None:
    while True:
        session = _find(node, name)
        # A session that a party was never told of is not confirmed to it by an answer.
        told = {one.application for one in session.applicants if _was_told(node, session.id, one.party)}
        waiting = [name for name in due(session, node.clock.now()) if _asker(session, name) in told]
        if not waiting:
            return
        share(node, batch, answer_application(stamp(node), session, waiting[0]))


def _was_told(node: "Node", session: str, party: str) -> bool:
    return party == node.party or node.exchange.traffic.sent(session, party) is not None


def _asker(session: Session, name: str) -> str:
    """The application that a name in `due` belongs to: itself, or the one that is given back."""
    return next((one.application for one in session.applicants if name in (one.application, one.leaving)), name)


def title(session: Session) -> Bilingual:
    """The title of the course in both languages."""
    return Bilingual(session.plan.title_ko, session.plan.title_en)


def line(session: Session) -> dict[str, Any]:
    """A session as lists show it."""
    return {
        "id": session.id,
        "publisher": session.publisher,
        "course": session.plan.course,
        "since": session.plan.since,
        "until": session.plan.until,
        "seats": session.plan.seats,
        "taken": session.seats_taken,
        "enrolled": {party: len(people) for party, people in session.persons("seat").items()},
        "waiting": {party: len(people) for party, people in session.persons("waitlist").items()},
        "refused": [{"rid": one.rid, "reason": one.reason.code} for one in session.refused],
    }


def list_(node: "Node", _params: dict[str, Any]) -> Answer:
    """Lists sessions with their seats and waitlists."""
    return Answer({"sessions": [line(each) for each in sessions(node)]})
