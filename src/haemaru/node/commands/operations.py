"""Commands of operations: a tip becomes candidates, a case and a merged picture; another ship is chosen; it ends.

The ranking is kept as an own record of kind `operations.ranking`, which no clause names: its reasons may rest on
papers that must not leave.
"""

import time
from typing import TYPE_CHECKING, Any

import msgspec

from haemaru.node.answer import Answer
from haemaru.node.files import read_object
from haemaru.node.hands import hand, levels, must_find, partners, share
from haemaru.node.ranking import rank
from haemaru.node.reactions import contribute
from haemaru.operations import (
    Picture,
    open_case,
    picture,
    rank_of,
    read_outcome,
    read_tip,
)
from haemaru.operations import choose as choose_ship
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.exchange import Held
    from haemaru.node.node import Node

MERGED = "operations.merged"
_FIELDS = ("file", "by", "wait_s")


def tip(node: "Node", params: dict[str, Any]) -> Answer:
    """Takes a tip, ranks the ships it may mean, opens a case about the first and merges what both agencies hold."""
    started = time.monotonic()
    officer = str(params.get("by", ""))
    form = read_object(params["file"]) if "file" in params else _filled(params)
    record = read_tip(form, hand(node, officer))
    ranking = rank(node, record)
    first = ranking.candidates[0].ship if ranking.candidates else None
    ship = {"mmsi": first.mmsi, "imo": first.imo, "name": first.name} if first else None
    case = open_case(record, hand(node, officer), ship, behind=ranking.locked)
    with node.ledger.write() as batch:
        share(node, batch, record)
        share(node, batch, case)
        node.exchange.store(batch, rank_of(case, ranking, hand(node, officer)))
        for party in partners(node):
            contribute(node, batch, case, party)
    node.workers.wake()
    answered = await_answers(node, case["rid"], float(params.get("wait_s", 20.0)))
    took_s = round(time.monotonic() - started, 3)
    note = {"case": case["rid"], "tip": record["rid"], "took_s": took_s, "answered": answered}
    with node.ledger.write() as batch:
        batch.append(MERGED, msgspec.json.encode(note))
    return Answer(
        {
            "tip": record["rid"],
            "case": case["rid"],
            "candidates": ranking.as_json(),
            "notes": msgspec.to_builtins([*ranking.notes]),
            "picture": merged(node, case).as_json(),
            "answered": answered,
            "took_s": took_s,
        }
    )


def _filled(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name not in _FIELDS and value not in (None, "")}


def await_answers(node: "Node", case: str, seconds: float) -> list[str]:
    """Waits until every partner has answered the case, at most so long, and tells who has."""
    asked = set(partners(node)) if node.workers.is_running else set()
    until = time.monotonic() + seconds
    while True:
        answers = [each for each in node.exchange.holdings.referring(case) if each.kind == "operations.answer"]
        answered = asked & {each.peer for each in answers}
        if answered == asked or time.monotonic() > until or node.stopping.wait(0.05):
            return sorted(party for party in answered if party)


def merged(node: "Node", case: dict[str, Any]) -> Picture:
    """The merged picture of a case as this node may see it now."""
    own, received = [], []
    for held in about(node, case):
        if held.peer is None:
            own.append(held.record)
        else:
            received.append(held)
    return picture(case, own, received, levels=levels(node))


def about(node: "Node", case: dict[str, Any]) -> "list[Held]":
    """What is held, own and received, that may be about a case: its ship, what refers to it or to its tip."""
    holdings = node.exchange.holdings
    ship = case.get("body", {}).get("ship") or {}
    tip = str(case.get("body", {}).get("tip") or "")
    found = [*holdings.referring(case["rid"]), *(holdings.referring(tip) if tip else ())]
    if ship.get("mmsi") or ship.get("imo"):
        found += holdings.about(mmsi=ship.get("mmsi"), imo=ship.get("imo"))
    named = holdings.find(tip) if tip else None
    found += [named] if named is not None and named.state == "held" else []
    once = {held.entry: held for held in found if held.kind != "operations.ranking"}
    return [once[entry] for entry in sorted(once)]


def choose(node: "Node", params: dict[str, Any]) -> Answer:
    """Makes another candidate the ship of a case; partners see the correction and add what they hold about it."""
    held = must_find(node, params["case"], "operations.case", "tip_needs_case")
    if held.peer is not None:
        raise Fault("tip_needs_case", params["case"])
    mmsi = int(params["mmsi"])
    static = next((each for each in node.surveillance.known_vessels() if each.mmsi == mmsi), None)
    ship = {"mmsi": mmsi, "imo": static.imo if static else None, "name": static.name if static else ""}
    behind = _behind(node, held.rid, mmsi)
    changed = choose_ship(held.record, ship, hand(node, str(params.get("by", ""))), behind)
    with node.ledger.write() as batch:
        results = node.exchange.correct(batch, held.rid, changed["body"], changed["subject"], changed["handling"])
        for party in partners(node):
            contribute(node, batch, changed, party)
    node.workers.wake()
    return Answer({"case": held.rid, "mmsi": mmsi, "receivers": len(results)})


def _behind(node: "Node", case: str, mmsi: int) -> list[dict[str, Any]]:
    """The papers that the officer was shown beside this candidate of a case."""
    rids: set[str] = set()
    for each in node.exchange.holdings.referring(case):
        if each.kind == "operations.ranking" and each.peer is None:
            listed = [one for one in each.record["body"]["candidates"] if one["mmsi"] == mmsi]
            rids |= {rid for one in listed for rid in one.get("papers", ())}
    found = [node.exchange.holdings.find(rid) for rid in sorted(rids)]
    return [each.record for each in found if each is not None and each.state == "held"]


def outcome(node: "Node", params: dict[str, Any]) -> Answer:
    """Records how a case ended; "nothing found" counts."""
    held = must_find(node, params["case"], "operations.case", "tip_needs_case")
    form = read_object(params["file"]) if "file" in params else _filled(params)
    form.pop("case", None)
    record = read_outcome(form, held.record, hand(node, str(params.get("by", ""))))
    with node.ledger.write() as batch:
        results = share(node, batch, record)
    node.workers.wake()
    return Answer({"outcome": record["rid"], "case": held.rid, "shared": len(results)})
