"""What is taken back is gone at its origin too; a legal hold on several bases is stronger until each is released."""

from collections.abc import Callable

import pytest
from tests.exchange.nodes import Node, drain, report
from tests.exchange.test_erasing import check, compliance, keys, said

from haemaru.exchange.entries import SEALED
from haemaru.wording import Fault

OTHER = b"the other ship"


def hold(node: Node, basis: str, rid: str = "r-1") -> None:
    with node.ledger.write() as batch:
        node.exchange.hold(batch, rid, basis)


def release(node: Node, basis: str | None = None, rid: str = "r-1") -> int:
    with node.ledger.write() as batch:
        return node.exchange.holds.release(batch, rid, "the case is closed", basis)


def tick(*nodes: Node) -> None:
    for node in nodes:
        node.exchange.tick()
    drain(*nodes)


def test_what_its_origin_took_back_is_gone_there_too(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    north.correct("r-1", {"text": "the other ship", "count": 3})
    drain(north, south)
    assert len(said(north)) == 4

    north.retract("r-1")
    drain(north, south)

    assert said(north) == said(north, OTHER) == []
    assert keys(north) == 0
    assert compliance(north) == {"corrected": 1, "erased": 1}
    [tombstone] = north.exchange.holdings.list(states=("held", "superseded", "retracted", "erased"))
    assert (tombstone.op, tombstone.rev, tombstone.record) == ("retract", 3, {})
    assert [line["rev"] for line in north.exchange.traffic.history("r-1") if line["by"] == "north"] == [1, 2, 3]
    assert north.exchange.judgements("r-1") == []
    with pytest.raises(Fault, match="rid_taken_back"):
        north.put(report(), "south")
    check(north, south)
    north.ledger.rebuild(check=False)
    north.put(report("r-2"), "south")
    drain(north, south)
    assert south.rids() == ["r-2"]
    check(north, south)


def test_the_sealed_copies_and_decisions_go_with_the_record(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    north.put(report(), "south", purpose="other")
    drain(north, south)
    north.retract("r-1")

    with north.ledger.read() as tx:
        sealed = [body for _, body in north.ledger.entries(tx, kinds=(SEALED,))]
    assert len(sealed) == 1  # the retraction
    assert b"2026-03-02T08:30" not in sealed[0]
    drain(north, south)
    check(north, south)


def test_what_waits_in_a_queue_first_becomes_a_void_and_then_goes(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    north.retract("r-1")
    assert len(said(north)) == 2

    drain(north, south)
    tick(north, south)

    assert said(north) == said(south) == []
    assert north.counts("south")["void"] == 1
    check(north, south)


def test_a_receiver_that_lost_its_ledger_is_sent_a_void_where_the_record_stood(
    pair: tuple[Node, Node], make_node: Callable[[str], Node]
) -> None:
    north, south = pair
    north.put(report(), "south")
    north.put(report("r-2"), "south")
    drain(north, south)
    north.retract("r-1")
    drain(north, south)
    south.db.close()
    south.path.unlink()
    south.open()
    south.knows(north)
    north.put(report("r-3"), "south")

    drain(north, south)

    assert south.rids() == ["r-2", "r-3"]
    assert south.counts("north")["void_received"] == 1
    check(north, south)


def test_a_record_is_held_until_every_basis_is_released_and_then_answered_again(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    for basis in ("case 7, court order", "inquiry of the ombudsman", "case 7, court order"):
        hold(south, basis)
    north.retract("r-1")
    drain(north, south)
    [held] = north.exchange.traffic.answers("r-1")

    with pytest.raises(Fault, match="hold_ambiguous"):
        release(south)
    assert release(south, "case 7, court order") == 0
    assert len(said(south)) == 1
    assert release(south) == 1
    drain(north, south)
    [erased] = north.exchange.traffic.answers("r-1")

    assert (held.answer, held.basis, held.copies) == ("held", "case 7, court order; inquiry of the ombudsman", 1)
    assert (erased.answer, erased.basis, erased.copies) == ("erased", "", 1)
    assert said(south) == []
    with pytest.raises(Fault, match="hold_unknown"):
        release(south)
    check(north, south)


def test_an_own_record_under_a_hold_is_taken_back_from_partners_and_kept_here(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    hold(north, "case 7")
    north.retract("r-1")
    drain(north, south)
    tick(north, south)

    assert said(south) == []
    assert len(said(north)) > 0
    assert release(north) > 0
    assert said(north) == []
    check(north, south)


def test_nothing_of_it_is_left_in_the_files_of_either_database(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    marks = []
    for node in pair:
        with node.ledger.read() as tx:
            for entry in said(node):
                row = tx.one("SELECT wrapped_key, cipher FROM body WHERE idx = :idx", idx=entry)
                assert row is not None
                marks += [bytes(row[0]), bytes(row[1])[:200]]
    assert len(marks) == 6

    north.retract("r-1")
    drain(north, south)
    tick(north, south)

    for node in pair:
        stored = b"".join(path.read_bytes() for path in node.path.parent.glob("*.db*"))
        assert [mark for mark in marks if mark in stored] == []


def test_an_answer_to_what_was_never_sent_changes_nothing(pair: tuple[Node, Node]) -> None:
    north, south = pair
    with south.ledger.write() as batch:
        south.exchange.answering.answer(batch, ("north", "r-9", 1, "expire"), "erased")
    drain(north, south)

    assert compliance(north) == {}


def test_a_correction_that_names_an_older_revision_is_refused(pair: tuple[Node, Node]) -> None:
    north, _ = pair
    north.put(report(), "south")
    with north.ledger.write() as batch:
        north.exchange.correct(batch, "r-1", {"text": "second"}, rev=1)

    with pytest.raises(Fault, match="revision_outdated"), north.ledger.write() as batch:
        north.exchange.correct(batch, "r-1", {"text": "third"}, rev=1)


def test_a_regrade_travels_as_a_revision_and_is_answered(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    with north.ledger.write() as batch:
        north.exchange.recall.regrade(batch, "r-1", "restricted", ["no_press"])
    drain(north, south)

    held = south.exchange.holdings.find("r-1")
    assert held is not None
    assert (held.op, held.header["handling"]) == ("regrade", {"level": "restricted", "caveats": ["no_press"]})
    assert compliance(north) == {"corrected": 1}
    check(north, south)


def test_a_partner_that_leaves_gives_everything_back_and_is_not_sent_the_next_revision(
    make_node: Callable[[str], Node],
) -> None:
    north, south, east = make_node("north"), make_node("south"), make_node("east")
    for one in (north, south, east):
        for other in (north, south, east):
            if one is not other:
                one.knows(other)
    for rid in ("r-1", "r-2"):
        for to in ("south", "east"):
            north.put(report(rid), to)
    drain(north, south, east)

    with north.ledger.write() as batch:
        results = north.exchange.recall.recall_all(batch, "east", "the party left the agreement")
    drain(north, south, east)
    north.correct("r-1", {"text": "the other ship"})
    drain(north, south, east)

    assert [result.rid for result in results] == ["r-1", "r-2"]
    assert (east.rids(), said(east)) == ([], [])
    assert south.rids() == ["r-2", "r-1"]
    assert compliance(north, "east") == {"erased": 2}
    assert compliance(north, "south") == {"corrected": 1}
    with north.ledger.write() as batch:
        assert north.exchange.recall.recall_all(batch, "east", "again") == []
    for node in (north, south, east):
        assert node.ledger.rebuild(check=True)["equal"]


def test_who_derives_records_is_told_and_those_the_partner_has_are_named(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    south.put(report("s-1", origin="south"), "north")
    drain(north, south)
    south.exchange.house.on_recall.append(lambda _batch, rid: ["s-1", "s-secret"] if rid == "r-1" else [])

    north.retract("r-1")
    drain(north, south)

    [answer] = north.exchange.traffic.answers("r-1")
    assert (answer.answer, answer.derived) == ("erased", ("s-1",))
