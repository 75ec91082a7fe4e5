"""A third watches two nodes: what it signs, what it refuses, and what everybody learns of it; in one process."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.node.conftest import Pair, asked

from haemaru.clock import FakeClock
from haemaru.exchange import TransportFailed
from haemaru.ledger import Link
from haemaru.ledger.offers import write_offer
from haemaru.node import Node
from haemaru.node.backup import restore_home
from haemaru.node.witness_home import WitnessHome, init_witness
from haemaru.node.witnessing import Witnessing
from haemaru.signing import NodeKeys, make_handover, make_statement
from haemaru.wording import Fault


class MemoryDoor:
    """A witness in the same process; `is_cut` loses what goes there."""

    def __init__(self, witness: WitnessHome) -> None:
        self.witness = witness
        self.is_cut = False

    def call(self, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        if self.is_cut:
            raise TransportFailed("transport_failed", problem="cut")
        if path.startswith("/checkpoints/"):
            return self.witness.watched(path.rpartition("/")[2])
        assert body is not None
        take = {"/restart": self.witness.take_restart, "/keys": self.witness.take_keys}
        return take.get(path, self.witness.add_checkpoint)(body)

    def close(self) -> None:
        pass


@dataclass
class Scene:
    """Two nodes, the witness that both trust, and the way each has to it."""

    pair: Pair
    witness: WitnessHome
    clock: FakeClock
    doors: dict[str, MemoryDoor]

    def node(self, party: str) -> Node:
        return self.pair.kcg if party == "kcg" else self.pair.kcs

    def watch(self, node: Node) -> None:
        """Everything that is due between a node and the witness, as if it were asked for the first time."""
        door = self.doors.setdefault(node.party, MemoryDoor(self.witness))
        node.witnessing = Witnessing(node, lambda _url: door)
        for _ in range(3):
            node.witnessing.round()

    def go_on(self, *, witnessed: bool = True) -> None:
        """An hour in which each node was sent something, checkpoints are made, signed and exchanged."""
        self.clock.advance(timedelta(hours=1))
        for node in (self.pair.kcg, self.pair.kcs):
            node.exchange.offer_checkpoints(force=True)
            if witnessed:
                self.watch(node)
            self.clock.advance(timedelta(seconds=15))
            node.exchange.offer_checkpoints(force=True)
        self.pair.carry()


@pytest.fixture
def scene(pair: Pair, tmp_path: Path, clock: FakeClock) -> Iterator[Scene]:
    made = init_witness(tmp_path / "witness", "board", "demo", "127.0.0.1:1")
    with WitnessHome.open(tmp_path / "witness", clock=clock) as witness:
        for node in (pair.kcg, pair.kcs):
            statement = node.home.statement.read_text()
            heard = json.loads(statement)["fingerprint"]
            witness.do("witness.add", {"statement": statement, "fingerprint": heard, "where": "statement.json"})
            trusted = {"statement": witness.statement().decode(), "url": "http://127.0.0.1:1"}
            node.do("witness.trust", trusted | {"fingerprint": made.fingerprint})
        yield Scene(pair, witness, clock, {})


def of(witness: WitnessHome, party: str) -> dict[str, Any]:
    body = witness.do("status", {}).body
    assert isinstance(body, dict)
    return next(each for each in body["watched"] if each["party"] == party)


def peer(node: Node, party: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in asked(node, "status")["peers"] if each["party"] == party)["witness"]
    return found


def test_both_are_witnessed_and_each_sees_the_line_under_the_others_note(scene: Scene) -> None:
    for _ in range(3):
        scene.go_on()

    for party, other in (("kcg", "kcs"), ("kcs", "kcg")):
        own = asked(scene.node(party), "status")["witness"]
        assert own["trusted"]
        assert own["countersigned_size"] == of(scene.witness, party)["countersigned_size"] > 0
        assert own["unwitnessed"]["count"] == 0
        assert peer(scene.node(party), other)["unwitnessed"] == {"count": 0, "since": None}
        assert peer(scene.node(party), other)["countersigned"] > 0
        assert asked(scene.node(party), "ledger.verify")["ok"]
    assert scene.witness.do("ledger.verify", {}).exit_code == 0


def test_without_the_witness_it_goes_on_and_is_counted_and_then_caught_up(scene: Scene) -> None:
    scene.go_on()
    scene.go_on(witnessed=False)
    scene.go_on(witnessed=False)

    missing = peer(scene.pair.kcs, "kcg")["unwitnessed"]
    assert missing["count"] >= 1
    assert missing["since"] is not None
    assert peer(scene.pair.kcs, "kcg")["disputes"] == 0
    scene.go_on()
    assert peer(scene.pair.kcs, "kcg")["unwitnessed"] == {"count": 0, "since": None}
    assert of(scene.witness, "kcg")["disputes"] == 0


def test_a_restored_node_says_so_to_the_witness_too(scene: Scene, tmp_path: Path) -> None:
    scene.go_on()
    kcg, clock = scene.pair.kcg, scene.clock
    kcg.do("backup", {"file": str(tmp_path / "kcg.hmb")})
    scene.go_on()
    scene.go_on()
    signed = of(scene.witness, "kcg")["countersigned_size"]
    kcg.close()
    restore_home(tmp_path / "kcg.hmb", tmp_path / "kcg.hmb.key", tmp_path / "again")
    with Node.open(tmp_path / "again", clock=clock) as again:
        scene.pair.kcg = again
        again.do("exchange.reopen", {"peer": "kcs"})
        scene.watch(again)
        alarm = of(scene.witness, "kcg")["restarted"]
        assert (alarm["from"], alarm["party"]) == (signed, "kcg")
        assert of(scene.witness, "kcg")["countersigned_size"] >= alarm["to"]
        clock.advance(timedelta(hours=1))
        with again.ledger.write() as batch:
            batch.append("tests.more", b"")
            again.ledger.checkpoint(batch)
        scene.watch(again)

        assert asked(again, "status")["witness"]["code"] is None
        assert of(scene.witness, "kcg")["countersigned_size"] == asked(again, "status")["witness"]["countersigned_size"]
        assert of(scene.witness, "kcg")["countersigned_size"] > alarm["to"]
        listed = scene.witness.do("ledger.acknowledge", {"id": alarm["id"], "reason": "called them", "by": "auditor"})
        assert isinstance(listed.body, dict)
        assert listed.body["restarts"][0]["acknowledged"] == {"reason": "called them", "by": "auditor"}
        assert of(scene.witness, "kcg")["restarted"] is None
        assert scene.witness.do("ledger.verify", {}).exit_code == 0


def test_a_witness_follows_a_node_through_rotations_and_not_through_a_revocation(scene: Scene) -> None:
    node = scene.node("kcg")
    scene.go_on()
    for _ in range(2):  # the witness hears nothing of the first
        asked(node, "keys.rotate")
        scene.go_on(witnessed=False)

    scene.go_on()

    assert asked(node, "status")["keyid"] in of(scene.witness, "kcg")["keyids"]
    assert len(of(scene.witness, "kcg")["keyids"]) == 3
    assert asked(node, "status")["witness"]["unwitnessed"]["count"] == 0
    assert peer(scene.node("kcs"), "kcg")["unwitnessed"] == {"count": 0, "since": None}
    assert asked(node, "ledger.verify")["ok"]

    asked(node, "keys.revoke", keyid=asked(node, "status")["keyid"], reason="stolen")
    scene.clock.advance(timedelta(hours=1))
    scene.watch(node)
    assert asked(node, "status")["keyid"] not in of(scene.witness, "kcg")["keyids"]
    assert asked(node, "status")["witness"]["told"] == "checkpoint_signature_wrong"


def test_keys_are_handed_over_only_by_keys_that_are_watched(scene: Scene) -> None:
    new = NodeKeys.generate()
    at = "2026-03-02T09:00:00Z"
    statement = make_statement(new, "kcg", "demo", at)
    before = scene.witness.ledger.size

    assert scene.witness.take_keys(make_handover(NodeKeys.generate(), statement))[0] == 403
    kcs = scene.pair.kcs.keys  # another party's keys vouch for nobody else
    assert scene.witness.take_keys(make_handover(kcs, statement))[0] == 403
    assert scene.witness.take_keys(make_handover(kcs, make_statement(new, "nobody", "demo", at)))[0] == 404
    assert scene.witness.take_keys(b"{}")[0] == 400
    kcg = scene.pair.kcg.keys
    assert scene.witness.take_keys(make_handover(kcg, make_statement(new, "kcg", "live", at)))[0] == 404
    assert scene.witness.ledger.size == before


def test_a_stranger_a_forger_and_nonsense_are_answered_and_leave_nothing(scene: Scene) -> None:
    scene.go_on()
    size = scene.witness.ledger.size
    kcg = scene.pair.kcg
    with kcg.ledger.write() as batch:
        batch.append("tests.more", b"")
        made = kcg.ledger.checkpoint(batch)
    old = of(scene.witness, "kcg")["countersigned_size"]

    proof = tuple(kcg.ledger.consistency(old, made.size))
    good = write_offer(Link(old, kcg.ledger.root_at(old), proof), made.note)
    wrong = write_offer(Link(old, kcg.ledger.root_at(old), (bytes(32), *proof[1:])), made.note)
    for data, status, code in (
        (b"", 400, "offer_unreadable"),
        (b"old x y\n\n" + made.note, 400, "offer_unreadable"),
        (good.replace(b"haemaru/demo/kcg\n", b"haemaru/demo/abc\n"), 404, "ledger_unknown"),
        (good.replace(b"haemaru/demo/kcg\n", b"haemaru/live/kcg\n"), 404, "ledger_unknown"),
        (good.replace(b"\nat 20", b"\nat 19"), 403, "checkpoint_signature_wrong"),
        (wrong, 409, "checkpoint_inconsistent"),
        (write_offer(Link(1, kcg.ledger.root_at(1)), made.note), 409, "checkpoint_other_start"),
    ):
        answered, body = scene.witness.add_checkpoint(data)
        assert (answered, json.loads(body)["code"]) == (status, code)
    assert scene.witness.ledger.size == size

    answered, line = scene.witness.add_checkpoint(good)
    assert (answered, scene.witness.add_checkpoint(good)) == (200, (200, line))
    assert line.startswith("— haemaru/demo/board ".encode())


@pytest.mark.parametrize("wrong", ["fingerprint", "realm", "partner"])
def test_trust_takes_a_fingerprint_a_realm_and_a_third(scene: Scene, tmp_path: Path, wrong: str) -> None:
    made = init_witness(
        tmp_path / "other",
        "kcs" if wrong == "partner" else "third",
        "live" if wrong == "realm" else "demo",
        "127.0.0.1:1",
    )
    heard = "0" * 64 if wrong == "fingerprint" else made.fingerprint
    statement = (tmp_path / "other" / "statement.json").read_text()
    code = {"fingerprint": "fingerprint_differs", "realm": "other_realm", "partner": "no_third"}[wrong]

    with pytest.raises(Fault, match=f"witness_{code}"):
        scene.pair.kcg.do("witness.trust", {"statement": statement, "url": "http://127.0.0.1:1", "fingerprint": heard})
