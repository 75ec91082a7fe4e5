"""The agreement page: every clause of every agreement in words."""

from typing import TYPE_CHECKING, Any

from haemaru.agreement import explain_condition
from haemaru.clock import format_time
from haemaru.wording import Bilingual

if TYPE_CHECKING:
    from haemaru.agreement import Agreement, Clause
    from haemaru.agreement.conditions import Condition
    from haemaru.node.node import Node


def pages(node: "Node") -> list[dict[str, Any]]:
    """Every agreement in the order of adoption, then those that wait."""
    states = {each["id"]: each["state"] for each in node.agreements.states(node.clock.now())}
    return [_page(node, agreement, states[agreement.id]) for agreement in node.agreements.all()]


def _page(node: "Node", agreement: "Agreement", state: str) -> dict[str, Any]:
    signers = {peer.party: peer.statement.keyid for peer in node.exchange.peers()} | {node.party: node.keys.keyid}
    adopted = node.agreements.named(agreement.id) is agreement
    return {
        "id": agreement.id,
        "version": agreement.version,
        "hash": agreement.hash,
        "title": agreement.title,
        "state": state,
        "notice": agreement.notice,
        "effective": format_time(agreement.effective),
        "expires": None if agreement.expires is None else format_time(agreement.expires),
        "parties": [
            {"id": party.id, "name": party.name, "signed": adopted, "keyid": signers.get(party.id, "")}
            for party in agreement.parties
        ],
        "articles": [
            {"id": str(article.number), "title": article.title, "clauses": _clauses(agreement, article.number)}
            for article in agreement.articles
        ],
    }


def _clauses(agreement: "Agreement", article: int) -> list[dict[str, Any]]:
    return [_clause(clause) for clause in agreement.clauses if clause.article == article]


def _clause(clause: "Clause") -> dict[str, Any]:
    onward = clause.onward if isinstance(clause.onward, str) else ", ".join(clause.onward)
    return {
        "id": clause.id,
        "effect": clause.effect,
        "text": clause.text,
        "kinds": list(clause.kinds),
        "from": list(clause.from_),
        "to": list(clause.to),
        "purposes": list(clause.purposes),
        "conditions": [_condition(condition) for condition in clause.when],
        "fields": {field.path: field.treatment for field in clause.fields},
        "basis": clause.legal_basis,
        "retention": "" if clause.retention_days is None else str(clause.retention_days),
        "onward": onward,
        "promise": "" if clause.promise_s is None else str(clause.promise_s),
        "shows": clause.refusal,
    }


def _condition(condition: "Condition") -> Bilingual:
    return Bilingual(ko=explain_condition(condition, "ko"), en=explain_condition(condition, "en"))
