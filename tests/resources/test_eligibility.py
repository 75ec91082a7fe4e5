"""Whether a team may go is computed for the whole mission, with every reason."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from haemaru.resources import DogTeam, Need, build, commitments, eligibility, fold, read_need, read_team, team_json
from haemaru.values import Interval
from haemaru.wording import Fault, keys

from .conftest import NEED, TEAM, Play, certificate


def changed(**changes: Any) -> DogTeam:
    return msgspec.structs.replace(TEAM, **changes)


@pytest.mark.parametrize(
    ("team", "codes"),
    [
        (TEAM, []),
        (changed(certificates=(certificate(until="2025-04-02T02:00:00Z"),)), ["certificate_ends_before"]),
        (changed(certificates=(certificate(status="suspended"),)), ["certificate_suspended"]),
        (changed(certificates=(certificate(issued="2025-04-02T00:00:00Z"),)), ["certificate_not_yet_valid"]),
        (changed(handler="handler-4"), ["certificate_of_other_handler"]),
        (changed(certificates=()), ["team_has_no_certificate"]),
        (changed(certificates=(certificate(holder="kcs-k9-9"),)), ["team_has_no_certificate"]),
        (changed(certificates=(certificate(substances=("ketamine",)),)), ["team_not_trained_for"]),
        (changed(boarding_ok=False), ["team_cannot_board"]),
        (changed(capabilities=("k9.currency",)), ["team_lacks_capability"]),
        (
            changed(capabilities=(), boarding_ok=False, certificates=()),
            ["team_lacks_capability", "team_cannot_board", "team_has_no_certificate"],
        ),
    ],
)
def test_every_reason_why_not_is_told(team: DogTeam, codes: list[str]) -> None:
    found = eligibility(team, NEED, NEED.window)

    assert [reason.code for reason in found.blocking] == codes
    assert found.ok == (not codes)
    assert {f"reason.{code}" for code in codes} <= keys("en") & keys("ko")


def test_the_answer_holds_until_the_first_proof_ends() -> None:
    team = changed(certificates=(certificate(id="a", until="2025-05-01T00:00:00Z"), certificate(id="b")))

    found = eligibility(team, NEED, NEED.window)

    assert (found.expires_at, found.evidence) == ("2025-05-01T00:00:00Z", ("a", "b"))


def test_one_good_certificate_is_enough_but_a_bad_one_proves_nothing() -> None:
    old = certificate(id="old", until="2025-04-02T02:00:00Z", substances=("ketamine",))
    need = msgspec.structs.replace(NEED, substances=("ketamine",))

    assert eligibility(changed(certificates=(old, certificate())), NEED, NEED.window).ok
    assert not eligibility(changed(certificates=(old, certificate())), need, need.window).ok


def test_a_team_that_is_promised_cannot_be_promised_again(played: Callable[[str], Play]) -> None:
    promised = commitments(fold(played("committed").records))
    later = Interval.parse("2025-04-02T08:00:00Z/2025-04-02T12:00:00Z")

    assert [reason.code for reason in eligibility(TEAM, NEED, NEED.window, promised).blocking] == [
        "team_promised_elsewhere"
    ]
    assert eligibility(TEAM, NEED, later, promised).ok
    assert commitments(fold(played("requisitioned").records)) == []
    assert commitments(fold(played("released").records)) == []


def test_a_team_that_may_not_go_cannot_be_offered(played: Callable[[str], Play]) -> None:
    play = played("requested")
    found = eligibility(changed(certificates=()), NEED, NEED.window)

    with pytest.raises(Fault, match="team_not_eligible"):
        build.offer(play.stamp("kcs"), play.now, TEAM, found)


def test_teams_and_needs_come_back_as_they_were() -> None:
    assert read_team(team_json(TEAM)) == TEAM
    assert read_need(team_json(NEED)) == NEED


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (read_team, None),
        (read_team, {"id": 3}),
        (read_team, {**team_json(TEAM), "certificates": [{"id": "x"}]}),
        (read_team, {**team_json(TEAM), "certificates": [{**team_json(TEAM)["certificates"][0], "until": "soon"}]}),
        (read_need, {}),
        (read_need, {**team_json(NEED), "until": "2020-01-01T00:00:00Z"}),
    ],
)
def test_what_is_no_team_or_need_is_refused(read: Callable[[object], DogTeam | Need], value: object) -> None:
    with pytest.raises(Fault):
        read(value)
