"""Demands in both directions, for the console."""

from typing import TYPE_CHECKING, Any

from haemaru.node.commands.demand import line, states

if TYPE_CHECKING:
    from haemaru.node.node import Node
    from haemaru.operations import DemandState


def rows(node: "Node") -> list[dict[str, Any]]:
    """Demands, newest first."""
    return [_row(node, each) for each in reversed(states(node))]


def _row(node: "Node", state: "DemandState") -> dict[str, Any]:
    told = line(node, state)
    others = [peer.party for peer in node.exchange.peers()]
    party = told["party"] if told["direction"] == "in" else next(iter(_receivers(node, told["id"])), *others[:1])
    return {
        **told,
        "party": party,
        "kind": ", ".join(told["kinds"]),
        "due": told["reply_by"],
        "reason": state.reason if state.state == "refused" else "",
        "answer": next(iter(told["answers"]), None),
    }


def _receivers(node: "Node", rid: str) -> list[str]:
    return [peer.party for peer in node.exchange.peers() if node.exchange.traffic.sent(rid, peer.party)]
