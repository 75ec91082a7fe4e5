"""A clause and what it did at this node: one answer for `haemaru agreement explain` and for the console's clause page.

The exchange counts records; positions and demands are counted here. Own silent withholds are among them: this is for
the officers of this node, and nothing of it is ever sent.
"""

from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from haemaru.agreement import Agreement, Clause, Effect, clause_facts
from haemaru.clock import format_time, from_ms
from haemaru.node.agreements import ADOPTED
from haemaru.node.commands.demand import line, states
from haemaru.node.reactions import WEIGHED
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
    silent = _silently_weighed(node, agreement, since)
    return [
        {
            **clause_facts(clause),
            "did": {
                **did[clause.id],
                "withheld": did[clause.id]["withheld"] + silent.get(clause.id, 0),
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
    found: Counter[str] = Counter()
    if since is None and len(_adoptions(node)) == 1 and _span(node, agreement) is not None:
        with node.ledger.read() as tx:
            for towards in read_tally(tx).values():
                found.update(towards.withheld)
        return dict(found)
    for body in _meanwhile(node, agreement, since, BATCH):
        for towards in msgspec.json.decode(body, type=BatchNote).towards.values():
            found.update(towards.withheld)
    return dict(found)


def _silently_weighed(node: "Node", agreement: Agreement, since: datetime | None) -> dict[str, int]:
    """Records that a partner's case would have had and a silent clause kept: noted together, not one by one."""
    kept = {
        (line["clause"], line["rid"], note["to"])
        for body in _meanwhile(node, agreement, since, WEIGHED)
        for note in (msgspec.json.decode(body),)
        for line in note["records"]
        if line["silent"]
    }
    return Counter(clause for clause, _, _ in kept)


def _meanwhile(node: "Node", agreement: Agreement, since: datetime | None, kind: str) -> Iterator[bytes]:
    """The bodies of a kind that were written while this text was the newest of its agreement."""
    span = _span(node, agreement)
    if span is None:
        return
    with node.ledger.read() as tx:
        for entry, body in node.ledger.entries(tx, after=span[0], kinds=(kind,)):
            if entry.index < span[1] and (since is None or from_ms(entry.at_ms) >= since):
                yield body


def _span(node: "Node", agreement: Agreement) -> tuple[int, int] | None:
    """The entries that adopted this text and the version that took its place; None where it never was adopted."""
    same = [(index, digest) for index, name, digest in _adoptions(node) if name == agreement.id]
    begin = next((index for index, digest in same if digest == agreement.hash), None)
    if begin is None:
        return None
    return begin, next((index for index, _ in same if index > begin), node.ledger.size + 1)


def _adoptions(node: "Node") -> list[tuple[int, str, str]]:
    """Every adoption at this node: entry, the agreement's id, and the hash of its bytes."""
    with node.ledger.read() as tx:
        found = [
            (entry.index, sha256(b64decode(msgspec.json.decode(body)["bytes"])).hexdigest())
            for entry, body in node.ledger.entries(tx, kinds=(ADOPTED,))
        ]
    known = [(index, node.agreements.find(digest), digest) for index, digest in found]
    return [(index, agreement.id, digest) for index, agreement, digest in known if agreement is not None]
