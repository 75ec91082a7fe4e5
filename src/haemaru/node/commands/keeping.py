"""Commands on how long records are kept: legal holds and their release."""

from typing import TYPE_CHECKING, Any

from haemaru.node.answer import Answer

if TYPE_CHECKING:
    from haemaru.node.node import Node


def hold(node: "Node", params: dict[str, Any]) -> Answer:
    """Keeps a copy against recall and expiry."""
    with node.ledger.write() as batch:
        node.exchange.hold(batch, params["rid"], params["basis"])
    return Answer({"rid": params["rid"], "op": "hold", "basis": params["basis"]})


def release(node: "Node", params: dict[str, Any]) -> Answer:
    """Ends a hold; what was asked meanwhile is carried out and answered."""
    rid = params["rid"]
    with node.ledger.write() as batch:
        erased = node.exchange.holds.release(batch, rid, params["reason"], params.get("basis"))
        left = node.exchange.holds.bases(batch.tx, rid)
    node.workers.wake()
    return Answer({"rid": rid, "op": "release", "erased": erased, "still_held": left})
