"""Pull: one node connects, and everything flows both ways."""

import msgspec
import pytest
from tests.exchange.nodes import Node, report

from haemaru.exchange import MemoryTransport, Puller, Pusher, Refusal
from haemaru.exchange.envelope import write_envelope
from haemaru.exchange.frame import MAGIC
from haemaru.exchange.pulling import PULL_TYPE, Pull
from haemaru.exchange.receipt import read_answer
from haemaru.wording import Fault


class MemoryPull:
    """Carries requests and receipts to a node within one process."""

    def __init__(self, there: Node) -> None:
        self.there = there

    def pull(self, request: bytes) -> bytes:
        return self.there.exchange.pulls.take(request).answer or b""

    def give(self, receipt: bytes) -> bytes:
        return self.there.exchange.take_pulled_receipt(receipt)

    def close(self) -> None:
        """Nothing to let go."""


def drain_by(north: Node, south: Node) -> None:
    """North connects; south never does."""
    pusher = Pusher(north.exchange, north.exchange.peers()[0], MemoryTransport(south.exchange.accept))
    puller = Puller(north.exchange, north.exchange.peers()[0], MemoryPull(south), wait_s=0)
    while pusher._round() or puller.round():
        pass


def test_the_node_that_can_connect_pushes_and_pulls(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for number in range(5):
        north.put(report(f"n-{number}"), "south")
        south.put(report(f"s-{number}", origin="south"), "north")
    drain_by(north, south)
    south.retract("s-1")
    drain_by(north, south)

    assert (len(south.rids("north")), len(north.rids("south"))) == (5, 4)
    assert south.counts("north")["acknowledged"] == 5
    assert south.exchange.status()["north"]["compliance"] == {"erased": 1}
    assert (south.counts("north")["lost"], north.counts("south")["lost"]) == (0, 0)


def test_the_most_urgent_channel_comes_first_and_the_same_frame_until_it_is_acknowledged(
    pair: tuple[Node, Node],
) -> None:
    north, south = pair
    south.put(report("s-1", origin="south"), "north")
    first = south.exchange.pulls.take(north.exchange.pulls.ask("south")).answer
    assert first is not None
    north.exchange.accept(first)
    south.retract("s-1")

    again = MemoryPull(south).pull(north.exchange.pulls.ask("south", ("intelligence",)))
    urgent = MemoryPull(south).pull(north.exchange.pulls.ask("south"))

    assert again.startswith(MAGIC)
    assert b'"channel":"intelligence"' in again
    assert b'"channel":"control"' in urgent


def test_a_request_is_taken_once_from_whoever_signed_it(pair: tuple[Node, Node]) -> None:
    north, south = pair
    south.put(report("s-1", origin="south"), "north")
    request = north.exchange.pulls.ask("south")
    assert south.exchange.pulls.take(request).answer is not None
    stranger = Pull(
        id="1", realm="demo", from_="east", to="south", at="2026-03-02T09:00:00Z", channels=("control",), wait_s=1
    )
    cases = {
        request: "pull_repeated",
        b"noise": "envelope_unreadable",
        b"{" * 5_000: "frame_too_large",
        north.exchange.pulls.ask("south").replace(b'"sig":"', b'"sig":"AAAA'): "frame_bad_signature",
        write_envelope(north.keys, PULL_TYPE, msgspec.json.encode(stranger)): "frame_unknown_peer",
        south.exchange.pulls.ask("north"): "frame_other_recipient",
        north.exchange.pulls.ask("south", ("nothing",)): "frame_other_channel",
    }
    for data, code in cases.items():
        pulled = south.exchange.pulls.take(data)
        assert pulled.answer is not None
        refusal = read_answer(pulled.answer, south.keys.public)
        assert isinstance(refusal, Refusal)
        assert refusal.code == code


def test_a_newer_request_takes_the_place_of_one_that_waits(pair: tuple[Node, Node]) -> None:
    north, south = pair
    first = south.exchange.pulls.take(north.exchange.pulls.ask("south", wait_s=600))
    assert (first.answer, first.is_current(), first.wait_s) == (None, True, 20)

    second = south.exchange.pulls.take(north.exchange.pulls.ask("south"))

    assert (first.is_current(), second.is_current()) == (False, True)
    south.put(report("s-1", origin="south"), "north")
    assert south.exchange.pulls.next(second) is not None


def test_a_receipt_that_is_not_believed_is_refused_and_moves_nothing(pair: tuple[Node, Node]) -> None:
    north, south = pair
    south.put(report("s-1", origin="south"), "north")
    frame = MemoryPull(south).pull(north.exchange.pulls.ask("south"))
    receipt = north.exchange.accept(frame)

    for bad in (b"noise", receipt.replace(b'"sig":"', b'"sig":"AAAA')):
        assert isinstance(read_answer(south.exchange.take_pulled_receipt(bad), south.keys.public), Refusal)
    assert south.counts("north")["acknowledged"] == 0
    assert south.exchange.take_pulled_receipt(receipt) == b""
    assert south.counts("north")["acknowledged"] == 1


def test_how_a_partner_is_reached_can_be_changed(pair: tuple[Node, Node]) -> None:
    north = pair[0]
    with north.ledger.write() as batch:
        north.exchange.pulls.set_mode(batch, "south", "pull")
    with north.ledger.read() as tx:
        assert north.exchange.pulls.mode(tx, "south") == "pull"
    with pytest.raises(Fault, match="peer_mode_unknown"), north.ledger.write() as batch:
        north.exchange.pulls.set_mode(batch, "south", "carrier pigeon")
    assert north.ledger.rebuild(check=True)["ok"]
