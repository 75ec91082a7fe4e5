"""Cedar, an engine of others, judges every leaf of thousands of generated cases as we do."""

from typing import Any

import cedarpy
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.agreement import worlds
from tests.agreement.conftest import AT, agreement_of, clause_text

from haemaru.agreement import Agreement, decide
from haemaru.agreement.cedar import cedar_entity, cedar_policies, cedar_request
from haemaru.agreement.decide import shape_in

AGREEMENTS, RECORDS = 84, 25
EFFECTS = ("release",) * 6 + ("withhold", "refer", "demand")
GENEROUS = clause_text("9.9", "release", purposes=list(worlds.PURPOSES))  # so that there is something to deny
WAY = ("north", "south")


def cedar_allows(
    policies: cedarpy.PolicySet, agreement: Agreement, record: dict[str, Any], purpose: str, paths: tuple[str, ...]
) -> set[str]:
    """The governed leaves that Cedar lets leave; a time alone is no release."""
    requests = [cedar_request(record, WAY, purpose, path) for path in paths]
    answers = cedarpy.is_authorized_batch(requests, policies, [cedar_entity(agreement, record, AT)])
    assert not [error for answer in answers for error in answer.diagnostics.errors]
    allowed = {path for path, answer in zip(paths, answers, strict=True) if answer.allowed}
    return allowed if allowed - {"event_time"} else set()


def test_cedar_agrees_on_every_leaf_of_two_thousand_cases() -> None:
    cases = released = 0

    @seed(2)
    @settings(
        max_examples=AGREEMENTS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        worlds.clause_lists(EFFECTS, plain=True).map(lambda texts: agreement_of(*texts, GENEROUS)),
        st.lists(st.tuples(worlds.records(), worlds.purposes), min_size=RECORDS, max_size=RECORDS),
    )
    def agree(agreement: Agreement, asked: list[tuple[dict[str, Any], str]]) -> None:
        nonlocal cases, released
        policies = cedarpy.PolicySet.from_str(cedar_policies(agreement))
        for record, purpose in asked:
            decision = decide(agreement, record, *WAY, purpose, AT)
            governed = shape_in(agreement, record).governed
            ours = {path for path, _, _ in decision.released if path in governed}
            theirs = cedar_allows(policies, agreement, record, purpose, governed) if governed else set()
            assert ours == theirs, (record, purpose, decision.as_json(), cedar_policies(agreement))
            cases += 1
            released += bool(ours)

    agree()

    assert cases >= 2_000
    assert released >= 200  # an oracle that only ever says no would prove little
