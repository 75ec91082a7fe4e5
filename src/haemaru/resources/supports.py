"""Supports folded from their messages: the same messages give the same state on both nodes, in whatever order.

A message says which one it came `after`; when that is not there yet it waits, and takes effect when it arrives (a cable
may have been cut between). What still waits at the end, what comes too late and what came from the wrong party is
refused with a reason and changes nothing. A message received twice counts once. A commit counts only from the owner of
the team.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from haemaru.records import Record
from haemaru.resources.lifecycle import REACHABLE, State, Step, steps_of
from haemaru.resources.messages import Message, is_message, read_message
from haemaru.values import parse_time
from haemaru.wording import Fault, Reason


class Refused(msgspec.Struct, frozen=True):
    """A message that changed nothing, and why."""

    rid: str
    message: str
    reason: Reason


class Support(msgspec.Struct, frozen=True, kw_only=True):
    """One support as far as it has come, who takes part in it, and every message that did or did not count."""

    id: str
    state: State = State.NONE
    borrower: str = ""
    owner: str = ""
    subject: dict[str, Any] = {}
    need: dict[str, Any] = {}
    team: dict[str, Any] = {}
    since: str = ""
    until: str = ""
    status: str = ""
    history: tuple[tuple[str, str, State], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    refused: tuple[Refused, ...] = ()
    labels: tuple[Any, ...] = ()

    @property
    def sources(self) -> list[dict[str, Any]]:
        """What the next message is made from: the labels of every message that counted."""
        return [{"handling": handling} for handling in self.labels]

    @property
    def team_id(self) -> str:
        """The id of the team that was offered, or nothing."""
        return str(self.team.get("id", ""))


def fold(records: Iterable[Record]) -> list[Support]:
    """The supports that a list of records tells of, in the order they begin; records of other rooms are passed over."""
    supports: dict[str, Support] = {}
    waiting: dict[str, list[Message]] = {}
    seen: dict[str, bytes] = {}
    for record in records:
        if not is_message(record):
            continue
        exact = msgspec.json.encode(record, order="deterministic")
        if seen.get(record["rid"]) == exact:
            continue
        known = record["rid"] in seen
        seen.setdefault(record["rid"], exact)
        name = _support_of(record)
        support = supports.get(name, Support(id=name))
        message = _readable(record, known)
        if isinstance(message, Refused):
            supports[name] = _refuse(support, message)
            continue
        waiting.setdefault(name, []).append(message)
        supports[name], waiting[name] = _settle(support, waiting[name])
    for name, left in waiting.items():
        for message in left:
            early = Reason("support_message_early", _facts(supports[name], message))
            supports[name] = _refuse(supports[name], Refused(message.rid, message.name, early))
    return list(supports.values())


def why_refused(support: Support, message: Message) -> Reason | None:
    """Why the message does not count in this support as it stands, or None when it does."""
    outcome = _judge(support, message)
    return outcome if isinstance(outcome, Reason) else None


def _support_of(record: Mapping[str, Any]) -> str:
    body = record.get("body")
    named = body.get("support") if isinstance(body, Mapping) else None
    return named if isinstance(named, str) and named else str(record["rid"])


def _readable(record: Record, known: bool) -> Message | Refused:
    name = record["kind"].partition(".")[2]
    if known:
        return Refused(record["rid"], name, Reason("support_rid_reused", {"rid": record["rid"]}))
    try:
        return read_message(record, record["rid"])
    except Fault as fault:
        facts: dict[str, str | int | float] = {"where": fault.where, "fault": fault.code}
        return Refused(record["rid"], name, Reason("support_message_malformed", facts))


def _settle(support: Support, waiting: list[Message]) -> tuple[Support, list[Message]]:
    """Lets every waiting message take effect that can, until none can any more."""
    moved = True
    while moved:
        moved = False
        for message in list(waiting):
            outcome = _judge(support, message)
            if isinstance(outcome, Step):
                support, moved = _applied(support, message, outcome), True
            elif outcome.code == "support_message_early":
                continue
            else:
                support = _refuse(support, Refused(message.rid, message.name, outcome))
            waiting.remove(message)
    return support, waiting


def _judge(support: Support, message: Message) -> Step | Reason:
    if message.after and message.after not in {rid for rid, _, _ in support.history}:
        return Reason("support_message_early", _facts(support, message))
    steps = steps_of(message.name, message.word)
    fitting = [step for step in steps if support.state in step.states]
    if not fitting:
        can_come = any(step.states & REACHABLE[support.state] for step in steps)
        code = "support_message_early" if can_come else "support_message_late"
        return Reason(code, _facts(support, message))
    step = fitting[0]
    return _wrong_party(support, message, step) or _wrong_team(support, message) or step


def _facts(support: Support, message: Message) -> dict[str, str | int | float]:
    return {"message": message.name, "state": support.state.value}


def _wrong_party(support: Support, message: Message, step: Step) -> Reason | None:
    if support.state is State.NONE:
        other = message.body["asked" if message.name == "request_resource" else "offered_to"]
        return Reason("support_same_party", {"party": message.origin}) if other == message.origin else None
    allowed = {"borrower": (support.borrower,), "owner": (support.owner,)}.get(step.sender)
    if message.origin in (allowed or (support.borrower, support.owner)):
        return None
    code = {"borrower": "support_not_borrower", "owner": "support_not_owner"}.get(step.sender, "support_stranger")
    return Reason(code, {"message": message.name, "party": message.origin, "owner": support.owner})


def _wrong_team(support: Support, message: Message) -> Reason | None:
    team: Any = message.body.get("team")
    if _offers_a_team(message):
        # Whoever offers a team must own it: nobody lends what belongs to another.
        owner = str(team["owner"])
        if owner != message.origin:
            return Reason("support_team_of_other", {"party": message.origin, "owner": owner})
        return None
    if message.name in ("requisition_resource", "commit_resource") and team != support.team_id:
        return Reason("support_other_team", {"team": str(team), "offered": support.team_id})
    return None


def _offers_a_team(message: Message) -> bool:
    answers = message.name == "response_to_request_resource" and message.word == "accepted"
    return answers or message.name == "offer_unsolicited_resource"


def _applied(support: Support, message: Message, step: Step) -> Support:
    changes: dict[str, Any] = {"labels": (*support.labels, message.handling)}
    if support.state is State.NONE:
        asks = message.name == "request_resource"
        other = message.body["asked" if asks else "offered_to"]
        changes["borrower"], changes["owner"] = (message.origin, other) if asks else (other, message.origin)
        need = message.body["need"]
        changes |= {"subject": message.subject, "need": need, "since": need["since"], "until": need["until"]}
    if _offers_a_team(message):
        changes["team"] = dict(message.body["team"])
    if message.name == "commit_resource":
        changes |= {"since": message.body["since"], "until": message.body["until"]}
    if message.name == "response_to_request_extended_deployment_duration" and message.word == "accepted":
        # An extension never shortens a stay: the later of the two ends.
        changes["until"] = max(support.until, message.body.get("until", support.until), key=parse_time)
    if message.name == "report_resource_deployment_status":
        changes["status"] = message.word
    if step.to is None:
        changes["facts"] = (*support.facts, (message.rid, message.name))
    else:
        changes["state"] = step.to
        changes["history"] = (*support.history, (message.rid, message.name, step.to))
    return msgspec.structs.replace(support, **changes)


def _refuse(support: Support, refused: Refused) -> Support:
    return msgspec.structs.replace(support, refused=(*support.refused, refused))
