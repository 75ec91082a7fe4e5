"""May it leave? One function, pure: the same agreement, record, parties, purpose and moment give the same decision.

The record's outline leads to its leaves, the scope to the clauses that speak; each condition is asked once; the plan
for what came out is looked up or made. Nothing else happens here, which is why it takes microseconds.
"""

from collections.abc import Container, Mapping
from datetime import datetime

from haemaru.agreement.decision import Decision
from haemaru.agreement.leaves import Shape, holds_objects, odd_header, outline, shape_of
from haemaru.agreement.model import Agreement, Effect
from haemaru.agreement.plan import Plan, make_plan
from haemaru.agreement.scope import Case, Scope, not_in_force, remember, scope_of
from haemaru.agreement.treatments import class_of
from haemaru.records.record import MAX_DEPTH
from haemaru.wording import Fault


def decide(
    agreement: Agreement,
    record: Mapping[str, object],
    from_: str,
    to: str,
    purpose: str,
    at: datetime,
    *,
    demanded: Container[str] = (),
    approved: Container[str] = (),
) -> Decision:
    """Decides field by field whether `record` may leave from `from_` to `to` for `purpose` at `at`.

    `demanded` holds the ids of demand clauses for which a signed demand is at hand, `approved` those of refer clauses
    that a person has approved. Raises `Fault` for unknown parties and for what is no record.
    """
    shape = shape_in(agreement, record)
    if agreement.effective > at or (agreement.expires is not None and agreement.expires <= at):
        check_parties(agreement, from_, to)
        scope = not_in_force()
        return Decision(agreement, scope, make_plan(scope, Case(shape, (), (), ())), record, (to, at))
    found = agreement._scopes.get((record["kind"], from_, to, purpose))  # type: ignore[arg-type]
    if found is None:
        check_parties(agreement, from_, to)
        found = scope_of(agreement, str(record["kind"]), from_, to, purpose)
    scope = found
    outcomes = tuple([condition.verify(record, at) for condition in scope.conditions])
    granted = scope.granted(demanded, approved) if scope.askable and (demanded or approved) else ()
    treated = scope.treated_leaves(shape)
    classes = tuple([classes_at(record, leaf) for leaf in treated]) if treated else ()
    return Decision(agreement, scope, plan_for(scope, Case(shape, outcomes, classes, granted)), record, (to, at))


def plan_for(scope: Scope, case: Case) -> Plan:
    """The plan of a case, remembered."""
    plan = scope.plans.get(case)
    if plan is None:
        plan = make_plan(scope, case)
        remember(scope.plans, case, plan, len(case.shape.paths))
    return plan


def check_parties(agreement: Agreement, from_: str, to: str) -> None:
    """Refuses parties that the agreement does not bind, and a party that sends to itself."""
    for name in (from_, to):
        if name not in agreement.party_ids:
            raise Fault("party_unknown", name, party=name, known=", ".join(sorted(agreement.party_ids)))
    if from_ == to:
        raise Fault("party_to_itself", from_, party=from_)


def standing_purpose(agreement: Agreement, kind: str, from_: str, to: str) -> str | None:
    """The first purpose of the first release clause for that kind and direction, or None."""
    for clause in agreement.clauses:
        if clause.effect is Effect.RELEASE and clause.is_about(kind, from_, to):
            return clause.purposes[0]
    return None


def shape_in(agreement: Agreement, record: Mapping[str, object]) -> Shape:
    """The leaves of a record, remembered by its outline; raises `Fault` for what is no record."""
    try:
        key = (outline(record), odd_header(record))
        shape = agreement._shapes.get(key)
        if shape is None:
            shape = shape_of(*key)
            remember(agreement._shapes, key, shape, len(shape.paths))
    except RecursionError:
        raise Fault("record_too_deep", "record", limit=MAX_DEPTH) from None
    return shape


def classes_at(record: Mapping[str, object], path: str) -> int:
    """The classes of all values that stand at a leaf path, as bits."""
    return _classes(record, path.replace("[]", ".[]").split("."))


def _classes(value: object, keys: list[str]) -> int:
    for place, key in enumerate(keys):
        if key == "[]":
            found = 0
            for item in value if holds_objects(value) else ():  # type: ignore[attr-defined]
                found |= _classes(item, keys[place + 1 :])
            return found
        if not isinstance(value, dict) or key not in value:
            return 0
        value = value[key]
    return 0 if isinstance(value, dict) else class_of(value)
