"""The command that asks a partner for one record by its rid."""

import time
from typing import TYPE_CHECKING, Any

from haemaru.exchange import Question
from haemaru.node.answer import Answer
from haemaru.node.commands.records import check_party
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.node.node import Node


def ask(node: "Node", params: dict[str, Any]) -> Answer:
    """Asks a partner for a record and waits for the answer, and for the record where it is sent, so long as told."""
    party, rid, purpose = str(params["from"]), str(params["rid"]), str(params.get("purpose") or "")
    check_party(node, party)
    if not purpose:
        raise Fault("purpose_missing", "--purpose")
    with node.ledger.write() as batch:
        name = node.exchange.asking.ask(batch, party, rid, purpose)
    node.workers.wake()
    found = _await(node, name, float(params.get("wait_s") or 0.0))
    return Answer(
        {
            "ask": name,
            "rid": rid,
            "from": party,
            "purpose": purpose,
            "answer": found.answer or "waiting",
            "clause": found.clause or None,
            "reason": found.reason or None,
            "held": _is_held(node, found),
        }
    )


def _await(node: "Node", name: str, seconds: float) -> Question:
    until = time.monotonic() + (seconds if node.workers.is_running else 0.0)
    while True:
        found = node.exchange.asking.find(name)
        if found is None:
            raise LookupError(name)
        is_done = found.answer and (found.answer != "sent" or _is_held(node, found))
        if is_done or time.monotonic() > until or node.stopping.wait(0.05):
            return found


def _is_held(node: "Node", found: Question) -> bool:
    held = node.exchange.holdings.find(found.rid)
    return held is not None and held.peer == found.peer and held.state == "held"
