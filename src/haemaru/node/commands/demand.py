"""Commands on demands: draft or send one, list them, release or refuse what one asks for."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from haemaru.agreement import Agreement, Effect
from haemaru.node.answer import Answer
from haemaru.node.commands.records import check_party
from haemaru.node.files import read_object
from haemaru.node.hands import hand, must_find, share
from haemaru.node.reactions import WEIGHED
from haemaru.operations import DemandState, draft_demand, follow, given_already, matching, read_demand, refuse
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.exchange import PutResult
    from haemaru.ledger import Batch
    from haemaru.node.node import Node

_KINDS = ("request.demand", "request.refusal")
_GIVING = ("sealed", "known", "referred")


def new(node: "Node", params: dict[str, Any]) -> Answer:
    """Sends a demand: from a filled-in form, or drafted in one call from what a case's partner openly holds back."""
    officer = str(params.get("by", ""))
    if "file" in params:
        form = read_object(params["file"])
        case = node.exchange.holdings.find(form["case"]) if form.get("case") else None
        to = str(form.get("to") or _only_partner(node))
        record = read_demand(form, hand(node, officer, to), case=case.record if case else None)
    else:
        held = must_find(node, params["case"], "operations.case", "tip_needs_case")
        to = str(params["to"])
        note = {"kind": params["kind"], "clause": params.get("clause", "-"), "effect": "demand"}
        check_party(node, to)
        agreement = _asked(node, to, node.party, params["kind"])
        purpose = params.get("purpose") or _purpose(agreement, to, node.party, params["kind"])
        more = {"statute": params.get("statute") or _statute(agreement, params.get("clause", "")), "purpose": purpose}
        answers = [
            each.record
            for each in node.exchange.holdings.referring(held.rid)
            if each.kind == "operations.answer" and each.peer == to
        ]
        letter = params.get("letter") or "-"
        record = draft_demand(held.record, [note], letter, hand(node, officer, to), answers=answers, **more)
    check_party(node, to)
    with node.ledger.write() as batch:
        results = share(node, batch, record, [to])
    node.workers.wake()
    outcome = results[0].outcome if results else "withheld"
    return Answer({"id": record["rid"], "to": to, "outcome": outcome, "reply_by": record["body"]["reply_by"]})


def _only_partner(node: "Node") -> str:
    parties = [peer.party for peer in node.exchange.peers()]
    if len(parties) != 1:
        raise Fault("form_field_missing", "demand.to", field="to")
    return parties[0]


def demand_clauses(agreement: Agreement, kind: str, from_: str, to: str) -> list[Any]:
    """The clauses that give this kind, in this direction, in reply to a demand."""
    return [each for each in agreement.clauses if each.effect is Effect.DEMAND and each.is_about(kind, from_, to)]


def _asked(node: "Node", holder: str, asker: str, kind: str) -> Agreement:
    """The first agreement of both that gives this kind on demand, else the first of both."""
    other = holder if asker == node.party else asker
    between = node.agreements.between(other)
    return next((each for each in between if demand_clauses(each, kind, holder, asker)), between[0])


def _purpose(agreement: Agreement, holder: str, asker: str, kind: str) -> str:
    for clause in demand_clauses(agreement, kind, holder, asker):
        return str(clause.purposes[0])
    raise Fault("demand_has_no_clause", kind)


def _statute(agreement: Agreement, clause_id: str) -> str:
    clause = agreement.find_clause(clause_id)
    return (clause.statute if clause else None) or "-"


def list_(node: "Node", _params: dict[str, Any]) -> Answer:
    """Lists demands in both directions with where they stand."""
    return Answer({"demands": [line(node, each) for each in states(node)]})


def states(node: "Node") -> list[DemandState]:
    """Every demand this node knows of, own and received, the oldest first."""
    holdings = node.exchange.holdings
    records = [held.record for kind in _KINDS for held in holdings.records_of(kind)]
    given = node.exchange.traffic.replies()
    for demand in [record for record in records if record["kind"] == "request.demand"]:
        # A reply names its demand in the header it travels under, on the holder's side and on the asker's.
        came = [held.rid for held in holdings.referring(demand["rid"]) if held.kind not in _KINDS]
        gave = given.get(demand["rid"], ())
        records += [{"rid": rid, "kind": "reply", "refs": [demand["rid"]]} for rid in (*came, *gave)]
    return follow(records, node.clock.now())


