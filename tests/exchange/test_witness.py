"""Each side countersigns the other's ledger, and a rewritten one is refused."""

from collections.abc import Callable

from tests.exchange.nodes import Node, drain, later, report

from haemaru.clock import FakeClock


def test_checkpoints_are_countersigned_and_go_on_from_there(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for number in range(3):
        north.put(report(f"r-{number}"), "south")
        drain(north, south)
        assert north.exchange.offer_checkpoints(force=True) == ["south"]
        drain(north, south)

    witness = north.exchange.status()["south"]["witness"]
    assert witness["countersigned"] == witness["offered"] > 0
    assert witness["code"] is None
    assert north.ledger.verify({"south": south.keys.public}).countersignatures == 3


def test_a_checkpoint_is_due_after_records_and_not_after_checkpoints(pair: tuple[Node, Node]) -> None:
    north, south = pair
    assert north.exchange.offer_checkpoints() == []
    north.put(report(), "south")
    drain(north, south)

    assert north.exchange.offer_checkpoints() == ["south"]
    assert north.exchange.offer_checkpoints() == []
    drain(north, south)
    assert north.exchange.offer_checkpoints() == []


def test_what_was_withheld_is_no_reason_for_an_offer(pair: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    drain(north, south)
    assert north.exchange.offer_checkpoints() == ["south"]
    drain(north, south)
    later(clock, minutes=30)

    for number in range(1_500):
        assert north.put(report(f"w-{number}", kind="unnamed.kind"), "south").outcome == "withheld"
    assert north.exchange.offer_checkpoints() == []

    north.put(report("r-2"), "south")
    assert north.exchange.offer_checkpoints() == ["south"]


def test_what_another_partner_was_sent_is_no_reason_for_an_offer(make_node: Callable[[str], Node]) -> None:
    north, south, east = make_node("north"), make_node("south"), make_node("east")
    for other in (south, east):
        north.knows(other)
        other.knows(north)
    north.put(report("r-1"), "south")

    assert north.exchange.offer_checkpoints() == ["south"]


def test_a_ledger_that_was_put_back_is_not_countersigned(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.db.close()
    backup = north.path.read_bytes()
    north.open()
    north.put(report("r-1"), "south")
    north.exchange.offer_checkpoints(force=True)
    drain(north, south)
    north.db.close()
    for extra in north.path.parent.glob(f"{north.path.name}-*"):
        extra.unlink()
    north.path.write_bytes(backup)
    north.open()

    for number in range(20):
        north.put(report(f"s-{number}"), "south")
    north.exchange.reopen("south")
    north.exchange.offer_checkpoints(force=True)
    drain(north, south)

    assert south.exchange.status()["north"]["witness"]["refused"] == "checkpoint_inconsistent"
    assert north.exchange.status()["south"]["witness"]["code"] == "checkpoint_inconsistent"
