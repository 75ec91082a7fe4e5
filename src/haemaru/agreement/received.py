"""What the receiver asks of a record that arrives, as contracts.md section 3 lists it; signatures are exchange's.

The sender has decided; the receiver does not decide again, it looks for what cannot be: another agreement, a clause
that does not release this, a field that no cited clause keeps, a duty made lighter, a condition that plainly does not
hold. Conditions are only tested on attributes that arrived as they were: redacted and treated ones are taken on the
sender's word.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np

from haemaru.agreement.conditions import MET, Columns, Condition, Met, Outcome
from haemaru.agreement.conditions.attributes import read_time
from haemaru.agreement.decide import shape_in
from haemaru.agreement.decision import retention_end, strictest_onward
from haemaru.agreement.model import HEADER_LEAVES, Agreement, Clause, Effect
from haemaru.agreement.plan import drops, keeps, value_rules
from haemaru.agreement.scope import remember
from haemaru.agreement.treatments import Treatment
from haemaru.wording import Reason

_RANK = {treatment.value: rank for rank, treatment in enumerate(Treatment)}
Ask = Callable[[Condition], Iterable[Outcome]]


def check_received(
    agreement: Agreement, header: Mapping[str, Any], record: Mapping[str, Any], from_: str, to: str
) -> Reason | None:
    """The first reason why this record must not be taken from `from_`; None when nothing speaks against it.

    `header` is the envelope's header as JSON, `record` what came out of it; a header leaf may stand in either.
    """
    handling = header.get("handling")
    whole: dict[str, Any] = {"rid": "", "kind": header.get("kind"), "handling": handling, **record}
    if record.get("kind", header.get("kind")) != header.get("kind"):
        return Reason("received_kind_differs")
    if record.get("handling", handling) != handling and not _same_marking(record, handling):
        return Reason("received_handling_differs")
    created = read_time(header.get("created"))
    if created is None:
        return Reason("received_created_wrong")
    leaves = shape_in(agreement, whole).governed
    ask: Ask = lambda condition: (condition.verify(whole, created),)  # noqa: E731 - one expression, used once
    return _check(agreement, header, (from_, to), leaves, ask)


def check_received_columns(
    agreement: Agreement,
    header: Mapping[str, Any],
    columns: Columns,
    from_: str,
    to: str,
    present: tuple[str, ...] = (),
) -> Reason | None:
    """The same for a batch of rows under one header; `present` are columns that are there without their values.

    What is there must be kept by a clause; a condition is tested only on values.
    """
    created = read_time(header.get("created"))
    if created is None:
        return Reason("received_created_wrong")
    if columns.kind != header.get("kind"):
        return Reason("received_kind_differs")
    timed = ("event_time",) if columns.event_time_ms is not None else ()
    leaves = tuple(path for path in (*columns.constant, *columns.arrays, *timed) if path not in HEADER_LEAVES)

    def ask(condition: Condition) -> Iterable[Outcome]:
        return [condition.outcomes[place] for place in np.unique(condition.verify_batch(columns, created)).tolist()]

    return _check(agreement, header, (from_, to), (*leaves, *present), ask, without=present)


def _same_marking(record: Mapping[str, Any], handling: object) -> bool:
    own = record.get("handling")
    return isinstance(own, dict) and isinstance(handling, dict) and all(handling.get(k) == own[k] for k in own)


def _check(
    agreement: Agreement,
    header: Mapping[str, Any],
    way: tuple[str, str],
    leaves: tuple[str, ...],
    ask: Ask,
    without: tuple[str, ...] = (),
) -> Reason | None:
    named = header.get("agreement")
    if not isinstance(named, dict) or named.get("hash") != agreement.hash:
        return Reason("received_agreement_differs")
    created = read_time(header["created"])
    if created is None or not agreement.is_in_force(created):
        return Reason("agreement_not_in_force")
    cited: list[Clause] = []
    for clause_id in header.get("clauses") or ():
        clause = agreement.find_clause(clause_id)
        if clause is None:
            return Reason("received_clause_unknown", {"clause": str(clause_id)})
        if not _can_release(clause, str(header.get("kind")), way, str(header.get("purpose"))):
            return Reason("received_clause_not_for_this", {"clause": clause.id})
        cited.append(clause)
    if not cited:
        return Reason("received_no_clause")
    return (
        _check_paths(agreement, header, cited, leaves)
        or _check_duties(header, cited, created)
        or _check_conditions(header, cited, [leaf for leaf in leaves if leaf not in without], ask)
    )


def _can_release(clause: Clause, kind: str, way: tuple[str, str], purpose: str) -> bool:
    return clause.effect is not Effect.WITHHOLD and clause.is_about(kind, *way) and clause.serves(purpose)


def _check_paths(
    agreement: Agreement, header: Mapping[str, Any], cited: list[Clause], leaves: tuple[str, ...]
) -> Reason | None:
    """What stands in the way of these leaves; remembered, because a partner's records are much alike."""
    declared = tuple((row["path"], row["clause"], row["treatment"]) for row in header.get("paths") or ())
    key = (declared, tuple(clause.id for clause in cited), leaves)
    if key in agreement._kept:
        return agreement._kept[key]
    found = _paths_reason({row[0]: row for row in declared}, cited, leaves)
    known = {*leaves, *HEADER_LEAVES}
    # Only what fits: a header may name anything, and a stranger's long words are not to be kept.
    if found is None and len(declared) <= len(known) and all(row[0] in known and row[2] in _RANK for row in declared):
        remember(agreement._kept, key, found, len(known))
    return found


