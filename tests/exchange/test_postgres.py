"""The whole life of records on PostgreSQL: the same SQL, the same counts, the same rebuilt tables."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.exchange.nodes import Node, drain, load, report
from tests.exchange.test_positions import arrow, put
from tests.storage.conftest import postgres

from haemaru.clock import FakeClock

__all__ = ["postgres"]


@pytest.fixture
def pair(postgres: str, clock: FakeClock, tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    made = []
    for number, party in enumerate(("north", "south"), 1):
        name = f"exchange_{os.getpid()}_{party}"
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        made.append(Node(party, clock, tmp_path, load(), number, postgres.replace("/postgres?", f"/{name}?")))
    north, south = made
    north.knows(south)
    south.knows(north)
    yield north, south
    for node in made:
        node.db.close()


def test_records_live_the_same_life_on_postgresql(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for number in range(5):
        north.put(report(f"r-{number}"), "south")
    north.put(report("c-1", kind="operations.case"), "south")
    put(north, "south", arrow())
    south.exchange.on_positions(lambda header, data: None)
    drain(north, south)

    north.exchange.approve(north.exchange.referred()[0].id)
    north.correct("r-0", {"text": "better"})
    north.retract("r-1")
    with south.ledger.write() as batch:
        south.exchange.hold(batch, "r-2", "case 7")
    north.exchange.reopen("south")
    north.retract("r-2")
    north.exchange.offer_checkpoints(force=True)
    drain(north, south)
    south.exchange.import_courier(north.exchange.export_courier("south"))

    assert sorted(south.rids()) == ["c-1", "r-0", "r-3", "r-4"]
    assert [held.rid for held in south.exchange.holdings.about(mmsi="440123456")] == ["r-3", "r-4", "c-1", "r-0"]
    status = north.exchange.status()["south"]
    assert status["compliance"] == {"corrected": 1, "erased": 1, "held": 1}
    assert status["witness"]["countersigned"] > 0
    for node, peer in ((north, "south"), (south, "north")):
        for counts in node.exchange.status()[peer]["channels"]:
            assert (counts["lost"], counts["duplicates"], counts["waiting"]) == (0, 0, 0)
        assert node.ledger.verify({peer: (south if node is north else north).keys.public}).ok
        assert node.ledger.rebuild(check=True)["equal"]
        assert node.exchange.totals()["quarantined"] == 0
