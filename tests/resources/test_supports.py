"""A support is folded from its messages: in order or not, once or twice, and only the owner commits."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haemaru.resources import State, build, eligibility, fold, team_json
from haemaru.resources.lifecycle import REACHABLE
from haemaru.resources.messages import read_message
from haemaru.wording import Fault, Reason, keys

from .conftest import NEED, SUBJECT, TEAM, Play

Played = Callable[[str], Play]
COMMIT = {"team": "kcs-k9-3", "since": NEED.since, "until": NEED.until}


def refusals(records: list[dict[str, Any]]) -> list[str]:
    return [refused.reason.code for support in fold(records) for refused in support.refused]


def test_a_support_runs_from_request_to_return(played: Played) -> None:
    play = played("released")
    support = play.now

    assert support.state is State.RELEASED
    assert (support.borrower, support.owner, support.team_id) == ("kcg", "kcs", "kcs-k9-3")
    assert [state for _, _, state in support.history] == [
        "requested", "offered", "requisitioned", "committed", "deployed", "return_requested", "released",
    ]  # fmt: skip
    assert support.refused == ()


@settings(max_examples=60)
@given(data=st.data())
def test_order_and_repetition_do_not_change_the_end(data: st.DataObject) -> None:
    records = FULL.records
    shuffled = data.draw(st.permutations([*records, *records]))

    support = fold(shuffled)[0]

    assert support.state is State.RELEASED
    assert support.refused == ()
    assert [rid for rid, _, _ in support.history] == [rid for rid, _, _ in FULL.now.history]


@settings(max_examples=60)
@given(data=st.data())
def test_a_state_never_goes_back(data: st.DataObject) -> None:
    noise = [FULL.raw(origin, name, **body) for origin, name, body in NOISE]
    shuffled = data.draw(st.permutations([*FULL.records, *noise]))
    states = [
        next((one.state for one in fold(shuffled[:count]) if one.id == FULL.now.id), State.NONE)
        for count in range(1, len(shuffled) + 1)
    ]

    assert all(later in REACHABLE[earlier] for earlier, later in pairwise(states))


def test_a_commit_whose_origin_is_not_the_owner_is_refused(played: Played) -> None:
    play = played("requisitioned")
    forged = play.raw("kcg", "commit_resource", team="kcs-k9-3", since=NEED.since, until=NEED.until)

    support = play.keep(forged)

    assert support.state is State.REQUISITIONED
    assert support.refused[0].reason == Reason(
        "support_not_owner", {"message": "commit_resource", "party": "kcg", "owner": "kcs"}
    )
    with pytest.raises(Fault, match="support_not_owner"):
        build.commit(play.stamp("kcg"), played("requisitioned").now)


@pytest.mark.parametrize(
    ("state", "origin", "name", "body", "code"),
    [
        ("requested", "kcs", "commit_resource", COMMIT, "support_message_early"),
        ("requested", "navy", "response_to_request_resource", {"answer": "declined"}, "support_not_owner"),
        ("offered", "navy", "requisition_resource", {"team": "kcs-k9-3"}, "support_not_borrower"),
        ("offered", "kcg", "requisition_resource", {"team": "kcs-k9-9"}, "support_other_team"),
        ("requisitioned", "kcs", "commit_resource", {**COMMIT, "team": "kcs-k9-9"}, "support_other_team"),
        ("committed", "kcs", "response_to_request_resource", {"answer": "declined"}, "support_message_late"),
        ("committed", "kcs", "commit_resource", COMMIT, "support_message_late"),
        ("released", "kcs", "report_resource_deployment_status", {"status": "deployed"}, "support_message_late"),
        ("deployed", "kcg", "request_return", {"text": "x"}, "support_not_owner"),
        ("deployed", "kcs", "release_resource", {}, "support_not_borrower"),
        ("deployed", "navy", "request_information", {"text": "x"}, "support_stranger"),
        ("committed", "kcs", "report_resource_deployment_status", {"status": "flying"}, "support_message_malformed"),
        ("requisitioned", "kcs", "commit_resource", {"team": "kcs-k9-3"}, "support_message_malformed"),
        ("requisitioned", "kcs", "commit_resource", {**COMMIT, "since": "soon"}, "support_message_malformed"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_changes_nothing(
    played: Played, state: str, origin: str, name: str, body: dict[str, Any], code: str
) -> None:
    play = played(state)
    before = play.now

    after = play.keep(play.raw(origin, name, **body))

    assert after.state == before.state == state
    assert [refused.reason.code for refused in after.refused] == [code]
    assert f"reason.{code}" in keys("ko") & keys("en")


def test_a_team_can_only_be_offered_by_its_owner(played: Played) -> None:
    play = played("requested")
    team = {**team_json(TEAM), "owner": "navy"}

    after = play.keep(play.raw("kcs", "response_to_request_resource", answer="accepted", team=team))

    assert after.state is State.REQUESTED
    assert after.refused[0].reason.code == "support_team_of_other"


def test_no_other_message_can_put_a_team_in_the_place_of_the_offered_one(played: Played) -> None:
    play = played("offered")
    own = {**team_json(TEAM), "id": "kcg-k9-1", "owner": "kcg"}

    play.keep(play.raw("kcg", "request_information", text="x", team=own))

    assert play.now.team_id == "kcs-k9-3"


def test_nobody_lends_to_itself(play: Play) -> None:
    with pytest.raises(Fault, match="support_same_party"):
        build.request_resource(play.stamp("kcg"), SUBJECT, NEED, "kcg")


def test_a_request_may_be_declined_with_its_reason(played: Played) -> None:
    play = played("requisitioned")
    reason = Reason("certificate_ends_before", {"certificate": "c", "until": "2025-04-02T02:00:00Z"})

    support = play.keep(build.decline(play.stamp("kcs"), play.now, reason))

    assert support.state is State.DECLINED
    assert play.records[-1]["body"]["reason"]["code"] == "certificate_ends_before"


def test_an_offer_may_come_unasked(play: Play) -> None:
    support = play.keep(build.offer_unasked(play.stamp("kcs"), SUBJECT, NEED, TEAM, "kcg"))

    assert (support.state, support.borrower, support.owner) == (State.OFFERED, "kcg", "kcs")
    assert play.keep(build.requisition(play.stamp("kcg"), support)).state is State.REQUISITIONED


def test_facts_change_no_state_but_an_accepted_extension_moves_the_end(played: Played) -> None:
    play = played("deployed")
    name = "response_to_request_extended_deployment_duration"
    play.keep(
        build.make_message(
            play.stamp("kcg"), play.now, "request_extended_deployment_duration", {"until": "2025-04-02T12:00:00Z"}
        )
    )
    play.keep(
        build.make_message(play.stamp("kcs"), play.now, name, {"answer": "accepted", "until": "2025-04-02T12:00:00Z"})
    )
    support = play.keep(build.report_status(play.stamp("kcs"), play.now, "searching"))

    assert (support.state, support.until, support.status) == (State.DEPLOYED, "2025-04-02T12:00:00Z", "searching")
    assert len(support.facts) == 3


def test_the_same_name_with_other_words_is_refused(played: Played) -> None:
    play = played("offered")
    forged = {**play.records[0], "body": {**play.records[0]["body"], "asked": "navy"}}

    support = play.keep(forged)

    assert support.owner == "kcs"
    assert support.refused[0].reason.code == "support_rid_reused"


def test_a_message_without_its_support_is_shown_and_waits(play: Play) -> None:
    play.records.append(
        play.raw("kcs", "commit_resource", support="lost", team="x", since=NEED.since, until=NEED.until)
    )

    assert (play.now.id, play.now.state) == ("lost", State.NONE)
    assert refusals(play.records) == ["support_message_early"]


@pytest.mark.parametrize("lost", ["body", "subject", "event_time"])
def test_a_copy_that_lost_a_field_to_a_clause_is_refused_and_never_raises(played: Played, lost: str) -> None:
    play = played("requisitioned")
    commit = build.commit(play.stamp("kcs"), play.now)

    supports = fold([*play.records, {key: value for key, value in commit.items() if key != lost}])

    assert supports[0].state is State.REQUISITIONED
    assert [one.reason.code for support in supports for one in support.refused] == ["support_message_malformed"]


def test_two_supports_do_not_mix_and_other_rooms_are_passed_over(played: Played) -> None:
    one = played("committed")
    other = Play()
    other.minutes = 100
    other.keep(build.request_resource(other.stamp("kcg"), SUBJECT, NEED, "navy"))
    tip = one.stamp("kcg").record("operations.tip", {"type": "vessel"}, {})

    supports = fold([*other.records, tip, *one.records])

    assert [(support.owner, support.state) for support in supports] == [
        ("navy", State.REQUESTED),
        ("kcs", State.COMMITTED),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"need": 3, "asked": "kcs"},
        {"need": {}, "asked": 5},
        {"asked": "kcs", "need": {"capability": "x", "since": "1", "until": "2"}},
    ],
)
def test_a_malformed_request_is_refused_and_never_raises(play: Play, body: dict[str, Any]) -> None:
    record = play.stamp("kcg").record("resources.request_resource", SUBJECT, body)

    assert refusals([record]) == ["support_message_malformed"]
    with pytest.raises(Fault):
        read_message(record)


NOISE: list[tuple[str, str, dict[str, Any]]] = [
    ("kcg", "commit_resource", COMMIT),
    ("kcs", "response_to_request_resource", {"answer": "declined"}),
    ("navy", "release_resource", {}),
    ("kcg", "release_resource", {}),
    ("kcs", "report_resource_deployment_status", {"status": "searching"}),
    ("kcg", "request_resource", {}),
]


def _full() -> Play:
    play = Play()
    support = play.keep(build.request_resource(play.stamp("kcg"), SUBJECT, NEED, "kcs"))
    support = play.keep(build.offer(play.stamp("kcs"), support, TEAM, eligibility(TEAM, NEED, NEED.window)))
    support = play.keep(build.requisition(play.stamp("kcg"), support))
    support = play.keep(build.commit(play.stamp("kcs"), support))
    support = play.keep(build.report_status(play.stamp("kcs"), support, "deployed"))
    support = play.keep(build.ask_return(play.stamp("kcs"), support, "needed at home"))
    play.keep(build.release(play.stamp("kcg"), support))
    return play


FULL = _full()
