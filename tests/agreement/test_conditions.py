"""Each condition by table: met, not met, unknown, for one record and for columns."""

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from tests.agreement.conftest import AT, agreement_of, clause_text

from haemaru.agreement import Columns
from haemaru.agreement.conditions import CONDITIONS, Condition

MET, NOT, UNKNOWN = "met", "not_met", "unknown"


def condition_of(**keys: Any) -> Condition:
    return agreement_of(clause_text("1.1", "release", when=[keys])).clauses[0].when[0]


def handled(level: Any, caveats: Any = ()) -> dict[str, Any]:
    return {"handling": {"level": level, "caveats": list(caveats) if isinstance(caveats, tuple) else caveats}}


def placed(lat: Any, lon: Any) -> dict[str, Any]:
    return {"body": {"lat": lat, "lon": lon}}


AT_MOST = {"test": "handling_at_most", "level": "restricted"}
WITHIN = {"test": "caveats_within", "caveats": ["x", "y"]}
PRESENT = {"test": "caveat_present", "caveat": "x"}
ORIGIN = {"test": "origin_in", "parties": ["north", "east"]}
AREA = {"test": "area_within", "area": "box"}
AGE = {"test": "age_at_most_hours", "hours": 1}
BETWEEN = {"test": "event_between", "since": "2026-03-01T00:00:00Z", "until": "2026-03-02T00:00:00Z"}
EQUALS = {"test": "field_equals", "path": "body.v", "value": 1}
TRUE = {"test": "field_equals", "path": "body.v", "value": True}
ONE_OF = {"test": "field_in", "path": "body.v", "values": ["a", 2]}
NUMBER = {"test": "number_between", "path": "body.v", "min": 1, "max": 2.5}
STARTS = {"test": "text_starts_with", "path": "body.v", "prefix": "44"}

TABLE: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (AT_MOST, handled("open"), MET),
    (AT_MOST, handled("restricted"), MET),
    (AT_MOST, handled("secret"), NOT),
    (AT_MOST, handled("cosmic"), UNKNOWN),
    (AT_MOST, handled(3), UNKNOWN),
    (AT_MOST, {"handling": "open"}, UNKNOWN),
    (AT_MOST, {}, UNKNOWN),
    (WITHIN, handled("open", ()), MET),
    (WITHIN, handled("open", ("y",)), MET),
    (WITHIN, handled("open", ("x", "z")), NOT),
    (WITHIN, handled("open", "x"), UNKNOWN),
    (WITHIN, handled("open", ["x", 1]), UNKNOWN),
    (WITHIN, {}, UNKNOWN),
    (PRESENT, handled("open", ("y", "x")), MET),
    (PRESENT, handled("open", ()), NOT),
    (PRESENT, {}, UNKNOWN),
    (ORIGIN, {"origin": "east"}, MET),
    (ORIGIN, {"origin": "south"}, NOT),
    (ORIGIN, {"origin": None}, UNKNOWN),
    (AREA, placed(15, 15.5), MET),
    (AREA, placed(10, 10), MET),
    (AREA, placed(20, 20), NOT),
    (AREA, placed(15, 9.999999), NOT),
    (AREA, placed(91, 15), UNKNOWN),
    (AREA, placed("15", 15), UNKNOWN),
    (AREA, placed(True, 15), UNKNOWN),
    (AREA, {"body": {"lat": 15}}, UNKNOWN),
    (AGE, {"event_time": "2026-03-02T08:00:00Z"}, MET),
    (AGE, {"event_time": "2026-03-02T07:59:59.999999Z"}, NOT),
    (AGE, {"event_time": "2026-03-02T17:00:00+09:00"}, MET),
    (AGE, {"event_time": "2030-01-01T00:00:00Z"}, MET),
    (AGE, {"event_time": "2026-03-02 08:00:00Z"}, UNKNOWN),
    (AGE, {"event_time": "2026-02-30T08:00:00Z"}, UNKNOWN),
    (AGE, {"event_time": "2026-03-02T08:00:00"}, UNKNOWN),
    (AGE, {"event_time": 1}, UNKNOWN),
    (BETWEEN, {"event_time": "2026-03-01T00:00:00Z"}, MET),
    (BETWEEN, {"event_time": "2026-03-01T23:59:59.999Z"}, MET),
    (BETWEEN, {"event_time": "2026-03-02T00:00:00Z"}, NOT),
    (BETWEEN, {}, UNKNOWN),
    (EQUALS, {"body": {"v": 1}}, MET),
    (EQUALS, {"body": {"v": 1.0}}, MET),
    (EQUALS, {"body": {"v": 2}}, NOT),
    (EQUALS, {"body": {"v": True}}, UNKNOWN),
    (EQUALS, {"body": {"v": "1"}}, UNKNOWN),
    (EQUALS, {"body": {"v": [1]}}, UNKNOWN),
    (EQUALS, {"body": [{"v": 1}]}, UNKNOWN),
    (EQUALS, {"body": {"v": float("nan")}}, UNKNOWN),
    (TRUE, {"body": {"v": True}}, MET),
    (TRUE, {"body": {"v": 1}}, UNKNOWN),
    (ONE_OF, {"body": {"v": "a"}}, MET),
    (ONE_OF, {"body": {"v": 2.0}}, MET),
    (ONE_OF, {"body": {"v": "b"}}, NOT),
    (ONE_OF, {"body": {"v": 3}}, NOT),
    (ONE_OF, {"body": {"v": False}}, UNKNOWN),
    (NUMBER, {"body": {"v": 1}}, MET),
    (NUMBER, {"body": {"v": 2.5}}, MET),
    (NUMBER, {"body": {"v": 2.51}}, NOT),
    (NUMBER, {"body": {"v": True}}, UNKNOWN),
    (NUMBER, {"body": {"v": float("inf")}}, UNKNOWN),
    (STARTS, {"body": {"v": "440"}}, MET),
    (STARTS, {"body": {"v": "x44"}}, NOT),
    (STARTS, {"body": {"v": 440}}, UNKNOWN),
]


