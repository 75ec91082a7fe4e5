"""A judge written from the page alone says the same as ours, clause by clause and reason by reason."""

import tomllib
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agreement import worlds
from tests.agreement.conftest import AT, HEAD
from tests.agreement.second_judge import Judge

from haemaru.agreement import decide, load_agreement

moments = st.sampled_from((AT, AT, AT, AT, AT.replace(year=2025), AT.replace(year=2027, month=1, day=1)))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    worlds.clause_lists(), st.lists(st.tuples(worlds.records(), worlds.purposes, st.booleans()), min_size=8), moments
)
def test_a_second_judge_agrees(clauses: list[str], asked: list[tuple[dict[str, Any], str, bool]], at: Any) -> None:
    text = HEAD + "".join(clauses)
    agreement, file = load_agreement(text.encode(), "test.toml"), tomllib.loads(text)

    for record, purpose, granted in asked:
        ids = {clause.id for clause in agreement.clauses} if granted else set()
        ours = decide(agreement, record, "north", "south", purpose, at, demanded=ids, approved=ids).as_json()
        theirs = Judge(file, record, ("north", "south"), purpose, at, ids).judged()
        assert {key: ours[key] for key in theirs} == theirs
