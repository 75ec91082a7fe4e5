"""Each side countersigns the other's ledger, and a rewritten one is refused."""

from collections.abc import Callable
from typing import Any

import msgspec
from tests.exchange.nodes import Node, drain, later, report

from haemaru.clock import FakeClock
from haemaru.ledger import prove, read_evidence
from haemaru.signing import read_statement


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


def backed_up(node: Node) -> bytes:
    """The database as it stands, taken while the node is closed."""
    node.db.close()
    data = node.path.read_bytes()
    node.open()
    return data


def put_back(node: Node, data: bytes) -> None:
    """The same home again as it was when the backup was taken."""
    node.db.close()
    for extra in node.path.parent.glob(f"{node.path.name}-*"):
        extra.unlink()
    node.path.write_bytes(data)
    node.open()


def countersigned(north: Node, south: Node, *rids: str) -> None:
    for rid in rids:
        north.put(report(rid), "south")
    drain(north, south)
    assert north.exchange.offer_checkpoints(force=True) == ["south"]
    drain(north, south)


def disputes(node: Node) -> list[dict[str, Any]]:
    with node.ledger.read() as tx:
        return node.ledger.disputes(tx)


def proved(node: Node, of: Node) -> list[str]:
    """Which proofs a node holds against another, each checked with nothing but the file and the statement."""
    found = []
    for kept in disputes(node):
        if kept["proof"] is not None:
            evidence = read_evidence(msgspec.json.encode(kept["proof"]))
            found.append(prove(evidence, read_statement(of.statement())).kind)
    return found


def test_a_ledger_that_was_put_back_is_not_countersigned(pair: tuple[Node, Node]) -> None:
    north, south = pair
    backup = backed_up(north)
    countersigned(north, south, "r-1")
    put_back(north, backup)

    for number in range(20):
        north.put(report(f"s-{number}"), "south")
    north.exchange.reopen("south")
    north.exchange.offer_checkpoints(force=True)
    drain(north, south)
    assert north.exchange.status()["south"]["witness"]["code"] == "checkpoint_other_start"
    assert north.exchange.offer_checkpoints() == ["south"]
    drain(north, south)

    assert south.exchange.status()["north"]["witness"]["refused"] == "checkpoint_inconsistent"
    assert north.exchange.status()["south"]["witness"]["code"] == "checkpoint_inconsistent"
    assert proved(south, north) == ["other_past"]
    assert north.exchange.offer_checkpoints(force=True) == []


def test_a_ledger_that_lost_its_newest_entries_is_refused_with_a_proof(
    pair: tuple[Node, Node], clock: FakeClock
) -> None:
    north, south = pair
    countersigned(north, south, "r-1")
    backup = backed_up(north)
    countersigned(north, south, *(f"r-{number}" for number in range(2, 30)))
    put_back(north, backup)
    later(clock, minutes=5)

    north.exchange.reopen("south")
    countersigned(north, south, "other")

    assert [kept["code"] for kept in disputes(south)] == ["checkpoint_rolled_back"]
    assert proved(south, north) == ["shrunk"]


