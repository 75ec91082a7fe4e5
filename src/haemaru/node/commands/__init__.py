"""Everything a node can be asked to do, by name: one registry for the shell, the control socket and the console."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from haemaru.node.answer import Answer
from haemaru.node.commands import (
    accounts,
    agreement,
    asking,
    demand,
    exchange,
    feed,
    keys,
    operations,
    records,
    resources,
    state,
    story,
    training,
)

if TYPE_CHECKING:
    from haemaru.node.node import Node

Command = Callable[["Node", dict[str, Any]], Answer]

COMMANDS: dict[str, Command] = {
    "accounts.add": accounts.add,
    "accounts.list": accounts.list_,
    "accounts.lock": accounts.lock,
    "accounts.password": accounts.password,
    "accounts.unlock": accounts.unlock,
    "agreement.adopt": agreement.adopt,
    "agreement.approve": agreement.approve,
    "agreement.diff": agreement.diff,
    "agreement.explain": agreement.explain,
    "agreement.referred": agreement.referred,
    "agreement.refuse": agreement.refuse,
    "agreement.resume": agreement.resume,
    "agreement.sign": agreement.sign,
    "agreement.suspend": agreement.suspend,
    "backup": state.backup,
    "demand.answer": demand.answer,
    "demand.list": demand.list_,
    "demand.new": demand.new,
    "exchange.compare": exchange.compare,
    "exchange.evidence": exchange.evidence,
    "exchange.export": exchange.export,
    "exchange.import": exchange.import_,
    "exchange.reopen": exchange.reopen,
    "feed.ais": feed.ais,
    "feed.stop": feed.stop,
    "keys.list": keys.list_,
    "keys.revoke": keys.revoke,
    "keys.rotate": keys.rotate,
    "ledger.verify": state.verify,
    "operations.choose": operations.choose,
    "operations.outcome": operations.outcome,
    "operations.tip": operations.tip,
    "peer.add": exchange.add_peer,
    "peer.rekey": keys.confirm,
    "peer.revoke": keys.revoke_peer,
    "rebuild": state.rebuild,
    "records.ask": asking.ask,
    "records.audit": records.audit,
    "records.correct": records.correct,
    "records.expire": records.expire,
    "records.hold": records.hold,
    "records.list": records.list_,
    "records.put": records.put,
    "records.retract": records.retract,
    "resources.list": resources.list_,
    "resources.send": resources.send,
    "status": state.status,
    "story.tell": story.tell,
    "support.request": resources.request,
    "support.step": resources.step,
    "training.apply": training.apply,
    "training.list": training.list_,
    "training.publish": training.publish,
}
