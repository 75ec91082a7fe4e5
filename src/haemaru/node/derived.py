"""Recall reaches what was made of a record: own records that refer to it are corrected, marked or taken back.

Called inside the transaction in which a record is corrected or taken back, here or by its originator. Whatever is
changed goes on its way like any correction, and reaches those who were sent it; a change may in turn be a recall for
what was made of that. A source that was regraded upwards takes everything made of it along.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from haemaru.intelligence import on_recall as in_intelligence
from haemaru.ledger import Batch
from haemaru.node.hands import levels
from haemaru.node.ranking import rank
from haemaru.operations import RANKING, reweighed
from haemaru.operations import on_recall as in_operations
from haemaru.records import Change, Recalled, labels_of
from haemaru.resources import on_recall as in_resources
from haemaru.surveillance import on_recall as in_surveillance
from haemaru.training import on_recall as in_training
from haemaru.values.handling import Handling
from haemaru.wording import Fault, Reason

if TYPE_CHECKING:
    from haemaru.exchange import Held
    from haemaru.node.node import Node

REACHED = "node.recall_reached"
_ROOMS = (in_operations, in_intelligence, in_resources, in_surveillance, in_training)


class Derived:
    """What was made of records of this node, found by what it refers to."""

    def __init__(self, node: "Node") -> None:
        self._node = node
        # What is being changed now: a record that refers to itself by a detour must not be changed for ever.
        self._under_way: set[str] = set()

    def recalled(self, batch: Batch, rid: str) -> list[str]:
        """Changes every own record that was made of this one; gives their rids."""
        if rid in self._under_way:
            return []
        self._under_way.add(rid)
        try:
            # First what was made of it, among own records alone: a partner's take no time, however many refer to it.
            made = self._node.exchange.holdings.referring(rid, is_own=True)
            if not made:
                return []
            now = self._node.exchange.holdings.find(rid)
            is_held = now is not None and now.state == "held"
            recalled = Recalled(rid, now.record if now is not None and is_held else None)
            return [held.rid for held in made if self._reach(batch, recalled, held)]
        finally:
            self._under_way.discard(rid)

    def _reach(self, batch: Batch, recalled: Recalled, held: "Held") -> bool:
        if held.rid in self._under_way:
            return False
        change = self._change(recalled, held)
        handling = self._handling(recalled, held)
        if change is None and handling is None:
            return False
        try:
            self._carry_out(batch, held, change, handling)
        except Fault:
            # Taken back in the meantime, or grown too large to bear a mark: what was asked of us goes on.
            return False
        reason = change.reason if change is not None else Reason("source_regraded")
        note = {"recalled": recalled.rid, "rid": held.rid, "reason": reason.code}
        batch.append(REACHED, msgspec.json.encode(note))
        return True

    def _change(self, recalled: Recalled, held: "Held") -> Change | None:
        if held.kind == RANKING:
            return self._reweighed(recalled, held)
        return next((found for room in _ROOMS if (found := room(recalled, held.record)) is not None), None)

    def _reweighed(self, recalled: Recalled, held: "Held") -> Change | None:
        """The ranking made again, where it stood on what was recalled."""
        if recalled.rid not in held.record["body"].get("rests_on", ()):
            return None
        case = self._node.exchange.holdings.find(str(held.record["body"]["case"]))
        tip = case and self._node.exchange.holdings.find(str(case.record.get("body", {}).get("tip")))
        if tip is None or tip.state != "held":
            return None
        without = recalled.rid if recalled.is_gone else ""
        return reweighed(recalled, held.record, rank(self._node, tip.record, without))

    def _handling(self, recalled: Recalled, held: "Held") -> dict[str, Any] | None:
        """The stricter labels that a corrected source brings along; None where they stay."""
        if recalled.record is None:
            return None
        ladder, was = levels(self._node), self._node.exchange.holdings.before(recalled.rid)
        if was is None:
            return None
        source = Handling.from_json(was.record["handling"])
        if labels_of([recalled.record], ladder, source) == source:
            return None  # not stricter than it was: what was made of it bears the labels that it should
        before = Handling.from_json(held.record["handling"])
        after = labels_of([recalled.record], ladder, before)
        return None if after == before else after.as_json()

    def _carry_out(self, batch: Batch, held: "Held", change: Change | None, handling: dict[str, Any] | None) -> None:
        exchange = self._node.exchange
        if change is not None and change.body is None:
            exchange.retract(batch, held.rid, change.reason.code)
            return
        body = held.record["body"] if change is None or change.body is None else change.body
        exchange.correct(batch, held.rid, body, None, handling)
