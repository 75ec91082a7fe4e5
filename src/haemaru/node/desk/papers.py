"""Records in a list and on their page: for every field the clause that let it come, or would let it leave."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from haemaru.agreement import decide, standing_purpose
from haemaru.node.commands.agreement import waiting
from haemaru.node.leaves import leaves
from haemaru.wording import Fault, Reason

if TYPE_CHECKING:
    from haemaru.exchange import Held
    from haemaru.node.node import Node

_LIMIT = 200
_STATES = ("held", "kept", "retracted", "expired", "quarantined")


def row(held: "Held") -> dict[str, Any]:
    """A record as a list shows it."""
    record = held.record or {}
    handling = record.get("handling") or {}
    return {
        "rid": held.rid,
        "kind": held.kind,
        "origin": held.origin,
        "event_time": record.get("event_time") or "",
        "subject": record.get("subject") or {},
        "held_from": held.peer,
        "level": handling.get("level", ""),
        "caveats": handling.get("caveats", []),
        "state": held.state,
        "rev": held.rev,
        "channel": held.channel or "",
        "epoch": held.epoch,
        "seq": held.seq,
    }


def rows(node: "Node", filters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Records held, newest first, as far as the filters let them through."""
    text = str(filters.get("text") or "").casefold()
    wanted = str(filters.get("kind") or "")
    found = []
    for held in node.exchange.holdings.list(filters.get("origin") or None, states=_STATES, newest_first=True):
        if held.state in ("retracted", "expired") and held.op not in ("retract", "expire"):
            continue
        if not held.kind.startswith(wanted) or filters.get("state") not in (None, "", held.state):
            continue
        if text and text not in f"{held.rid} {held.record}".casefold():
            continue
        found.append(row(held))
        if len(found) >= int(filters.get("limit") or _LIMIT):
            break
    return found


def page(node: "Node", rid: str) -> dict[str, Any] | None:
    """A record page; None where this node holds no such record."""
    held = node.exchange.holdings.find(rid)
    if held is None:
        return None
    header = held.header or {}
    released = {each["path"]: each for each in header.get("paths", ())}
    fields = [
        {
            "path": path,
            "value": value,
            "clause": released.get(path, {}).get("clause"),
            "treatment": released.get(path, {}).get("treatment"),
        }
        for path, value in leaves(held.record or {})
    ]
    withheld = [
        {"path": each["path"], "clause": each["clause"], "reason": Reason("withheld_by_clause")}
        for each in header.get("redacted", ())
    ]
    own, here = held.peer is None, held.state == "held"
    return {
        **row(held),
        "purpose": header.get("purpose", ""),
        "agreement": header.get("agreement", {}).get("hash", ""),
        "created": header.get("created"),
        "retain_until": header.get("retain_until"),
        "observed_original": (held.record or {}).get("body", {}).get("observed_original"),
        "clauses": list(header.get("clauses", ())),
        "fields": fields,
        "withheld": withheld,
        "leaving": [_leaving(node, held, peer.party) for peer in node.exchange.peers()] if own and here else [],
        "answers": [asdict(each) for each in node.exchange.traffic.answers(rid)] if own else [],
        # What an officer may correct: the whole body, as it stands.
        "body": (held.record or {}).get("body") if own and here else None,
        "history": node.exchange.traffic.history(rid),
        "refs": list((held.record or {}).get("refs", ())),
    }


def _leaving(node: "Node", held: "Held", party: str) -> dict[str, Any]:
    record = held.record or {}
    between = node.agreements.between(party)
    purpose_of = {each: standing_purpose(each, held.kind, node.party, party) for each in between}
    # Under which it left, or would leave: the first in the order of adoption that names a purpose for it.
    agreement, purpose = next(((each, named) for each, named in purpose_of.items() if named), (None, None))
    if agreement is None or purpose is None:
        return {"party": party, "verdict": "withhold", "purpose": purpose or ""}
    try:
        decision = decide(agreement, record, node.party, party, purpose, node.clock.now())
    except Fault as fault:
        return {"party": party, "verdict": fault.code, "purpose": purpose}
    values = dict(leaves(record))
    sent = node.exchange.traffic.sent(held.rid, party)
    return {
        "party": party,
        "verdict": str(decision.verdict),
        "purpose": purpose,
        "released": [
            {"path": path, "value": values.get(path), "clause": clause, "treatment": str(treatment)}
            for path, clause, treatment in decision.released
        ],
        "withheld": [{"path": path, "clause": clause, "reason": reason} for path, clause, reason in decision.withheld],
        "sealed_at": sent.sealed_at if sent else None,
        "acknowledged_at": sent.sealed_at if sent and sent.is_acknowledged else None,
    }


def referred(node: "Node") -> list[dict[str, Any]]:
    """Releases that wait for a person here."""
    return [waiting(each) for each in node.exchange.referred()]
