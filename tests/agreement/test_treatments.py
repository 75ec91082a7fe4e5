"""What leaves when a value is coarsened or replaced."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agreement.conftest import AT, agreement_of, clause_text, record_of

from haemaru.agreement import Agreement, Decision, decide
from haemaru.agreement.treatments import floor_to_step
from haemaru.wording import Fault

KEY = b"a secret of one node"


def with_rules(*rules: dict[str, Any]) -> Agreement:
    return agreement_of(clause_text("1.1", "release", fields=[{"path": "*"}, *rules]))


def sent(agreement: Agreement, value: Any, to: str = "south", key: bytes = KEY) -> Any:
    decision = decide(agreement, record_of({"v": value, "w": 1}), "north", to, "watch", AT)
    return decision.redact(pseudonym_key=key)["body"].get("v", "stays")


def coarsen(**how: Any) -> dict[str, Any]:
    return {"path": "body.v", "treatment": "coarsen"} | how


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (coarsen(step=0.1), 34.27, 34.2),
        (coarsen(step=0.1), 0.3, 0.3),
        (coarsen(step=0.1), -0.05, -0.1),
        (coarsen(step=5), 17, 15),
        (coarsen(step=5), -1, -5),
        (coarsen(step=5), "17", "stays"),
        (coarsen(step=5), True, "stays"),
        (coarsen(step=5), None, "stays"),
        (coarsen(step=0.1), 10**400, "stays"),
        (coarsen(hours=6), "2026-03-02T17:59:59+09:00", "2026-03-02T06:00:00Z"),
        (coarsen(hours=24), "2026-03-02T23:59:59.999Z", "2026-03-02T00:00:00Z"),
        (coarsen(hours=1000), "0001-01-02T03:04:05Z", "0001-01-01T00:00:00Z"),
        (coarsen(hours=6), "soon", "stays"),
        (coarsen(chars=2), "한국선박", "한국"),
        (coarsen(chars=9), "short", "short"),
        (coarsen(chars=2), 440, "stays"),
        (coarsen(chars=2), [1, 2], "stays"),
    ],
)
def test_a_value_is_coarsened_as_the_page_says(rule: dict[str, Any], value: Any, expected: Any) -> None:
    assert sent(with_rules(rule), value) == expected


def test_restrictions_add_up_and_one_that_cannot_be_kept_keeps_the_value_at_home() -> None:
    both = with_rules(coarsen(step=10), coarsen(step=3))

    assert sent(both, 28) == 18
    assert sent(with_rules(coarsen(chars=4), coarsen(hours=24)), "2026-03-02T10:00:00Z") == "2026"
    assert sent(with_rules(coarsen(step=10), coarsen(chars=1)), 28) == "stays"


def test_an_untreatable_leaf_says_which_clause_asked_for_it() -> None:
    decision = decide(with_rules(coarsen(step=1)), record_of({"v": "x", "w": 1}), "north", "south", "watch", AT)

    assert [(p, c, r.code) for p, c, r in decision.withheld] == [("body.v", "1.1", "treatment_impossible")]


def test_in_a_list_only_the_values_that_can_be_treated_leave() -> None:
    rule = {"path": "body.crew[].age", "treatment": "coarsen", "step": 10}
    record = record_of({"crew": [{"age": 44}, {"age": "old"}, {"rank": "cook", "age": None}]})

    decision = decide(with_rules(rule), record, "north", "south", "watch", AT)

    assert ("body.crew[].age", "1.1", "coarsen") in decision.released
    assert decision.redact()["body"] == {"crew": [{"age": 40}, {"rank": "cook"}]}


def test_what_lies_inside_a_mixed_list_does_not_speak_for_a_longer_path() -> None:
    rule = {"path": "body.crew[].kin.*", "treatment": "coarsen", "chars": 1}
    record = record_of({"crew": [{"kin": [{"name": "hidden"}, 1]}, {"kin": [{"name": 2}]}]})

    decision = decide(with_rules(rule), record, "north", "south", "watch", AT)

    reasons = {path: reason.code for path, _, reason in decision.withheld}
    assert reasons == {"body.crew[].kin": "treatment_impossible", "body.crew[].kin[].name": "treatment_impossible"}


def test_a_pseudonym_is_the_same_for_one_receiver_and_tells_nothing_without_the_key() -> None:
    agreement = with_rules({"path": "body.v", "treatment": "pseudonymise"})

    first = sent(agreement, "A. Invented")

    assert first.startswith("p:")
    assert len(first) == 34
    assert sent(agreement, "A. Invented") == first
    assert sent(agreement, "A. Invented", to="east") != first
    assert sent(agreement, "A. Invented", key=b"another secret of a node") != first
    assert sent(agreement, 5) == sent(agreement, 5.0)
    assert sent(agreement, None) == "stays"


def test_a_pseudonym_needs_a_secret() -> None:
    agreement = with_rules({"path": "body.v", "treatment": "pseudonymise"})
    decision: Decision = decide(agreement, record_of({"v": "x"}), "north", "south", "watch", AT)

    for key, code in ((None, "pseudonym_key_missing"), (b"short", "pseudonym_key_short")):
        with pytest.raises(Fault) as raised:
            decision.redact(pseudonym_key=key)
        assert raised.value.code == code


@given(st.floats(-1e6, 1e6), st.sampled_from((0.1, 0.25, 0.5, 1, 3)))
def test_a_step_never_exceeds_the_value_and_stays_where_it_is(value: float, step: float) -> None:
    floored = floor_to_step(value, step)

    assert floored <= value < floored + step * (1 + 1e-9)
    assert floor_to_step(floored, step) == floored
