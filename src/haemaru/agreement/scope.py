"""The clauses that speak of one kind, direction and purpose, prepared so that a decision is a handful of look-ups.

What a decision depends on is little: how each condition came out, which leaves the record has, which classes of value
stand where a treatment applies, and which demands and referrals have been granted. All that is a `Case`; the outcome of
a case is a `Plan`, worked out once and remembered.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from haemaru.agreement.conditions import MET, Condition, NotMet, Outcome
from haemaru.agreement.leaves import Shape
from haemaru.agreement.model import Agreement, Clause, Effect, FieldRule
from haemaru.agreement.treatments import Treatment
from haemaru.wording import Reason

if TYPE_CHECKING:
    from haemaru.agreement.plan import Plan

# Plans, scopes and shapes kept each, and up to how many leaves: a stranger's odd records must not fill the memory.
REMEMBERED = 4096
REMEMBERED_LEAVES = 256

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Case(NamedTuple):
    """All that a plan depends on within a scope."""

    shape: Shape
    outcomes: tuple[Outcome, ...]
    classes: tuple[int, ...]
    granted: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """In-scope clauses in document order, their conditions each once, and where values matter."""

    clauses: tuple[Clause, ...]
    conditions: tuple[Condition, ...]
    places: tuple[tuple[int, ...], ...]  # for each clause, where its conditions stand in `conditions`
    askable: tuple[str, ...]  # ids of the demand and refer clauses
    nobody: Reason  # why a leaf that no clause names is withheld
    plans: "dict[Case, Plan]" = field(default_factory=dict)
    treated: dict[Shape, tuple[str, ...]] = field(default_factory=dict)

    def granted(self, demanded: Container[str], approved: Container[str]) -> tuple[str, ...]:
        """The demand clauses that were demanded and the refer clauses that were approved."""
        return tuple(
            clause.id
            for clause in self.clauses
            if (clause.effect is Effect.DEMAND and clause.id in demanded)
            or (clause.effect is Effect.REFER and clause.id in approved)
        )

    def treated_leaves(self, shape: Shape) -> tuple[str, ...]:
        """The governed leaves that some clause coarsens or replaces, so that their values matter."""
        found = self.treated.get(shape)
        if found is None:
            rules = [rule for clause in self.clauses for rule in clause.fields if changes_value(rule)]
            found = tuple(leaf for leaf in shape.governed if any(rule.touches(leaf) for rule in rules))
            remember(self.treated, shape, found, len(shape.paths))
        return found

    def outcome_of(self, clause_place: int, outcomes: tuple[Outcome, ...]) -> Outcome:
        """A clause's conditions together: the first not met, else the first unknown, else met."""
        answers = [outcomes[i] for i in self.places[clause_place]]
        refused = next((answer for answer in answers if isinstance(answer, NotMet)), None)
        return refused or next((answer for answer in answers if answer is not MET), MET)


def remember(cache: dict[_Key, _Value], key: _Key, value: _Value, leaves: int = 0) -> None:
    """Keeps `value` for the next time, unless it is too large; a full cache starts anew."""
    if leaves > REMEMBERED_LEAVES:
        return
    if len(cache) >= REMEMBERED:
        cache.clear()
    cache[key] = value


def changes_value(rule: FieldRule) -> bool:
    """True for a rule that coarsens or pseudonymises."""
    return rule.treatment in (Treatment.COARSEN, Treatment.PSEUDONYMISE)


def scope_of(agreement: Agreement, kind: str, from_: str, to: str, purpose: str) -> Scope:
    """The scope of one kind, direction and purpose, made at first use."""
    key = (kind, from_, to, purpose)
    scopes = agreement._scopes
    found = scopes.get(key)
    if found is None:
        found = _make_scope(agreement, key)
        remember(scopes, key, found)
    return found


def not_in_force() -> Scope:
    """The scope of an agreement outside its time: no clause speaks."""
    return Scope((), (), (), (), Reason("agreement_not_in_force"))


def _make_scope(agreement: Agreement, key: tuple[str, str, str, str]) -> Scope:
    about = [clause for clause in agreement.clauses if clause.is_about(*key[:3])]
    clauses = tuple(clause for clause in about if clause.serves(key[3]))
    conditions: dict[Condition, int] = {}
    places = tuple(tuple(conditions.setdefault(c, len(conditions)) for c in clause.when) for clause in clauses)
    can_act = [clause for clause in about if clause.effect is not Effect.WITHHOLD]
    unnamed = bool(can_act) and not any(clause.serves(key[3]) for clause in can_act)
    return Scope(
        clauses=clauses,
        conditions=tuple(conditions),
        places=places,
        askable=tuple(c.id for c in clauses if c.effect in (Effect.DEMAND, Effect.REFER)),
        nobody=Reason("purpose_not_named" if unnamed else "no_clause"),
    )
