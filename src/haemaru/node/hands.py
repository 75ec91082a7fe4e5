"""How the node writes records in an officer's name and sends them to every partner that a clause lets see them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from haemaru.agreement import standing_purpose
from haemaru.node.levels import usual_level
from haemaru.operations import Hand
from haemaru.values.handling import Handling
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.exchange import Held, PutResult
    from haemaru.ledger import Batch
    from haemaru.node.node import Node


def hand(node: "Node", officer: str = "") -> Hand:
    """A hand for one new record: its name, its moment, and the agreement's ladder of levels."""
    agreement = node.agreements.known()
    levels = agreement.handling_levels if agreement else ()
    return Hand(
        party=node.party,
        rid=node.ids.new(),
        at=node.clock.now(),
        officer=officer,
        handling=Handling(usual_level(agreement)),
        levels=levels,
    )


def partners(node: "Node") -> list[str]:
    """The partners this node trusts, in the order of the agreement."""
    known = {peer.party for peer in node.exchange.peers()}
    agreement = node.agreements.known()
    return [party.id for party in agreement.parties if party.id in known] if agreement else sorted(known)


def share(
    node: "Node",
    batch: "Batch",
    record: Mapping[str, Any],
    to: Sequence[str] | None = None,
    *,
    purpose: str | None = None,
    demanded: Sequence[str] = (),
    refs: Sequence[str] = (),
    op: str = "put",
) -> "list[PutResult]":
    """Stores a record and seals it for each partner under the purpose that a clause names for its kind.

    A partner for whom no clause names the kind gets nothing; the record is stored all the same.
    """
    agreement = node.agreements.current()
    results = []
    node.exchange.store(batch, dict(record))
    for party in partners(node) if to is None else to:
        serving = purpose or (standing_purpose(agreement, record["kind"], node.party, party) if agreement else None)
        if serving is not None:
            results.append(node.exchange.put(batch, dict(record), party, serving, demanded=demanded, refs=refs, op=op))
    return results


def must_find(node: "Node", rid: str, kind: str, fault: str) -> "Held":
    """What is held under `rid`, once it is of that kind and not taken back; the named fault otherwise."""
    held = node.exchange.holdings.find(rid)
    if held is None or held.kind != kind or held.state != "held":
        raise Fault(fault, rid)
    return held
