"""Two nodes, one stream each way: what is put at one arrives at the other once, and nothing it must not have."""

import pytest
from tests.exchange.nodes import Node, drain, later, report

from haemaru.clock import FakeClock
from haemaru.wording import Fault


def test_a_released_record_arrives_without_what_a_clause_withholds(pair: tuple[Node, Node]) -> None:
    north, south = pair

    assert north.put(report(), "south").outcome == "sealed"
    drain(north, south)

    held = south.exchange.holdings.find("r-1")
    assert held is not None
    assert held.record["body"] == {"text": "seen at anchor r-1", "count": 2}
    assert held.header["redacted"] == [{"path": "body.source", "clause": "1.2"}]
    assert (held.peer, held.channel, held.seq, held.rev, held.state) == ("north", "intelligence", 1, 1, "held")


def test_the_same_record_put_twice_is_known_and_sent_once(pair: tuple[Node, Node]) -> None:
    north, south = pair

    outcomes = [north.put(report(), "south").outcome for _ in range(2)]
    drain(north, south)

    assert outcomes == ["sealed", "known"]
    assert south.rids() == ["r-1"]
    assert north.counts("south")["acknowledged"] == 1


def test_another_content_under_the_same_rid_is_a_fault(pair: tuple[Node, Node]) -> None:
    north, _ = pair
    north.put(report(), "south")

    with pytest.raises(Fault, match="rid_conflict"):
        north.put(report(body={"text": "other"}), "south")


def test_a_record_of_another_origin_is_not_put(pair: tuple[Node, Node]) -> None:
    north, south = pair
    south.put(report("s-1", origin="south"), "north")
    drain(north, south)

    with pytest.raises(Fault, match="record_of_other_origin"):
        north.put(report("s-1", origin="south"), "south")
    with pytest.raises(Fault, match="rid_conflict"):
        north.put(report("s-1"), "south")


def test_what_no_clause_names_is_withheld_and_noted_once(pair: tuple[Node, Node]) -> None:
    north, south = pair
    record = report("x-1", kind="weather.storm")

    outcomes = [north.put(record, "south").outcome for _ in range(2)]

    assert outcomes == ["withheld", "withheld"]
    assert [judged.code for judged in north.exchange.judgements("x-1")] == ["no_clause"]
    assert drain(north, south) == 0


def test_everything_survives_a_restart(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    drain(north, south)
    north.put(report("r-2"), "south")

    north.restart()
    south.restart()
    drain(north, south)

    assert south.rids() == ["r-1", "r-2"]
    assert north.counts("south")["acknowledged"] == 2
    assert south.counts("north")["received"] == 2
    for node in pair:
        assert node.ledger.verify().ok
        assert node.ledger.rebuild(check=True)["equal"]


def test_a_record_is_found_by_what_it_is_about_and_what_it_refers_to(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    north.put(report("r-2", refs=["r-1"], subject={"type": "vessel", "imo": "9074729"}), "south")
    drain(north, south)

    holdings = south.exchange.holdings
    assert [held.rid for held in holdings.about(mmsi="440123456")] == ["r-1"]
    assert [held.rid for held in holdings.about(name="Haedong  star")] == ["r-1"]
    assert [held.rid for held in holdings.about(imo=9074729)] == ["r-2"]
    assert [held.rid for held in holdings.referring("r-1")] == ["r-2"]
    assert [held.rid for held in north.exchange.holdings.referring("r-1")] == ["r-2"]
    assert [held.rid for held in holdings.records_of("intelligence.report")] == ["r-1", "r-2"]


def test_a_referred_record_leaves_only_when_a_person_approves(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for rid in ("c-1", "c-2"):
        assert north.put(report(rid, kind="operations.case"), "south").outcome == "referred"
    waiting = north.exchange.referred()
    assert [judged.rid for judged in waiting] == ["c-1", "c-2"]
    assert drain(north, south) == 0

    north.exchange.refuse(waiting[1].id, "not yet")
    assert north.exchange.approve(waiting[0].id).outcome == "sealed"
    drain(north, south)

    assert south.rids() == ["c-1"]
    assert north.exchange.referred() == []
    with pytest.raises(Fault, match="referral_ruled"):
        north.exchange.approve(waiting[1].id)


def test_customs_data_leaves_only_in_answer_to_a_demand(pair: tuple[Node, Node]) -> None:
    north, south = pair
    record = report("d-1", kind="customs.clearance")

    assert north.put(record, "south").outcome == "demand"
    answered = north.put(record, "south", demanded={"1.5"}, op="reply", refs=["demand-7"])
    drain(north, south)

    assert answered.outcome == "sealed"
    held = south.exchange.holdings.find("d-1")
    assert held is not None
    assert (held.op, held.header["refs"]) == ("reply", ["demand-7"])
    assert [held.rid for held in south.exchange.holdings.referring("demand-7")] == ["d-1"]


def test_a_suspended_agreement_holds_the_queue_and_lets_it_go_again(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    north.adopted.suspended = True

    held = north.put(report("r-2"), "south")
    assert (held.outcome, held.reason and held.reason.code) == ("withheld", "agreement_suspended")
    assert drain(north, south) == 0
    assert north.counts("south")["held_back"] == "agreement_suspended"
    assert north.counts("south")["waiting"] == 1

    north.adopted.suspended = False
    drain(north, south)
    assert south.rids() == ["r-1"]
    assert north.put(report("r-2"), "south").outcome == "sealed"


def test_a_receiver_whose_agreement_is_suspended_takes_nothing_in(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    south.adopted.suspended = True

    drain(north, south)
    assert south.rids() == []
    assert south.counts("north")["refused"] == {"agreement_suspended": 1}

    south.adopted.suspended = False
    drain(north, south)
    assert south.rids() == ["r-1"]


def test_a_record_whose_clause_ran_out_in_the_queue_travels_as_a_void(
    pair: tuple[Node, Node], clock: FakeClock
) -> None:
    north, south = pair
    north.put(report("f-1", kind="fresh.report"), "south")
    north.put(report("r-1"), "south")
    later(clock, hours=2)

    drain(north, south)

    assert south.rids() == ["r-1"]
    assert north.counts("south")["void"] == 1
    assert south.counts("north")["void_received"] == 1


def test_an_expired_agreement_empties_the_queue_with_voids(pair: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    later(clock, days=200)

    drain(north, south)

    assert south.rids() == []
    assert north.counts("south")["void"] == 1
    assert south.counts("north")["void_received"] == 1
    assert (north.counts("south")["lost"], south.counts("north")["lost"]) == (0, 0)
