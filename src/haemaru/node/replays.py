"""Past traffic once more, for the drafts of amendments: what was weighed in silence, and positions from the own store.

Positions are replayed as if each had been shared when it was observed, in slices of ten minutes. Of a day with very
many rows every n-th is taken; how many were there and how many were looked at is told beside the counts.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from haemaru.agreement import Agreement, Rows, Traffic, difference_of_columns, standing_purpose
from haemaru.clock import from_ms
from haemaru.node.levels import usual_level
from haemaru.node.reactions import WEIGHED
from haemaru.surveillance.share import Handling, as_columns

if TYPE_CHECKING:
    from haemaru.node.node import Node
    from haemaru.surveillance import Fixes

KIND = "surveillance.position"
MOST_OF_A_DAY = 200_000
_SLICE_MS = 600_000


def silently_weighed(node: "Node", agreement: Agreement) -> Iterator[Traffic]:
    """Own records that a partner's case would have had, and that a silent clause kept: no entry of their own tells."""
    with node.ledger.read() as tx:
        notes = [(entry.at_ms, msgspec.json.decode(body)) for entry, body in node.ledger.entries(tx, kinds=(WEIGHED,))]
    for at_ms, note in notes:
        for line in note["records"]:
            held = node.exchange.holdings.find(line["rid"]) if line["silent"] else None
            if held is not None and held.record is not None:
                purpose = standing_purpose(agreement, held.kind, node.party, note["to"]) or "-"
                yield Traffic(held.record, node.party, note["to"], purpose, from_ms(at_ms))


def position_difference(node: "Node", old: Agreement, new: Agreement) -> dict[str, Any]:
    """Own positions under both texts towards every partner, counted by fields and clause."""
    held = examined = 0
    found: dict[str, Counter[tuple[str, tuple[str, ...], str]]]
    found = {"newly_released": Counter(), "newly_withheld": Counter()}
    partners = [peer.party for peer in node.exchange.peers()]
    for fixes in node.surveillance.observed() if _speaks(old, new) else ():
        held += len(fixes)
        chosen = fixes.take(np.arange(0, len(fixes), -(-len(fixes) // MOST_OF_A_DAY)))
        examined += len(chosen)
        for part in _slices(chosen):
            columns, at = as_columns(part, node.party, Handling(usual_level(old))), from_ms(int(part.t.max()))
            for peer in partners:
                changed = difference_of_columns(old, new, columns, (node.party, peer), at)
                for counter, rows in zip(found.values(), changed, strict=True):
                    counter.update({(each.to, each.paths, each.clause): each.rows for each in rows})
    counts = {name: [Rows(*key, rows) for key, rows in sorted(each.items())] for name, each in found.items()}
    return {"held": held, "examined": examined, **counts}


def _speaks(old: Agreement, new: Agreement) -> bool:
    return any(clause.is_about(KIND, *way) for each in (old, new) for clause in each.clauses for way in _ways(each))


def _ways(agreement: Agreement) -> list[tuple[str, str]]:
    names = sorted(agreement.party_ids)
    return [(one, other) for one in names for other in names if one != other]


def _slices(fixes: "Fixes") -> "Iterator[Fixes]":
    slots = fixes.t // _SLICE_MS
    for slot in np.unique(slots):
        yield fixes.take(slots == slot)