def _paths_reason(
    declared: Mapping[str, tuple[str, str, str]], cited: list[Clause], leaves: tuple[str, ...]
) -> Reason | None:
    by_id = {clause.id: clause for clause in cited}
    for leaf in leaves:
        row = declared.get(leaf)
        clause = by_id.get(row[1]) if row else None
        if row is None or clause is None or not keeps(clause, leaf) or any(drops(other, leaf) for other in cited):
            return Reason("received_path_not_kept", {"path": leaf})
        asked = [rule.treatment.value for other in cited for rule in value_rules(other, leaf)]
        if any(_RANK.get(row[2], -1) < _RANK[treatment] for treatment in asked):
            return Reason("received_treatment_missing", {"path": leaf})
    return None


def _check_duties(header: Mapping[str, Any], cited: list[Clause], created: datetime) -> Reason | None:
    until = read_time(header.get("retain_until"))
    days = min(clause.retention_days or 0 for clause in cited)
    if until is None or until > retention_end(created, days):
        return Reason("received_retention_too_long", {"days": days})
    rule, _ = strictest_onward(tuple(cited))
    if not _onward_within(header, rule):
        return Reason("received_onward_too_wide")
    return None


def _onward_within(header: Mapping[str, Any], rule: str | list[str]) -> bool:
    """True when the header allows no more than the clauses: none, ask, or parties of the list."""
    onward, listed = header.get("onward", "none"), header.get("onward_to") or ()
    if isinstance(onward, list):
        onward, listed = "list", onward
    if onward == "none":
        return True
    if onward == "ask":
        return rule != "none"
    return onward == "list" and isinstance(rule, list) and set(listed) <= set(rule)


def _check_conditions(header: Mapping[str, Any], cited: list[Clause], leaves: Iterable[str], ask: Ask) -> Reason | None:
    kept = {row["path"] for row in header.get("paths") or () if row["treatment"] == Treatment.KEEP.value}
    testable = {*HEADER_LEAVES, *(leaf for leaf in leaves if leaf in kept)}
    testable -= {row["path"] for row in header.get("redacted") or ()}
    for clause in cited:
        for condition in clause.when:
            if not testable.issuperset(condition.reads):
                continue
            # What is unknown here was unknown to the sender too, and no clause releases on that.
            failed = next((outcome for outcome in ask(condition) if not isinstance(outcome, Met)), MET)
            if failed.reason is not None:
                return Reason("received_condition_not_met", {"clause": clause.id, "condition": condition.test})
    return None
