"""A clause and what it did at this node: one answer for `haemaru agreement explain` and for the console's clause page.

The exchange counts records; positions and demands are counted here. Own silent withholds are among them: this is for
the officers of this node, and nothing of it is ever sent.
"""

from base64 import b64decode
from collections import Counter
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from haemaru.agreement import Agreement, Clause, Effect, clause_facts
from haemaru.clock import format_time, from_ms
from haemaru.node.agreements import ADOPTED
from haemaru.node.commands.demand import line, states
from haemaru.node.tallies import BATCH, BatchNote, read_tally

if TYPE_CHECKING:
    from haemaru.node.node import Node


def clause_pages(
    node: "Node", agreement: Agreement, since: datetime | None = None, only: str | None = None
) -> list[dict[str, Any]]:
    """Every clause of the text (or one) with its facts and what it did; the clauses stand in the text's order."""
    did = node.exchange.clauses.did(agreement, since)
    positions = _withheld_positions(node, agreement, since)
    asked = [line(node, each) for each in states(node)]
    return [
        {
            **clause_facts(clause),
            "did": {
                **did[clause.id],
                "withheld_positions": positions.get(clause.id, 0),
                "demands": _demands(node, clause, asked, since),
            },
        }
        for clause in agreement.clauses
        if only in (None, clause.id)
    ]


def _demands(node: "Node", clause: Clause, asked: list[dict[str, Any]], since: datetime | None) -> dict[str, int]:
    """Demands of partners that this clause can answer, by where they stand."""
    if clause.effect is not Effect.DEMAND:
        return {}
    since_text = "" if since is None else format_time(since)
    found = Counter(
        each["state"]
        for each in asked
        if each["direction"] == "in"
        and str(each["created"] or "") >= since_text
        and (
            each["clause"] == clause.id
            or any(clause.is_about(kind, node.party, each["party"]) for kind in each["kinds"])
        )
    )
    return {state: found.get(state, 0) for state in ("open", "overdue", "released", "refused")}


def _withheld_positions(node: "Node", agreement: Agreement, since: datetime | None) -> dict[str, int]:
    """Positions kept by each clause while this text was the newest of its agreement, over all partners."""
    begin, end = _span(node, agreement)
    found: Counter[str] = Counter()
    with node.ledger.read() as tx:
        if begin is not None and end is None and since is None and _stood_alone(node):
            for towards in read_tally(tx).values():
                found.update(towards.withheld)
        elif begin is not None:
            for entry, body in node.ledger.entries(tx, kinds=(BATCH,)):
                is_counted = begin < entry.index and (end is None or entry.index < end)
                if is_counted and (since is None or from_ms(entry.at_ms) >= since):
                    for towards in msgspec.json.decode(body, type=BatchNote).towards.values():
                        found.update(towards.withheld)
    return dict(found)


def _span(node: "Node", agreement: Agreement) -> tuple[int | None, int | None]:
    """The entries that adopted this text and the version that took its place, None where there is none."""
    same = [(index, digest) for index, name, digest in _adoptions(node) if name == agreement.id]
    begin = next((index for index, digest in same if digest == agreement.hash), None)
    if begin is None:
        return None, None
    return begin, next((index for index, _ in same if index > begin), None)


def _stood_alone(node: "Node") -> bool:
    return len(_adoptions(node)) == 1


def _adoptions(node: "Node") -> list[tuple[int, str, str]]:
    """Every adoption at this node: entry, the agreement's id, and the hash of its bytes."""
    with node.ledger.read() as tx:
        found = [
            (entry.index, sha256(b64decode(msgspec.json.decode(body)["bytes"])).hexdigest())
            for entry, body in node.ledger.entries(tx, kinds=(ADOPTED,))
        ]
    known = [(index, node.agreements.find(digest), digest) for index, digest in found]
    return [(index, agreement.id, digest) for index, agreement, digest in known if agreement is not None]
