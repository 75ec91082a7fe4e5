"""What the clauses of a scope make of a case: the meaning of an agreement, in one file.

1. Each clause in scope comes out met, not met or unknown.
2. A withhold clause matches unless it is not met; a demand or refer clause blocks unless it is not met or was granted.
3. Release clauses, and granted demand and refer clauses, act when met. A leaf is kept when one acting clause keeps it.
4. Restrictions of every such clause that is not known to be out add up: withheld fields and drops first, then all
   coarsenings and pseudonyms. A leaf whose values cannot be treated stays at home.
5. The verdict is the most restrictive: withhold, demand, refer, release. Without release nothing leaves at all.
"""

from dataclasses import dataclass
from enum import StrEnum

from haemaru.agreement.conditions import MET, NotMet, Outcome
from haemaru.agreement.model import Clause, Effect, FieldRule, Refusal
from haemaru.agreement.scope import Case, Scope, changes_value
from haemaru.agreement.treatments import NUMBER, OTHER, PSEUDONYM_TREATS, TEXT, TIME, Treatment
from haemaru.wording import Reason


class Verdict(StrEnum):
    """May it leave? The most restrictive first."""

    WITHHOLD = "withhold"
    DEMAND = "demand"
    REFER = "refer"
    RELEASE = "release"


class Role(StrEnum):
    """What a clause does in one case."""

    WITHHOLDS = "withholds"
    BLOCKS = "blocks"
    ACTS = "acts"
    RESTRICTS = "restricts"  # would act, but something it asks for is unknown: only its restrictions count
    OUT = "out"  # not met; it only explains what it would have kept


@dataclass(frozen=True, slots=True)
class Standing:
    """One clause of the scope in one case."""

    clause: Clause
    outcome: Outcome
    role: Role

    @property
    def restricts(self) -> bool:
        """True when the clause's drops, coarsenings and pseudonyms count."""
        return self.role in (Role.ACTS, Role.RESTRICTS)


