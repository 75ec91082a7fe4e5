"""The agency's own rules of detection: signed with the node's key."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from haemaru.node.answer import Answer
from haemaru.node.signed_files import add_signature
from haemaru.surveillance.detection.rule_signatures import rules_signature_line
from haemaru.surveillance.detection.rules import read_rules

if TYPE_CHECKING:
    from haemaru.node.node import Node


def sign(node: "Node", params: dict[str, Any]) -> Answer:
    """Adds this node's signature over the exact bytes of a rule file to FILE.signatures, once."""
    path = Path(params["file"])
    data = path.read_bytes()
    rules = read_rules(data, str(path))
    target = add_signature(path, rules_signature_line(node.keys, node.party, node.realm, data))
    return Answer({"file": str(target), "party": node.party, "realm": node.realm, "sha256": rules.sha256})
