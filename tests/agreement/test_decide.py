"""The meaning of an agreement, sentence by sentence."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.agreement.conftest import AT, HEAD, agreement_of, clause_text, record_of

from haemaru.agreement import Agreement, Decision, Verdict, decide, load_agreement, standing_purpose
from haemaru.agreement.scope import REMEMBERED, REMEMBERED_LEAVES
from haemaru.wording import Fault


def judged(agreement: Agreement, record: dict[str, Any], purpose: str = "watch", **granted: Any) -> Decision:
    return decide(agreement, record, "north", "south", purpose, AT, **granted)


def paths(decision: Decision) -> set[str]:
    return {path for path, _, _ in decision.released}


def why(decision: Decision) -> dict[str, tuple[str, str]]:
    return {path: (clause, reason.code) for path, clause, reason in decision.withheld}


RELEASE = clause_text("1.1", "release")


def test_what_a_clause_keeps_leaves_with_its_header_and_cites_the_clause() -> None:
    decision = judged(agreement_of(clause_text("1.1", "release", fields=[{"path": "body.what"}])), record_of())

    assert decision.verdict is Verdict.RELEASE
    assert decision.released == (
        ("rid", "1.1", "keep"),
        ("kind", "1.1", "keep"),
        ("handling.level", "1.1", "keep"),
        ("handling.caveats", "1.1", "keep"),
        ("origin", "1.1", "keep"),
        ("body.what", "1.1", "keep"),
    )
    assert why(decision) == dict.fromkeys(("subject.type", "subject.mmsi", "event_time"), ("none", "no_clause"))


def test_what_no_clause_names_stays() -> None:
    decision = judged(agreement_of(clause_text("1.1", "release", kinds=["intelligence.*"])), record_of())

    assert decision.verdict is Verdict.WITHHOLD
    assert decision.released == ()
    assert set(why(decision).values()) == {("none", "no_clause")}
    assert decision.refused_by == "none"


def test_a_purpose_that_no_clause_names_is_withheld_and_says_so() -> None:
    decision = judged(agreement_of(RELEASE), record_of(), purpose="curiosity")

    assert decision.verdict is Verdict.WITHHOLD
    assert set(why(decision).values()) == {("none", "purpose_not_named")}


def test_a_withhold_clause_overrides_every_release() -> None:
    decision = judged(agreement_of(RELEASE, clause_text("1.2", "withhold")), record_of())

    assert decision.verdict is Verdict.WITHHOLD
    assert set(why(decision).values()) == {("1.2", "withheld_by_clause")}


def test_a_withhold_clause_with_fields_keeps_back_only_those_and_what_lies_below() -> None:
    agreement = agreement_of(RELEASE, clause_text("1.2", "withhold", fields=[{"path": "body.owner"}]))

    decision = judged(agreement, record_of({"what": "x", "owner": {"name": "n", "port": "p"}}))

    assert {"body.owner.name", "body.owner.port"} & paths(decision) == set()
    assert why(decision)["body.owner.name"] == ("1.2", "withheld_by_clause")
    assert "body.what" in paths(decision)


@pytest.mark.parametrize(("effect", "withheld"), [("release", "attribute_unknown"), ("withhold", "attribute_unknown")])
def test_an_unknown_attribute_leaves_a_release_unmet_and_a_withhold_met(effect: str, withheld: str) -> None:
    when = [{"test": "field_equals", "path": "body.flag", "value": "KR"}]
    clauses = [clause_text("1.1", "release", when=when)] if effect == "release" else []
    clauses += [RELEASE.replace("1.1", "1.0"), clause_text("1.2", "withhold", when=when)] if not clauses else []

    decision = judged(agreement_of(*clauses), record_of())

    assert decision.verdict is Verdict.WITHHOLD
    assert {reason for _, reason in why(decision).values()} == {withheld}


def test_a_demand_clause_blocks_until_its_demand_is_at_hand_and_then_releases_its_fields() -> None:
    agreement = agreement_of(RELEASE, clause_text("1.2", "demand", fields=[{"path": "body.what"}]))

    blocked, released = judged(agreement, record_of()), judged(agreement, record_of(), demanded={"1.2"})

    assert blocked.verdict is Verdict.DEMAND
    assert set(why(blocked).values()) == {("1.2", "demand_needed")}
    assert released.verdict is Verdict.RELEASE


def test_a_refer_clause_waits_for_a_person() -> None:
    agreement = agreement_of(clause_text("1.2", "refer"), RELEASE.replace("1.1", "1.3"))

    assert judged(agreement, record_of()).verdict is Verdict.REFER
    assert judged(agreement, record_of(), approved={"1.2"}).verdict is Verdict.RELEASE


def test_the_most_restrictive_verdict_wins() -> None:
    refer, demand, withhold = (clause_text(f"2.{n}", e) for n, e in enumerate(("refer", "demand", "withhold")))

    assert judged(agreement_of(RELEASE, refer, demand), record_of()).verdict is Verdict.DEMAND
    assert judged(agreement_of(RELEASE, demand, refer), record_of()).verdict is Verdict.DEMAND
    assert judged(agreement_of(RELEASE, demand, withhold), record_of()).verdict is Verdict.WITHHOLD


def test_a_drop_wins_over_a_keep_of_another_clause() -> None:
    fields = [{"path": "body.crew[].rank"}, {"path": "body.crew[].name", "treatment": "drop"}]
    agreement = agreement_of(RELEASE, clause_text("1.2", "release", fields=fields))

    decision = judged(agreement, record_of({"crew": [{"name": "A", "rank": "bosun"}, {"name": "B"}]}))

    assert "body.crew[].rank" in paths(decision)
    assert why(decision)["body.crew[].name"] == ("1.2", "dropped_by_clause")
    assert decision.redact()["body"] == {"crew": [{"rank": "bosun"}]}


def test_a_clause_whose_condition_is_unknown_still_drops_but_keeps_nothing() -> None:
    when = [{"test": "field_equals", "path": "body.flag", "value": "KR"}]
    fields = [{"path": "body.*"}, {"path": "body.what", "treatment": "drop"}]
    agreement = agreement_of(RELEASE, clause_text("1.2", "release", fields=fields, when=when))

    assert "body.what" not in paths(judged(agreement, record_of({"what": "x", "place": "y"})))
    assert "body.what" in paths(judged(agreement, record_of({"what": "x", "flag": "PA"})))


def test_a_drop_reaches_a_mixed_list_that_could_hide_what_it_names() -> None:
    drop = clause_text("1.2", "withhold", fields=[{"path": "body.crew[].name"}])

    decision = judged(agreement_of(RELEASE, drop), record_of({"what": "x", "crew": [{"name": "A"}, None]}))

    assert why(decision)["body.crew"] == ("1.2", "withheld_by_clause")


def test_only_an_event_time_is_no_release() -> None:
    agreement = agreement_of(clause_text("1.1", "release", fields=[{"path": "event_time"}]))

    decision = judged(agreement, record_of())

    assert decision.verdict is Verdict.WITHHOLD
    assert why(decision)["event_time"] == ("none", "nothing_released")
    assert why(decision)["rid"] == ("none", "nothing_released")


def test_an_agreement_out_of_force_withholds_everything() -> None:
    agreement = agreement_of(RELEASE)

    for moment in (agreement.effective.replace(year=2025), agreement.expires):
        assert moment is not None
        decision = decide(agreement, record_of(), "north", "south", "watch", moment)
        assert decision.verdict is Verdict.WITHHOLD
        assert set(why(decision).values()) == {("none", "agreement_not_in_force")}
    assert decide(agreement, record_of(), "north", "south", "watch", agreement.effective).verdict is Verdict.RELEASE


@pytest.mark.parametrize(("from_", "to", "code"), [("west", "south", "party_unknown"), ("north", "n", "party_unknown"),
                                                    ("north", "north", "party_to_itself")])  # fmt: skip
def test_unknown_parties_are_a_fault(from_: str, to: str, code: str) -> None:
    with pytest.raises(Fault) as raised:
        decide(agreement_of(RELEASE), record_of(), from_, to, "watch", AT)

    assert raised.value.code == code


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"kind": "a.b"}, "record_key_missing"),
        ({"rid": "1", "kind": 5}, "record_key_missing"),
        ({"rid": "1", "kind": "a.b", "body": {"x.y": 1}}, "record_key_wrong"),
        ({"rid": "1", "kind": "a.b", "body": {"x[]": 1}}, "record_key_wrong"),
    ],
)
def test_what_is_no_record_is_a_fault(record: dict[str, Any], code: str) -> None:
    with pytest.raises(Fault) as raised:
        judged(agreement_of(RELEASE), record)

    assert raised.value.code == code


def test_obligations_are_the_strictest_of_the_clauses_that_released_something() -> None:
    agreement = agreement_of(
        clause_text("1.1", "release", retention_days=90, onward=["east", "south"], promise_s=60),
        clause_text("1.2", "release", retention_days=10, onward=["east"], promise_s=300),
        clause_text("1.3", "release", retention_days=1, onward="none", fields=[{"path": "body.absent"}]),
    )

    decision = judged(agreement, record_of())

    assert decision.clause_ids == ("1.1", "1.2")
    assert decision.obligations == [
        {"obligation": "retain_until", "until": "2026-03-12T09:00:00Z", "clause": "1.2"},
        {"obligation": "onward", "rule": ["east"], "clause": "1.1"},
        {"obligation": "promise_s", "seconds": 60, "clause": "1.1"},
    ]


def test_a_duty_ends_with_the_calendar_at_the_latest() -> None:
    agreement = load_agreement((HEAD.replace("expires", "# expires") + RELEASE).encode(), "test.toml")
    at = datetime(9999, 12, 31, tzinfo=UTC)

    decision = decide(agreement, record_of(), "north", "south", "watch", at)

    assert decision.obligations[0]["until"] == "9999-12-31T23:59:59.999Z"


def test_silent_refusals_never_show_to_the_partner() -> None:
    agreement = agreement_of(
        RELEASE,
        clause_text("1.2", "withhold", fields=[{"path": "body.seen"}]),
        clause_text("1.3", "withhold", refusal="silent", fields=[{"path": "body.source"}]),
        clause_text("1.4", "withhold", fields=[{"path": "body.source"}]),
    )

    decision = judged(agreement, record_of({"what": "x", "seen": 1, "source": "s"}))

    assert decision.open_redactions() == [{"path": "body.seen", "clause": "1.2"}]
    assert not decision.is_silent


def test_a_record_kept_back_in_silence_says_so_to_its_own_node_only() -> None:
    agreement = agreement_of(RELEASE, clause_text("1.2", "withhold", refusal="silent"))

    decision = judged(agreement, record_of())

    assert decision.is_silent
    assert decision.refused_by == "1.2"
    assert decision.open_redactions() == []


def test_the_standing_purpose_is_the_first_of_the_first_release_clause() -> None:
    agreement = agreement_of(
        clause_text("1.0", "demand", purposes=["case"]), clause_text("1.1", "release", purposes=["watch", "case"])
    )

    assert standing_purpose(agreement, "a.b", "north", "south") == "watch"
    assert standing_purpose(agreement_of(clause_text("1", "refer")), "a.b", "north", "south") is None


def test_header_leaves_of_another_form_are_governed_like_any_other() -> None:
    agreement = agreement_of(clause_text("1.1", "release", fields=[{"path": "body.*"}]))

    decision = judged(agreement, record_of(origin={"note": "hidden"}, refs=[{"note": "hidden"}, 1]))

    assert not {"origin.note", "refs"} & paths(decision)
    assert "hidden" not in str(decision.redact())


def test_a_plain_value_is_not_reached_by_a_rule_about_what_would_lie_below_it() -> None:
    agreement = agreement_of(RELEASE, clause_text("1.2", "withhold", fields=[{"path": "body.team.address"}]))

    assert "body.team" in paths(judged(agreement, record_of({"team": "dog-1"})))


def test_records_of_endless_shapes_do_not_fill_the_memory() -> None:
    agreement = agreement_of(RELEASE)

    for number in range(REMEMBERED + 10):
        judged(agreement, record_of({f"k{number}": 1}))
    large = judged(agreement, record_of({f"k{number}": 1 for number in range(REMEMBERED_LEAVES + 1)}))

    assert large.verdict is Verdict.RELEASE
    assert len(agreement._shapes) <= REMEMBERED
    assert all(len(shape.paths) <= REMEMBERED_LEAVES for shape in agreement._shapes.values())
    assert all(len(scope.plans) <= REMEMBERED for scope in agreement._scopes.values())