def line(node: "Node", state: DemandState) -> dict[str, Any]:
    """A demand as `haemaru demand` lists it."""
    record = state.demand
    body = record["body"]
    ours = record["origin"] == node.party
    return {
        "id": state.id,
        "direction": "out" if ours else "in",
        "party": record["origin"],
        "state": state.state,
        "kinds": body.get("kinds", []),
        "subject": record.get("subject", {}),
        "statute": body.get("statute", ""),
        "letter": body.get("letter", ""),
        "officer": body.get("officer", ""),
        "purpose": body.get("purpose", ""),
        "created": record.get("event_time"),
        "reply_by": body.get("reply_by"),
        "case": body.get("case"),
        "clause": body.get("clause", ""),
        "answers": list(state.answers),
        "reason": {"code": state.reason.code, "params": state.reason.params} if state.reason else None,
    }


def answer(node: "Node", params: dict[str, Any]) -> Answer:
    """Releases or refuses what an open demand of a partner asks for."""
    held = must_find(node, params["id"], "request.demand", "demand_unknown")
    if held.peer is None or next(each.state for each in states(node) if each.id == held.rid) not in ("open", "overdue"):
        raise Fault("demand_unknown", params["id"])
    check_party(node, held.peer)
    demand = held.record
    if not params["release"]:
        return _refuse(node, params, demand, held.peer)
    with node.ledger.write() as batch:
        own = [each.record for kind in demand["body"]["kinds"] for each in node.exchange.holdings.records_of(kind)]
        covered = matching(demand, [record for record in own if record["origin"] == node.party])
        results = [result for record in covered for result in _give(node, batch, record, demand, held.peer)]
        # One entry however many there were: the partner sees how far this ledger grows.
        lines = [{"rid": str(record["rid"])} for record in covered]
        batch.append(WEIGHED, msgspec.json.encode({"demand": held.rid, "to": held.peer, "records": lines}))
    # What the partner gets nothing of is answered like nothing: a word less or a silence more would tell.
    shown = [each for each in results if each.outcome in _GIVING and not (each.decision and each.decision.is_silent)]
    outcomes = Counter(result.outcome for result in shown)
    told = {"id": held.rid, "covered": len(covered), "outcomes": dict(outcomes)}
    if not shown:
        _refuse(node, params, demand, held.peer)
        return Answer({**told, "answer": "refuse"})
    if set(outcomes) == {"known"}:
        _say_given(node, params, demand, held.peer, [result.rid for result in shown])
    node.workers.wake()
    return Answer({**told, "answer": "release"})


def _give(
    node: "Node", batch: "Batch", record: Mapping[str, Any], demand: dict[str, Any], to: str
) -> "list[PutResult]":
    agreement = _asked(node, node.party, to, record["kind"])
    clauses = [each.id for each in demand_clauses(agreement, record["kind"], node.party, to)]
    purpose, only = demand["body"]["purpose"], agreement.id if clauses else ""
    if not node.exchange.asking.is_open(dict(record), to, purpose, clauses, only):
        return []
    return share(
        node, batch, record, [to], purpose=purpose, demanded=clauses, refs=[demand["rid"]], op="reply", agreement=only
    )


def _say_given(node: "Node", params: dict[str, Any], demand: dict[str, Any], to: str, rids: list[str]) -> None:
    by = hand(node, str(params.get("by", "")), to)
    with node.ledger.write() as batch:
        share(node, batch, given_already(demand, rids, params["reason"] or "", by), [to])


def _refuse(node: "Node", params: dict[str, Any], demand: dict[str, Any], to: str) -> Answer:
    record = refuse(demand, params["reason"], hand(node, str(params.get("by", "")), to))
    with node.ledger.write() as batch:
        share(node, batch, record, [to])
    node.workers.wake()
    return Answer({"id": demand["rid"], "answer": "refuse", "covered": 0, "outcomes": {}})
