"""Commands on the agreement: sign, adopt, suspend, resume, decide what was referred, compare a draft."""

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from haemaru.agreement import Agreement, difference, load_agreement, signature_line, who_signed
from haemaru.clock import format_time
from haemaru.node.accounts import Account
from haemaru.node.answer import Answer
from haemaru.node.clause_pages import clause_pages
from haemaru.node.replays import position_difference, silently_weighed
from haemaru.node.signed_files import add_signature, read_signatures
from haemaru.values import parse_time
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.exchange import Judged
    from haemaru.node.node import Node


def sign(node: "Node", params: dict[str, Any]) -> Answer:
    """Adds this node's signature over the exact bytes to FILE.signatures, once."""
    path = Path(params["file"])
    data = path.read_bytes()
    agreement = _ours(node, data, str(path))
    target = add_signature(path, signature_line(node.keys, node.party, node.realm, data))
    return Answer({"file": str(target), "party": node.party, "realm": node.realm, "hash": agreement.hash})


def _ours(node: "Node", data: bytes, where: str) -> Agreement:
    agreement = load_agreement(data, where)
    if node.party not in {party.id for party in agreement.parties}:
        raise Fault("party_not_in_agreement", node.party, parties=", ".join(party.id for party in agreement.parties))
    return agreement


def adopt(node: "Node", params: dict[str, Any]) -> Answer:
    """Puts an agreement in force; exit 1 with the missing parties until all have signed for this realm."""
    path = Path(params["file"])
    data = path.read_bytes()
    agreement = _ours(node, data, str(path))
    lines = read_signatures(path).splitlines()
    statements = {peer.party: peer.statements for peer in node.exchange.peers()}
    statements[node.party] = node.exchange.keys.own_statements()
    _, missing, refused = who_signed(agreement, node.realm, lines, statements)
    body: dict[str, Any] = {"id": agreement.id, "version": agreement.version, "hash": agreement.hash}
    if missing:
        return Answer({**body, "state": "waiting", "missing": list(missing), "refused": list(refused)}, 1)
    current = node.agreements.named(agreement.id)
    if current is None or current.hash != agreement.hash:
        if node.agreements.find(agreement.hash) is not None:
            # Its signatures were given before it was replaced: one party alone could bring an older text back.
            raise Fault("agreement_was_replaced", agreement.id, version=agreement.version)
        with node.ledger.write() as batch:
            node.agreements.adopt(batch, path.name, data, lines)
        node.workers.wake()
    states = {each["id"]: each["state"] for each in node.agreements.states(node.clock.now())}
    return Answer({**body, "state": states[agreement.id], "missing": []})


def suspend(node: "Node", params: dict[str, Any]) -> Answer:
    """Suspends one agreement here at once, or all of them, and tells every partner that it binds."""
    return _notice(node, "suspend", params["reason"], params.get("agreement"))


def resume(node: "Node", params: dict[str, Any]) -> Answer:
    """Takes this party's suspension back and tells every partner."""
    return _notice(node, "resume", params["reason"], params.get("agreement"))


def _notice(node: "Node", what: Literal["suspend", "resume"], reason: str, name: str | None) -> Answer:
    chosen = node.agreements.in_hand(name)
    at = format_time(node.clock.now())
    with node.ledger.write() as batch:
        change = node.agreements.suspend if what == "suspend" else node.agreements.resume
        for agreement in chosen:
            change(batch, agreement.id, node.party, reason, at)
            for peer in node.exchange.peers():
                if peer.party in agreement.party_ids:
                    node.exchange.notify(batch, peer.party, what, reason, agreement.id)
    node.workers.wake()
    states = node.agreements.states(node.clock.now())
    told = [each for each in states if each["id"] in {agreement.id for agreement in chosen}]
    return Answer({**told[0], "agreements": told})


