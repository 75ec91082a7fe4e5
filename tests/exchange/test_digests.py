"""Comparing streams: what one side sent against what the other holds."""

import random

import pytest
from tests.exchange.nodes import Node, drain, later, report

from haemaru.exchange.comparison import COMPARED, RESENT, ComparedFacts, ResentFacts, parts_of
from haemaru.exchange.entries import entry_bytes
from haemaru.storage import Tx


def fill(pair: tuple[Node, Node], count: int) -> None:
    """`count` numbers of intelligence on both sides, written into the tables alone: only digests are compared."""
    north, south = pair
    seed = random.Random(5)
    rows = [{"seq": seq, "digest": seed.randbytes(32)} for seq in range(1, count + 1)]
    with north.db.write() as tx:
        tx.many(
            "INSERT INTO exchange_out (peer, channel, epoch, seq, rid, rev, op, kind, state, code, digest, entry,"
            " void_entry, source, agreement, at_ms) VALUES ('south', 'intelligence', 1, :seq, x'', 1, 'put', '',"
            " 'sealed', '', :digest, -1, -1, -1, '', 0)",
            rows,
        )
        tx.run(
            "UPDATE exchange_streams SET last = :n, acked = :n WHERE direction = 'out' AND channel = 'intelligence'",
            n=count,
        )
    with south.db.write() as tx:
        tx.many(
            "INSERT INTO exchange_in (peer, channel, epoch, seq, rid, rev, op, kind, origin, state, code, digest, leaf,"
            " entry, at_ms) VALUES ('north', 'intelligence', 1, :seq, x'', 1, 'put', '', 'north', 'held', '', :digest,"
            " x'', -1, 0)",
            rows,
        )
        tx.run(
            "INSERT INTO exchange_streams (direction, peer, channel, epoch, last, acked, at_ms)"
            " VALUES ('in', 'north', 'intelligence', 1, :n, :n, 0)",
            n=count,
        )


def compared(north: Node, south: Node, turn: bool = False) -> dict[str, object]:
    session = north.exchange.digests.compare("south", turn=turn)
    with north.ledger.read() as tx:
        assert tx.one("SELECT 1 FROM exchange_comparisons WHERE session = :s", s=session)
    for _ in range(20):
        for here, there in ((north, south), (south, north)):
            frame = here.exchange.next_frame(there.party, "control")
            if frame is not None:
                here.exchange.take_receipt(there.party, there.exchange.accept(frame))
    return north.exchange.digests.session(session)


def alter(tx: Tx, *seqs: int) -> None:
    for seq in seqs:
        tx.run("UPDATE exchange_in SET digest = :d WHERE channel = 'intelligence' AND seq = :seq", d=b"x" * 32, seq=seq)


def lose(tx: Tx, first: int, last: int) -> None:
    tx.run("DELETE FROM exchange_in WHERE channel = 'intelligence' AND seq >= :a AND seq <= :b", a=first, b=last)


def test_one_altered_record_among_100_000_is_found_in_five_rounds_with_63_digests(pair: tuple[Node, Node]) -> None:
    fill(pair, 100_000)
    with pair[1].db.write() as tx:
        alter(tx, 57_001)

    found = compared(*pair)

    assert (found["done"], found["rounds"], found["digests"]) == (True, 5, 63)
    assert (found["missing"], found["altered"], found["unknown_here"]) == (0, 1, 0)
    with pair[1].ledger.read() as tx:
        theirs = pair[1].exchange.digests.differences(tx, "north")
    assert theirs == [{"direction": "in", "channel": "intelligence", "epoch": 1, "seq": 57_001, "code": "altered"}]
    assert pair[0].exchange.status()["south"]["compared"]["open"] == {"altered": 1}


@pytest.mark.parametrize(
    ("gaps", "altered", "missing", "most"),
    [(((17, 17), (40_000, 40_000), (99_999, 99_999)), (62_345,), 3, 260), (((50_001, 51_000),), (), 1_000, 1_600)],
    ids=["3 missing, 1 altered", "1,000 missing"],
)
def test_what_is_missing_costs_few_digests(
    pair: tuple[Node, Node], gaps: tuple[tuple[int, int], ...], altered: tuple[int, ...], missing: int, most: int
) -> None:
    fill(pair, 100_000)
    with pair[1].db.write() as tx:
        alter(tx, *altered)
        for gap in gaps:
            lose(tx, *gap)

    found = compared(*pair)

    assert (found["missing"], found["altered"]) == (missing, len(altered))
    assert isinstance(found["digests"], int)
    assert found["digests"] <= most


