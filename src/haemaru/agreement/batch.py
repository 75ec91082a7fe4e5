"""May these rows leave? `decide` for columns: the same conditions, the same plans, one group a different outcome.

Rows that share how every condition came out, which array leaves they have and what classes of values stand where a
treatment applies are one case; each case has one plan. So a million rows cost a few array passes and a few plans, and
every row gets exactly what `decide` would say of it alone (a property test holds the two together).
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haemaru.agreement.conditions import Coded, Codes, Columns, Condition
from haemaru.agreement.conditions.columns import Mask, coded
from haemaru.agreement.decide import check_parties, plan_for
from haemaru.agreement.decision import Decision
from haemaru.agreement.leaves import Shape, odd_header, outline, shape_of
from haemaru.agreement.model import HEADER_LEAVES, Agreement, Clause
from haemaru.agreement.plan import Verdict
from haemaru.agreement.redaction import treated_value
from haemaru.agreement.scope import Case, Scope, not_in_force, scope_of
from haemaru.agreement.treatments import NUMBER, OTHER, TIME, class_of

Rows = NDArray[np.int64]
_COUNTABLE = 2**16
_TEXT_LEAVES = HEADER_LEAVES[:4]


@dataclass(frozen=True, slots=True, eq=False)
class BatchDecision:
    """Which rows leave with which fields, and how many stay because of which clause."""

    groups: list[tuple[Mask, dict[str, tuple[str, str]]]]  # rows that leave alike: {path: (clause, treatment)}
    withheld: dict[str, int]  # rows that stay, by the first refusing clause in document order, or "none"
    silent: int  # how many of those rows stay in silence
    clauses: tuple[Clause, ...]  # that released something, in document order
    decisions: list[Decision]  # one for each group: obligations, trace, open redactions

    @property
    def released(self) -> int:
        """How many rows leave."""
        return sum(int(mask.sum()) for mask, _ in self.groups)


def decide_batch(
    agreement: Agreement,
    columns: Columns,
    from_: str,
    to: str,
    purpose: str,
    at: datetime,
    *,
    demanded: Container[str] = (),
    approved: Container[str] = (),
) -> BatchDecision:
    """Decides every row of `columns` as `decide` would decide it alone."""
    check_parties(agreement, from_, to)
    in_force = agreement.is_in_force(at)
    scope = scope_of(agreement, columns.kind, from_, to, purpose) if in_force else not_in_force()
    granted = scope.granted(demanded, approved)
    answers = [_answers(condition, columns, at) for condition in scope.conditions]
    groups: list[tuple[Mask, dict[str, tuple[str, str]]]] = []
    decisions: list[Decision] = []
    withheld: dict[str, int] = {}
    silent = 0
    named = {*columns.constant, *columns.arrays}
    for rows, case in _cases(scope, columns, answers, granted):
        plan = plan_for(scope, case)
        decision = Decision(agreement, scope, plan, {}, (to, at))
        if plan.verdict is Verdict.RELEASE:
            mask = np.zeros(columns.size, dtype=np.bool_)
            mask[rows] = True
            own = {path: (clause, treatment) for path, clause, treatment in plan.triples}
            groups.append((mask, {path: kept for path, kept in own.items() if path != "rid" or "rid" in named}))
            decisions.append(decision)
            continue
        by = decision.refused_by or "none"
        withheld[by] = withheld.get(by, 0) + len(rows)
        silent += len(rows) if decision.is_silent else 0
    acted = {clause.id for decision in decisions for clause in decision.clauses}
    clauses = tuple(clause for clause in agreement.clauses if clause.id in acted)
    return BatchDecision(groups, withheld, silent, clauses, decisions)


def treated_column(plan_of: Decision, path: str, array: NDArray[Any], to_key: bytes | None = None) -> NDArray[Any]:
    """The values of a released array leaf as they may leave, each distinct value treated once."""
    leaf = next(leaf for leaf in plan_of.plan.released if leaf.path == path)
    if not leaf.rules:
        return array
    table = coded(array)
    secret = (to_key or b"", plan_of.agreement.id, plan_of.to)
    treated = np.array([treated_value(value, leaf, secret) for value in table.values])
    rows: NDArray[Any] = treated[table.codes]
    return rows


def _answers(condition: Condition, columns: Columns, at: datetime) -> Codes | int:
    """Places in the condition's outcomes, one a row; a single one when no row can differ."""
    if any(columns.varies(path) for path in condition.reads):
        return condition.verify_batch(columns, at)
    outcome = condition.verify(_nested(columns), at)
    return condition.outcomes.index(outcome)


