"""The agreement as its parties would say it: parties, articles, areas and clauses, all frozen.

An `Agreement` is what `load_agreement` read from exact bytes; `hash` is the SHA-256 of those bytes and nothing else
identifies it. The private caches at the end hold only what can be computed again from the rest.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from haemaru.agreement.conditions import Condition
from haemaru.agreement.treatments import Coarsening, Treatment
from haemaru.wording import Bilingual, Reason

if TYPE_CHECKING:
    from haemaru.agreement.leaves import Shape
    from haemaru.agreement.scope import Scope

LEASE_MINUTES = 15
"""How long a lease lasts where the agreement does not say."""

HEADER_LEAVES = ("rid", "kind", "origin", "handling.level", "handling.caveats", "refs")


class Effect(StrEnum):
    """What a clause does when it matches."""

    RELEASE = "release"
    WITHHOLD = "withhold"
    REFER = "refer"
    DEMAND = "demand"


class Refusal(StrEnum):
    """How a refusal shows to the partner: openly, or not at all."""

    OPEN = "open"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Party:
    """An agency that is bound by the agreement."""

    id: str
    name: Bilingual


@dataclass(frozen=True, slots=True)
class Article:
    """A chapter of the agreement; clauses belong to one."""

    number: int
    title: Bilingual


@dataclass(frozen=True, slots=True)
class Area:
    """A named polygon of (lon, lat) corners, approximate and not for navigation."""

    id: str
    name: Bilingual
    polygon: tuple[tuple[float, float], ...]


def _below(path: str, base: str) -> bool:
    return path.startswith((f"{base}.", f"{base}[]"))


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What a clause says of one path: kept as it is, dropped, coarsened or replaced by a pseudonym."""

    path: str
    treatment: Treatment
    coarsening: Coarsening | None = None

    def keeps(self, leaf: str) -> bool:
        """True when the rule lets `leaf` leave: its exact path, or below a path that ends in `.*`."""
        if self.treatment is Treatment.DROP:
            return False
        if self.path == "*" or self.path == leaf:
            return True
        return self.path.endswith(".*") and _below(leaf, self.path[:-2])

    def touches(self, leaf: str) -> bool:
        """True when a restriction of this rule reaches `leaf`: the same path, below it, or a list of such elements.

        A list that does not hold objects alone is one leaf; it may still hide what the rule names with `[]`.
        """
        base = self.path.removesuffix(".*")
        return base in ("*", leaf) or _below(leaf, base) or base.startswith(f"{leaf}[]")


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence of the agreement that a machine can hold to."""

    id: str
    article: int
    effect: Effect
    refusal: Refusal
    kinds: tuple[str, ...]
    from_: tuple[str, ...]
    to: tuple[str, ...]
    purposes: tuple[str, ...]
    fields: tuple[FieldRule, ...]
    when: tuple[Condition, ...]
    legal_basis: Bilingual
    text: Bilingual
    retention_days: int | None
    onward: str | tuple[str, ...]
    promise_s: int | None
    persons: int
    statute: str | None
    conflate_s: int | None = None
    """Of positions that wait longer than so many seconds only the newest of each ship in each such span is sent."""

    def is_about(self, kind: str, from_: str, to: str) -> bool:
        """True when the clause speaks of this kind of record in this direction."""
        return (
            any(k in ("*", kind) or (k.endswith(".*") and kind.startswith(k[:-1])) for k in self.kinds)
            and ("*" in self.from_ or from_ in self.from_)
            and ("*" in self.to or to in self.to)
        )

    def serves(self, purpose: str) -> bool:
        """True when the clause names the purpose; a withhold clause without purposes serves all of them."""
        return not self.purposes or purpose in self.purposes


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """All that the parties signed, over the exact bytes whose SHA-256 is `hash`."""

    id: str
    version: str
    hash: str
    title: Bilingual
    notice: Bilingual
    effective: datetime
    expires: datetime | None
    handling_levels: tuple[str, ...]
    parties: tuple[Party, ...]
    articles: tuple[Article, ...]
    areas: tuple[Area, ...]
    clauses: tuple[Clause, ...]
    lease_minutes: int = LEASE_MINUTES
    party_ids: frozenset[str] = field(init=False, repr=False)
    _by_id: dict[str, Clause] = field(init=False, repr=False)
    _scopes: "dict[tuple[str, str, str, str], Scope]" = field(init=False, repr=False)
    _shapes: "dict[object, Shape]" = field(init=False, repr=False)
    _kept: "dict[object, Reason | None]" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "party_ids", frozenset(party.id for party in self.parties))
        object.__setattr__(self, "_by_id", {clause.id: clause for clause in self.clauses})
        object.__setattr__(self, "_scopes", {})
        object.__setattr__(self, "_shapes", {})
        object.__setattr__(self, "_kept", {})

    def is_in_force(self, at: datetime) -> bool:
        """True from `effective` on, until `expires`."""
        return self.effective <= at and (self.expires is None or at < self.expires)

    def find_clause(self, clause_id: str) -> Clause | None:
        """The clause of that id, or None."""
        return self._by_id.get(clause_id)
