"""How the node writes records in an officer's name and sends them to every partner that a clause lets see them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from haemaru.agreement import Agreement, standing_purpose
from haemaru.node.levels import usual_level
from haemaru.operations import Hand
from haemaru.values.handling import Handling
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.exchange import Held, PutResult
    from haemaru.ledger import Batch
    from haemaru.node.node import Node


def hand(node: "Node", officer: str = "", to: str = "") -> Hand:
    """A hand for one new record: its name, its moment, and the ladder of levels of the agreement with `to`.

    A record bears one level. Without a receiver it is one of the first agreement's ladder.
    """
    return Hand(
        party=node.party,
        rid=node.ids.new(),
        at=node.clock.now(),
        officer=officer,
        handling=Handling(usual_level(_agreement(node, to))),
        levels=levels(node, to),
    )


def levels(node: "Node", to: str = "") -> Sequence[str]:
    """The ladder of handling levels, lowest first; empty while no agreement is known."""
    agreement = _agreement(node, to)
    return agreement.handling_levels if agreement else ()


def _agreement(node: "Node", to: str) -> Agreement | None:
    return next(iter(node.agreements.between(to)), node.agreements.known())


def partners(node: "Node") -> list[str]:
    """The partners this node trusts, in the order of the agreements."""
    known = {peer.party for peer in node.exchange.peers()}
    agreements = node.agreements.all()
    named = dict.fromkeys(party.id for agreement in agreements for party in agreement.parties)
    return [party for party in named if party in known] if agreements else sorted(known)


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
    agreement: str = "",
) -> "list[PutResult]":
    """Stores a record and seals it for each partner under the purpose that a clause names for its kind.

    Agreements with one partner may name different purposes: each is tried, in the order of the agreements, until one
    releases. A partner for whom no clause names the kind gets nothing; the record is stored all the same.
    """
    results = []
    node.exchange.store(batch, dict(record))
    for party in partners(node) if to is None else to:
        found: PutResult | None = None
        for serving in [purpose] if purpose else purposes(node, record["kind"], party):
            if found is None or found.outcome not in ("sealed", "known"):
                found = node.exchange.put(
                    batch, dict(record), party, serving, demanded=demanded, refs=refs, op=op, agreement=agreement
                )
        if found is not None:
            results.append(found)
    return results


def purposes(node: "Node", kind: str, party: str) -> list[str]:
    """The standing purpose of each agreement with a partner for a kind, each once."""
    between = node.agreements.between(party)
    found = [standing_purpose(agreement, kind, node.party, party) for agreement in between]
    return list(dict.fromkeys(purpose for purpose in found if purpose is not None))


def must_find(node: "Node", rid: str, kind: str, fault: str) -> "Held":
    """What is held under `rid`, once it is of that kind and not taken back; the named fault otherwise."""
    held = node.exchange.holdings.find(rid)
    if held is None or held.kind != kind or held.state != "held":
        raise Fault(fault, rid)
    return held