def test_a_declared_restart_goes_on_with_an_alarm_that_stays(pair: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = pair
    countersigned(north, south, "r-1")
    base = north.exchange.status()["south"]["witness"]["countersigned"]
    backup = backed_up(north)
    countersigned(north, south, "r-2", "r-3")
    newest = north.exchange.status()["south"]["witness"]["countersigned"]
    put_back(north, backup)
    later(clock, minutes=5)

    north.exchange.reopen("south")
    with north.ledger.write() as batch:
        told = north.exchange.witness.declare_restart(batch, "south", "disk failed")
    drain(north, south)

    alarm = south.exchange.status()["north"]["witness"]["restarted"]
    assert (alarm["from"], alarm["to"], alarm["reason"]) == (newest, base, "disk failed")
    assert told["size"] == base
    countersigned(north, south, "r-4", "r-5", "r-6", "r-7")
    state = north.exchange.status()["south"]["witness"]
    assert (state["code"], state["countersigned"]) == (None, state["offered"])
    assert north.ledger.verify({"south": south.keys.public}).ok
    assert south.ledger.verify({"north": north.keys.public}).ok
    assert south.ledger.rebuild()["ok"] is True
    assert north.ledger.rebuild()["ok"] is True
    assert disputes(south) == []
    with south.ledger.read() as tx:
        held = south.ledger.partner_checkpoint(tx, "north")
        assert [each["id"] for each in south.ledger.restarts.listed(tx)] == [told["id"]]
    assert held is not None
    assert held.root == north.ledger.root_at(held.size)
    assert south.exchange.status()["north"]["witness"]["restarted"] is not None

    with south.ledger.write() as batch:
        south.ledger.restarts.acknowledge(batch, told["id"], "spoke with their duty officer", "officer")
    assert south.exchange.status()["north"]["witness"]["restarted"] is None
    with south.ledger.read() as tx:
        assert south.ledger.restarts.listed(tx)[0]["acknowledged"]["by"] == "officer"


def restarted(north: Node, south: Node, backup: bytes, reason: str) -> str:
    """Puts a node back, says so, and gives the name of the restart."""
    put_back(north, backup)
    north.exchange.reopen("south")
    with north.ledger.write() as batch:
        told = north.exchange.witness.declare_restart(batch, "south", reason)
    drain(north, south)
    return str(told["id"])


def test_a_second_restart_waits_for_an_officer(pair: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = pair
    countersigned(north, south, "r-1")
    backup = backed_up(north)
    countersigned(north, south, "r-2")
    first = restarted(north, south, backup, "disk failed")
    countersigned(north, south, "r-3", "r-4")
    later(clock, hours=1)
    put_back(north, backup)
    for _ in range(2):  # each reopening goes beyond the epoch that the partner named
        north.exchange.reopen("south")
        drain(north, south)

    with north.ledger.write() as batch:
        north.exchange.witness.declare_restart(batch, "south", "and again")
    drain(north, south)

    assert north.exchange.status()["south"]["witness"]["code"] == "restart_again"
    assert [kept["code"] for kept in disputes(south)][:1] == ["restart_again"]
    with south.ledger.write() as batch:
        south.ledger.restarts.acknowledge(batch, first, "seen", "officer")
    with north.ledger.write() as batch:
        north.exchange.witness.declare_restart(batch, "south", "and again")
    drain(north, south)
    assert north.exchange.status()["south"]["witness"]["code"] is None
    countersigned(north, south, "r-9")
    assert north.exchange.status()["south"]["witness"]["code"] is None


def test_asking_twice_is_one_restart_and_where_nothing_is_lost_there_is_no_alarm(pair: tuple[Node, Node]) -> None:
    north, south = pair
    countersigned(north, south, "r-1")
    with north.ledger.write() as batch:
        first = north.exchange.witness.declare_restart(batch, "south")
        again = north.exchange.witness.declare_restart(batch, "south")
    drain(north, south)

    assert first == again
    assert south.exchange.status()["north"]["witness"]["restarted"] is None
    countersigned(north, south, "r-2")
    assert north.exchange.status()["south"]["witness"]["code"] is None


def test_a_restart_of_a_ledger_that_nobody_has_seen_is_noted_all_the_same(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    for _ in range(2):
        with north.ledger.write() as batch:
            north.exchange.witness.declare_restart(batch, "south", "disk failed")
        drain(north, south)

    alarm = south.exchange.status()["north"]["witness"]["restarted"]
    assert (alarm["from"], alarm["to"], alarm["reason"]) == (0, 0, "disk failed")
    with south.ledger.read() as tx:
        assert [each["acknowledged"] for each in south.ledger.restarts.listed(tx)] == [None]
    with north.ledger.read() as tx:
        assert [each["answer"] for each in north.ledger.restarts.declared(tx)] == ["taken", "taken"]
    countersigned(north, south, "r-2")
    assert north.exchange.status()["south"]["witness"]["code"] is None
    assert south.ledger.rebuild(check=True)["ok"]
    assert south.ledger.verify({"north": north.keys.public}).ok


def test_a_partner_that_was_put_back_is_given_the_proof_from_what_it_holds(pair: tuple[Node, Node]) -> None:
    north, south = pair
    countersigned(north, south, "r-1")
    backup = backed_up(south)
    countersigned(north, south, "r-2")
    put_back(south, backup)
    south.exchange.reopen("north")
    for number in range(3, 6):
        north.put(report(f"r-{number}"), "south")
    drain(north, south)
    north.exchange.offer_checkpoints(force=True)
    drain(north, south)
    north.exchange.offer_checkpoints()
    drain(north, south)

    state = north.exchange.status()["south"]["witness"]
    assert (state["code"], state["offered"]) == (None, state["countersigned"])
    assert disputes(south) == []
