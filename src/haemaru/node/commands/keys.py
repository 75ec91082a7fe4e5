"""Commands on keys: what is known, new ones for the node, a stolen one taken back, a partner's confirmed."""

from typing import TYPE_CHECKING, Any

from haemaru.clock import to_ms
from haemaru.node.answer import Answer
from haemaru.values import parse_time

if TYPE_CHECKING:
    from haemaru.node.node import Node


def list_(node: "Node", _params: dict[str, Any]) -> Answer:
    """Every key, own and partners', with its time in the ledger."""
    return Answer({"party": node.party, "keyid": node.keys.keyid, "keys": node.exchange.keys.every()})


def rotate(node: "Node", params: dict[str, Any]) -> Answer:
    """New keys for this node; partners are told by a message that the present keys sign."""
    before = node.keys.keyid
    told = node.keeper.rotate(params.get("suite"))
    return Answer(_present(node) | {"before": before, "told": told})


def revoke(node: "Node", params: dict[str, Any]) -> Answer:
    """Takes a key of this node back; the present one is replaced, and partners must confirm the new one."""
    told = node.keeper.revoke(params["keyid"], params["reason"], params.get("suite"))
    return Answer(_present(node) | {"revoked": params["keyid"], "told": told})


def revoke_peer(node: "Node", params: dict[str, Any]) -> Answer:
    """Believes a partner's key no longer; lists what came under it, which stays valid and is to be looked at."""
    party, keyid = params["party"], params["keyid"]
    since = params.get("since")
    with node.ledger.write() as batch:
        node.exchange.keys.revoke_peer(batch, party, keyid, params["reason"])
    with node.ledger.read() as tx:
        since_ms = 0 if since is None else to_ms(parse_time(since))
        received = node.exchange.keys.received_under(tx, party, keyid, since_ms)
    held = node.exchange.peer(party).is_revoked
    return Answer({"party": party, "revoked": keyid, "queue_waits": held, "since": since, "received": received})


def confirm(node: "Node", params: dict[str, Any]) -> Answer:
    """Puts a partner's new keys in the place of its earlier ones, by the fingerprint that was read aloud."""
    with node.ledger.write() as batch:
        peer = node.exchange.keys.confirm(batch, params["statement"].encode(), params["fingerprint"], params["reason"])
    node.workers.wake()
    return Answer({"party": peer.party, "keyid": peer.public.keyid, "fingerprint": peer.statement.fingerprint})


def _present(node: "Node") -> dict[str, Any]:
    public = node.keys.public
    return {
        "party": node.party,
        "suite": public.suite,
        "keyid": public.keyid,
        "fingerprint": public.fingerprint,
        "statement": str(node.home.statement),
    }
