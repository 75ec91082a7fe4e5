"""The push: prompt, in order of urgency, patient with a partner that is away, and quick when it is back."""

import random
import time
from collections.abc import Callable, Iterator

import pytest
from tests.exchange.nodes import Node, report

from haemaru.exchange import MemoryTransport, Pusher
from haemaru.exchange.pusher import LONGEST_WAIT_S, Backoff
from haemaru.exchange.transport import exchange_url


def until(claim: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Waits until the claim holds, or gives up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if claim():
            return True
        time.sleep(0.005)
    return claim()


@pytest.fixture
def pushed(pair: tuple[Node, Node]) -> Iterator[tuple[Node, Node, Pusher, MemoryTransport]]:
    north, south = pair
    line = MemoryTransport(south.exchange.accept)
    pusher = Pusher(north.exchange, north.exchange.peers()[0], line, source=random.Random(1))
    pusher.start()
    yield north, south, pusher, line
    pusher.stop()


def test_a_sealed_record_is_pushed_at_once(pushed: tuple[Node, Node, Pusher, MemoryTransport]) -> None:
    north, south, pusher, _ = pushed
    assert pusher.link in ("never", "up")

    began = time.monotonic()
    north.put(report(), "south")

    assert until(lambda: north.counts("south")["acknowledged"] == 1)
    assert time.monotonic() - began < 0.5
    assert south.rids() == ["r-1"]
    assert pusher.link == "up"


def test_a_cut_cable_loses_nothing_and_a_partner_that_speaks_ends_the_wait(
    pushed: tuple[Node, Node, Pusher, MemoryTransport],
) -> None:
    north, south, pusher, line = pushed
    line.is_cut = True
    north.put(report("r-1"), "south")
    assert until(lambda: pusher.link == "down")
    assert until(lambda: pusher._link.until - time.monotonic() > 0.3)

    line.is_cut = False
    south.put(report("s-1", origin="south"), "north")
    north.exchange.accept(south.frame("north"))

    assert until(lambda: south.rids() == ["r-1", "s-1"] or "r-1" in south.rids(), 0.5)


def test_an_answer_that_is_lost_is_asked_for_again(pushed: tuple[Node, Node, Pusher, MemoryTransport]) -> None:
    north, south, pusher, line = pushed
    assert until(lambda: pusher.link == "up")
    line.is_mute = True
    north.put(report("r-1"), "south")
    assert until(lambda: south.counts("north")["repeated"] >= 1)

    line.is_mute = False

    assert until(lambda: north.counts("south")["acknowledged"] == 1)
    assert south.rids() == ["r-1"]


def test_a_refusing_partner_makes_only_its_channel_wait(pushed: tuple[Node, Node, Pusher, MemoryTransport]) -> None:
    north, south, _, _ = pushed
    south.adopted.suspended = True
    north.put(report("r-1"), "south")
    assert until(lambda: north.counts("south")["told"] == "agreement_suspended")

    north.exchange.offer_checkpoints(force=True)

    assert until(lambda: north.counts("south", "control")["acknowledged"] == 1, 1.0)


def test_waits_double_with_jitter_up_to_half_a_minute() -> None:
    backoff, waits = Backoff(random.Random(1)), []
    for _ in range(12):
        backoff.fail(100.0)
        waits.append(backoff.until - 100.0)

    assert 0.1 <= waits[0] <= 0.2
    assert all(wait <= LONGEST_WAIT_S for wait in waits)
    assert waits[-1] >= LONGEST_WAIT_S / 2
    assert len(set(waits)) == len(waits)


def test_addresses_are_taken_with_and_without_their_path() -> None:
    for url in ("http://127.0.0.1:8001", "http://127.0.0.1:8001/", "http://127.0.0.1:8001/x/v1"):
        assert exchange_url(url) == "http://127.0.0.1:8001/x/v1"
