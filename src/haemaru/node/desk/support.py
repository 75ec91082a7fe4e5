"""Support and training, for the console."""

from typing import TYPE_CHECKING, Any

from haemaru.node.commands.resources import next_steps, weigh
from haemaru.node.commands.resources import supports as folded
from haemaru.node.commands.training import sessions as folded_sessions
from haemaru.node.commands.training import title
from haemaru.resources import State, Support, read_need
from haemaru.training import Applicant
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.node.node import Node


_OPEN_OFFER = (State.OFFERED, State.REQUISITIONED)


def _teams(node: "Node", support: Support, every: list[Support]) -> list[dict[str, Any]]:
    """Our own teams before a request that waits for our offer: who may go, and why the others may not."""
    if "offer" not in next_steps(node, support):
        return []
    try:
        weighed = weigh(node, read_need(support.need))
    except Fault:  # a need that cannot be weighed is still shown, and may be declined
        return []
    offered = {one.team_id for one in every if one.owner == node.party and one.state in _OPEN_OFFER}
    return [
        {
            "team": team.id,
            "base": team.base,
            "may_go": found.ok,
            "offered": team.id in offered,
            "reasons": list(found.blocking),
        }
        for team, found in weighed
    ]


def supports(node: "Node") -> list[dict[str, Any]]:
    """Supports, newest first."""
    found = []
    every = folded(node)
    for support in reversed(every):
        held = {rid: node.exchange.holdings.find(rid) for rid, _, _ in support.history}
        first = held.get(support.id)
        events = [
            {
                "at": str((held[rid].record if held[rid] else {}).get("event_time") or ""),  # type: ignore[union-attr]
                "what": f"resources.{name}",
                "by": held[rid].origin if held[rid] else "",  # type: ignore[union-attr]
                "params": {"state": state.value},
            }
            for rid, name, state in support.history
        ]
        found.append(
            {
                "id": support.id,
                "capability": str(support.need.get("capability", "")),
                "state": support.state.value,
                "requested_by": support.borrower,
                "asked_of": support.owner,
                "created": events[0]["at"] if events else "",
                "need_by": support.since or None,
                "place": str(support.need.get("place", "")),
                "text": str(support.need.get("text", "")),
                "case": next(iter((first.record if first else {}).get("refs", ())), None),
                "resource": support.team_id,
                "clause": next(iter((first.header if first else {}).get("clauses", ())), None),
                "reasons": [each.reason for each in support.refused],
                "teams": _teams(node, support, every),
                "next": next_steps(node, support),
                "history": events,
            }
        )
    return found


def _seat(node: "Node", applicant: Applicant) -> dict[str, Any]:
    held = node.exchange.holdings.find(applicant.application)
    return {
        "person": applicant.person,
        "state": applicant.state,
        "at": held.record.get("event_time") if held else None,
        "missing": list(applicant.missing),
    }


def sessions(node: "Node") -> list[dict[str, Any]]:
    """Training sessions, the next one first."""
    found = []
    for session in folded_sessions(node):
        held = node.exchange.holdings.find(session.id)
        ours = [each for each in session.applicants if each.party == node.party]
        found.append(
            {
                "id": session.id,
                "title": title(session),
                "host": session.publisher,
                "starts": session.plan.since,
                "ends": session.plan.until,
                "place": session.plan.place,
                "seats": session.plan.seats,
                "taken": session.seats_taken,
                "ours": [_seat(node, each) for each in ours],
                "prerequisites": list(session.plan.prerequisites),
                "clause": next(iter((held.header if held else {}).get("clauses", ())), None),
                "can_apply": session.publisher != node.party,
            }
        )
    return sorted(found, key=lambda each: str(each["starts"]))
