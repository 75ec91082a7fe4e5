"""What each side owes the other, and how it stands with each partner: for the console."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from haemaru.agreement import explain_deeds
from haemaru.node.clause_pages import clause_pages
from haemaru.node.recalls import recalls
from haemaru.wording import LANGUAGES

if TYPE_CHECKING:
    from haemaru.node.node import Node


def page(node: "Node") -> dict[str, Any]:
    """Recalls and their answers, disposals and onward questions to decide, agreements and alarms by partner."""
    stands = node.exchange.status()
    return {
        "recalls": recalls(node),
        "disposals": [asdict(each) for each in node.exchange.retention.list()],
        "onward": [asdict(each) for each in node.exchange.onward.list()],
        "peers": [
            {"party": party, **{name: found[name] for name in ("agreements", "alarms", "skew_s", "witness", "owed")}}
            for party, found in stands.items()
        ],
    }


def clause(node: "Node", name: str, of: str) -> dict[str, Any] | None:
    """One clause and what it did here; `of` is the agreement's id, the first that has such a clause without it."""
    for agreement in node.agreements.all():
        found = agreement.find_clause(name) if of in ("", agreement.id) else None
        if found is not None:
            [told] = clause_pages(node, agreement, only=name)
            lines = {lang: list(explain_deeds(found, told["did"], lang)) for lang in LANGUAGES}
            did, about = told["did"], {"agreement": agreement.id, "title": agreement.title}
            return {**about, "id": name, "persons": found.persons, "lines": lines, "by": did["released"]["by"],
                    "promise": did["promise"]}  # fmt: skip
    return None
