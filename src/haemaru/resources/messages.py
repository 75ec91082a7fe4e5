"""The 16 messages of EDXL-RM 1.0 as record kinds, and what the body of each must hold.

Every message of one support names it: `support` is the rid of the message that began it, and `after` that of the last
one that had changed its state when the sender wrote. Fields that are not listed here may stand in a body and are left
alone.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from haemaru.records import RESOURCE_MESSAGES, Record
from haemaru.resources.teams import read_need, read_team
from haemaru.values import Interval, parse_time
from haemaru.wording import Fault

PREFIX = "resources."

FIELDS: dict[str, tuple[str, ...]] = {
    "request_resource": ("need", "asked"),
    "response_to_request_resource": ("support", "answer"),
    "requisition_resource": ("support", "team"),
    "commit_resource": ("support", "team", "since", "until"),
    "request_information": ("support", "text"),
    "response_to_request_information": ("support", "text"),
    "offer_unsolicited_resource": ("offered_to", "team", "need"),
    "release_resource": ("support",),
    "request_return": ("support", "text"),
    "response_to_request_return": ("support", "answer"),
    "request_quote": ("support",),
    "response_to_request_quote": ("support", "text"),
    "request_resource_deployment_status": ("support",),
    "report_resource_deployment_status": ("support", "status"),
    "request_extended_deployment_duration": ("support", "until"),
    "response_to_request_extended_deployment_duration": ("support", "answer"),
}
"""For each message, the fields its body must have."""

BEGIN = ("request_resource", "offer_unsolicited_resource")
"""The messages that begin a support: their own rid is its name."""

ANSWERS = ("accepted", "declined")
STATUSES = ("preparing", "en_route", "deployed", "searching", "resting", "done", "returning", "returned", "aborted")


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message, read: which, of which support, from whom, and the word that decides where it leads."""

    rid: str
    name: str
    support: str
    origin: str
    at: str
    word: str
    after: str
    body: dict[str, Any]
    subject: dict[str, Any]
    handling: Any = None

    @property
    def team(self) -> str:
        """The id of the team the message speaks of, or nothing."""
        team = self.body.get("team", "")
        return str(team.get("id", "")) if isinstance(team, Mapping) else str(team)


def is_message(record: Mapping[str, Any]) -> bool:
    """True when the record is of one of the 16 kinds."""
    kind = str(record.get("kind", ""))
    return kind.startswith(PREFIX) and kind.removeprefix(PREFIX) in RESOURCE_MESSAGES


def read_message(record: Record, where: str = "message") -> Message:
    """The message in a record; raises `Fault("bad_support_message")`, or that of a team or need, naming the place."""
    if not is_message(record):
        raise Fault("bad_support_message", f"{where}.kind", problem=f"kind {str(record.get('kind'))[:60]}")
    name = record["kind"].removeprefix(PREFIX)
    # A partner's copy may have lost a field to a clause; without these the message means nothing.
    for field, shape in (("body", Mapping), ("subject", Mapping), ("origin", str), ("event_time", str)):
        if not isinstance(record.get(field), shape):
            raise Fault("bad_support_message", f"{where}.{field}", problem=f"{field} is missing")
    body = record["body"]
    for field in FIELDS[name]:
        if field not in body:
            raise Fault("bad_support_message", f"{where}.body.{field}", problem=f"{field} is missing")
    for field in ("support", "after", "asked", "offered_to", "text", "status", "answer"):
        if not isinstance(body.get(field, ""), str):
            raise Fault("bad_support_message", f"{where}.body.{field}", problem=f"{field} is not text")
    word = _word(name, body, where)
    _check_parts(name, word, body, f"{where}.body")
    return Message(
        rid=record["rid"],
        name=name,
        support=record["rid"] if name in BEGIN else body["support"],
        origin=record["origin"],
        at=record["event_time"],
        word=word,
        after=body.get("after", ""),
        body=body,
        subject=record["subject"],
        handling=record.get("handling"),
    )


def _word(name: str, body: Mapping[str, Any], where: str) -> str:
    for field, allowed in (("answer", ANSWERS), ("status", STATUSES)):
        if field in FIELDS[name]:
            if body[field] not in allowed:
                raise Fault("bad_support_message", f"{where}.body.{field}", problem=", ".join(allowed))
            return str(body[field])
    return ""


def _check_parts(name: str, word: str, body: Mapping[str, Any], where: str) -> None:
    if "need" in FIELDS[name]:
        read_need(body["need"], f"{where}.need")
    if name == "offer_unsolicited_resource" or (name == "response_to_request_resource" and word == "accepted"):
        read_team(body.get("team"), f"{where}.team")
    elif "team" in FIELDS[name] and not (isinstance(body["team"], str) and body["team"]):
        raise Fault("bad_support_message", f"{where}.team", problem="team is not the id of a team")
    for field in ("since", "until"):
        if field in body:
            parse_time(body[field], f"{where}.{field}")
    if "since" in body and "until" in body:
        Interval.parse(f"{body['since']}/{body['until']}", where)
