"""Everything can be taken back: corrections and retractions reach every copy and come back with an answer."""

from collections.abc import Callable

import pytest
from tests.exchange.nodes import Node, drain, later, load, report

from haemaru.clock import FakeClock
from haemaru.exchange import Held
from haemaru.wording import Fault


def test_a_correction_replaces_the_copy_and_is_answered(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)

    north.correct("r-1", {"text": "the other ship", "source": "informant", "count": 3})
    drain(north, south)

    held = south.exchange.holdings.find("r-1")
    assert held is not None
    assert (held.rev, held.op, held.record["body"]) == (2, "correct", {"text": "the other ship", "count": 3})
    assert held.header["prev"] is not None
    assert south.rids() == ["r-1"]
    assert north.exchange.status()["south"]["compliance"] == {"corrected": 1}


def test_a_retraction_leaves_a_tombstone_and_is_answered(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)

    north.retract("r-1")
    drain(north, south)

    assert south.rids() == []
    assert north.rids() == []
    held = south.exchange.holdings.find("r-1")
    assert held is not None
    assert (held.state, held.op) == ("retracted", "retract")
    assert north.exchange.status()["south"]["compliance"] == {"erased": 1}
    with pytest.raises(Fault, match="rid_taken_back"):
        north.put(report(), "south")