def _nested(columns: Columns, present: Mapping[str, object] | None = None) -> dict[str, Any]:
    """The constants (and `present`) as one record."""
    record: dict[str, Any] = {"rid": "-", "kind": columns.kind}
    for path, value in {**columns.constant, **(present or {})}.items():
        *parents, key = path.split(".")
        inner = record
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[key] = value
    return record


def _cases(
    scope: Scope, columns: Columns, answers: list[Codes | int], granted: tuple[str, ...]
) -> Iterator[tuple[Rows, Case]]:
    """Every case among the rows, with its rows."""
    arrays = [*columns.arrays, *(["event_time"] if columns.event_time_ms is not None else [])]
    everything = _shape(columns, arrays)
    treated = [path for path in scope.treated_leaves(everything) if columns.varies(path)]
    classes = {path: _classes(columns, path) for path in treated}
    gaps = {path: ~columns.present(path) for path in arrays if not columns.present(path).all()}
    keys = [answer for answer in answers if not isinstance(answer, int)]
    keys += [gap.astype(np.uint8) for gap in gaps.values()]
    keys += list(classes.values())
    for rows in _alike(keys, columns.size):
        first = int(rows[0])
        shape = _shape(columns, [path for path in arrays if path not in gaps or not gaps[path][first]])
        outcomes = tuple(
            condition.outcomes[answer if isinstance(answer, int) else int(answer[first])]
            for condition, answer in zip(scope.conditions, answers, strict=True)
        )
        bits = tuple(
            int(classes[path][first]) if path in classes else class_of(_constant(columns, path))
            for path in scope.treated_leaves(shape)
        )
        yield rows, Case(shape, outcomes, bits, granted)


def _alike(keys: list[Codes], size: int) -> Iterator[Rows]:
    """Groups of rows that agree in every key, by first row."""
    if not size:
        return
    code = np.zeros(size, dtype=np.int64)
    for key in keys:  # a key is below 16; numbers stay small, so that counting is enough and nothing is sorted
        code = code * 16 + key
        if code.max() >= _COUNTABLE:
            code = np.unique(code, return_inverse=True)[1]
    for value in np.flatnonzero(np.bincount(code)):
        yield np.flatnonzero(code == value)


def _shape(columns: Columns, arrays: list[str]) -> Shape:
    # Any plain value will do for an array leaf, and a text where the header wants one.
    record = _nested(columns, {path: "" if path in _TEXT_LEAVES else 0 for path in arrays})
    return shape_of(outline(record), odd_header(record))


def _constant(columns: Columns, path: str) -> object:
    return columns.constant.get(path)


def _classes(columns: Columns, path: str) -> Codes:
    """The class of the value in each row, 0 where there is none."""
    present = columns.present(path)
    if path == "event_time":
        return np.where(present, np.uint8(TIME), np.uint8(0))
    numbers = columns.numbers(path)
    if numbers is not None:
        return np.where(present, np.where(numbers[1], np.uint8(NUMBER), np.uint8(OTHER)), np.uint8(0))
    array = columns.arrays[path]
    table = array if isinstance(array, Coded) else coded(array)
    return np.where(present, table.take([class_of(value) for value in table.values]), np.uint8(0)).astype(np.uint8)
