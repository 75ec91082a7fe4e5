"""Tips and cases: the merged picture with the clause behind every fact that came from a partner."""

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from haemaru.node.commands.operations import merged
from haemaru.node.desk import demands, support
from haemaru.node.hands import must_find
from haemaru.wording import Fault, Reason

if TYPE_CHECKING:
    from haemaru.exchange import Held
    from haemaru.node.node import Node

# How many seconds each case took from its tip to its merged picture.
Took = Mapping[str, float]


def _held(node: "Node", kind: str) -> "list[Held]":
    found = node.exchange.holdings.records_of(kind)
    return sorted(found, key=lambda held: str((held.record or {}).get("event_time") or ""), reverse=True)


def tips(node: "Node", took: Took, limit: int) -> list[dict[str, Any]]:
    """Tips, the last that came first, each with the case it led to."""
    newest = node.exchange.holdings.list(kind="operations.tip", newest_first=True)
    return [_tip(node, held, took) for held in islice(newest, limit)]


def _tip(node: "Node", held: "Held", took: Took) -> dict[str, Any]:
    body = held.record.get("body", {})
    led_to = [each for each in node.exchange.holdings.referring(held.rid) if each.kind == "operations.case"]
    case = next((each for each in led_to if each.record["body"].get("tip") == held.rid), None)
    ship = case.record["body"].get("ship") or {} if case else {}
    return {
        "rid": held.rid,
        "at": held.record.get("event_time") or body.get("received_at") or "",
        "text": body.get("text") or body.get("vessel_name") or "",
        "origin": held.origin,
        "case": case.rid if case else None,
        "vessel": ship.get("name") or "",
        "mmsi": ship.get("mmsi"),
        "state": "case" if case else "received",
        "took_s": took.get(case.rid) if case else None,
    }


def rows(node: "Node", took: Took) -> list[dict[str, Any]]:
    """Cases, newest first."""
    asked = demands.rows(node)
    return [_row(node, held, took, asked) for held in _held(node, "operations.case")]


def _row(node: "Node", held: "Held", took: Took, asked: list[dict[str, Any]]) -> dict[str, Any]:
    body = held.record.get("body", {})
    ship = body.get("ship") or {}
    picture = merged(node, held.record)
    waiting = [each for each in asked if each["case"] == held.rid and each["state"] in ("open", "overdue")]
    return {
        "rid": held.rid,
        "opened": body.get("opened") or held.record.get("event_time") or "",
        "state": body.get("status", "open"),
        "origin": held.origin,
        "title": ship.get("name") or body.get("port") or held.rid[:8],
        "vessel": ship.get("name") or "",
        "mmsi": ship.get("mmsi"),
        "facts": len(picture.facts),
        "open_demands": len(waiting),
        "measure_nature": body.get("measure_nature", "administrative"),
        "took_s": took.get(held.rid),
    }


def page(node: "Node", took: Took, rid: str) -> dict[str, Any] | None:
    """One case: tip, candidates, picture, what is held back, demands, support, history."""
    try:
        held = must_find(node, rid, "operations.case", "tip_needs_case")
    except Fault:
        return None
    case = held.record
    picture = merged(node, case).as_json()
    tip = node.exchange.holdings.find(str(case["body"].get("tip")))
    asked = [each for each in demands.rows(node) if each["case"] == rid]
    outcomes = [each for each in node.exchange.holdings.referring(rid) if each.kind == "operations.outcome"]
    return {
        **_row(node, held, took, asked),
        "tip": (tip.record.get("body", {}).get("text") or "") if tip and tip.record else "",
        "tip_rid": tip.rid if tip else None,
        "candidates": _candidates(node, rid, case),
        "picture": [claim for fact in picture["facts"] for claim in _claims(node, fact)],
        "held": [_note(node, note, asked) for note in picture["held"]],
        "demands": asked,
        "supports": [each for each in support.supports(node) if each["case"] == rid],
        "events": _events(node, rid),
        "outcome": outcomes[-1].record["body"].get("result", "") if outcomes else "",
    }


def _candidates(node: "Node", rid: str, case: dict[str, Any]) -> list[dict[str, Any]]:
    ranking: list[dict[str, Any]] = next(
        (
            each.record["body"]["candidates"]
            for each in node.exchange.holdings.records_of("operations.ranking")
            if each.record["body"]["case"] == rid
        ),
        [],
    )
    chosen = (case["body"].get("ship") or {}).get("mmsi")
    return [
        {
            "rank": one["rank"],
            "mmsi": one["mmsi"] or 0,
            "imo": one["imo"],
            "name": one["name"],
            "score": one["score"],
            "reasons": [Reason(r["code"], r["params"]) for r in one["reasons"] if r["points"] >= 0],
            "against": [Reason(r["code"], r["params"]) for r in one["reasons"] if r["points"] < 0],
            "chosen": one["mmsi"] == chosen,
        }
        for one in ranking
    ]


def _claims(node: "Node", fact: dict[str, Any]) -> list[dict[str, Any]]:
    held = node.exchange.holdings.find(fact["rid"])
    header = (held.header if held else None) or {}
    released = {each["path"]: each for each in header.get("paths", ())}
    first = next(iter(fact["clauses"]), None)
    return [
        {
            "field": one["field"],
            "value": one["value"],
            "origin": fact["holder"],
            "kind": fact["kind"],
            "rid": fact["rid"],
            "at": fact["event_time"],
            "clause": released.get(f"body.{one['field']}", {}).get("clause") or first,
            "treatment": released.get(f"body.{one['field']}", {}).get("treatment"),
            "disputed": one["disputed"],
        }
        for one in fact["fields"]
    ]


def _note(node: "Node", note: dict[str, Any], asked: list[dict[str, Any]]) -> dict[str, Any]:
    named = [each.find_clause(note["clause"]) for each in node.agreements.between(note["party"])]
    clause = next((each for each in named if each is not None and each.effect == note["effect"]), None)
    mine = next((each for each in asked if note["kind"] in each["kinds"] and each["direction"] == "out"), None)
    return {
        "party": note["party"],
        "kind": note["kind"],
        "clause": note["clause"],
        "reason": Reason("demand_needed") if note["effect"] == "demand" else None,
        "can_demand": note["effect"] == "demand" and mine is None,
        "demand": mine["id"] if mine else None,
        "statute": (clause.statute if clause else "") or "",
    }


def _events(node: "Node", rid: str) -> list[dict[str, Any]]:
    found = [
        {"at": held.record.get("event_time") or "", "what": held.kind, "by": held.origin}
        for held in node.exchange.holdings.referring(rid)
        if held.record and held.kind != "operations.ranking"
    ]
    return sorted(found, key=lambda each: each["at"])
