"""A finding as its record tells it, own or a partner's, read into one shape; what cannot be read is no finding.

A partner's record is read like any stranger's text: whatever a clause took out of it, or nobody ever wrote into it,
makes no page fail.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from haemaru.clock import to_ms
from haemaru.surveillance import UNITS_PER_DEGREE
from haemaru.surveillance.detection.findings import MOST_EVIDENCE, finding_id
from haemaru.surveillance.detection.rules import RULES
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.exchange import Held
    from haemaru.node.node import Node

KIND = "surveillance.finding"
LISTED_HOURS = 24
WITHDRAWN = "withdrawn"
_HOUR_MS = 3_600_000
_MOST_READ = 3_000
_OLD_ENOUGH = 100


class _Body(msgspec.Struct, frozen=True):
    finding: str
    rule: str
    state: str
    since: str
    until: str
    lat: float
    lon: float
    value: int = 0
    version: int = 1
    rule_version: int = 0
    rules: str = ""
    reason: str = ""
    evidence: list[str] = []
    other: dict[str, Any] = {}


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of a record; times are UTC ms, ships stand with their names as far as those were told."""

    held: Any
    name: str
    """What its finder calls it, in every version."""
    rule: str
    state: str
    version: int
    rule_version: int
    rules: str
    reason: str
    since_ms: int
    until_ms: int
    lat: float
    lon: float
    value: int
    evidence: list[int]
    ships: list[dict[str, Any]]

    @property
    def id(self) -> str:
        """What this finding is called in a ranking: made of what it is about."""
        row = self.row()
        return finding_id(self.rule, row["mmsi_a"], row["mmsi_b"], self.since_ms)

    def row(self) -> dict[str, Any]:
        """The finding as a row of a findings table, for `alerts.rank`."""
        ships = [int(ship["mmsi"]) for ship in self.ships]
        return {
            "rule": self.rule,
            "version": self.version,
            "mmsi_a": ships[0] if ships else 0,
            "mmsi_b": ships[1] if len(ships) > 1 else 0,
            "t_start": self.since_ms,
            "t_end": self.until_ms,
            "lat": round(self.lat * UNITS_PER_DEGREE),
            "lon": round(self.lon * UNITS_PER_DEGREE),
            "value": self.value,
            "evidence": self.evidence,
        }


def read(held: "Held") -> Found | None:
    """The finding that a record tells; None where its content says none that this house knows."""
    record = held.record or {}
    try:
        body = msgspec.convert(record.get("body"), _Body, strict=False)
        times = [to_ms(parse_time(text)) for text in (body.since, body.until, *body.evidence[:MOST_EVIDENCE])]
        ships = [_ship(told) for told in (record.get("subject"), body.other) if told]
    except (msgspec.ValidationError, Fault, TypeError, ValueError, KeyError, OverflowError):
        return None
    if body.rule not in RULES or not ships or not (-90 <= body.lat <= 90 and -180 <= body.lon <= 180):
        return None
    return Found(
        held=held,
        name=body.finding,
        rule=body.rule,
        state=body.state,
        version=body.version,
        rule_version=body.rule_version,
        rules=body.rules,
        reason=body.reason,
        since_ms=times[0],
        until_ms=times[1],
        lat=body.lat,
        lon=body.lon,
        value=body.value,
        evidence=times[2:],
        ships=ships[:2],
    )


def _ship(told: Mapping[str, Any]) -> dict[str, Any]:
    mmsi = int(told["mmsi"])
    if not 0 < mmsi < 10**9:
        raise ValueError(mmsi)
    return {"mmsi": mmsi, "name": str(told.get("name") or "")}


def lately(node: "Node", hours: int = LISTED_HOURS) -> tuple[list[Found], int]:
    """The findings of the last hours, what was told last first, and how many records told none that can be read."""
    since_ms = to_ms(node.clock.now()) - hours * _HOUR_MS
    found: list[Found] = []
    unread = older = 0
    for number, held in enumerate(node.exchange.holdings.list(kind=KIND, newest_first=True)):
        # An old finding that was corrected stands among the new ones; a long row of old ones is the past.
        if number >= _MOST_READ or older >= _OLD_ENOUGH:
            break
        one = read(held)
        if one is None:
            unread += 1
        elif one.until_ms < since_ms:
            older += 1
        else:
            found.append(one)
            older = 0
    return found, unread
