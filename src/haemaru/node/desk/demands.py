"""Demands in both directions, for the console."""

from typing import TYPE_CHECKING, Any

from haemaru.node.commands.demand import line, states

if TYPE_CHECKING:
    from haemaru.node.node import Node


def rows(node: "Node", case: str | None = None) -> list[dict[str, Any]]:
    """Demands, newest first, of one case or of all."""
    found = [_row(node, line(node, each)) for each in reversed(states(node))]
    return [each for each in found if case is None or each["case"] == case]


def _row(node: "Node", told: dict[str, Any]) -> dict[str, Any]:
    state = next((each for each in states(node) if each.id == told["id"]), None)
    reason = state.reason if state else None
    others = [peer.party for peer in node.exchange.peers()]
    party = told["party"] if told["direction"] == "in" else next(iter(_receivers(node, told["id"])), *others[:1])
    return {
        **told,
        "party": party,
        "kind": ", ".join(told["kinds"]),
        "due": told["reply_by"],
        "reason": reason if told["state"] == "refused" else "",
        "answer": next(iter(told["answers"]), None),
    }


def _receivers(node: "Node", rid: str) -> list[str]:
    return [peer.party for peer in node.exchange.peers() if node.exchange.traffic.sent(rid, peer.party)]
