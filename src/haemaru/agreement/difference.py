"""What an amendment would change: past traffic decided under both texts, and what would newly leave or stay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from haemaru.agreement.decide import decide, shape_in
from haemaru.agreement.model import Agreement
from haemaru.agreement.treatments import Treatment

_RANK = {treatment.value: rank for rank, treatment in enumerate(Treatment)}


class Traffic(NamedTuple):
    """A record that was decided once, and for whom."""

    record: Mapping[str, Any]
    from_: str
    to: str
    purpose: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """What would newly leave and newly stay, by record and clause of the new text, out of how many records."""

    newly_released: list[dict[str, Any]]
    newly_withheld: list[dict[str, Any]]
    examined: int

    def as_json(self) -> dict[str, Any]:
        """The difference as contracts.md section 3 prints it."""
        return {
            "newly_released": self.newly_released,
            "newly_withheld": self.newly_withheld,
            "examined": self.examined,
        }


def difference(old: Agreement, new: Agreement, traffic: Iterable[Traffic]) -> Difference:
    """Decides each record under both texts; a milder treatment counts as newly released, a stricter as withheld.

    Each text is taken as in force at the moment of the traffic only if it says so itself.
    """
    released: list[dict[str, Any]] = []
    withheld: list[dict[str, Any]] = []
    examined = 0
    for item in traffic:
        examined += 1
        before, after = _outcome(old, item), _outcome(new, item)
        more = {path: clause for path, (clause, rank) in after.items() if rank < before[path][1]}
        less = {path: clause for path, (clause, rank) in after.items() if rank > before[path][1]}
        released += _rows(item, more)
        withheld += _rows(item, less)
    return Difference(released, withheld, examined)


def _outcome(agreement: Agreement, item: Traffic) -> dict[str, tuple[str, int]]:
    """For each path the clause that speaks and how much of it is lost: 0 kept, up to dropped."""
    stays = _RANK[Treatment.DROP.value]
    if not {item.from_, item.to} <= agreement.party_ids:  # an amendment without this party releases nothing to it
        return dict.fromkeys(shape_in(agreement, item.record).paths, ("none", stays))
    decision = decide(agreement, *item)
    found = {path: (clause, _RANK[treatment]) for path, clause, treatment in decision.released}
    return found | {path: (clause, stays) for path, clause, _ in decision.withheld}


def _rows(item: Traffic, paths: Mapping[str, str]) -> list[dict[str, Any]]:
    by_clause: dict[str, list[str]] = {}
    for path, clause in paths.items():
        by_clause.setdefault(clause, []).append(path)
    return [{"rid": item.record["rid"], "paths": found, "clause": clause} for clause, found in by_clause.items()]
