"""Whatever happens to two nodes, in whatever order: their tables can be made again, and what was taken back is gone."""

import base64
import random
import re
import shutil
from typing import Any

import pytest
from tests.exchange.nodes import Node, drain, later, report

from haemaru.clock import FakeClock
from haemaru.wording import Fault


class Life:
    """Two nodes and a seed: officers write, correct, take back and hold; homes are put back; cables are slow."""

    def __init__(self, seed: int, north: Node, south: Node) -> None:
        self.dice = random.Random(seed)
        self.north, self.south = north, south
        self.rids: list[str] = []
        self.has_backup = False

    def live(self, steps: int) -> None:
        for _ in range(steps):
            act = self.dice.choices(ACTS, [weight for _, weight in WEIGHTS])[0]
            try:
                getattr(self, act)()
            except Fault:
                continue  # an officer may ask for what cannot be
            finally:
                later(self.north.clock, seconds=self.dice.choice((1, 30)))

    def settle(self) -> None:
        """Every hold ends, everything arrives, both sides compare, and upkeep runs."""
        for node in (self.north, self.south):
            for rid in self.rids:
                release(node, rid)
        for _ in range(3):
            drain(self.north, self.south)
            self.compare()
            for node in (self.north, self.south):
                later(node.clock, seconds=60)
                node.exchange.tick()
        drain(self.north, self.south)

    def put(self) -> None:
        rid = f"r-{len(self.rids)}"
        self.rids.append(rid)
        self.north.put(report(rid, kind=self.dice.choice(("intelligence.report", "training.session"))), "south")

    def put_again(self) -> None:
        rid = self.dice.choice(self.rids or ["r-0"])
        found = self.north.exchange.holdings.find(rid)
        kind = "intelligence.report" if found is None else found.kind
        self.north.put(report(rid, kind=kind), "south", purpose=self.dice.choice(("watch", "other")))

    def correct(self) -> None:
        rid = self.any()
        self.north.correct(rid, {"text": f"corrected {rid}", "count": self.dice.randrange(9)})

    def retract(self) -> None:
        self.north.retract(self.any())

    def expire(self) -> None:
        with self.north.ledger.write() as batch:
            self.north.exchange.expire(batch, self.any())

    def hold(self) -> None:
        node = self.dice.choice((self.north, self.south))
        with node.ledger.write() as batch:
            node.exchange.hold(batch, self.any(), self.dice.choice(("case 1", "case 2")))

    def release(self) -> None:
        release(self.dice.choice((self.north, self.south)), self.any())

    def export(self) -> None:
        with self.south.ledger.write() as batch:
            self.south.exchange.note_export(batch, self.any(), "file.pdf")

    def deliver(self) -> None:
        drain(self.north, self.south)

    def lose_a_receipt(self) -> None:
        frame = self.north.exchange.next_frame("south", "intelligence")
        if frame is not None:
            self.south.exchange.accept(frame)

    def tick(self) -> None:
        for node in (self.north, self.south):
            node.exchange.tick()

    def back_up(self) -> None:
        self.north.db.close()
        shutil.copy(self.north.path, self.north.path.with_suffix(".copy"))
        self.north.open()
        self.has_backup = True

    def put_back(self) -> None:
        """The home of north is what it was at its last backup; its streams are opened anew, it may ask what it lost."""
        if not self.has_backup:
            return
        self.north.db.close()
        for extra in self.north.path.parent.glob(f"{self.north.path.name}-*"):
            extra.unlink()
        shutil.copy(self.north.path.with_suffix(".copy"), self.north.path)
        self.north.open()
        self.north.exchange.epochs.put_back()
        greet(self.north, self.south)
        self.north.exchange.reopen("south")
        if self.dice.random() < 0.7:
            self.compare()

    def compare(self) -> None:
        later(self.north.clock, seconds=1)
        self.north.exchange.digests.compare("south", turn=False)
        if self.dice.random() < 0.8:
            drain(self.north, self.south)

    def any(self) -> str:
        return self.dice.choice(self.rids[-8:] or ["r-0"])


WEIGHTS = (
    ("put", 8), ("put_again", 3), ("correct", 5), ("retract", 4), ("expire", 1), ("hold", 2), ("release", 2),
    ("export", 1), ("deliver", 8), ("lose_a_receipt", 2), ("tick", 3), ("back_up", 1), ("put_back", 1), ("compare", 1),
)  # fmt: skip
ACTS = [name for name, _ in WEIGHTS]


def greet(here: Node, there: Node) -> None:
    asked = here.exchange.standings.ask(there.party)
    here.exchange.standings.take(there.party, asked, there.exchange.accept(asked.data))


def release(node: Node, rid: str) -> None:
    for basis in ("case 1", "case 2"):
        try:
            with node.ledger.write() as batch:
                node.exchange.holds.release(batch, rid, "over", basis)
        except Fault:
            continue


def left_of(node: Node, rid: str) -> list[str]:
    """The kinds of the entries that still say what a record said."""
    said = f'at anchor {rid}"'.encode(), f'corrected {rid}"'.encode()
    with node.ledger.read() as tx:
        return [entry.kind for entry, body in node.ledger.entries(tx) if any(words in read(body) for words in said)]


def read(body: bytes) -> bytes:
    """A body with what its envelope holds in clear."""
    return body + b"".join(base64.b64decode(found) for found in re.findall(rb'"payload":"([^"]*)"', body))


@pytest.mark.parametrize("seed", [*range(10), 199])
def test_a_life_can_be_replayed_and_leaves_nothing_of_what_was_taken_back(
    pair: tuple[Node, Node], clock: FakeClock, seed: int
) -> None:
    north, south = pair
    life = Life(seed, north, south)
    for _ in range(4):
        life.live(30)
        for node in pair:
            assert differing(node) == {}
    life.settle()
    gone = [rid for rid in life.rids if state_of(north, rid) in ("retracted", "expired", "erased")]
    assert gone
    assert {rid: left for rid in gone if (left := left_of(north, rid))} == {}
    assert {rid: left for rid in gone if (left := left_of(south, rid))} == {}
    for node in pair:
        assert node.ledger.verify().ok
        assert differing(node) == {}


def differing(node: Node) -> dict[str, Any]:
    """The tables that a replay of the ledger would not make as they are."""
    found: dict[str, Any] = node.ledger.rebuild(check=True)
    return {name: rows for name, rows in found["tables"].items() if not rows["equal"]}


def state_of(node: Node, rid: str) -> str:
    with node.ledger.read() as tx:
        own = node.exchange._outbox.latest(tx, rid)
    return "" if own is None else own.state
