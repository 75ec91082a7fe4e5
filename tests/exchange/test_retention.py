"""Both sides run the timer that the origin signed: proposed here, awaited there, erased with an answer or overdue."""

from dataclasses import replace

import pytest
from tests.exchange.nodes import Node, drain, later, report
from tests.exchange.test_erasing import check, compliance, said
from tests.exchange.test_keeping import hold, release, tick

from haemaru.clock import FakeClock
from haemaru.wording import Fault


@pytest.fixture
def aged(pair: tuple[Node, Node], clock: FakeClock) -> tuple[Node, Node]:
    """Two nodes one of which was given a record whose 30 days are over."""
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    tick(north, south)
    assert south.exchange.retention.list() == []
    later(clock, days=30, seconds=1)
    return north, south


def test_what_is_over_is_proposed_approved_and_answered(aged: tuple[Node, Node]) -> None:
    north, south = aged
    tick(north, south)
    [proposal] = south.exchange.retention.list()
    assert (proposal.rid, proposal.state, proposal.is_overdue) == ("r-1", "proposed", False)
    assert compliance(north) == {"pending": 1}
    assert south.exchange.status()["north"]["owed"]["by_us"]["disposals"]["open"] == 1

    assert south.exchange.retention.approve(proposal.id, "officer") == 1
    tick(north, south)

    assert (said(south), south.rids(), south.exchange.retention.list()) == ([], [], [])
    assert compliance(north) == {"erased": 1}
    assert north.rids() == ["r-1"]
    check(north, south)


def test_an_answer_may_come_before_the_origin_looks_at_its_clock(aged: tuple[Node, Node]) -> None:
    north, south = aged
    tick(south)
    south.exchange.retention.approve(south.exchange.retention.list()[0].id)
    drain(north, south)
    tick(north, south)

    assert compliance(north) == {"erased": 1}
    check(north, south)


def test_a_disposal_that_nobody_approves_is_overdue_on_both_sides(aged: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = aged
    tick(north, south)
    later(clock, hours=25)

    [proposal] = south.exchange.retention.list()
    assert proposal.is_overdue
    assert south.exchange.status()["north"]["owed"]["by_us"]["disposals"]["overdue"] == 1
    assert north.exchange.status()["south"]["overdue"] == 1


def test_a_node_may_be_set_to_dispose_alone(aged: tuple[Node, Node]) -> None:
    north, south = aged
    south.exchange.house.settings = replace(south.settings, disposes_alone=True)
    tick(north, south)

    assert said(south) == []
    assert compliance(north) == {"erased": 1}
    check(north, south)


def test_a_refused_disposal_is_answered_with_its_reason_and_stays_owed(aged: tuple[Node, Node]) -> None:
    north, south = aged
    tick(north, south)
    [proposal] = south.exchange.retention.list()
    south.exchange.retention.refuse(proposal.id, "the inquiry goes on", "officer")
    tick(north, south)

    [answer] = north.exchange.traffic.answers("r-1")
    assert (answer.answer, answer.basis) == ("refused", "the inquiry goes on")
    assert north.exchange.status()["south"]["owed"]["to_us"]["answers"]["open"] == 1
    assert len(said(south)) == 1
    check(north, south)


def test_a_hold_is_stronger_and_when_it_ends_the_disposal_is_proposed_again(aged: tuple[Node, Node]) -> None:
    north, south = aged
    hold(south, "case 7")
    tick(north, south)
    [proposal] = south.exchange.retention.list()
    assert (proposal.state, compliance(north)) == ("held", {"held": 1})
    with pytest.raises(Fault, match="disposal_held"):
        south.exchange.retention.approve(proposal.id)

    release(south)
    south.exchange.retention.approve(proposal.id, "officer")
    tick(north, south)

    assert compliance(north) == {"erased": 1}
    assert said(south) == []
    check(north, south)


def test_a_later_revision_has_a_time_of_its_own(pair: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    later(clock, days=20)
    north.correct("r-1", {"text": "the other ship"})
    drain(north, south)
    later(clock, days=11)
    tick(north, south)
    assert south.exchange.retention.list() == []

    later(clock, days=20)
    tick(north, south)

    assert [each.rev for each in south.exchange.retention.list()] == [2]
    north.retract("r-1")
    tick(north, south)
    assert south.exchange.retention.list() == []
    assert [each.state for each in south.exchange.retention.list(is_open=False)] == ["overtaken"]
    check(north, south)
