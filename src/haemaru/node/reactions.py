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


def react(node: "Node", held: "Held") -> None:
    """Does what an arrived record asks of this node; most ask nothing."""
    if held.state != "held":
        return
    if held.kind == "operations.case":
        answer_case(node, held)
    elif held.kind == "training.application":
        from haemaru.node.commands.training import enrol

        enrol(node, held)


def unanswered(node: "Node") -> "list[Held]":
    """Partners' cases and applications that this node has not answered yet, because it was stopped or killed."""
    holdings = node.exchange.holdings
    waiting = []
    for kind, reply in (("operations.case", "operations.answer"), ("training.application", "training.enrolment")):
        for held in holdings.records_of(kind):
            replies = [each for each in holdings.referring(held.rid) if each.kind == reply and each.peer is None]
            if held.peer is not None and not replies:
                waiting.append(held)
    return waiting


def knowledge(node: "Node", subject: dict[str, Any]) -> "list[Held]":
    """What this node holds itself about a subject, each record once."""
    names = {key: subject[key] for key in ("mmsi", "imo", "name") if subject.get(key)}
    strong = {key: value for key, value in names.items() if key != "name"}
    held = node.exchange.holdings.about(**(strong or names))
    return [each for each in held if each.peer is None and each.kind.startswith(_KNOWLEDGE)]


def answer_case(node: "Node", case: "Held") -> None:
    """Gives the partner everything the clauses let it have about the ship of its case, and says what is held back."""
    if node.agreements.current() is None or case.peer is None:
        return
    with node.ledger.write() as batch:
        weighed = contribute(node, batch, case.record, case.peer)
        share(node, batch, answer(case.record, weighed, hand(node)), [case.peer])
    node.workers.wake()


def contribute(node: "Node", batch: Batch, case: dict[str, Any], to: str) -> list[Weighed]:
    """Seals for one partner what this node holds about the ship of a case; tells how each record was decided."""
    agreement = node.agreements.in_hand()
    weighed = []
    for held in knowledge(node, case["subject"]):
        found = weigh(agreement, held.record, node.party, to, node.clock.now())
        weighed.append(found)
        node.exchange.put(batch, held.record, to, found.purpose or "-", refs=[case["rid"]])
    return weighed
