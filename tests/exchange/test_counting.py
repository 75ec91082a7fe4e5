"""The counts that the database keeps are those that a look at every row gives, on both engines, whatever happened."""

import itertools
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.exchange.nodes import Node, drain, load, report
from tests.storage.conftest import ENGINES, postgres

from haemaru.clock import FakeClock
from haemaru.storage import Tx

__all__ = ["postgres"]

_COUNT = itertools.count(1)

ITEM = (
    "SELECT peer, channel, epoch, state, code, CASE WHEN channel <> 'track' AND op IN ('put', 'reply', 'correct')"
    " THEN 'paper' ELSE '' END, count(*) FROM exchange_{} GROUP BY 1, 2, 3, 4, 5, 6"
)
LOOKED = {
    "out": ITEM.format("out"),
    "in": ITEM.format("in"),
    "waiting": "SELECT o.peer, o.channel, o.epoch, o.state, o.code, o.agreement, count(*) FROM exchange_out o"
    " JOIN exchange_streams s ON s.direction = 'out' AND s.peer = o.peer AND s.channel = o.channel"
    " AND s.epoch = o.epoch AND o.seq > s.acked GROUP BY 1, 2, 3, 4, 5, 6",
    "twice": "SELECT peer, channel, 0, '', '', '', sum(n - 1) FROM (SELECT peer, channel, count(*) AS n"
    " FROM exchange_in WHERE state = 'held' GROUP BY rid, peer, channel HAVING count(*) > 1) d GROUP BY peer, channel",
    "own": "SELECT '', '', 0, '', '', '', count(DISTINCT rid) FROM exchange_own",
    "answers": "SELECT peer, '', 0, answer, '', '', count(*) FROM exchange_answers GROUP BY peer, answer",
}


def looked(tx: Tx) -> Counter[Any]:
    rows = ((what, *row) for what, sql in LOOKED.items() for row in tx.all(sql) if row[-1])
    return Counter({row[:-1]: int(row[-1]) for row in rows})


def kept(tx: Tx) -> Counter[Any]:
    sql = "SELECT what, peer, channel, epoch, state, code, label, number FROM exchange_counts"
    return Counter({tuple(row[:-1]): row[-1] for row in tx.all(sql)})


@pytest.fixture(params=ENGINES)
def pair(request: pytest.FixtureRequest, clock: FakeClock, tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    urls = ["", ""]
    if request.param == "postgresql":
        address: str = request.getfixturevalue("postgres")
        with psycopg.connect(address, autocommit=True) as connection:
            name = f"counting_{os.getpid()}_{next(_COUNT)}"
            connection.execute(f"CREATE DATABASE {name}")
        urls[0] = address.replace("/postgres?", f"/{name}?")
    made = [Node(party, clock, tmp_path, load(), at, urls[at - 1]) for at, party in enumerate(("north", "south"), 1)]
    made[0].knows(made[1])
    made[1].knows(made[0])
    yield made[0], made[1]
    for node in made:
        node.db.close()


def test_what_is_kept_is_what_a_look_at_every_row_gives(pair: tuple[Node, Node]) -> None:
    luck, known, given = random.Random(7), 0, list[str]()
    for _ in range(120):
        node, other = luck.sample(pair, 2)
        deed = luck.choices(("put", "case", "correct", "retract", "hold", "drain", "reopen"), (8, 1, 4, 3, 1, 5, 0.4))[
            0
        ]
        own = [rid for rid in given if rid.startswith(node.party)]
        if deed in ("put", "case"):
            known += 1
            kind = "operations.case" if deed == "case" else "intelligence.report"
            given.append(f"{node.party}-{known}")
            node.put(report(given[-1], kind=kind, origin=node.party), other.party)
        elif deed == "drain":
            drain(*pair)
        elif deed == "reopen":
            node.exchange.reopen(other.party)
        elif deed == "hold" and node.rids():
            with node.ledger.write() as batch:
                node.exchange.hold(batch, luck.choice(node.rids()), "case 7")
        elif deed == "correct" and own:
            node.correct(luck.choice(own), {"text": "better"})
        elif deed == "retract" and own:
            given.remove(rid := luck.choice(own))
            node.retract(rid)
        with node.ledger.read() as tx:
            assert kept(tx) == looked(tx), deed
    drain(*pair)

    for node in pair:
        with node.ledger.read() as tx:
            assert kept(tx) == looked(tx)
            assert kept(tx).total() > 40
        assert node.ledger.rebuild(check=True)["equal"]


def test_what_is_held_twice_is_counted_until_it_is_not(pair: tuple[Node, Node]) -> None:
    # No message makes a node hold a record twice: the rows are made by hand, three of one record.
    north, _ = pair
    values = "'south', 'control', 1, :seq, :rid, 1, 'put', 'k', 'o', 'held', '', :rid, :rid, 0, 0"
    with north.ledger.write() as batch:
        for seq in (1, 2, 3):
            batch.tx.run(f"INSERT INTO exchange_in VALUES ({values})", seq=seq, rid=b"one")
        batch.tx.run(f"INSERT INTO exchange_in VALUES ({values})", seq=4, rid=b"other")
        assert kept(batch.tx)["twice", "south", "control", 0, "", "", ""] == 2
        batch.tx.run("UPDATE exchange_in SET state = 'superseded' WHERE seq IN (1, 2)")
        assert ("twice", "south", "control", 0, "", "", "") not in kept(batch.tx)
        batch.tx.run("UPDATE exchange_in SET state = 'held' WHERE seq < 3")
        assert kept(batch.tx) == looked(batch.tx)
        batch.tx.run("DELETE FROM exchange_in")
        assert kept(batch.tx) == looked(batch.tx)
