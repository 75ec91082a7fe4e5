"""Everything a page shows, as plain frozen shapes. Times are RFC 3339 text, reasons are codes with their facts.

A default stands wherever a young node has nothing to tell yet; what has no default must be told.
"""

from typing import Any

import msgspec

from haemaru.wording import Bilingual, Reason

Counts = dict[str, int]


class Channel(msgspec.Struct, frozen=True):
    """One stream between this node and a partner, both directions counted."""

    channel: str
    epoch: int = 1
    sealed: int = 0
    sent: int = 0
    acknowledged: int = 0
    received: int = 0
    duplicates: int = 0
    void: int = 0
    lost: int = 0
    quarantined: Counts = {}
    refused: Counts = {}


class Peer(msgspec.Struct, frozen=True):
    """A partner's node as this node knows it. `link` is up, down or never."""

    party: str
    name: Bilingual | None = None
    url: str = ""
    fingerprint: str = ""
    link: str = "never"
    last_receipt: str | None = None
    channels: list[Channel] = []


class Feed(msgspec.Struct, frozen=True):
    """Where positions come from. `shifted`: times were moved to now, as realm demo does."""

    source: str = ""
    running: bool = False
    lag_s: float | None = None
    last: str | None = None
    sentences: int = 0
    messages: int = 0
    quarantined: Counts = {}
    shifted: bool = False
    invented: bool = False


class Positions(msgspec.Struct, frozen=True):
    """Rows towards the partner: observed = shared + withheld, by the first refusing clause."""

    observed: int = 0
    shared: int = 0
    withheld: Counts = {}


class LedgerState(msgspec.Struct, frozen=True):
    """How long the ledger is and who countersigned it last."""

    size: int = 0
    root: str = ""
    checkpoint: str | None = None
    countersigned_by: str | None = None
    countersigned_at: str | None = None
    countersigned_size: int | None = None


class Health(msgspec.Struct, frozen=True):
    """The machine's side of the node."""

    version: str = ""
    started: str | None = None
    memory_mb: float | None = None
    disk_free_mb: float | None = None
    database: str = ""
    home: str = ""
    problems: list[Reason] = []


class Status(msgspec.Struct, frozen=True):
    """How the node is. `state` is working, waiting or suspended; `suspension` says why."""

    party: str
    realm: str
    state: str
    party_name: Bilingual | None = None
    keyid: str = ""
    fingerprint: str = ""
    suspension: Reason | None = None
    vessels: int = 0
    feed: Feed = Feed()
    positions: Positions = Positions()
    peers: list[Peer] = []
    ledger: LedgerState = LedgerState()
    health: Health = Health()


class VesselRow(msgspec.Struct, frozen=True):
    """A vessel in the list that is the map's equal. `source` is the party whose sensors saw it."""

    mmsi: int
    at: str
    lat: float
    lon: float
    name: str = ""
    vessel_class: str = "unknown"
    sog: float | None = None
    cog: float | None = None
    age_s: float = 0.0
    source: str = ""
    clause: str | None = None


class Claim(msgspec.Struct, frozen=True):
    """One fact about a subject: who says so, in which record, since when, and by which clause we may know."""

    field: str
    value: Any
    origin: str
    kind: str = ""
    rid: str | None = None
    at: str | None = None
    clause: str | None = None
    treatment: str | None = None
    disputed: bool = False


class Spot(msgspec.Struct, frozen=True):
    """One fix of a path."""

    at: str
    lat: float
    lon: float
    sog: float | None = None


class RecordRow(msgspec.Struct, frozen=True):
    """A record in a list. `held_from` is None for our own; `state` is held, retracted, expired or quarantined."""

    rid: str
    kind: str
    origin: str
    event_time: str
    subject: dict[str, Any] = {}
    held_from: str | None = None
    level: str = ""
    caveats: list[str] = []
    state: str = "held"
    rev: int = 1
    channel: str = ""
    epoch: int | None = None
    seq: int | None = None


