"""Whatever a partner sends, a fold answers with states and reasons, never with an exception."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from haemaru.records import RESOURCE_MESSAGES
from haemaru.resources import commitments, fold
from haemaru.resources.lifecycle import State

from .conftest import NEED, TEAM
from .test_supports import FULL

ODD = st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=4) | st.lists(st.text(max_size=2), max_size=2)
NAMES = st.sampled_from(["kcg", "kcs", "navy", ""]) | ODD
RIDS = st.sampled_from([record["rid"] for record in FULL.records])
GOOD: dict[str, st.SearchStrategy[Any]] = {
    "support": RIDS,
    "after": RIDS,
    "answer": st.sampled_from(["accepted", "declined"]),
    "status": st.sampled_from(["deployed", "done"]),
    "team": st.just("kcs-k9-3") | st.just({"id": "kcs-k9-3", "owner": "kcs", "handler": "h"}),
    "since": st.just(NEED.since),
    "until": st.just(NEED.until),
    "asked": NAMES,
    "offered_to": NAMES,
    "text": st.just("x"),
    "need": st.just({"capability": "k9.narcotics", "since": NEED.since, "until": NEED.until}),
}
BODIES = st.fixed_dictionaries({}, optional={name: value | ODD for name, value in GOOD.items()})
RECORDS = st.fixed_dictionaries(
    {
        "rid": RIDS | st.text(min_size=1, max_size=3),
        "kind": st.sampled_from(RESOURCE_MESSAGES).map("resources.{}".format),
    },
    optional={
        "origin": NAMES,
        "event_time": st.just(NEED.since) | ODD,
        "subject": st.just({}) | ODD,
        "body": BODIES | ODD,
    },
)


@settings(max_examples=150)
@given(st.lists(RECORDS, max_size=8), st.booleans())
def test_no_message_breaks_the_fold(records: list[dict[str, Any]], with_a_true_support: bool) -> None:
    supports = fold([*(FULL.records if with_a_true_support else []), *records])

    commitments(supports)
    assert all(refused.reason.code.startswith("support_") for support in supports for refused in support.refused)
    if with_a_true_support:
        assert supports[0].state is State.RELEASED
        assert supports[0].team["id"] == TEAM.id
