"""Leases: with the cable cut nothing leaves for longer than the agreement says, whatever the clocks show."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.exchange.nodes import Node, agreement_text, drain, later, load, report

from haemaru.agreement import load_agreement
from haemaru.clock import FakeClock
from haemaru.exchange.entries import SealedFacts, read_entry
from haemaru.exchange.envelope import read_envelope
from haemaru.exchange.messages import Lease, read_message
from haemaru.wording import Fault

SHORT = load(lease=15)


@pytest.fixture
def two(pair: tuple[Node, Node]) -> tuple[Node, Node]:
    """Two nodes under an agreement with leases of a quarter of an hour."""
    for node in pair:
        node.adopted.known = [SHORT]
    return pair


def lease(node: Node, peer: str) -> dict[str, object]:
    found: dict[str, object] = node.exchange.status()[peer]["agreements"][0]
    return found


def test_the_signature_is_the_first_lease_and_it_is_renewed_over_the_cable(
    two: tuple[Node, Node], clock: FakeClock
) -> None:
    north, south = two
    assert lease(north, "south")["lease_until"] == "2026-03-02T09:15:00Z"
    assert north.exchange.leases.renew() == 0

    later(clock, minutes=5)
    drain(north, south)
    assert lease(north, "south")["lease_until"] == "2026-03-02T09:20:00Z"

    later(clock, minutes=14)
    north.put(report(), "south")
    drain(north, south)
    assert south.rids() == ["r-1"]


def test_with_the_cable_cut_nothing_leaves_after_the_lease_and_sealing_goes_on(
    two: tuple[Node, Node], clock: FakeClock
) -> None:
    north, south = two
    later(clock, minutes=14, seconds=59)
    north.put(report("r-1"), "south")
    assert north.exchange.next_frame("south", "intelligence") is not None

    later(clock, seconds=1)
    north.exchange.tick()
    assert north.put(report("r-2"), "south").outcome == "sealed"
    assert north.exchange.next_frame("south", "intelligence") is None
    assert north.counts("south")["held_back"] == "lease_ended"
    assert (lease(north, "south")["held_back"], lease(north, "south")["waiting"]) == ("lease_ended", 2)
    assert north.exchange.next_frame("south", "control") is not None

    drain(north, south)
    assert south.rids() == ["r-1", "r-2"]
    assert lease(north, "south")["held_back"] is None


def test_a_partner_that_suspended_while_the_cable_was_cut_grants_nothing(
    two: tuple[Node, Node], clock: FakeClock
) -> None:
    north, south = two
    south.adopted.suspended = True
    north.put(report(), "south")
    later(clock, minutes=15)

    drain(north, south)
    for _ in range(20):
        later(clock, minutes=1)
        drain(north, south)
    assert south.rids() == []
    assert north.counts("south")["held_back"] == "lease_ended"

    south.adopted.suspended = False
    later(clock, minutes=5)
    drain(north, south)
    assert south.rids() == ["r-1"]


def test_questions_that_are_not_granted_become_rare(two: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = two
    south.adopted.suspended = True
    later(clock, minutes=15)
    asked = 0
    for _ in range(360):
        later(clock, seconds=10)
        asked += north.exchange.leases.renew()
        while (frame := north.exchange.next_frame("south", "control")) is not None:
            north.exchange.take_receipt("south", south.exchange.accept(frame))

    assert 10 < asked < 25


def test_a_cable_cut_for_three_days_leaves_few_questions_in_the_queue(two: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = two
    for _ in range(72 * 2):
        later(clock, minutes=30)
        north.exchange.leases.renew()
    assert north.counts("south", "control")["waiting"] < 15

    north.put(report(), "south")
    drain(north, south)
    later(clock, seconds=1)
    drain(north, south)
    assert south.rids() == ["r-1"]


def test_question_and_lease_travel_by_courier_and_nothing_else_leaves_without_one(
    two: tuple[Node, Node], clock: FakeClock
) -> None:
    north, south = two
    north.put(report(), "south")
    later(clock, minutes=20)

    south.exchange.import_courier(north.exchange.export_courier("south"))
    assert south.rids() == []
    later(clock, minutes=10)
    north.exchange.import_courier(south.exchange.export_courier("north"))
    south.exchange.import_courier(north.exchange.export_courier("south"))
    assert south.rids() == ["r-1"]


def test_a_lease_that_travelled_longer_than_it_lasts_gives_nothing(two: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = two
    north.put(report(), "south")
    later(clock, minutes=20)
    south.exchange.import_courier(north.exchange.export_courier("south"))
    later(clock, minutes=15)
    north.exchange.import_courier(south.exchange.export_courier("north"))

    assert north.exchange.next_frame("south", "intelligence") is None
    assert north.counts("south")["held_back"] == "lease_ended"


def test_clocks_that_differ_change_nothing(make_node: Callable[[str], Node], clock: FakeClock, tmp_path: Path) -> None:
    north = make_node("north")
    fast = FakeClock(clock.now() + timedelta(minutes=10))
    south = Node("south", fast, tmp_path, SHORT, 2)
    for node in (north, south):
        node.adopted.known = [SHORT]
    north.knows(south)
    south.knows(north)

    for _ in range(12):
        later(clock, minutes=5)
        later(fast, minutes=5)
        drain(north, south)
        assert lease(north, "south")["held_back"] is None
        assert lease(south, "north")["held_back"] is None
    later(clock, minutes=15)
    later(fast, minutes=15)
    assert lease(north, "south")["held_back"] == "lease_ended"
    assert lease(south, "north")["held_back"] == "lease_ended"


def test_an_old_lease_said_again_does_nothing(two: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = two
    later(clock, minutes=5)
    drain(north, south)
    asked = next(message.asked for message in said(south) if isinstance(message, Lease))
    later(clock, minutes=30)
    for name in (asked, "019cadc6-0000-7000-8000-000000000000"):
        again = Lease(
            id=south.ids.new(),
            realm="demo",
            from_="south",
            to="north",
            created="2026-03-02T09:35:00Z",
            asked=name,
            agreement=SHORT.hash,
            minutes=10_000,
        )
        with south.ledger.write() as batch:
            south.exchange._outbox.send_message(batch, "north", again)
    north.exchange.accept(south.frame("north", "control"))

    assert north.counts("south")["held_back"] == "lease_ended"
    assert lease(north, "south")["lease_until"] == "2026-03-02T09:20:00Z"


def said(node: Node) -> list[object]:
    with node.ledger.read() as tx:
        rows = tx.all("SELECT entry FROM exchange_out WHERE channel = 'control' AND op = 'message' ORDER BY entry")
        bodies = [read_entry(node.ledger.body(tx, entry), SealedFacts)[1] for (entry,) in rows]
    return [read_message(read_envelope(body).content) for body in bodies]


def test_no_partner_grants_more_than_the_agreement_says(two: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = two
    later(clock, minutes=5)
    north.exchange.leases.renew()
    south.exchange.accept(north.frame("south", "control"))
    with north.ledger.read() as tx:
        row = tx.one("SELECT id FROM exchange_lease_asks WHERE peer = 'south'")
    assert row is not None
    generous = Lease(
        id=south.ids.new(),
        realm="demo",
        from_="south",
        to="north",
        created="2026-03-02T09:05:00Z",
        asked=row[0],
        agreement=SHORT.hash,
        minutes=1_000_000,
    )
    with south.ledger.write() as batch:
        batch.tx.run("DELETE FROM exchange_out WHERE channel = 'control'")
        batch.tx.run("UPDATE exchange_streams SET last = 0 WHERE direction = 'out' AND channel = 'control'")
        south.exchange._outbox.send_message(batch, "north", generous)
    north.exchange.accept(south.frame("north", "control"))

    assert lease(north, "south")["lease_until"] == "2026-03-02T09:20:00Z"


def test_a_clock_put_back_makes_a_lease_count_for_nothing(make_node: Callable[[str], Node], clock: FakeClock) -> None:
    north, south = make_node("north"), make_node("south")
    for node in (north, south):
        node.adopted.known = [SHORT]
    north.knows(south)
    south.knows(north)
    later(clock, minutes=5)
    drain(north, south)

    later(clock, hours=-2)
    north.put(report(), "south")

    assert north.exchange.next_frame("south", "intelligence") is None
    assert north.counts("south")["held_back"] == "lease_ended"
    drain(north, south)
    assert south.rids() == ["r-1"]


def test_a_restart_knows_the_leases_from_the_ledger(two: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = two
    later(clock, minutes=10)
    drain(north, south)

    north.restart()
    assert lease(north, "south")["lease_until"] == "2026-03-02T09:25:00Z"
    assert north.ledger.rebuild(check=True)["equal"]
    later(clock, minutes=15)
    north.restart()
    assert lease(north, "south")["held_back"] == "lease_ended"


def test_a_lease_under_one_agreement_is_none_under_another(pair: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = pair
    other = load(name="other", bound=("north", "south"), lease=15)
    for node in pair:
        node.adopted.known = [SHORT, other]
    south.adopted.suspended_ids = {"test"}
    later(clock, minutes=20)
    north.put(report("a-1"), "south", agreement="test")
    north.put(report("b-1"), "south", agreement="other")

    drain(north, south)

    assert south.rids() == ["b-1"]
    assert [each["held_back"] for each in north.exchange.status()["south"]["agreements"]] == ["lease_ended", None]


def test_lease_traffic_is_no_reason_for_a_checkpoint(two: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = two
    drain(north, south)
    for _ in range(20):
        later(clock, minutes=5)
        drain(north, south)

    assert north.exchange.offer_checkpoints() == []


def test_an_ended_agreement_is_not_asked_about_and_its_queue_goes_as_voids(
    two: tuple[Node, Node], clock: FakeClock
) -> None:
    north, south = two
    north.put(report(), "south")
    later(clock, days=200)

    assert north.exchange.leases.renew() == 0
    drain(north, south)
    assert south.counts("north")["void_received"] == 1


@pytest.mark.parametrize("minutes", ["0", "10081", "1.5", '"15"'])
def test_how_long_a_lease_lasts_is_a_whole_number_of_minutes_up_to_a_week(minutes: str) -> None:
    text = agreement_text(lease=1).replace("lease_minutes = 1\n", f"lease_minutes = {minutes}\n")

    with pytest.raises(Fault, match="lease_minutes"):
        load_agreement(text.encode(), "test")


def test_a_lease_lasts_a_quarter_of_an_hour_where_the_agreement_does_not_say() -> None:
    text = agreement_text(lease=1).replace("lease_minutes = 1\n", "")

    assert load_agreement(text.encode(), "test").lease_minutes == 15
