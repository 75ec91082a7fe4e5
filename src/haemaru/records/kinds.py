"""What a record is about, and which channel it travels on.

A kind is `room.noun` in lower case. Any kind that a clause of the adopted agreement names is accepted; the kinds
listed here are those to which a room of this house gives a meaning. A channel is a stream of its own between two
nodes, so that ten thousand positions never stand in front of one tip: `control` goes first, `track` last.
"""

import re

from haemaru.wording import Fault

CHANNELS = ("control", "intelligence", "request", "training", "track")
"""The channels, the most urgent first."""

_KIND = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
_LONGEST_KIND = 100

_CHANNEL_OF_ROOM = {"request": "request", "resources": "request", "training": "training"}
_CHANNEL_OF_KIND = {"surveillance.position": "track"}

RESOURCE_MESSAGES = (
    "request_resource",
    "response_to_request_resource",
    "requisition_resource",
    "commit_resource",
    "request_information",
    "response_to_request_information",
    "offer_unsolicited_resource",
    "release_resource",
    "request_return",
    "response_to_request_return",
    "request_quote",
    "response_to_request_quote",
    "request_resource_deployment_status",
    "report_resource_deployment_status",
    "request_extended_deployment_duration",
    "response_to_request_extended_deployment_duration",
)
"""The 16 message types of EDXL-RM 1.0 (OASIS 2008), in snake case, in the order of the standard."""

KINDS = (
    "intelligence.report",
    "intelligence.feedback",
    "surveillance.position",
    "surveillance.identity",
    "surveillance.sighting",
    "surveillance.port_call",
    "surveillance.crew_change",
    "surveillance.inspection",
    "customs.clearance",
    "operations.tip",
    "operations.case",
    "operations.answer",
    "operations.outcome",
    "request.demand",
    "request.refusal",
    *(f"resources.{message}" for message in RESOURCE_MESSAGES),
    "training.session",
    "training.application",
    "training.enrolment",
)
"""The kinds that this house understands; `docs/reference/records.md` describes the body of each."""


def is_kind(text: str) -> bool:
    """True when `text` is shaped like a kind: lower-case words joined by dots."""
    return len(text) <= _LONGEST_KIND and _KIND.fullmatch(text) is not None


def parse_kind(value: object, where: str = "kind") -> str:
    """The kind as text; raises `Fault("bad_kind")` when it is not shaped like one."""
    if not isinstance(value, str) or not is_kind(value):
        raise Fault("bad_kind", where, value=str(value)[:_LONGEST_KIND])
    return value


def channel_of(kind: str) -> str:
    """The channel that records of `kind` travel on; a kind nobody knows goes with the intelligence."""
    found = _CHANNEL_OF_KIND.get(kind)
    return found if found is not None else _CHANNEL_OF_ROOM.get(kind.partition(".")[0], "intelligence")
