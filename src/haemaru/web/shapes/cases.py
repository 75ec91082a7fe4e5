"""Tips, cases and demands: the main job."""

from typing import Any

import msgspec

from haemaru.web.shapes.ships import Claim
from haemaru.wording import Reason


class TipRow(msgspec.Struct, frozen=True):
    """A tip in the list. `took_s`: from the tip to the merged picture."""

    rid: str
    at: str
    text: str
    origin: str
    case: str | None = None
    vessel: str = ""
    mmsi: int | None = None
    state: str = "received"
    took_s: float | None = None


class Candidate(msgspec.Struct, frozen=True):
    """A ship that may be meant, with the reasons for thinking so."""

    rank: int
    mmsi: int
    imo: int | None = None
    name: str = ""
    score: float | None = None
    reasons: list[Reason] = []
    against: list[Reason] = []
    chosen: bool = False


class Held(msgspec.Struct, frozen=True):
    """A note that a partner may hold something and gives it only on demand, or that it kept something back."""

    party: str
    kind: str
    clause: str
    reason: Reason | None = None
    can_demand: bool = False
    demand: str | None = None
    statute: str = ""


class Event(msgspec.Struct, frozen=True):
    """A line of a case's own history; `what` is a code, `params` its facts."""

    at: str
    what: str
    by: str = ""
    params: dict[str, Any] = {}


class Demand(msgspec.Struct, frozen=True):
    """A signed demand. `direction` is in (we must answer) or out; `state` is open, released, refused or overdue."""

    id: str
    direction: str
    party: str
    kind: str
    state: str
    created: str
    due: str | None = None
    case: str | None = None
    clause: str = ""
    statute: str = ""
    letter: str = ""
    officer: str = ""
    purpose: str = ""
    subject: dict[str, Any] = {}
    reason: Reason | str = ""
    answer: str | None = None


class Team(msgspec.Struct, frozen=True):
    """One of our teams before a request: whether it may go, why not, and whether another open offer names it."""

    team: str
    may_go: bool
    base: str = ""
    offered: bool = False
    reasons: list[Reason] = []


class Support(msgspec.Struct, frozen=True):
    """Help asked for or lent. `next` lists the steps open to us now: offer, refuse, commit, deploy, return, release."""

    id: str
    capability: str
    state: str
    requested_by: str
    asked_of: str = ""
    created: str = ""
    need_by: str | None = None
    place: str = ""
    text: str = ""
    case: str | None = None
    resource: str = ""
    clause: str | None = None
    reasons: list[Reason] = []
    teams: list[Team] = []
    next: list[str] = []
    history: list[Event] = []


class CaseRow(msgspec.Struct, frozen=True):
    """A case in the list."""

    rid: str
    opened: str
    state: str
    origin: str
    title: str = ""
    vessel: str = ""
    mmsi: int | None = None
    facts: int = 0
    open_demands: int = 0
    measure_nature: str = "administrative"
    took_s: float | None = None


class Case(CaseRow, frozen=True):
    """The merged picture of one case: per fact who, what kind, since when, by which clause."""

    tip: str = ""
    tip_rid: str | None = None
    candidates: list[Candidate] = []
    picture: list[Claim] = []
    held: list[Held] = []
    demands: list[Demand] = []
    supports: list[Support] = []
    events: list[Event] = []
    outcome: str = ""


class Approval(msgspec.Struct, frozen=True):
    """One officer's approval of a release that waits for more."""

    by: str
    at: str


class Referred(msgspec.Struct, frozen=True):
    """A release that waits for a person here; `outdated` where the record changed since."""

    id: str
    rid: str
    kind: str
    to: str
    at: str
    clause: str = ""
    purpose: str = ""
    subject: dict[str, Any] = {}
    paths: list[str] = []
    persons: int = 1
    approvals: list[Approval] = []
    void_approvals: int = 0
    outdated: bool = False
