"""Who shows each partner a history of its own is refused, and everybody who trusts the witness gets the proof."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from tests.exchange.nodes import Node, drain, later, report
from tests.node.test_witness import MemoryDoor

from haemaru.clock import FakeClock
from haemaru.ledger import prove, read_evidence
from haemaru.node.witness_home import WitnessHome, init_witness
from haemaru.node.witnessing import Witnessing
from haemaru.signing import read_statement


@pytest.fixture
def make_node(tmp_path: Path, clock: FakeClock) -> Callable[[str], Node]:
    from tests.exchange.nodes import load

    return lambda party: Node(party, clock, tmp_path, load(), sum(map(ord, party)))


def ask(node: Node, witness: WitnessHome) -> None:
    """What is due between a node and the witness, and what it tells of the partners."""
    told: Any = SimpleNamespace(
        ledger=node.ledger, exchange=node.exchange, clock=node.clock, stopping=threading.Event()
    )
    witnessing = Witnessing(told, lambda _url: MemoryDoor(witness))
    for _ in range(3):
        witnessing.round()


def exchanged(one: Node, other: Node, witness: WitnessHome, rid: str, clock: FakeClock) -> None:
    """A record, a checkpoint with the witness's line if it gives one, and its way to the partner."""
    one.put(report(rid), other.party)
    drain(one, other)
    later(clock, minutes=2)
    one.exchange.offer_checkpoints(force=True)
    ask(one, witness)
    later(clock, seconds=15)
    ask(other, witness)
    one.exchange.offer_checkpoints(force=True)
    drain(one, other)


def proofs(node: Node | WitnessHome, of: Node) -> list[str]:
    with node.ledger.read() as tx:
        kept = [each["proof"] for each in node.ledger.disputes(tx) if each["party"] == of.party and each["proof"]]
    statement = read_statement(of.statement())
    return [prove(read_evidence(msgspec.json.encode(each)), statement).kind for each in kept]


@pytest.mark.parametrize("more", [1, 2, 12])
def test_two_histories_for_two_partners(
    make_node: Callable[[str], Node], tmp_path: Path, clock: FakeClock, more: int
) -> None:
    north, south, east = make_node("north"), make_node("south"), make_node("east")
    made = init_witness(tmp_path / "witness", "board", "demo", "127.0.0.1:1")
    with WitnessHome.open(tmp_path / "witness", clock=clock) as witness:
        for node in (north, south, east):
            statement = node.statement().decode()
            heard = node.keys.public.fingerprint
            witness.do("witness.add", {"statement": statement, "fingerprint": heard, "where": "statement"})
            with node.ledger.write() as batch:
                node.exchange.oversight.trust(batch, witness.statement(), "http://127.0.0.1:1", made.fingerprint)
            for other in {north, south, east} - {node}:
                node.knows(other)
        exchanged(north, south, witness, "common", clock)
        exchanged(north, east, witness, "common-too", clock)
        before = east.exchange.status()["north"]["witness"]
        assert (before["unwitnessed"]["count"], before["disputes"]) == (0, 0)
        north.db.close()
        copy = north.path.read_bytes()
        north.open()

        exchanged(north, south, witness, "for the south", clock)
        assert south.exchange.status()["north"]["witness"]["unwitnessed"]["count"] == 0
        signed = south.ledger.size
        north.db.close()
        for extra in north.path.parent.glob(f"{north.path.name}-*"):
            extra.unlink()
        north.path.write_bytes(copy)
        north.open()
        for number in range(more):
            exchanged(north, east, witness, f"for the east {number}", clock)
        for node in (south, east):
            ask(node, witness)

        assert proofs(witness, north)
        assert proofs(south, north)
        assert proofs(east, north)
        state = east.exchange.status()["north"]["witness"]
        assert state["refused"] in ("checkpoint_unwitnessed", "checkpoint_forked", "checkpoint_inconsistent")
        assert "ledger_disputed" in east.exchange.status()["north"]["alarms"]
        with east.ledger.read() as tx:
            held = east.ledger.partner_checkpoint(tx, "north")
        assert held is not None
        assert held.size < signed + 10_000
        for node in (south, east):
            assert node.ledger.verify().ok
            assert node.ledger.rebuild()["ok"] is True
            node.db.close()
        north.db.close()
