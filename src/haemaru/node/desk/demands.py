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
    return {
        **told,
        "party": told["party"] if told["direction"] == "in" else _receiver(node, told["id"]),
        "kind": ", ".join(told["kinds"]),
        "due": told["reply_by"],
        "reason": state.reason if state.state in ("refused", "released") else "",
        "answer": next(iter(told["answers"]), None),
    }


def _receiver(node: "Node", rid: str) -> str:
    """Whom an own demand was sealed for; nobody where no clause let it go."""
    parties = (peer.party for peer in node.exchange.peers())
    return next((party for party in parties if node.exchange.traffic.sent(rid, party)), "")
