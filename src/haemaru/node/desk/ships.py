"""Vessels: the list that is the map's equal, and the ship card."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from haemaru.clock import format_time, from_ms, to_ms
from haemaru.node.desk.papers import row as record_row
from haemaru.node.identities import rid_of
from haemaru.surveillance import CLASSES, MISSING, UNITS_PER_DEGREE

if TYPE_CHECKING:
    from haemaru.node.node import Node

_PATH_HOURS = 24
_PATH_MOST = 500


def _row(node: "Node", columns: Any, index: int, now_ms: int) -> dict[str, Any]:
    mmsi, at_ms = int(columns.mmsi[index]), int(columns.t[index])
    static = node.surveillance.static(mmsi)
    sog, cog = int(columns.sog[index]), int(columns.cog[index])
    return {
        "mmsi": mmsi,
        "at": format_time(from_ms(at_ms)),
        "lat": round(int(columns.lat[index]) / UNITS_PER_DEGREE, 5),
        "lon": round(int(columns.lon[index]) / UNITS_PER_DEGREE, 5),
        "name": (static.name if static else None) or "",
        "vessel_class": CLASSES[int(columns.vessel_class[index])],
        "sog": None if sog == MISSING else sog / 10,
        "cog": None if cog == MISSING else cog / 10,
        "age_s": max(0.0, (now_ms - at_ms) / 1000),
        "source": node.surveillance.source_name(int(columns.source[index])),
        "clause": node.surveillance.clause_of(int(columns.source[index])),
    }


def vessels(node: "Node", limit: int, text: str) -> list[dict[str, Any]]:
    """Vessels of the picture, newest fix first, those whose name or number holds `text`."""
    columns = node.surveillance.columns()
    now_ms = to_ms(node.clock.now())
    wanted = text.strip().casefold()
    order = sorted(range(len(columns.mmsi)), key=lambda index: -int(columns.t[index]))
    found = []
    for index in order:
        row = _row(node, columns, index, now_ms)
        if not wanted or wanted in f"{row['mmsi']} {row['name']}".casefold():
            found.append(row)
            if len(found) >= limit:
                break
    return found


def vessel(node: "Node", mmsi: int) -> Mapping[str, Any] | None:
    """The ship card: identity claims, the last day's path, what is held about it."""
    columns = node.surveillance.columns()
    now_ms = to_ms(node.clock.now())
    index = next((i for i in range(len(columns.mmsi)) if int(columns.mmsi[i]) == mmsi), None)
    static = node.surveillance.static(mmsi)
    if index is None and static is None:
        return None
    held = node.exchange.holdings.about(mmsi=mmsi, imo=(static.imo if static else None) or None)
    base = _row(node, columns, index, now_ms) if index is not None else _lost(mmsi, static)
    path = node.surveillance.path(mmsi, now_ms - _PATH_HOURS * 3_600_000, now_ms)
    return {
        **base,
        "imo": static.imo if static else None,
        "call_sign": (static.call_sign if static else None) or "",
        "ship_type": str(static.ship_type) if static and static.ship_type else "",
        "destination": (static.destination if static else None) or "",
        "claims": _claims(node, mmsi),
        "path": path[-_PATH_MOST:],
        "records": [record_row(each) for each in held if each.kind != "operations.ranking"],
        "cases": [each.rid for each in held if each.kind == "operations.case"],
    }


def _claims(node: "Node", mmsi: int) -> list[dict[str, Any]]:
    """What the ship tells of herself, each value once for each agency, with the feeds it was heard on."""
    peers = {peer.party for peer in node.exchange.peers()}
    found: dict[tuple[str, Any, str], dict[str, Any]] = {}
    for claim in node.surveillance.claims(mmsi):
        told = claim.source in peers
        row: dict[str, Any] = {
            "field": claim.field,
            "value": claim.value,
            "origin": claim.source if told else node.party,
            "kind": "" if told else claim.source,
            "at": None if claim.until is None else format_time(from_ms(claim.until)),
            "clause": _clause(node, claim.source, mmsi) if told else None,
        }
        known = found.setdefault((claim.field, claim.value, row["origin"]), row)
        if known is not row and claim.source not in known["kind"].split(", "):
            known["kind"] = f"{known['kind']}, {claim.source}"
    return list(found.values())


def _clause(node: "Node", party: str, mmsi: int) -> str | None:
    held = node.exchange.holdings.find(rid_of(party, mmsi))
    return next(iter(held.header.get("clauses", ())), None) if held else None


def _lost(mmsi: int, static: Any) -> dict[str, Any]:
    return {"mmsi": mmsi, "at": "", "lat": 0.0, "lon": 0.0, "name": static.name or ""}
