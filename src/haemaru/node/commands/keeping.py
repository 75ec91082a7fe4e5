"""Commands on how long records are kept and who else gets them: holds, answers, exports, disposals, onward sharing."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haemaru.clock import format_time
from haemaru.node.accounts import HOME_OWNER
from haemaru.node.answer import Answer
from haemaru.node.commands.agreement import who_decides
from haemaru.node.printing import format_of, printed, write_new
from haemaru.node.recalls import recalls
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.node.node import Node

_MOST_ANSWERS = 10_000


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


def export(node: "Node", params: dict[str, Any]) -> Answer:
    """Writes a record to a new file, noted in the ledger first: its origin is told of it when it takes it back."""
    file, rid, to = Path(params["file"]), params["rid"], params.get("to") or ""
    what = format_of(file)
    held = node.exchange.holdings.find(rid)
    if held is None or held.state not in ("held", "kept"):
        raise Fault("rid_unknown", rid, rid=rid)
    if file.exists():
        raise Fault("export_exists", str(file))
    with node.ledger.write() as batch:
        node.exchange.note_export(batch, rid, what, to)
    data = printed(held, node.agreements.known(), format_time(node.clock.now()), to, what)
    write_new(file, data)
    return Answer({"rid": rid, "rev": held.rev, "file": str(file), "what": what, "to": to, "bytes": len(data)})


def answers(node: "Node", params: dict[str, Any]) -> Answer:
    """What partners answered when they were asked to correct or give up their copies; those without answer first."""
    return Answer({"answers": recalls(node, params.get("rid"), _MOST_ANSWERS)})


def _decides(node: "Node", params: dict[str, Any]) -> str:
    """The account that decides, whose role may and whose password was right; or that it was the home's owner."""
    if not (params.get("approve") or params.get("refuse")):
        return ""
    return who_decides(node, params, "approve_disposal") or HOME_OWNER


def disposals(node: "Node", params: dict[str, Any]) -> Answer:
    """Lists the copies whose time is over; approves or refuses the disposal of one."""
    retention, by = node.exchange.retention, _decides(node, params)
    if params.get("approve"):
        erased = retention.approve(params["approve"], by)
        node.workers.wake()
        return Answer({"id": params["approve"], "state": "approved", "erased": erased, "by": by})
    if params.get("refuse"):
        retention.refuse(params["refuse"], params.get("reason") or "", by)
        node.workers.wake()
        return Answer({"id": params["refuse"], "state": "refused", "by": by})
    return Answer({"disposals": [asdict(each) for each in retention.list()]})


def onward(node: "Node", params: dict[str, Any]) -> Answer:
    """Asks the originator to give a record to a third party; lists, approves and refuses what partners ask."""
    onwarding, by = node.exchange.onward, _decides(node, params)
    if params.get("rid"):
        with node.ledger.write() as batch:
            name = onwarding.ask(batch, params["rid"], params["to"], params["purpose"], params["reason"])
        node.workers.wake()
        return Answer({"id": name, "rid": params["rid"], "to": params["to"], "state": "waiting"})
    if params.get("approve"):
        state = onwarding.approve(params["approve"], by)
        node.workers.wake()
        return Answer({"id": params["approve"], "state": state, "by": by})
    if params.get("refuse"):
        onwarding.refuse(params["refuse"], params.get("reason") or "", by)
        node.workers.wake()
        return Answer({"id": params["refuse"], "state": "refused", "by": by})
    return Answer({"onward": [asdict(each) for each in onwarding.list()]})
