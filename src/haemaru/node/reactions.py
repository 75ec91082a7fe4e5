"""What a node does when a record arrives: adds what it holds to a partner's case, gives or queues a seat.

Each reaction writes records of its own through the same door as an officer would, under the same clauses.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from haemaru.agreement import Verdict
from haemaru.ledger import Batch
from haemaru.node.hands import hand, share
from haemaru.operations import Weighed, answer, weigh
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.exchange import Held
    from haemaru.node.node import Node
    from haemaru.records import Record

WEIGHED = "operations.weighed"
# What a case asks about: what either agency knows of the ship. The conversation itself (tips, cases) is not knowledge.
_KNOWLEDGE = ("surveillance.", "intelligence.", "customs.")
# What a partner waits on, and the kind of record that answers it.
_REPLIES = {"operations.case": "operations.answer", "training.application": "training.enrolment"}


def react(node: "Node", held: "Held") -> None:
    """Does what an arrived record asks of this node; most ask nothing, and what is answered is not answered twice."""
    act = prepare(node, held)
    if act is not None:
        act()


def prepare(node: "Node", held: "Held") -> Callable[[], None] | None:
    """What is to be done about an arrived record, with everything looked at that may have to stay unseen.

    How long that took must not show: the workers prepare in one tick and act in a later one.
    """
    if not _asks(node, held) or node.agreements.refusal_for(str(held.peer), node.clock.now()) is not None:
        return None
    if held.kind == "operations.case":
        found = consider(node, held.record, str(held.peer))
        return lambda: _answer_case(node, held, found)
    from haemaru.node.commands.training import enrol

    return lambda: enrol(node, held)


def unanswered(node: "Node") -> "list[Held]":
    """What partners ask and this node has not answered: it was stopped, killed, suspended, or its disk was full."""
    return [held for kind in _REPLIES for held in node.exchange.holdings.records_of(kind) if _asks(node, held)]


def _asks(node: "Node", held: "Held") -> bool:
    """Whether a record is one that a partner waits on; a corrected case is asked anew."""
    if held.peer is None or held.state != "held" or held.kind not in _REPLIES:
        return False
    return not any(
        each.kind == _REPLIES[held.kind] and each.peer is None and each.entry > held.entry
        for each in node.exchange.holdings.referring(held.rid)
    )


def knowledge(node: "Node", subject: dict[str, Any]) -> "list[Held]":
    """What this node holds itself about a subject, each record once."""
    names = {key: subject[key] for key in ("mmsi", "imo", "name") if subject.get(key)}
    strong = {key: value for key, value in names.items() if key != "name"}
    held = node.exchange.holdings.about(**(strong or names))
    return [each for each in held if each.peer is None and each.kind.startswith(_KNOWLEDGE)]


def _answer_case(node: "Node", case: "Held", found: "list[Considered]") -> None:
    """Gives the partner everything the clauses let it have about the ship of its case, and says what is held back."""
    if not _asks(node, case):
        return
    asker = str(case.peer)
    with node.ledger.write() as batch:
        weighed = give(node, batch, case.record, asker, found)
        share(node, batch, answer(case.record, weighed, hand(node, to=asker)), [asker])
    node.workers.wake()


@dataclass(frozen=True, slots=True)
class Considered:
    """One own record about the ship of a case, and what an agreement says about giving it to the partner."""

    held: "Held"
    agreement: str
    weighed: Weighed


def consider(node: "Node", case: dict[str, Any], to: str) -> list[Considered]:
    """What this node holds about the ship of a case, each weighed for one partner; nothing is written."""
    if not node.agreements.between(to):
        return []
    return [Considered(held, *_weighed(node, held.record, to)) for held in knowledge(node, case["subject"])]


def _weighed(node: "Node", record: "Record", to: str) -> tuple[str, Weighed]:
    """The first agreement that releases a record to a partner and may now, else the first that names a purpose."""
    now = node.clock.now()
    found = [(each, weigh(each, record, node.party, to, now)) for each in node.agreements.between(to)]
    may = [one for one in found if node.agreements.refusal_of(one[0], now) is None]
    releases = [one for one in may if one[1].decision.verdict is Verdict.RELEASE]
    named = [one for one in may or found if one[1].purpose]
    agreement, weighed = (releases or named or found)[0]
    return agreement.id, weighed


def give(node: "Node", batch: Batch, case: dict[str, Any], to: str, found: list[Considered]) -> list[Weighed]:
    """Seals what may leave and notes in one entry how each record was weighed; gives what the partner may know of.

    One entry, however many records there are: the partner sees how far this ledger grows.
    """
    lines = [_line(one) for one in found]
    batch.append(WEIGHED, msgspec.json.encode({"case": case["rid"], "to": to, "records": lines}))
    shown = [one for one in found if one.weighed.is_shown]
    for one in shown:
        with suppress(Fault):  # taken back since it was weighed
            node.exchange.put(
                batch, one.held.record, to, one.weighed.purpose, refs=[case["rid"]], agreement=one.agreement
            )
    return [one.weighed for one in shown]


def _line(one: Considered) -> dict[str, Any]:
    decision = one.weighed.decision
    return {
        "rid": one.held.rid,
        "verdict": decision.verdict.value,
        "clause": decision.refused_by,
        "silent": decision.is_silent,
    }


def contribute(node: "Node", batch: Batch, case: dict[str, Any], to: str) -> list[Weighed]:
    """Seals for one partner what this node holds about the ship of its own case."""
    return give(node, batch, case, to, consider(node, case, to))