@pytest.mark.parametrize(("keys", "record", "word"), TABLE)
def test_a_condition_answers_as_its_page_says(keys: dict[str, Any], record: dict[str, Any], word: str) -> None:
    condition = condition_of(**keys)

    outcome = condition.verify(record, AT)

    assert outcome.word == word
    assert (outcome.reason is None) == (word == MET)
    assert outcome in condition.outcomes


@pytest.mark.parametrize(("keys", "record", "word"), [row for row in TABLE if not isinstance(row[1].get("body"), list)])
def test_its_twin_answers_the_same_for_constants(keys: dict[str, Any], record: dict[str, Any], word: str) -> None:
    condition = condition_of(**keys)
    constant: dict[str, Any] = {}
    for above, inner in record.items():
        constant |= (
            {f"{above}.{key}": value for key, value in inner.items()} if isinstance(inner, dict) else {above: inner}
        )

    codes = condition.verify_batch(Columns("a.x", 2, constant), AT)

    assert [condition.outcomes[code].word for code in codes] == [word, word]


def test_every_condition_is_in_the_table_and_states_itself() -> None:
    assert {keys["test"] for keys, _, _ in TABLE} == {condition.test for condition in CONDITIONS}
    assert condition_of(**AGE).words() == "age_at_most_hours (hours: 1)"
    assert condition_of(**AREA).reads == ("body.lat", "body.lon")


def test_numbers_in_narrow_columns_compare_as_they_do_alone() -> None:
    half = condition_of(test="number_between", path="body.v", min=0.5, max=300)
    single = condition_of(test="number_between", path="body.v", min=0.1)

    assert half.verify_batch(Columns("a.x", 3, {}, {"body.v": np.array([0, 1, 127], np.int8)}), AT).tolist() == [
        1,
        0,
        0,
    ]
    column = np.array([0.1], np.float32)
    alone = single.outcomes.index(single.verify({"body": {"v": column.tolist()[0]}}, AT))
    assert single.verify_batch(Columns("a.x", 1, {}, {"body.v": column}), AT).tolist() == [alone]


def test_times_in_columns_are_cut_to_the_millisecond_on_the_right_side() -> None:
    at = datetime.fromisoformat("2026-03-02T09:00:00.000500+00:00")
    condition = condition_of(**AGE)
    times = np.array([1772438400000, 1772438400001], dtype=np.int64)  # 08:00:00.000 and .001

    assert condition.verify_batch(Columns("a.x", 2, event_time_ms=times), at).tolist() == [1, 0]
