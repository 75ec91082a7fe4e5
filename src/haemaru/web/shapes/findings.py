"""What detection found: in the list, and one finding explained."""

import msgspec

from haemaru.wording import Reason


class FoundShip(msgspec.Struct, frozen=True):
    """A ship of a finding, with its name as far as it is known."""

    mmsi: int
    name: str = ""


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A finding in a list. `state` is ongoing, ended or withdrawn; `reason` says why it changed last."""

    rid: str
    origin: str
    rule: str
    state: str
    since: str
    until: str
    lat: float
    lon: float
    ships: list[FoundShip]
    entry: int = -1
    held_from: str | None = None
    clause: str | None = None
    version: int = 1
    rule_version: int = 0
    reason: str = ""
    value: int = 0


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One story that somebody should be called for: how strong its signs are, 0 to 100, and why."""

    score: int
    ships: list[FoundShip]
    since: str
    until: str
    lat: float
    lon: float
    rules: list[str]
    reasons: list[Reason]
    findings: list[str]
    origins: list[str] = []


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of the last hours, told last first, and how far detection is here (`mark`)."""

    at: str
    hours: int
    findings: list[FindingRow]
    newest: int = -1
    unread: int = 0
    detection: str = ""
    mark: str | None = None
    alerts: list[Alert] = []
    weak: int = 0
    gave_way: int = 0


class RuleNumber(msgspec.Struct, frozen=True):
    """A number of a rule and where it comes from."""

    name: str
    value: int
    origin: str


class EvidenceRow(msgspec.Struct, frozen=True):
    """A position on which a finding rests, as this node holds it."""

    at: str
    mmsi: int
    lat: float
    lon: float
    sog: float | None = None


class FoundTrack(msgspec.Struct, frozen=True):
    """The way of a ship around a finding: corners as longitude, latitude."""

    mmsi: int
    path: list[tuple[float, float]]


class FindingVersion(msgspec.Struct, frozen=True):
    """What was told of a finding at one time."""

    version: int
    state: str
    since: str
    until: str
    reason: str = ""
    value: int = 0
    at: str | None = None


class FindingDelay(msgspec.Struct, frozen=True):
    """From the last row observed to the record, and to the other console."""

    observed: str
    told: str | None = None
    here: str | None = None
    to_told_s: float | None = None
    to_here_s: float | None = None


class FindingTold(msgspec.Struct, frozen=True):
    """Whether and under which clauses a partner has an own finding."""

    party: str
    verdict: str
    clauses: list[str] = []
    sealed_at: str | None = None
    acknowledged_at: str | None = None


class Finding(FindingRow, frozen=True, kw_only=True):
    """One finding explained."""

    numbers: list[RuleNumber]
    is_our_rule: bool
    evidence: list[EvidenceRow]
    evidence_only_told: list[str]
    tracks: list[FoundTrack]
    versions: list[FindingVersion]
    delay: FindingDelay
    rules: str = ""
    level: str = ""
    caveats: list[str] = []
    purpose: str = ""
    clauses: list[str] = []
    retain_until: str | None = None
    leaving: list[FindingTold] = []
