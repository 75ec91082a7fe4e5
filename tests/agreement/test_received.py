"""The receiver takes what the sender may send, and refuses each thing that cannot be."""

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from tests.agreement import worlds
from tests.agreement.conftest import AT, agreement_of, clause_text, record_of

from haemaru.agreement import (
    Agreement,
    Columns,
    Verdict,
    check_received,
    check_received_columns,
    decide,
    decide_batch,
)
from haemaru.clock import format_time

KEY = b"a secret of one node"
AGREEMENT = agreement_of(
    clause_text("1.1", "withhold", fields=[{"path": "body.secret"}]),
    clause_text("1.2", "release", retention_days=10, onward=["east"], to=["south"],
                fields=[{"path": "*"}, {"path": "body.lat", "treatment": "coarsen", "step": 1},
                        {"path": "body.name", "treatment": "drop"}],
                when=[{"test": "field_equals", "path": "body.flag", "value": "KR"},
                      {"test": "number_between", "path": "body.lat", "min": 30}]),
    clause_text("1.3", "release", kinds=["training.*"]),
)  # fmt: skip


def sealed(
    agreement: Agreement, record: dict[str, Any], purpose: str = "watch"
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Header and copy as a sender writes them; None when nothing leaves."""
    decision = decide(agreement, record, "north", "south", purpose, AT)
    if decision.verdict is not Verdict.RELEASE:
        return None
    duties = {duty["obligation"]: duty for duty in decision.obligations}
    handling = record.get("handling", {})
    header = {
        "agreement": {"id": agreement.id, "version": agreement.version, "hash": agreement.hash},
        "kind": record["kind"],
        "clauses": list(decision.clause_ids),
        "handling": {"level": str(handling.get("level", "")), "caveats": handling.get("caveats", [])},
        "purpose": purpose,
        "onward": duties["onward"]["rule"],
        "retain_until": duties["retain_until"]["until"],
        "created": format_time(AT),
        "redacted": decision.open_redactions(),
        "paths": [{"path": p, "clause": c, "treatment": t} for p, c, t in decision.released],
    }
    return header, decision.redact(pseudonym_key=KEY)


def sent() -> tuple[dict[str, Any], dict[str, Any]]:
    record = record_of({"flag": "KR", "lat": 35.7, "name": "N", "secret": "s"})
    found = sealed(AGREEMENT, record)
    assert found is not None
    return found


def test_what_was_sent_in_good_order_is_taken() -> None:
    assert check_received(AGREEMENT, *sent(), "north", "south") is None


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("received_agreement_differs", {"agreement": {"hash": "0" * 64}}),
    ("received_created_wrong", {"created": None}),
    ("agreement_not_in_force", {"created": "2025-12-31T23:59:59Z"}),
    ("received_no_clause", {"clauses": []}),
    ("received_clause_unknown", {"clauses": ["7.7"]}),
    ("received_clause_not_for_this", {"clauses": ["1.1"]}),
    ("received_clause_not_for_this", {"clauses": ["1.3"]}),
    ("received_clause_not_for_this", {"purpose": "curiosity"}),
    ("received_kind_differs", {"kind": "surveillance.other"}),
    ("received_path_not_kept", {"paths": []}),
    ("received_handling_differs", {"handling": {"level": "open", "caveats": []}}),
    ("received_retention_too_long", {"retain_until": "2026-03-12T09:00:01Z"}),
    ("received_retention_too_long", {"retain_until": None}),
    ("received_onward_too_wide", {"onward": "list", "onward_to": ["north"]}),
    ("received_onward_too_wide", {"onward": "always"}),
]


@pytest.mark.parametrize(("code", "change"), CHANGES)
def test_a_header_that_cannot_be_is_refused(code: str, change: dict[str, Any]) -> None:
    header, record = sent()

    reason = check_received(AGREEMENT, header | change, record, "north", "south")

    assert reason is not None
    assert reason.code == code


def test_a_level_outside_the_list_is_judged_by_both_sides_alike() -> None:
    free = agreement_of(clause_text("1.1", "release", fields=[{"path": "*"}]))
    bound = agreement_of(
        clause_text("1.1", "release", fields=[{"path": "*"}], when=[{"test": "handling_at_most", "level": "open"}])
    )
    record = {**record_of({"flag": "KR"}), "handling": {"level": "cosmic", "caveats": []}}
    found = sealed(free, record)
    assert found is not None
    header, copy = found

    assert sealed(bound, record) is None
    assert check_received(free, header, copy, "north", "south") is None
    other = {**header, "agreement": {**header["agreement"], "hash": bound.hash}}
    reason = check_received(bound, other, copy, "north", "south")
    assert reason is not None
    assert reason.code == "received_condition_not_met"


def test_a_direction_that_no_clause_names_is_refused() -> None:
    reason = check_received(AGREEMENT, *sent(), "south", "north")

    assert reason is not None
    assert reason.code == "received_clause_not_for_this"


@pytest.mark.parametrize(("onward", "more"), [("none", {}), ("ask", {}), ("list", {"onward_to": ["east"]})])
def test_an_onward_rule_may_be_narrower_than_the_clause(onward: str, more: dict[str, Any]) -> None:
    header, record = sent()

    assert check_received(AGREEMENT, header | {"onward": onward} | more, record, "north", "south") is None


def test_a_field_that_no_cited_clause_keeps_is_refused() -> None:
    header, record = sent()
    extra = copy.deepcopy(record)
    extra["body"]["name"] = "N"
    listed = header | {"paths": [*header["paths"], {"path": "body.name", "clause": "1.2", "treatment": "keep"}]}

    for claimed in (header, listed):
        reason = check_received(AGREEMENT, claimed, extra, "north", "south")
        assert reason is not None
        assert (reason.code, reason.params) == ("received_path_not_kept", {"path": "body.name"})


def test_a_field_that_should_have_been_treated_is_refused() -> None:
    header, record = sent()
    plain = [row | {"treatment": "keep"} for row in header["paths"]]

    reason = check_received(AGREEMENT, header | {"paths": plain}, record, "north", "south")

    assert reason is not None
    assert reason.code == "received_treatment_missing"


def test_conditions_are_tested_on_what_arrived_as_it_was_and_on_nothing_else() -> None:
    header, record = sent()
    record["body"]["lat"] = 12  # treated: taken on the sender's word
    assert check_received(AGREEMENT, header, record, "north", "south") is None

    record["body"]["flag"] = "PA"
    reason = check_received(AGREEMENT, header, record, "north", "south")
    assert reason is not None
    assert reason.params == {"clause": "1.2", "condition": "field_equals"}
    redacted = header | {"redacted": [{"path": "body.flag", "clause": "1.1"}]}
    assert check_received(AGREEMENT, redacted, record, "north", "south") is None


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds.agreements(("release", "release", "withhold")), worlds.records(), worlds.purposes)
def test_whatever_decide_releases_the_receiver_takes(
    agreement: Agreement, record: dict[str, Any], purpose: str
) -> None:
    found = sealed(agreement, record, purpose)
    if found is not None and found[0]["handling"]["level"] in (*worlds.LEVELS, ""):
        assert check_received(agreement, *found, "north", "south") is None


def test_columns_are_checked_like_records() -> None:
    columns = Columns("surveillance.position", 2, {"body.flag": "KR", "handling.level": "open", "handling.caveats": []},
                      {"body.lat": np.array([31.0, 32.0])}, event_time_ms=np.array([0, 1]))  # fmt: skip
    batch = decide_batch(AGREEMENT, columns, "north", "south", "watch", AT)
    header, _ = sent()
    paths = [{"path": p, "clause": c, "treatment": t} for p, (c, t) in batch.groups[0][1].items()]
    header |= {"kind": "surveillance.position", "paths": paths}

    assert check_received_columns(AGREEMENT, header, columns, "north", "south") is None
    other = Columns(columns.kind, 2, {**columns.constant, "body.flag": "PA"}, columns.arrays, {}, columns.event_time_ms)
    reason = check_received_columns(AGREEMENT, header, other, "north", "south")
    assert reason is not None
    assert reason.code == "received_condition_not_met"