def test_equal_streams_cost_one_round_and_both_directions_are_told(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for number in range(20):
        north.put(report(f"n-{number}"), "south")
        south.put(report(f"s-{number}", origin="south", kind="training.session"), "north")
    north.put(report("gone"), "south")
    drain(*pair)
    north.retract("gone")
    drain(*pair)

    found = compared(north, south, turn=True)

    assert (found["done"], found["rounds"]) == (True, 1)
    for here, there in ((north, "south"), (south, "north")):
        told = here.exchange.status()[there]["compared"]
        assert (told["out"]["altered"], told["in"]["missing"], told["open"]) == (0, 0, {})
    assert all(node.ledger.rebuild(check=True)["ok"] for node in pair)


def test_what_the_receiver_lacks_although_it_signed_for_it_is_sent_again(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for number in range(10):
        north.put(report(f"r-{number}"), "south")
    drain(*pair)
    with south.db.write() as tx:
        lose(tx, 4, 6)
        lose(tx, 9, 9)
    assert south.counts("north")["lost"] == 4

    compared(north, south)
    drain(*pair)

    assert len(south.rids()) == 10
    assert (south.counts("north")["lost"], south.counts("north")["duplicates"]) == (0, 0)
    assert north.exchange.status()["south"]["compared"]["open"] == {}
    later(north.clock, hours=1)
    assert compared(north, south)["missing"] == 0


def test_a_difference_that_a_later_comparison_does_not_find_is_none_any_more(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(*pair)
    facts = ComparedFacts(session="s", peer="south", missing=parts_of([("intelligence", 1, 1)]), rounds=1, done=True)
    refused = ResentFacts(peer="south", channel="intelligence", epoch=1, first=1, last=1, code="gap")
    with north.ledger.write() as batch:
        batch.append(COMPARED, entry_bytes(facts))
        batch.append(RESENT, entry_bytes(refused))
    assert north.exchange.status()["south"]["compared"]["open"] == {"missing": 1}

    compared(north, south)

    assert north.exchange.status()["south"]["compared"]["open"] == {}


def test_a_record_taken_back_meanwhile_is_not_sent_again_but_as_a_void(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for number in range(3):
        north.put(report(f"r-{number}"), "south")
    drain(*pair)
    with south.db.write() as tx:
        lose(tx, 2, 2)
    north.retract("r-1")

    compared(north, south)
    drain(*pair)

    assert south.rids() == ["r-0", "r-2"]
    assert south.counts("north")["lost"] == 0
    later(north.clock, minutes=1)
    again = compared(north, south)
    assert (again["done"], again["missing"], again["altered"]) == (True, 0, 0)
    assert north.ledger.rebuild(check=True)["ok"]


def test_streams_are_compared_once_a_night(pair: tuple[Node, Node]) -> None:
    north = pair[0]
    north.put(report(), "south")
    drain(*pair)
    north.exchange.tick()
    assert north.exchange.status()["south"]["compared"]["out"] is None

    later(north.clock, days=1)
    for _ in range(3):
        north.exchange.tick()
        drain(*pair)

    done = north.exchange.status()["south"]["compared"]["out"]
    assert (done["done"], done["missing"]) == (True, 0)
    with north.ledger.read() as tx:
        assert tx.one("SELECT count(*) FROM exchange_comparisons") == (1,)


def test_a_comparison_under_way_is_gone_on_with_and_a_new_one_begins_after_its_end(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(*pair)
    session = north.exchange.digests.compare("south", turn=False)
    assert north.exchange.digests.compare("south", turn=False) == session
    ask = north.frame("south", "control")
    north.exchange.take_receipt("south", south.exchange.accept(ask))
    answer = south.frame("north", "control")
    south.exchange.take_receipt("north", north.exchange.accept(answer))
    assert north.exchange.digests.session(session)["done"]

    later(north.clock, seconds=1)
    assert north.exchange.digests.compare("south", turn=False) != session
    assert north.exchange.status()["south"]["compared"]["out"]["done"] is False