def test_a_retraction_overtakes_a_queue_and_voids_what_still_waits(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")

    north.retract("r-1")
    retraction = north.frame("south", "control")
    north.exchange.take_receipt("south", south.exchange.accept(retraction))
    drain(north, south)

    assert south.rids() == []
    assert south.counts("north")["void_received"] == 1
    assert north.counts("south")["void"] == 1
    assert north.exchange.status()["south"]["compliance"] == {"unknown_rid_tombstoned": 1}


def test_a_copy_that_arrives_after_its_retraction_is_not_held(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    late = north.frame("south")
    north.retract("r-1")
    north.exchange.take_receipt("south", south.exchange.accept(north.frame("south", "control")))

    north.exchange.take_receipt("south", south.exchange.accept(late))

    assert south.rids() == []
    assert north.counts("south")["exceptions"] == {"already_taken_back": 1}


def test_a_void_that_comes_too_late_is_told_to_the_sender(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    south.exchange.accept(north.frame("south"))
    north.retract("r-1")

    drain(north, south)

    assert north.counts("south")["void"] == 0
    assert north.counts("south")["acknowledged"] == 1
    assert north.exchange.status()["south"]["compliance"] == {"erased": 1}
    assert south.rids() == []


def test_a_legal_hold_keeps_the_copy_and_says_on_what_basis(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    with south.ledger.write() as batch:
        south.exchange.hold(batch, "r-1", "case 7, court order")

    north.retract("r-1")
    drain(north, south)

    assert south.rids() == []
    kept = list(south.exchange.holdings.list(states=("kept",)))
    assert [held.record["body"]["count"] for held in kept] == [2]
    assert north.exchange.status()["south"]["compliance"] == {"held": 1}
    [answer] = north.exchange.traffic.answers("r-1")
    assert (answer.party, answer.op, answer.answer, answer.basis) == ("south", "retract", "held", "case 7, court order")


def test_an_expired_record_is_gone_on_both_sides(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)

    with north.ledger.write() as batch:
        north.exchange.expire(batch, "r-1")
    drain(north, south)

    assert (north.rids(), south.rids()) == ([], [])
    assert north.exchange.status()["south"]["compliance"] == {"erased": 1}


def test_the_answer_to_a_recall_is_pending_until_it_is_signed_and_only_the_newest_is_told(
    pair: tuple[Node, Node],
) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    assert north.exchange.traffic.answers("r-1") == []
    north.correct("r-1", {"text": "the other ship", "count": 3})
    drain(north, south)

    north.retract("r-1")
    [waiting] = north.exchange.traffic.answers("r-1")
    drain(north, south)
    [answer] = north.exchange.traffic.answers("r-1")

    assert (waiting.op, waiting.rev, waiting.answer, waiting.at) == ("retract", 3, "pending", None)
    assert (answer.rev, answer.answer, answer.basis) == (3, "erased", "")
    assert answer.at is not None


def test_an_answer_that_does_not_come_is_overdue(pair: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    north.retract("r-1")

    assert north.exchange.status()["south"]["overdue"] == 0
    later(clock, hours=25)

    assert north.exchange.status()["south"]["overdue"] == 1
    assert north.exchange.status()["south"]["compliance"] == {"pending": 1}


def test_a_correction_that_may_not_leave_takes_the_wrong_copy_back(pair: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = pair
    north.put(report(kind="fresh.report"), "south")
    drain(north, south)
    later(clock, hours=2)

    results = north.correct("r-1", {"text": "corrected too late"})
    drain(north, south)

    assert [result.outcome for result in results] == ["withheld"]
    assert south.rids() == []
    assert north.rids() == ["r-1"]


def test_a_retraction_leaves_while_the_agreement_is_suspended(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    for node in pair:
        node.adopted.suspended = True

    north.retract("r-1")
    drain(north, south)

    assert south.rids() == []


def test_a_correction_made_while_suspended_leaves_on_resuming(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    north.adopted.suspended = True
    assert [result.outcome for result in north.correct("r-1", {"text": "first"})] == ["withheld"]
    north.correct("r-1", {"text": "second"})
    north.exchange.tick()
    drain(north, south)
    waiting = south.exchange.holdings.find("r-1")
    assert waiting is not None
    assert waiting.rev == 1

    north.adopted.suspended = False
    north.exchange.tick()
    north.exchange.tick()
    drain(north, south)

    held = south.exchange.holdings.find("r-1")
    assert held is not None
    assert (held.rev, held.record["body"]) == (3, {"text": "second"})


@pytest.mark.parametrize("revisions", [1, 2])
def test_a_correction_withheld_by_a_new_agreement_on_its_way_takes_the_earlier_copy_back(
    pair: tuple[Node, Node], revisions: int
) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    for number in range(revisions):
        north.correct("r-1", {"text": f"correction {number}"})
    for node in pair:
        node.adopted.known.append(load("2", without=("1.1",)))
    drain(north, south)

    assert south.rids() == []
    assert [answer.answer for answer in north.exchange.traffic.answers("r-1")] == ["erased"]
    assert north.rids() == ["r-1"]
    assert north.counts("south")["void"] == revisions


def test_an_earlier_correction_that_is_withheld_takes_nothing_back_where_a_later_one_may_go(
    pair: tuple[Node, Node],
) -> None:
    north, south = pair
    for node in pair:
        node.adopted.known = [load(without=("1.8",))]
    north.put(report(), "south")
    drain(north, south)
    with north.ledger.write() as batch:
        north.exchange.correct(batch, "r-1", {"text": "first"}, handling={"level": "open", "caveats": ["covert"]})
        north.exchange.correct(batch, "r-1", {"text": "second"}, handling={"level": "open", "caveats": []})
    for node in pair:
        node.adopted.known.append(load("2"))
    drain(north, south)

    assert [held.record["body"] for held in south.exchange.holdings.list()] == [{"text": "second"}]
    assert north.counts("south")["void"] == 1


@pytest.mark.parametrize("is_two", [False, True], ids=["one agreement", "two agreements"])
def test_a_correction_withheld_after_a_suspension_takes_the_earlier_copy_back(
    pair: tuple[Node, Node], is_two: bool
) -> None:
    north, south = pair
    if is_two:
        for node in pair:
            node.adopted.known = [load(), load(name="second", without=("1.6",))]
    north.put(report(), "south")
    drain(north, south)
    north.adopted.suspended = True
    covert = {"level": "open", "caveats": ["covert"]}
    with north.ledger.write() as batch:
        [result] = north.exchange.correct(batch, "r-1", {"text": "second"}, handling=covert)
    assert result.decision is None
    north.exchange.tick()
    drain(north, south)
    assert south.rids() == ["r-1"]

    north.adopted.suspended = False
    for _ in range(3):
        north.exchange.tick()
    drain(north, south)

    assert south.rids() == []
    held = south.exchange.holdings.find("r-1")
    assert held is not None
    assert (held.rev, held.op) == (2, "retract")
    assert [answer.answer for answer in north.exchange.traffic.answers("r-1")] == ["erased"]
    with north.ledger.read() as tx:
        assert tx.one("SELECT count(*) FROM exchange_out WHERE op = 'retract'") == (1,)
    assert "r-1" in [held.rid for held in north.exchange.holdings.list()]


def test_only_the_origin_may_correct_or_retract(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)

    for act in (south.retract, lambda rid: south.correct(rid, {})):
        with pytest.raises(Fault, match="record_of_other_origin_held"):
            act("r-1")
    with pytest.raises(Fault, match="rid_unknown"):
        north.retract("nothing")


def test_whoever_listens_is_told_of_arrivals_corrections_and_retractions(pair: tuple[Node, Node]) -> None:
    north, south = pair
    heard: list[Held] = []
    south.exchange.on_received(heard.append)

    north.put(report(), "south")
    drain(north, south)
    south.exchange.tell_received()
    north.correct("r-1", {"text": "again"})
    drain(north, south)
    south.exchange.tell_received()
    north.retract("r-1")
    drain(north, south)
    south.exchange.tell_received()

    assert [(held.op, held.state) for held in heard] == [("put", "held"), ("correct", "held"), ("retract", "retracted")]


def test_a_correction_reaches_every_receiver_and_nobody_else(make_node: Callable[[str], Node]) -> None:
    north, south, east = (make_node(name) for name in ("north", "south", "east"))
    for one in (north, south, east):
        for other in (north, south, east):
            if one is not other:
                one.knows(other)
    north.put(report("r-1"), "south")
    north.put(report("r-1"), "east")
    north.put(report("r-2"), "south")
    drain(north, south, east)

    results = north.correct("r-1", {"text": "better"})
    drain(north, south, east)

    assert [result.to for result in results] == ["east", "south"]
    for node in (south, east):
        held = node.exchange.holdings.find("r-1")
        assert held is not None
        assert held.record["body"] == {"text": "better"}
    assert east.exchange.holdings.find("r-2") is None
