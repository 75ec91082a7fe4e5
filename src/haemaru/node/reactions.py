"""What a node does when a record arrives: adds what it holds to a partner's case, gives or queues a seat.

Each reaction writes records of its own through the same door as an officer would, under the same clauses.
"""

from typing import TYPE_CHECKING, Any

from haemaru.ledger import Batch
from haemaru.node.hands import hand, share
from haemaru.operations import Weighed, answer, weigh

if TYPE_CHECKING:
    from haemaru.exchange import Held
    from haemaru.node.node import Node

# What a case asks about: what either agency knows of the ship. The conversation itself (tips, cases) is not knowledge.
_KNOWLEDGE = ("surveillance.", "intelligence.", "customs.")
# What a partner waits on, and the kind of record that answers it.
_REPLIES = {"operations.case": "operations.answer", "training.application": "training.enrolment"}


def react(node: "Node", held: "Held") -> None:
    """Does what an arrived record asks of this node; most ask nothing, and what is answered is not answered twice."""
    if not _asks(node, held) or node.agreements.refusal(node.clock.now()) is not None:
        return
    if held.kind == "operations.case":
        answer_case(node, held)
    else:
        from haemaru.node.commands.training import enrol

        enrol(node, held)


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


def answer_case(node: "Node", case: "Held") -> None:
    """Gives the partner everything the clauses let it have about the ship of its case, and says what is held back."""
    asker = str(case.peer)
    with node.ledger.write() as batch:
        weighed = contribute(node, batch, case.record, asker)
        share(node, batch, answer(case.record, weighed, hand(node)), [asker])
    node.workers.wake()


def contribute(node: "Node", batch: Batch, case: dict[str, Any], to: str) -> list[Weighed]:
    """Seals for one partner what this node holds about the ship of a case; tells how each record was decided."""
    agreement = node.agreements.current()
    weighed: list[Weighed] = []
    if agreement is None:
        return weighed
    for held in knowledge(node, case["subject"]):
        found = weigh(agreement, held.record, node.party, to, node.clock.now())
        weighed.append(found)
        node.exchange.put(batch, held.record, to, found.purpose or "-", refs=[case["rid"]])
    return weighed
