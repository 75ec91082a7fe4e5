"""Commands on the node as a whole: status, verify, rebuild, backup."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from haemaru.ledger.proofs import prove
from haemaru.node.answer import Answer
from haemaru.node.backup import write_backup
from haemaru.node.reports import node_status, verify_ledger
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.node.node import Node


def status(node: "Node", _params: dict[str, Any]) -> Answer:
    """How the node is."""
    return Answer(node_status(node))


def verify(node: "Node", _params: dict[str, Any]) -> Answer:
    """Reads the whole ledger; exit 1 and `first_bad` where something is not what it was."""
    found = verify_ledger(node)
    return Answer(found, 0 if found["ok"] else 1)


def prove_(node: "Node", params: dict[str, Any]) -> Answer:
    """Proves that entries stand in the ledger, under a checkpoint that partners signed where there is one."""
    rid = params.get("rid")
    with node.ledger.read() as tx:
        indexes = node.exchange.showing.entries(tx, rid) if rid is not None else [int(params["entry"])]
    if not indexes:
        raise Fault("rid_unknown", "--rid", rid=str(rid)[:100])
    if max(indexes) >= node.ledger.size:
        raise Fault("ledger_no_entry", "--entry", index=max(indexes))
    with node.ledger.write() as batch:
        newest = node.ledger.latest_checkpoint(batch.tx)
        if newest is None or newest.size <= max(indexes):
            node.ledger.checkpoint(batch)
        proof = prove(node.ledger, batch.tx, indexes, is_open=bool(params.get("open")))
    body: dict[str, Any] = msgspec.to_builtins(proof)
    return Answer(body)


def rebuild(node: "Node", params: dict[str, Any]) -> Answer:
    """Rebuilds every view from the ledger, or checks that it would come out equal (exit 1 where not)."""
    report = node.ledger.rebuild(check=bool(params.get("check")))
    return Answer(report, 0 if report.get("ok", True) else 1)


def backup(node: "Node", params: dict[str, Any]) -> Answer:
    """Writes an encrypted backup and its key file; or erases in an older one, or notes that its key file is gone."""
    file = Path(params["file"])
    if params.get("refresh"):
        return Answer(node.backups.refresh(file))
    if params.get("destroyed"):
        return Answer({"id": node.backups.destroyed(file), "destroyed": True})
    return Answer(write_backup(node.home, file, node.surveillance.still(), node.backups.made))