@dataclass(frozen=True, slots=True)
class Released:
    """A leaf that leaves: under which clause, how treated, and by which rules in document order."""

    path: str
    clause: str
    treatment: Treatment
    rules: tuple[FieldRule, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A leaf that stays: the first clause that refuses it, why, and whether any refusal is silent."""

    path: str
    clause: str
    reason: Reason
    is_silent: bool


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The outcome of a case: everything about a decision except the record and the moment."""

    verdict: Verdict
    released: tuple[Released, ...]
    clauses: tuple[Clause, ...]  # that released something, in document order
    standings: tuple[Standing, ...]
    nobody: Reason
    case: Case
    triples: tuple[tuple[str, str, str], ...]


def make_plan(scope: Scope, case: Case) -> Plan:
    """Works out one case of a scope; the same case always gives the same plan."""
    standings = tuple(
        Standing(clause, outcome, _role(clause, outcome, case))
        for place, clause in enumerate(scope.clauses)
        for outcome in (scope.outcome_of(place, case.outcomes),)
    )
    verdict = _blocked(standings)
    leaving = tuple(_released(scope, standings, case)) if verdict is Verdict.RELEASE else ()
    if verdict is Verdict.RELEASE and not any(leaf.path != "event_time" for leaf in leaving):
        verdict, leaving = Verdict.WITHHOLD, ()
    clauses = tuple(s.clause for s in standings if s.role is Role.ACTS and _keeps_any(s.clause, leaving))
    header = [Released(path, clauses[0].id, Treatment.KEEP, ()) for path in case.shape.header] if leaving else []
    order = {path: place for place, path in enumerate(case.shape.paths)}
    released = tuple(sorted((*header, *leaving), key=lambda leaf: order[leaf.path]))
    triples = tuple((leaf.path, leaf.clause, leaf.treatment.value) for leaf in released)
    return Plan(verdict, released, clauses, standings, scope.nobody, case, triples)


def _role(clause: Clause, outcome: Outcome, case: Case) -> Role:
    if isinstance(outcome, NotMet):
        return Role.OUT
    if clause.effect is Effect.WITHHOLD:
        return Role.WITHHOLDS
    if clause.effect is not Effect.RELEASE and clause.id not in case.granted:
        return Role.BLOCKS
    return Role.ACTS if outcome is MET else Role.RESTRICTS


def _blocked(standings: tuple[Standing, ...]) -> Verdict:
    """The most restrictive thing that stands in the way of the whole record; release when nothing does."""
    verdict = Verdict.RELEASE
    for standing in standings:
        if standing.role is Role.WITHHOLDS and not standing.clause.fields:
            return Verdict.WITHHOLD
        if standing.role is Role.BLOCKS and verdict is not Verdict.DEMAND:
            verdict = Verdict(standing.clause.effect.value)
    return verdict


def _released(scope: Scope, standings: tuple[Standing, ...], case: Case) -> list[Released]:
    classes = dict(zip(scope.treated_leaves(case.shape), case.classes, strict=True))
    found = []
    for leaf in case.shape.governed:
        keeper = next((s.clause for s in standings if s.role is Role.ACTS and keeps(s.clause, leaf)), None)
        if keeper is None or any(_refuses_field(s, leaf) for s in standings):
            continue
        rules = _rules(standings, leaf)
        if not can_treat(rules, classes.get(leaf, 0)):
            continue
        found.append(Released(leaf, keeper.id, _strongest(rules), rules))
    return found


def keeps(clause: Clause, leaf: str) -> bool:
    """True when the clause lets the leaf leave and does not itself drop it."""
    return any(rule.keeps(leaf) for rule in clause.fields) and not drops(clause, leaf)


def drops(clause: Clause, leaf: str) -> bool:
    """True when a drop of the clause (for a withhold clause: any of its fields) reaches the leaf."""
    return any(rule.treatment is Treatment.DROP and rule.touches(leaf) for rule in clause.fields)


def value_rules(clause: Clause, leaf: str) -> list[FieldRule]:
    """The clause's coarsenings and pseudonyms that reach the leaf, in document order."""
    return [rule for rule in clause.fields if changes_value(rule) and rule.touches(leaf)]


def _rules(standings: tuple[Standing, ...], leaf: str) -> tuple[FieldRule, ...]:
    return tuple(rule for s in standings if s.restricts for rule in value_rules(s.clause, leaf))


def _keeps_any(clause: Clause, leaving: tuple[Released, ...]) -> bool:
    return any(keeps(clause, leaf.path) for leaf in leaving)


def _refuses_field(standing: Standing, leaf: str) -> bool:
    return (standing.role is Role.WITHHOLDS or standing.restricts) and drops(standing.clause, leaf)


def _strongest(rules: tuple[FieldRule, ...]) -> Treatment:
    if any(rule.treatment is Treatment.PSEUDONYMISE for rule in rules):
        return Treatment.PSEUDONYMISE
    return Treatment.COARSEN if rules else Treatment.KEEP


def treats(rule: FieldRule) -> int:
    """The classes of values that the rule can treat, as bits."""
    return rule.coarsening.treats if rule.coarsening else PSEUDONYM_TREATS


def can_treat(rules: tuple[FieldRule, ...], classes: int) -> bool:
    """True when there are no rules, or some class among the values is one that every rule can treat."""
    common = NUMBER | TIME | TEXT | OTHER
    for rule in rules:
        common &= treats(rule)
    return not rules or bool(common & classes)


def withheld_of(scope: Scope, plan: Plan) -> tuple[Withheld, ...]:
    """Every leaf that stays, with the first clause in document order that refuses it."""
    leaving = {leaf.path for leaf in plan.released}
    classes = dict(zip(scope.treated_leaves(plan.case.shape), plan.case.classes, strict=True))
    return tuple(_withheld(plan, path, classes.get(path, 0)) for path in plan.case.shape.paths if path not in leaving)


def _withheld(plan: Plan, path: str, classes: int) -> Withheld:
    is_header = path in plan.case.shape.header
    untreatable = not is_header and not can_treat(_rules(plan.standings, path), classes)
    refusals = [
        (standing.clause, reason)
        for standing in plan.standings
        for reason in (_refusal(standing, path, is_header, untreatable, standing.clause.id in plan.case.granted),)
        if reason is not None
    ]
    if refusals:
        clause, why = refusals[0]
        is_silent = any(refusing.refusal is Refusal.SILENT for refusing, _ in refusals)
        return Withheld(path, clause.id, why, is_silent)
    acting = any(standing.role is Role.ACTS for standing in plan.standings)
    kept = acting and (is_header or any(keeps(s.clause, path) for s in plan.standings if s.role is Role.ACTS))
    return Withheld(path, "none", Reason("nothing_released") if kept else plan.nobody, is_silent=False)


def _refusal(standing: Standing, path: str, is_header: bool, untreatable: bool, is_granted: bool) -> Reason | None:
    """Why this clause refuses the leaf; None when it does not."""
    clause, role = standing.clause, standing.role
    if role is Role.BLOCKS:
        return Reason("demand_needed" if clause.effect is Effect.DEMAND else "person_decides")
    if role is Role.WITHHOLDS:
        names = not clause.fields or (not is_header and drops(clause, path))
        return (standing.outcome.reason or Reason("withheld_by_clause")) if names else None
    if clause.effect is Effect.WITHHOLD:
        return None
    if role is Role.OUT:
        if clause.effect is not Effect.RELEASE and not is_granted:
            return None
        return standing.outcome.reason if is_header or keeps(clause, path) else None
    if role is Role.RESTRICTS:
        names = is_header or keeps(clause, path) or drops(clause, path) or bool(value_rules(clause, path))
        return standing.outcome.reason if names else None
    if is_header:
        return None
    if drops(clause, path):
        return Reason("dropped_by_clause")
    return Reason("treatment_impossible") if untreatable and value_rules(clause, path) else None
