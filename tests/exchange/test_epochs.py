"""Homes that were put back to an older state: found at once, opened anew, and nothing lost or held twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest
from tests.exchange.nodes import Node, drain, later, load, report
from tests.exchange.test_positions import arrow, put

from haemaru.exchange import Refusal
from haemaru.exchange.entries import RECOVERED, STORED, StoredFacts, read_entry
from haemaru.exchange.envelope import read_envelope
from haemaru.exchange.receipt import read_answer
from haemaru.exchange.standing import STANDING_TYPE, Standing
from haemaru.wording import Fault


def greet(here: Node, there: Node) -> None:
    """One standing and its answer."""
    asked = here.exchange.standings.ask(there.party)
    assert here.exchange.standings.take(there.party, asked, there.exchange.accept(asked.data))


@contextmanager
def put_back(node: Node) -> Iterator[None]:
    """Whatever happens to the node inside is undone: its database is what it was before."""
    node.db.close()
    backup = node.path.read_bytes()
    node.open()
    yield
    node.db.close()
    for extra in node.path.parent.glob(f"{node.path.name}-*"):
        extra.unlink()
    node.path.write_bytes(backup)
    node.open()


def compared(here: Node, there: Node) -> dict[str, object]:
    later(here.clock, seconds=1)
    session = here.exchange.digests.compare(there.party, turn=False)
    drain(here, there)
    return here.exchange.digests.session(session)


def agree(*nodes: Node) -> None:
    """Nothing lost, nothing twice, the same on both sides, and the ledgers verify and rebuild."""
    first, second = nodes
    for here, there in ((first, second), (second, first)):
        found = compared(here, there)
        assert (found["done"], found["missing"], found["altered"]) == (True, 0, 0)
    for here, there in ((first, second), (second, first)):
        assert here.exchange.status()[there.party]["compared"]["open"] == {}
        for counts in here.exchange.status()[there.party]["channels"]:
            assert (counts["lost"], counts["duplicates"]) == (0, 0), counts
            assert counts["quarantined"] == {}
        assert here.ledger.verify().ok
        assert here.ledger.rebuild(check=True)["ok"]


def test_a_sender_that_was_put_back_is_found_before_it_sends_a_record(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    drain(*pair)
    with put_back(north):
        north.put(report("r-2"), "south")
        drain(*pair)

    greet(south, north)
    greet(north, south)

    assert north.counts("south")["alarm"] == "cursor_in_future"
    assert "cursor_in_future" in north.exchange.status()["south"]["alarms"]
    assert south.counts("north")["alarm"] == "sender_behind"
    north.put(report("r-3"), "south")
    assert north.exchange.next_frame("south", "intelligence") is None
    north.exchange.reopen("south")
    drain(*pair)
    greet(south, north)
    assert south.counts("north")["alarm"] is None
    assert south.rids() == ["r-1", "r-2", "r-3"]


def test_what_a_sender_forgot_comes_back_and_can_be_taken_back(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    drain(*pair)
    with put_back(north):
        north.put(report("r-2"), "south")
        north.put(report("r-3"), "south")
        north.put(report("t-1", kind="training.session"), "south")
        drain(*pair)
    north.put(report("r-4"), "south")
    greet(north, south)
    north.exchange.reopen("south")
    drain(*pair)

    found = compared(north, south)

    # r-4 had the number of r-2 before the streams were opened anew.
    assert found["unknown_here"] == 3
    north.retract("r-2", "wrong ship")
    north.retract("t-1")
    drain(*pair)
    assert south.rids() == ["r-1", "r-3", "r-4"]
    assert north.exchange.status()["south"]["compliance"] == {"erased": 2}
    agree(north, south)


def test_what_came_back_is_held_listed_and_erased_like_any_own_record(pair: tuple[Node, Node]) -> None:
    north, south = pair
    with put_back(north):
        north.put(report("r-1"), "south")
        drain(*pair)
    greet(north, south)
    north.exchange.reopen("south")
    compared(north, south)

    [held] = north.exchange.holdings.list()
    assert (held.rid, held.state, held.is_recovered) == ("r-1", "held", True)
    assert "source" not in held.record["body"]
    with north.ledger.write() as batch:
        north.exchange.hold(batch, "r-1", "case 7")
        north.exchange.holds.release(batch, "r-1", "over")
    assert len(bodies(north, RECOVERED)) == 1
    north.retract("r-1", "wrong ship")
    assert bodies(north, RECOVERED) == bodies(north, STORED)[1:] == []
    drain(*pair)
    agree(north, south)


def test_what_had_been_taken_back_comes_back_as_a_tombstone_that_says_nothing(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    drain(*pair)
    with put_back(north):
        north.retract("r-1", "wrong ship")
        drain(*pair)
    assert north.rids() == ["r-1"]
    greet(north, south)
    north.exchange.reopen("south")
    compared(north, south)
    north.exchange.tick()

    assert north.rids() == []
    [tombstone] = bodies(north, STORED)
    facts, content = read_entry(tombstone, StoredFacts)
    assert (facts.op, facts.keys, facts.recovered, content) == ("retract", (), True, b"")
    with pytest.raises(Fault, match="rid_taken_back"):
        north.put(report("r-1"), "south")
    agree(north, south)


@pytest.mark.parametrize("is_taken_back", [True, False], ids=["taken back", "corrected"])
def test_what_became_of_a_record_while_its_receiver_was_forgotten_reaches_it(
    pair: tuple[Node, Node], is_taken_back: bool
) -> None:
    north, south = pair
    with north.ledger.write() as batch:
        north.exchange.store(batch, report("r-1"))
    with put_back(north):
        north.put(report("r-1"), "south")
        drain(*pair)
    greet(north, south)
    north.exchange.reopen("south")
    north.retract("r-1", "wrong ship") if is_taken_back else north.correct("r-1", {"text": "another ship"})
    drain(*pair)
    assert [held.record["body"]["text"] for held in south.exchange.holdings.list()] == ["seen at anchor r-1"]

    compared(north, south)

    assert [held.record["body"]["text"] for held in south.exchange.holdings.list()] == (
        [] if is_taken_back else ["another ship"]
    )
    north.exchange.tick()
    assert bool(bodies(north, RECOVERED)) is not is_taken_back
    agree(north, south)


def test_a_recall_that_was_forgotten_reaches_everybody_who_had_not_been_told(make_node: Callable[[str], Node]) -> None:
    north, south, east = (make_node(name) for name in ("north", "south", "east"))
    for other in (south, east):
        north.knows(other)
        other.knows(north)
        north.put(report("r-1"), other.party)
    drain(north, south, east)
    with put_back(north):
        north.retract("r-1", "wrong ship")
        drain(north, south)
    for other in (south, east):
        greet(north, other)
        north.exchange.reopen(other.party)
    drain(north, south, east)
    assert east.rids() == ["r-1"]

    compared(north, south)
    drain(north, south, east)

    assert (north.rids(), south.rids(), east.rids()) == ([], [], [])


def test_a_partner_gives_back_only_what_it_was_sent_itself(
    make_node: Callable[[str], Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    north, south, east = (make_node(name) for name in ("north", "south", "east"))
    for one, other in ((north, south), (south, north), (north, east), (east, north)):
        one.knows(other)
    with put_back(north):
        north.put(report("r-1"), "south")
        north.put(report("r-2"), "east")
        drain(north, south, east)
    greet(north, south)
    north.exchange.reopen("south")
    drain(north, south)

    def of_east(_tx: object, *place: object) -> object:
        with east.ledger.read() as tx:
            return east.exchange.evidence.arrived(tx, *place[:-1], east.exchange.evidence.frames(tx, "north"))  # type: ignore[arg-type, call-arg]

    monkeypatch.setattr(south.exchange.evidence, "arrived", of_east)
    compared(north, south)

    assert north.rids() == []
    assert "r-2" not in str(bodies(north, RECOVERED))


def bodies(node: Node, kind: str) -> list[bytes]:
    with node.ledger.read() as tx:
        return [body for _, body in node.ledger.entries(tx, kinds=(kind,))]


def test_what_was_erased_is_proved_by_a_frame_that_brought_a_void_for_what_was_held(pair: tuple[Node, Node]) -> None:
    north, south = pair
    with put_back(north):
        north.put(report("r-1"), "south")
        south.exchange.accept(north.frame("south"))  # and the receipt is lost
        north.retract("r-1")
        north.put(report("r-2"), "south")
        north.put(report("r-3"), "south")
        drain(*pair)
        north.retract("r-2")
        drain(*pair)
    greet(north, south)
    north.exchange.reopen("south")
    drain(*pair)

    compared(north, south)
    compared(north, south)

    assert north.rids() == south.rids() == ["r-3"]
    agree(north, south)


def test_what_comes_back_and_has_lost_its_bytes_goes_as_a_void(pair: tuple[Node, Node]) -> None:
    north, south = pair
    with put_back(north):
        north.put(report("r-1"), "south")
        drain(*pair)
    greet(north, south)
    north.exchange.reopen("south")
    drain(*pair)
    later(north.clock, seconds=1)
    north.exchange.digests.compare("south", turn=False)
    while not spooled(south):
        for here, there in (pair, pair[::-1]):
            frame = here.exchange.next_frame(there.party, "control") if not spooled(south) else None
            if frame is not None:
                here.exchange.take_receipt(there.party, there.exchange.accept(frame))
    with south.ledger.write() as batch:
        batch.tx.run("DELETE FROM exchange_spool")

    drain(*pair)

    assert south.counts("north", "control")["waiting"] == 0
    assert north.ledger.verify().ok


def spooled(node: Node) -> int:
    """How many items wait in the spool."""
    with node.ledger.read() as tx:
        row = tx.one("SELECT count(*) FROM exchange_spool")
    return int(row[0]) if row else 0


@pytest.mark.parametrize("is_recovered", [False, True], ids=["put again first", "given back first"])
def test_the_same_record_put_again_after_a_restore_is_known(pair: tuple[Node, Node], is_recovered: bool) -> None:
    north, south = pair
    with put_back(north):
        north.put(report("r-1"), "south")
        drain(*pair)
    greet(north, south)
    north.exchange.reopen("south")
    drain(*pair)
    if is_recovered:
        compared(north, south)

    result = north.put(report("r-1"), "south")
    drain(*pair)

    assert result.outcome == ("known" if is_recovered else "sealed")
    assert north.put(report("r-1"), "south").outcome == "known"
    assert south.rids() == ["r-1"]
    with north.ledger.read() as tx:
        own = north.exchange._outbox.latest(tx, "r-1")
        assert own is not None
        assert own.state == "held"
        assert north.exchange._outbox.record_at(tx, own.entry)["body"]["source"] == "informant"
    agree(north, south)


def test_another_content_under_the_same_revision_stays_a_conflict(pair: tuple[Node, Node]) -> None:
    north, south = pair
    with put_back(north):
        north.put(report("r-1"), "south")
        drain(*pair)
    north.exchange.reopen("south")
    north.put(report("r-1", body={"text": "something else"}), "south")

    drain(*pair)

    assert south.counts("north")["quarantined"] == {"rev_conflict": 1}


def test_a_receiver_that_was_put_back_is_filled_before_anything_new_is_sent(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    drain(*pair)
    with put_back(south):
        north.put(report("r-2"), "south")
        drain(*pair)
        north.retract("r-1")
        drain(*pair)

    greet(north, south)
    assert north.counts("south")["alarm"] == "receiver_behind"
    greet(south, north)
    assert south.counts("north", "control")["alarm"] == "cursor_in_future"

    south.exchange.reopen("north")
    drain(*pair)
    greet(north, south)
    assert north.counts("south")["alarm"] is None
    assert south.rids() == ["r-2"]
    agree(north, south)


def test_both_put_back_open_new_epochs_and_agree(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for node, other in (pair, pair[::-1]):
        node.put(report(f"{node.party}-1", origin=node.party), other.party)
    drain(*pair)
    with put_back(north), put_back(south):
        for node, other in (pair, pair[::-1]):
            node.put(report(f"{node.party}-2", origin=node.party), other.party)
        drain(*pair)

    for node, other in (pair, pair[::-1]):
        node.exchange.epochs.put_back()
        node.restart()
        assert node.counts(other.party)["alarm"] == "home_restored"
        node.put(report(f"{node.party}-2", origin=node.party), other.party)
        assert node.exchange.next_frame(other.party, "intelligence") is None
        node.exchange.reopen(other.party)
        assert node.counts(other.party)["alarm"] is None
    drain(*pair)
    greet(north, south)

    assert sorted(south.rids()) == ["north-1", "north-2", "south-1", "south-2"]
    agree(north, south)


def test_numbers_given_twice_are_never_believed_to_have_arrived(pair: tuple[Node, Node]) -> None:
    north, south = pair
    with put_back(north):
        north.put(report("r-1"), "south")
        drain(*pair)
    for number in range(3):
        north.put(report(f"n-{number}"), "south")

    drain_alarm = south.exchange.accept(north.frame("south"))
    with pytest.raises(Exception, match="cursor_in_future"):
        north.exchange.take_receipt("south", drain_alarm)
    north.exchange.reopen("south")
    drain(*pair)

    assert sorted(south.rids()) == ["n-0", "n-1", "n-2", "r-1"]
    agree(north, south)


def test_a_second_different_statement_of_an_epoch_is_refused_and_kept(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    with put_back(north):
        north.exchange.reopen("south")
        drain(*pair)
    north.exchange.reopen("south")

    answer = south.exchange.accept(north.frame("south", "control"))
    refused = north.exchange.take_receipt("south", answer)
    south.exchange.accept(north.frame("south", "control")) if north.exchange.next_frame("south", "control") else None

    assert isinstance(refused, Refusal)
    assert (refused.code, refused.epoch) == ("epoch_forked", 2)
    assert north.counts("south")["alarm"] == "epoch_forked"
    assert north.exchange.next_frame("south", "intelligence") is None
    assert "epoch_forked" in south.exchange.status()["north"]["alarms"]
    pack = msgspec.json.decode(read_envelope(south.exchange.evidence.pack("north")).content)
    assert len(set(pack["items"][0]["lines"])) == 2
    assert north.exchange.reopen("south") == 3
    drain(*pair)
    assert south.rids() == ["r-1"]


def test_a_new_epoch_begins_with_its_statement_on_control(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    north.exchange.reopen("south")

    answer = read_answer(south.exchange.accept(north.frame("south")), south.keys.public)
    assert isinstance(answer, Refusal)
    assert answer.code == "epoch_not_stated"

    drain(*pair)
    assert south.rids() == ["r-1"]


def test_standings_of_strangers_and_old_answers_are_not_believed(pair: tuple[Node, Node]) -> None:
    north, south = pair
    asked, again = north.exchange.standings.ask("south"), north.exchange.standings.ask("south")
    answer = south.exchange.accept(asked.data)
    envelope = read_envelope(answer)
    assert envelope.payloadType == STANDING_TYPE
    assert msgspec.json.decode(envelope.content, type=Standing).answers == asked.digest

    assert north.exchange.standings.take("south", asked, answer)
    assert not north.exchange.standings.take("south", again, answer)
    for bad in (b"{}", b"{" * 900_000, answer, asked.data.replace(b'"sig":"', b'"sig":"AAAA')):
        refusal = read_answer(south.exchange.accept(bad), south.keys.public)
        assert isinstance(refusal, Refusal)


def test_clocks_that_differ_are_an_alarm_and_nothing_else(pair: tuple[Node, Node]) -> None:
    north, south = pair
    greet(north, south)
    assert north.exchange.status()["south"]["skew_s"] == 0
    north.clock = type(north.clock)(north.clock.now())
    later(north.clock, minutes=10)
    north.restart()
    north.put(report("r-1"), "south")

    greet(north, south)
    drain(*pair)

    assert north.exchange.status()["south"]["alarms"] == ["clock_skew"]
    assert south.exchange.status()["north"]["alarms"] == ["clock_skew"]
    assert round(south.exchange.status()["north"]["skew_s"]) == 600
    assert south.rids() == ["r-1"]


def test_batches_of_positions_come_again_to_a_home_that_was_put_back(pair: tuple[Node, Node]) -> None:
    north, south = pair
    with put_back(south):
        assert put(north, "south", arrow(10)) == "sealed"
        drain(*pair)
    taken: list[bytes] = []
    south.exchange.on_positions(lambda _header, data: taken.append(data))

    greet(north, south)
    drain(*pair)

    assert taken == [arrow(10)]
    assert north.counts("south", "track")["void"] == 0


def test_what_had_arrived_before_it_was_sealed_anew_comes_again_to_a_home_that_was_put_back(
    pair: tuple[Node, Node],
) -> None:
    north, south = pair
    north.put(report("r-0"), "south")
    drain(*pair)
    with put_back(south):
        north.put(report("r-1"), "south")
        frame = north.exchange.next_frame("south", "intelligence")
        assert frame is not None
        south.exchange.accept(frame)
        for node in pair:
            node.adopted.known.append(load("2", ("1.2",)))
        drain(*pair)

    greet(north, south)
    drain(*pair)
    assert south.rids() == ["r-0", "r-1"]


@pytest.mark.parametrize("is_over", [False, True], ids=["in this epoch", "in one that is over"])
def test_what_arrived_before_it_was_void_is_void_at_a_home_put_back_and_told_as_delivered(
    pair: tuple[Node, Node], is_over: bool
) -> None:
    north, south = pair
    north.put(report("r-0"), "south")
    drain(*pair)
    with put_back(south):
        north.put(report("r-1"), "south")
        south.exchange.accept(north.frame("south"))
        north.retract("r-1")
        drain(*pair)
        if is_over:
            north.exchange.reopen("south")
            drain(*pair)
    greet(north, south)
    drain(*pair)
    if is_over:
        south.exchange.reopen("north")
        drain(*pair)
    for _ in range(3):
        compared(north, south)
        drain(*pair)

    with south.ledger.read() as tx:
        held = tx.all("SELECT seq, state FROM exchange_in WHERE channel = 'intelligence' AND epoch = 1 ORDER BY seq")
    with north.ledger.read() as tx:
        told = tx.all("SELECT seq, state FROM exchange_out WHERE channel = 'intelligence' AND epoch = 1 ORDER BY seq")
    assert [tuple(row) for row in held] == [(1, "held"), (2, "void")]
    # Its origin does not forget that it was out: the backup of the other side, or what was made of it, may hold it.
    assert [tuple(row) for row in told] == [(1, "sealed"), (2, "delivered")]
    assert south.rids() == ["r-0"]
