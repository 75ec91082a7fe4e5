"""What is said about a subject, by whom, when, and how they know it.

Reports of one case contradict each other: 1 t, 2 t, 1,690 kg gross; the tip named the wrong ship. So nothing overwrites
anything: each statement is a claim that keeps its source, and a screen shows the newest beside those that differ.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from haemaru.records.record import leaf_paths
from haemaru.records.subjects import identifiers
from haemaru.values.instant import parse_time

BASES = ("observed", "declared", "reported", "derived")
"""How a claim is known: seen by the source itself, declared by the subject, told by another, or worked out."""

_NEVER = datetime.min.replace(tzinfo=UTC)

_BASIS_OF_KIND = {
    "surveillance.position": "observed",
    "surveillance.sighting": "observed",
    "surveillance.inspection": "observed",
    "surveillance.port_call": "declared",
    "surveillance.crew_change": "declared",
    "customs.clearance": "declared",
    "operations.outcome": "observed",
    "operations.case": "derived",
}


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One statement: `field` of the subject is `value`, says `source`, in record `rid`, of the time `at`."""

    about: tuple[str, ...]
    field: str
    value: Any
    source: str
    rid: str
    at: str
    basis: str


def claims_of(record: Mapping[str, Any]) -> list[Claim]:
    """Every leaf of a record's subject and body as a claim; a basis that the body states wins over its kind's."""
    body = record.get("body", {})
    stated = body.get("basis") if isinstance(body, Mapping) else None
    basis = stated if stated in BASES else _BASIS_OF_KIND.get(str(record.get("kind")), "reported")
    about = identifiers(record.get("subject"))
    claims = []
    for part, skipped in (("subject", {"type"}), ("body", {"basis"})):
        inner = record.get(part)
        for path in leaf_paths(inner) if isinstance(inner, Mapping) else []:
            if path not in skipped:
                claims.append(_claim(record, part, path, about, basis))
    return claims


def _claim(record: Mapping[str, Any], part: str, path: str, about: tuple[str, ...], basis: str) -> Claim:
    value = record[part]
    for key in path.split("."):
        value = value[key]
    return Claim(
        about=about,
        field=path,
        value=value,
        source=str(record.get("origin", "")),
        rid=str(record.get("rid", "")),
        at=str(record.get("event_time", "")),
        basis=str(basis),
    )


def by_field(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """The claims of each field, the newest first, those of unknown time last; then by source and record name."""
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(claim.field, []).append(claim)
    for said in found.values():
        said.sort(key=lambda claim: (claim.source, claim.rid))
        said.sort(key=_moment, reverse=True)
    return found


def _moment(claim: Claim) -> datetime:
    # A partner may withhold the time of an event: such a claim stands behind those whose time is known.
    return parse_time(claim.at, "claim.at") if claim.at else _NEVER


def contradictions(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """The fields of which more than one value is claimed, each with its newest claim per value."""
    found = {}
    for field, said in by_field(claims).items():
        values: dict[bytes, Claim] = {}
        for claim in said:
            values.setdefault(msgspec.json.encode(claim.value, order="deterministic"), claim)
        if len(values) > 1:
            found[field] = list(values.values())
    return found