class Vessel(VesselRow, frozen=True):
    """A ship card."""

    imo: int | None = None
    call_sign: str = ""
    ship_type: str = ""
    destination: str = ""
    observed_original: str | None = None
    claims: list[Claim] = []
    path: list[Spot] = []
    records: list[RecordRow] = []
    cases: list[str] = []


class Field(msgspec.Struct, frozen=True):
    """A field of a record as it is held. `clause` is None in our own records: nobody had to release them."""

    path: str
    value: Any
    clause: str | None = None
    treatment: str | None = None


class Withheld(msgspec.Struct, frozen=True):
    """A field that stayed behind: the clause that kept it (`none`: no clause names it) and the reason."""

    path: str
    clause: str
    reason: Reason | None = None


class Leaving(msgspec.Struct, frozen=True):
    """What of our own record would leave to one partner now, or has left (`sealed_at`)."""

    party: str
    verdict: str
    purpose: str = ""
    released: list[Field] = []
    withheld: list[Withheld] = []
    sealed_at: str | None = None
    acknowledged_at: str | None = None


class Change(msgspec.Struct, frozen=True):
    """One revision or ruling over a record."""

    op: str
    at: str
    rev: int | None = None
    by: str = ""
    reason: str = ""


class Record(RecordRow, frozen=True):
    """A record page."""

    purpose: str = ""
    agreement: str = ""
    created: str | None = None
    received: str | None = None
    retain_until: str | None = None
    observed_original: str | None = None
    clauses: list[str] = []
    fields: list[Field] = []
    withheld: list[Withheld] = []
    leaving: list[Leaving] = []
    history: list[Change] = []
    refs: list[str] = []


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
    reason: str = ""
    answer: str | None = None


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
    next: list[str] = []
    history: list[Event] = []


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


class Clause(msgspec.Struct, frozen=True):
    """A clause, readable."""

    id: str
    effect: str
    text: Bilingual
    kinds: list[str] = []
    from_: list[str] = msgspec.field(default=[], name="from")
    to: list[str] = []
    purposes: list[str] = []
    conditions: list[str] = []
    fields: dict[str, str] = {}
    basis: Bilingual | None = None
    basis_status: str = ""
    retention: str = ""
    onward: str = ""
    promise: str = ""
    shows: str = "open"


class Article(msgspec.Struct, frozen=True):
    """An article with its clauses."""

    id: str
    title: Bilingual
    clauses: list[Clause] = []


class Signatory(msgspec.Struct, frozen=True):
    """A party to the agreement and whether it has signed for this realm."""

    id: str
    name: Bilingual
    signed: bool = False
    keyid: str = ""


class Agreement(msgspec.Struct, frozen=True):
    """The agreement, readable. `state` is in_force, waiting, suspended, expired or not_yet."""

    id: str
    version: str
    hash: str
    title: Bilingual
    state: str
    notice: Bilingual | None = None
    effective: str | None = None
    expires: str | None = None
    parties: list[Signatory] = []
    articles: list[Article] = []


class Referred(msgspec.Struct, frozen=True):
    """A release that waits for a person here."""

    id: str
    rid: str
    kind: str
    to: str
    at: str
    clause: str = ""
    purpose: str = ""
    subject: dict[str, Any] = {}
    paths: list[str] = []


class Enrolment(msgspec.Struct, frozen=True):
    """One of our people and the seat: applied, enrolled, waiting or rejected."""

    person: str
    state: str
    at: str | None = None


class Session(msgspec.Struct, frozen=True):
    """A training session."""

    id: str
    title: Bilingual
    host: str
    starts: str
    ends: str | None = None
    place: str = ""
    seats: int = 0
    taken: int = 0
    ours: list[Enrolment] = []
    prerequisites: list[str] = []
    clause: str | None = None
    can_apply: bool = False


class EntryRow(msgspec.Struct, frozen=True):
    """A ledger entry as a list shows it."""

    index: int
    at: str
    kind: str
    leaf: str = ""


class Step(msgspec.Struct, frozen=True):
    """A step of the demo's story: done, now or next, and the page that shows it."""

    title: Bilingual
    state: str
    text: Bilingual | None = None
    link: str = ""
    at: str | None = None
