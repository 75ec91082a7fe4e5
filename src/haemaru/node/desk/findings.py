"""Findings on the console: the few that somebody is called for, all others, and one of them explained.

Own and the partner's stand in one list; a withdrawn one stays in it with its reason. Positions beside a finding are
those that this node holds: of a partner's finding there may be none, and then its record alone speaks.
"""

from typing import TYPE_CHECKING, Any

from haemaru.clock import format_time, from_ms, to_ms
from haemaru.node.desk import papers
from haemaru.node.found import KIND, LISTED_HOURS, WITHDRAWN, Found, lately, read
from haemaru.surveillance import UNITS_PER_DEGREE
from haemaru.surveillance.detection.alerts import Ranking, rank
from haemaru.surveillance.features import Feature
from haemaru.values.instant import parse_time

if TYPE_CHECKING:
    from haemaru.exchange import Held
    from haemaru.node.node import Node

_AROUND_MS = 30 * 60_000
_MOST_CORNERS = 400
_LONGEST_MS = 72 * 3_600_000
# What rules of one name share stands in a section of its own.
_ALSO = {"unexplained_stop": ("stops",)}


def page(node: "Node") -> dict[str, Any]:
    """The findings of the last day, what was told last first, and how far detection is here."""
    found, unread = lately(node)
    status = node.findings.status()
    ranking = ranked(node, found)
    return {
        "at": format_time(node.clock.now()),
        "hours": LISTED_HOURS,
        "newest": max((each.held.entry for each in found), default=-1),
        "findings": [row(node, each) for each in found],
        "unread": unread,
        "detection": status["state"],
        "mark": status["mark"],
        "alerts": _alerts(node, found, ranking),
        "weak": ranking.weak,
        "gave_way": ranking.gave_way,
    }


def ranked(node: "Node", found: list[Found]) -> Ranking:
    """The few that somebody is called for now, out of what is not withdrawn."""
    rows = [each.row() for each in found if each.state != WITHDRAWN]
    return rank(rows, node.findings.rules, to_ms(node.clock.now()))


def records_of(found: list[Found]) -> dict[str, list[Found]]:
    """The findings by what a ranking calls them; where both agencies found the same there are two of one name."""
    named: dict[str, list[Found]] = {}
    for each in found:
        if each.state != WITHDRAWN:
            named.setdefault(each.id, []).append(each)
    return named


def _alerts(node: "Node", found: list[Found], ranking: Ranking) -> list[dict[str, Any]]:
    named = records_of(found)
    told = []
    for alert in ranking.alerts:
        records = [each for name in dict.fromkeys(alert.findings) for each in named[name]]
        ships = {ship["mmsi"]: _named(node, ship) for each in records for ship in each.ships}
        told.append(
            {
                "score": alert.score,
                "ships": [ships[mmsi] for mmsi in alert.ships],
                "since": format_time(from_ms(alert.t_start)),
                "until": format_time(from_ms(alert.t_end)),
                "lat": alert.lat / UNITS_PER_DEGREE,
                "lon": alert.lon / UNITS_PER_DEGREE,
                "rules": list(alert.rules),
                "reasons": [each for at, each in enumerate(alert.reasons) if each not in alert.reasons[:at]],
                "findings": [each.held.rid for each in records],
                "origins": sorted({each.held.origin for each in records}),
            }
        )
    return told


def row(node: "Node", found: Found) -> dict[str, Any]:
    """A finding as the list shows it."""
    held: Held = found.held
    return {
        "rid": held.rid,
        "entry": held.entry,
        "origin": held.origin,
        "held_from": held.peer,
        "clause": next(iter(held.header.get("clauses", ())), None) if held.peer else None,
        "rule": found.rule,
        "rule_version": found.rule_version,
        "version": found.version,
        "state": found.state,
        "reason": found.reason,
        "since": format_time(from_ms(found.since_ms)),
        "until": format_time(from_ms(found.until_ms)),
        "lat": found.lat,
        "lon": found.lon,
        "value": found.value,
        "ships": [_named(node, ship) for ship in found.ships],
    }


def _named(node: "Node", ship: dict[str, Any]) -> dict[str, Any]:
    if ship["name"]:
        return ship
    static = node.surveillance.static(ship["mmsi"])
    return {**ship, "name": (static.name if static else None) or ""}


