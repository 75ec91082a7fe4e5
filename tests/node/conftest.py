"""Two nodes in one process under the signed model agreement, carrying frames by hand: no thread, no network."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from haemaru.clock import FakeClock
from haemaru.node import Node
from haemaru.node.init import init_home
from haemaru.node.reactions import react, unanswered
from haemaru.records import CHANNELS

MODEL = Path(__file__).parents[2] / "agreements" / "kcg-kcs-narcotics.toml"


@dataclass
class Pair:
    """Both nodes and the agreement file they have signed."""

    kcg: Node
    kcs: Node
    agreement: Path

    def carry(self) -> int:
        """Carries everything that waits, in both directions, until nothing does; reactions run as they would."""
        carried = 0
        while True:
            for node in (self.kcg, self.kcs):
                node.exchange.tell_received()
                for held in unanswered(node):
                    react(node, held)
            moved = self.hand_on(self.kcg, self.kcs) + self.hand_on(self.kcs, self.kcg)
            if not moved:
                return carried
            carried += moved

    @staticmethod
    def hand_on(from_: Node, to: Node) -> int:
        """Carries what waits at one node to the other, and the receipts back."""
        moved = 0
        from_.exchange.leases.renew()
        for channel in CHANNELS:
            while (frame := from_.exchange.next_frame(to.party, channel)) is not None:
                from_.exchange.take_receipt(to.party, to.exchange.accept(frame))
                moved += 1
        return moved


def introduce(one: Node, other: Node, url: str = "http://127.0.0.1:1") -> None:
    """`one` trusts `other`."""
    statement = other.home.statement.read_text()
    fingerprint = json.loads(statement)["fingerprint"]
    one.do("peer.add", {"statement": statement, "url": url, "fingerprint": fingerprint})


@pytest.fixture
def waiting(tmp_path: Path, clock: FakeClock) -> Iterator[Pair]:
    """Two nodes that trust each other and have not signed yet."""
    for party in ("kcg", "kcs"):
        init_home(tmp_path / party, party, MODEL, "demo", None, None)
    agreement = tmp_path / "agreement.toml"
    agreement.write_bytes(MODEL.read_bytes())
    with (
        Node.open(tmp_path / "kcg", clock=clock) as kcg,
        Node.open(tmp_path / "kcs", clock=clock) as kcs,
    ):
        introduce(kcg, kcs)
        introduce(kcs, kcg)
        yield Pair(kcg, kcs, agreement)


@pytest.fixture
def pair(waiting: Pair) -> Pair:
    """Two nodes under the agreement in force."""
    for command in ("agreement.sign", "agreement.adopt"):
        for node in (waiting.kcg, waiting.kcs):
            node.do(command, {"file": str(waiting.agreement)})
    return waiting


def asked(node: Node, command: str, **params: Any) -> dict[str, Any]:
    """The one object that a command answers with."""
    body = node.do(command, params).body
    assert isinstance(body, dict)
    return body


def written(path: Path, *records: dict[str, Any]) -> str:
    """A JSON Lines file of these records; its name."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return str(path)
