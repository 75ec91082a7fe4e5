"""Which ships a tip may mean, from the picture and the papers that this node holds now."""

from typing import TYPE_CHECKING, Any

from haemaru.node.hands import levels
from haemaru.operations import Ranking, candidates
from haemaru.operations.candidates import KINDS

if TYPE_CHECKING:
    from haemaru.node.node import Node


def rank(node: "Node", tip: dict[str, Any], without: str = "") -> Ranking:
    """The candidates for a tip, as if the paper of the rid `without` had never come."""
    holdings = node.exchange.holdings
    papers = [each.record for kind in KINDS for each in holdings.records_of(kind) if each.rid != without]
    return candidates(tip, node.surveillance.known_vessels(), papers, node.clock.now(), levels=levels(node))
