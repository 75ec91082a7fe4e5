"""Columns and single records get the same answers, row by row."""

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agreement import worlds
from tests.agreement.conftest import AT, agreement_of, clause_text

from haemaru.agreement import Agreement, Coded, Columns, Verdict, decide, decide_batch, treated_column
from haemaru.clock import format_time, from_ms, to_ms

CLASSES = ("cargo", "tanker", "tug", "military")


@st.composite
def columns(draw: st.DrawFn) -> Columns:
    size = draw(st.integers(1, 12))

    def column(values: Any) -> list[Any]:
        return draw(st.lists(st.sampled_from(values), min_size=size, max_size=size))

    arrays: dict[str, Any] = {
        "body.lat": np.array(column((9.0, 10.0, 15.0, 20.0, 91.0, float("nan")))),
        "body.lon": np.array(column((9.0, 10.0, 15.0, 20.0, 25.0))),
        "body.t": np.array(column(CLASSES)),
        "body.n": np.array(column((0, 1, 15, 20)), dtype=np.int16),
    }
    if draw(st.booleans()):
        arrays["body.t"] = Coded(np.array(column((0, 1, 2)), dtype=np.uint8), ("cargo", "tug", 5))
    if draw(st.booleans()):
        arrays["body.o.d"] = np.array(column(("x", 5, True, None)), dtype=object)
    missing = {path: np.array(column((True, False))) for path in draw(st.sets(st.sampled_from(sorted(arrays))))}
    times = to_ms(AT) + np.array(column((-3_600_001, -3_600_000, -3_599_999, 0, -86_400_000 * 40)), dtype=np.int64)
    constant: dict[str, Any] = {"origin": "north", "subject.type": draw(st.sampled_from(("vessel", 5)))}
    if draw(st.booleans()):
        constant["handling.level"] = draw(st.sampled_from(worlds.LEVELS))
        constant["handling.caveats"] = draw(st.sampled_from(([], ["x"])))
    return Columns("a.x", size, constant, arrays, missing, times if draw(st.booleans()) else None)


def row_of(columns: Columns, row: int) -> dict[str, Any]:
    """One row as the record it stands for."""
    record: dict[str, Any] = {"rid": "r", "kind": columns.kind}
    leaves = dict(columns.constant)
    for path, array in columns.arrays.items():
        if not (path in columns.missing and columns.missing[path][row]):
            leaves[path] = array.values[array.codes[row]] if isinstance(array, Coded) else array.tolist()[row]
    if columns.event_time_ms is not None:
        leaves["event_time"] = format_time(from_ms(int(columns.event_time_ms[row])))
    for path, value in leaves.items():
        *parents, key = path.split(".")
        inner = record
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[key] = value
    return record


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds.agreements(), columns(), worlds.purposes, st.booleans())
def test_columns_and_records_get_the_same_answers(
    agreement: Agreement, columns: Columns, purpose: str, granted: bool
) -> None:
    ids = {clause.id for clause in agreement.clauses} if granted else set()
    batch = decide_batch(agreement, columns, "north", "south", purpose, AT, demanded=ids, approved=ids)

    withheld: dict[str, int] = {}
    for row in range(columns.size):
        record = row_of(columns, row)
        alone = decide(agreement, record, "north", "south", purpose, AT, demanded=ids, approved=ids)
        mine = [paths for mask, paths in batch.groups if mask[row]]
        if alone.verdict is Verdict.RELEASE:
            assert mine == [{p: (c, t) for p, c, t in alone.released if p != "rid"}]
        else:
            assert mine == []
            by = str(alone.refused_by)
            withheld[by] = withheld.get(by, 0) + 1
    assert batch.withheld == withheld
    assert batch.released + sum(withheld.values()) == columns.size


def test_a_coarsened_column_holds_what_each_row_would_hold_alone() -> None:
    fields = [{"path": "*"}, {"path": "body.lat", "treatment": "coarsen", "step": 0.1}]
    agreement = agreement_of(clause_text("1.1", "release", fields=fields))
    columns = Columns("a.x", 3, {"origin": "north"}, {"body.lat": np.array([34.27, 34.3, -0.05])})

    batch = decide_batch(agreement, columns, "north", "south", "watch", AT)

    assert treated_column(batch.decisions[0], "body.lat", np.array([34.27, 34.3, -0.05])).tolist() == [34.2, 34.3, -0.1]


def test_an_agreement_out_of_force_counts_every_row_as_named_by_no_clause() -> None:
    agreement = agreement_of(clause_text("1.1", "release"))

    batch = decide_batch(agreement, Columns("a.x", 4), "north", "south", "watch", AT.replace(year=2030))

    assert batch.withheld == {"none": 4}
