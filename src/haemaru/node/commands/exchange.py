"""Commands on partners and streams: trust, courier files, a new epoch."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from haemaru.node.answer import Answer

if TYPE_CHECKING:
    from haemaru.node.node import Node


def add_peer(node: "Node", params: dict[str, Any]) -> Answer:
    """Trusts a partner whose statement has the fingerprint that was read aloud."""
    with node.ledger.write() as batch:
        peer = node.exchange.add_peer(batch, params["statement"].encode(), params["url"], params["fingerprint"])
    node.workers.peers_changed()
    return Answer({"party": peer.party, "url": peer.url, "fingerprint": peer.statement.fingerprint})


def export(node: "Node", params: dict[str, Any]) -> Answer:
    """Writes everything that waits for a partner into a courier file."""
    data = node.exchange.export_courier(params["peer"])
    Path(params["file"]).write_bytes(data)
    return Answer({"peer": params["peer"], "file": params["file"], "bytes": len(data)})


def import_(node: "Node", params: dict[str, Any]) -> Answer:
    """Takes in a courier file of a partner."""
    report = node.exchange.import_courier(Path(params["file"]).read_bytes(), params["file"])
    node.workers.wake()
    return Answer(report)


def reopen(node: "Node", params: dict[str, Any]) -> Answer:
    """Opens a new epoch towards a partner."""
    epoch = node.exchange.reopen(params["peer"])
    node.workers.wake()
    return Answer({"peer": params["peer"], "epoch": epoch})
