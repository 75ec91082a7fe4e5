"""What an amendment would change: past traffic decided under both texts, and what would newly leave or stay.

Records go through one by one and leave nothing behind but the rows that differ; positions are compared as columns and
counted by clause. Each text is taken as in force at the moment of the traffic only if it says so itself.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import numpy as np

from haemaru.agreement.batch import decide_batch
from haemaru.agreement.conditions import Columns
from haemaru.agreement.decide import decide, shape_in, standing_purpose
from haemaru.agreement.model import Agreement
from haemaru.agreement.treatments import Treatment

_RANK = {treatment.value: rank for rank, treatment in enumerate(Treatment)}
_STAYS = _RANK[Treatment.DROP.value]
_NO_PARTY = "withhold"


class Traffic(NamedTuple):
    """A record that was decided once, and for whom; `demanded` and `approved` are the clauses granted by then."""

    record: Mapping[str, Any]
    from_: str
    to: str
    purpose: str
    at: datetime
    demanded: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()


class Row(msgspec.Struct, frozen=True, gc=False):
    """Fields of one record that would newly leave or stay, and the clause of the new text that decides so."""

    rid: str
    paths: tuple[str, ...]
    clause: str


class Rows(msgspec.Struct, frozen=True):
    """So many positions that would newly leave or stay, with the clause that releases them: the new or the old one."""

    to: str
    paths: tuple[str, ...]
    clause: str
    rows: int


@dataclass(slots=True)
class Difference:
    """What would newly leave and newly stay, out of how many records; `limit` cuts the lists, never the totals."""

    limit: int | None = None
    newly_released: list[Row] = field(default_factory=list)
    newly_withheld: list[Row] = field(default_factory=list)
    examined: int = 0
    totals: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    _paths: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_any(self) -> bool:
        """Whether anything would come out otherwise."""
        return bool(self.totals or self.verdicts)

    def as_json(self) -> dict[str, Any]:
        """The difference as contracts.md section 3 prints it, with totals and verdicts that changed."""
        return {
            "newly_released": self.newly_released,
            "newly_withheld": self.newly_withheld,
            "examined": self.examined,
            "totals": {name: self.totals[name] for name in ("newly_released", "newly_withheld")},
            "verdicts": dict(sorted(self.verdicts.items())),
        }

    def _take(self, name: str, rows: list[Row], rid: str, paths: Mapping[str, str]) -> None:
        by_clause: dict[str, list[str]] = {}
        for path, clause in paths.items():
            by_clause.setdefault(clause, []).append(path)
        for clause, found in by_clause.items():
            self.totals[name] += 1
            if self.limit is None or len(rows) < self.limit:
                same = tuple(found)  # a million records of one shape share one list of paths
                rows.append(Row(rid, self._paths.setdefault(same, same), clause))

    def take(self, old: Agreement, new: Agreement, item: Traffic) -> None:
        """Decides one record under both texts; a milder treatment counts as newly released, a stricter as withheld."""
        self.examined += 1
        (verdict, before), (other, after) = _outcome(old, item), _outcome(new, item)
        if verdict != other:
            self.verdicts[f"{verdict} > {other}"] += 1
        more = {path: clause for path, (clause, rank) in after.items() if rank < before[path][1]}
        less = {path: clause for path, (clause, rank) in after.items() if rank > before[path][1]}
        rid = str(item.record["rid"])
        self._take("newly_released", self.newly_released, rid, more)
        self._take("newly_withheld", self.newly_withheld, rid, less)


def difference(old: Agreement, new: Agreement, traffic: Iterable[Traffic], limit: int | None = None) -> Difference:
    """Decides each record under both texts, one by one."""
    found = Difference(limit)
    for item in traffic:
        found.take(old, new, item)
    return found


def _outcome(agreement: Agreement, item: Traffic) -> tuple[str, dict[str, tuple[str, int]]]:
    """The verdict, and for each path the clause that speaks and how much of it is lost: 0 kept, up to dropped."""
    if not {item.from_, item.to} <= agreement.party_ids:  # an amendment without this party releases nothing to it
        return _NO_PARTY, dict.fromkeys(shape_in(agreement, item.record).paths, ("none", _STAYS))
    decision = decide(agreement, *item[:5], demanded=item.demanded, approved=item.approved)
    found = {path: (clause, _RANK[treatment]) for path, clause, treatment in decision.released}
    return decision.verdict.value, found | {path: (clause, _STAYS) for path, clause, _ in decision.withheld}


def difference_of_columns(
    old: Agreement, new: Agreement, columns: Columns, way: tuple[str, str], at: datetime
) -> tuple[list[Rows], list[Rows]]:
    """How many of these rows would newly leave and newly stay, by fields and clause; each under its text's purpose."""
    released: Counter[tuple[tuple[str, ...], str]] = Counter()
    withheld: Counter[tuple[tuple[str, ...], str]] = Counter()
    befores, afters = _groups(old, columns, way, at), _groups(new, columns, way, at)
    for mask, before in befores:
        for other, after in afters:
            rows = int((mask & other).sum())
            if rows:
                _compare(before, after, rows, released)
                _compare(after, before, rows, withheld)
    return _listed(released, way[1]), _listed(withheld, way[1])


def _groups(
    agreement: Agreement, columns: Columns, way: tuple[str, str], at: datetime
) -> list[tuple[Any, dict[str, tuple[str, str]]]]:
    """Rows that leave alike with their paths, and last of all those that stay."""
    stay = np.ones(columns.size, dtype=np.bool_)
    purpose = standing_purpose(agreement, columns.kind, *way) if set(way) <= agreement.party_ids else None
    groups = [] if purpose is None else decide_batch(agreement, columns, *way, purpose, at).groups
    for mask, _ in groups:
        stay &= ~mask
    return [*groups, (stay, {})]


def _compare(
    before: Mapping[str, tuple[str, str]],
    after: Mapping[str, tuple[str, str]],
    rows: int,
    found: Counter[tuple[tuple[str, ...], str]],
) -> None:
    """Adds the rows under each clause of `after` that lets more of them leave than `before` did."""
    by_clause: dict[str, list[str]] = {}
    for path, (clause, treatment) in after.items():
        lost = _RANK[before[path][1]] if path in before else _STAYS
        if _RANK[treatment] < lost:
            by_clause.setdefault(clause, []).append(path)
    for clause, paths in by_clause.items():
        found[tuple(sorted(paths)), clause] += rows


def _listed(found: Counter[tuple[tuple[str, ...], str]], to: str) -> list[Rows]:
    return [Rows(to, paths, clause, rows) for (paths, clause), rows in sorted(found.items())]