def one(node: "Node", rid: str) -> dict[str, Any] | None:
    """One finding explained; None where this node holds no readable finding of that name."""
    held = node.exchange.holdings.find(rid)
    found = read(held) if held is not None and held.kind == KIND else None
    if held is None or found is None:
        return None
    known = papers.page(node, rid) or {}
    return {
        **row(node, found),
        **_rule(node, found),
        **_seen(node, found),
        "versions": _versions(node, rid, known.get("history", [])),
        "delay": _delay(node, held, known.get("history", [])),
        "level": known.get("level", ""),
        "caveats": known.get("caveats", []),
        "purpose": known.get("purpose", ""),
        "clauses": known.get("clauses", []),
        "retain_until": known.get("retain_until"),
        "leaving": [
            {
                "party": each["party"],
                "verdict": each["verdict"],
                "clauses": sorted({field["clause"] for field in each.get("released", ()) if field["clause"]}),
                "sealed_at": each.get("sealed_at"),
                "acknowledged_at": each.get("acknowledged_at"),
            }
            for each in known.get("leaving", ())
        ],
    }


def _rule(node: "Node", found: Found) -> dict[str, Any]:
    """The numbers by which it was found, where they are those of this node."""
    rules = node.findings.rules
    sections = (found.rule, *_ALSO.get(found.rule, ()))
    numbers = [
        {"name": name, "value": value, "origin": rules.origins[section][name]}
        for section in sections
        for name, value in rules.numbers[section].items()
    ]
    is_ours = found.rules == rules.sha256
    return {"rules": found.rules, "is_our_rule": is_ours, "numbers": numbers if is_ours else []}


def _seen(node: "Node", found: Found) -> dict[str, Any]:
    """The rows of the ships that this node holds: at the times of the evidence, and their tracks around it."""
    until = found.until_ms + _AROUND_MS
    since = max(found.since_ms - _AROUND_MS, until - _LONGEST_MS)
    rows, tracks = [], []
    for ship in found.ships:
        path = node.surveillance.path(ship["mmsi"], since, until + 1)
        at = {to_ms(parse_time(spot["at"])): spot for spot in path}
        rows += [{**at[t], "mmsi": ship["mmsi"]} for t in found.evidence if t in at]
        step = max(1, -(-len(path) // _MOST_CORNERS))
        corners = [[spot["lon"], spot["lat"]] for spot in [*path[::step], *path[-1:]]]
        tracks.append({"mmsi": ship["mmsi"], "path": corners})
    told = {to_ms(parse_time(each["at"])) for each in rows}
    return {
        "evidence": sorted(rows, key=lambda each: (each["at"], each["mmsi"])),
        "evidence_only_told": [format_time(from_ms(t)) for t in found.evidence if t not in told],
        "tracks": tracks,
    }


def _versions(node: "Node", rid: str, history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was told of it, one version after the other."""
    at = {line["rev"]: line["at"] for line in reversed(history)}
    told = []
    for held in node.exchange.holdings.revisions(rid):
        found = read(held)
        if found is not None:
            shown = {name: value for name, value in row(node, found).items() if name in _OF_A_VERSION}
            told.append({**shown, "at": at.get(held.rev)})
    return told


_OF_A_VERSION = ("version", "state", "reason", "since", "until", "value")


def _delay(node: "Node", held: "Held", history: list[dict[str, Any]]) -> dict[str, Any]:
    """When the last row was observed at its first telling, when it was told, and when it was on the other console."""
    observed = parse_time(str(held.record["event_time"]))
    first = next(iter(node.exchange.holdings.revisions(held.rid)), held)
    here = next((line["at"] for line in history if line["rev"] == first.rev), None)
    told = str(first.header.get("created") or here) if held.peer else here
    arrived = here if held.peer else None
    return {
        "observed": format_time(observed),
        "told": told,
        "here": arrived,
        "to_told_s": None if told is None else (parse_time(told) - observed).total_seconds(),
        "to_here_s": None if arrived is None else (parse_time(arrived) - observed).total_seconds(),
    }


def features(node: "Node") -> list[Feature]:
    """The findings of the last day as points, withdrawn ones marked."""
    found, _ = lately(node)
    return [_feature(node, each) for each in found]


def _feature(node: "Node", found: Found) -> Feature:
    told = row(node, found)
    shown = {name: told[name] for name in ("rule", "state", "reason", "version", "origin", "clause", "value")}
    ships = {"mmsi": [ship["mmsi"] for ship in told["ships"]], "names": [ship["name"] for ship in told["ships"]]}
    return Feature(
        id=found.held.rid,
        shape="Point",
        coordinates=[round(found.lon, 6), round(found.lat, 6)],
        since_ms=found.since_ms,
        until_ms=found.until_ms,
        properties={**shown, **ships},
    )