def referred(node: "Node", params: dict[str, Any]) -> Answer:
    """Lists what waits for a person; decides one where asked."""
    who = {name: params[name] for name in ("by", "password") if params.get(name)}
    if params.get("approve"):
        return approve(node, {"id": params["approve"], **who})
    if params.get("refuse"):
        return refuse(node, {"id": params["refuse"], "reason": params["reason"], **who})
    return Answer({"referred": [waiting(each) for each in node.exchange.referred()]})


def waiting(judged: "Judged") -> dict[str, Any]:
    """A release that waits for a person, as lists show it."""
    return {
        "id": judged.id,
        "rid": judged.rid,
        "kind": judged.kind,
        "to": judged.to,
        "at": judged.at,
        "purpose": judged.purpose,
        "agreement": judged.agreement,
        "clause": next(iter(judged.clauses), ""),
        "clauses": list(judged.clauses),
        "subject": judged.record.get("subject", {}),
        "paths": [each["path"] for each in judged.decision.get("withheld", [])],
        "persons": judged.persons,
        "approvals": [{"by": each.by, "at": each.at} for each in judged.approvals],
        "void_approvals": judged.void,
        "outdated": judged.is_outdated,
    }


def approve(node: "Node", params: dict[str, Any]) -> Answer:
    """Releases a referred record under the clause that referred it, once enough officers have approved."""
    result = node.exchange.approve(params["id"], who_decides(node, params))
    if result.outcome == "waiting":
        [found] = [waiting(each) for each in node.exchange.referred() if each.id == params["id"]]
        about = ("persons", "approvals", "void_approvals")
        return Answer({"id": params["id"], "outcome": "waiting", **{name: found[name] for name in about}})
    node.workers.wake()
    return Answer({"id": params["id"], "outcome": result.outcome})


def refuse(node: "Node", params: dict[str, Any]) -> Answer:
    """Keeps a referred record back, with the reason."""
    node.exchange.refuse(params["id"], params["reason"], who_decides(node, params))
    return Answer({"id": params["id"], "outcome": "refused"})


def who_decides(node: "Node", params: dict[str, Any], act: str = "approve_release") -> str:
    """The account of the officer who decides; empty for whoever owns the home and gives no name.

    The console hands the signed-in account itself; no caller over the control socket can, it must give the password.
    """
    account = params.get("officer")
    if not isinstance(account, Account):
        if not params.get("by"):
            return ""
        found = node.accounts.check(str(params["by"]), str(params.get("password", "")))
        if found is None:
            raise Fault("approval_not_signed_in", "by", by=str(params["by"])[:100])
        account = found
    account.must_be_able_to(act)
    return account.name


def explain(node: "Node", params: dict[str, Any]) -> Answer:
    """What each clause of a text says and did at this node."""
    agreement = load_agreement(Path(params["file"]).read_bytes(), params["file"])
    only = params.get("clause")
    if only is not None and agreement.find_clause(only) is None:
        raise Fault("clause_unknown", str(only)[:100], id=agreement.id)
    since = parse_time(params["since"], "--since") if params.get("since") else None
    return Answer(
        {
            "id": agreement.id,
            "version": agreement.version,
            "hash": agreement.hash,
            "party": node.party,
            "adopted": node.agreements.find(agreement.hash) is not None,
            "since": params.get("since"),
            "clauses": clause_pages(node, agreement, since, only),
        }
    )


def diff(node: "Node", params: dict[str, Any]) -> Answer:
    """Replays past traffic under a draft; exit 1 if anything would newly leave or stay."""
    old = load_agreement(Path(params["old"]).read_bytes(), params["old"])
    new = load_agreement(Path(params["new"]).read_bytes(), params["new"])
    traffic = chain(node.exchange.traffic.passages(old.id), silently_weighed(node, old))
    found = difference(old, new, traffic, params.get("limit"))
    positions = position_difference(node, old, new)
    is_any = found.is_any or positions["newly_released"] or positions["newly_withheld"]
    return Answer({**found.as_json(), "positions": positions}, 1 if is_any else 0)
