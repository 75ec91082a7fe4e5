"""After 72 hours without a cable everything arrives in its order, and a retraction waits for nothing.

HAEMARU_CATCH_UP makes it the long version: how many records wait (2,000 otherwise).
"""

import os
import tracemalloc

from tests.exchange.nodes import Node, later, report
from tests.exchange.test_conflating import batch_of, put

from haemaru.exchange.frame import read_outer
from haemaru.records import CHANNELS

RECORDS = int(os.environ.get("HAEMARU_CATCH_UP", "2000"))
HOURS = 72


def next_frame(here: Node, there: Node) -> str | None:
    """Carries the most urgent frame, as the pusher does; tells its channel."""
    for channel in CHANNELS:
        frame = here.exchange.next_frame(there.party, channel)
        if frame is not None:
            here.exchange.take_receipt(there.party, there.exchange.accept(frame))
            return read_outer(frame).header.channel
    return None


def test_a_retraction_overtakes_72_hours_of_backlog_and_memory_stays_small(pair: tuple[Node, Node]) -> None:
    north, south = pair
    each_hour = RECORDS // HOURS
    for hour in range(HOURS):
        with north.ledger.write() as batch:
            for number in range(each_hour):
                kind = "training.session" if number % 4 == 3 else "intelligence.report"
                north.exchange.put(batch, report(f"r-{hour}-{number}", kind=kind), "south", "watch")
        put(north, *batch_of(north.clock, 10, range(0, 600, 60)))
        later(north.clock, hours=1)
        north.exchange.tick()
    waiting = sum(channel["waiting"] for channel in north.exchange.status()["south"]["channels"])
    assert waiting >= each_hour * HOURS + HOURS

    seen: list[str] = []
    tracemalloc.start()
    while (channel := next_frame(north, south)) is not None:
        seen.append(channel)
        if len(seen) == 3:
            north.retract("r-0-0", "delivered by now")
            north.retract(f"r-{HOURS - 1}-0", "still waiting")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert seen[3] == "control"
    queues = [channel for channel in seen if channel != "control"]
    assert queues == sorted(queues, key=CHANNELS.index)
    assert peak < 60_000_000
    held = set(south.rids("north"))
    assert len(held) == each_hour * HOURS - 2
    assert not held & {"r-0-0", f"r-{HOURS - 1}-0"}
    for node, other in (pair, pair[::-1]):
        for counts in node.exchange.status()[other.party]["channels"]:
            assert (counts["lost"], counts["duplicates"]) == (0, 0)
            assert counts["waiting"] == 0 or node is south
