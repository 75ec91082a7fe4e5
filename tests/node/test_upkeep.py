"""The journal of a node's database is kept short; who holds it is told; what was erased is driven out once a day."""

from datetime import timedelta

import pytest
from pysqlite3 import dbapi2 as sqlite  # the node's own: two libraries in one process do not see each other's locks
from tests.node.conftest import Pair, asked

from haemaru.clock import FakeClock
from haemaru.node import upkeep


def test_a_journal_that_a_reader_holds_is_told_until_it_was_emptied(
    pair: Pair, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = pair.kcg
    monkeypatch.setattr(upkeep, "JOURNAL_GROWN", 1 << 14)
    monkeypatch.setattr(upkeep, "JOURNAL_LIMIT", 1 << 15)
    reader = sqlite.connect(node.home.folder / "node.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM entry").fetchone()
    for number in range(20):
        with node.ledger.write() as batch:
            batch.append("node.note", b"invented" * 100 * number)

    clock.advance(timedelta(minutes=1))
    node.upkeep.tick()
    assert [each["code"] for each in asked(node, "status")["health"]["problems"]] == ["journal_held"]

    reader.close()
    clock.advance(timedelta(minutes=1))
    node.upkeep.tick()
    health = asked(node, "status")["health"]
    assert (health["problems"], health["journal_mb"]) == ([], 0.0)


def test_the_locked_bodies_are_written_anew_once_a_day_after_something_was_erased(
    pair: Pair, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, done = pair.kcg, list[str]()
    real = node.database.scrub

    def scrub(*tables: str, rewrite: bool = False) -> bool:
        done.extend(tables if rewrite else ())
        return real(*tables, rewrite=rewrite)

    monkeypatch.setattr(node.database, "scrub", scrub)

    def a_day() -> list[str]:
        done.clear()
        for _ in range(48):
            clock.advance(timedelta(minutes=30))
            node.upkeep.tick()
        return [*done]

    assert a_day() == []
    with node.ledger.write() as batch:
        note = batch.append("node.note", b"invented")
    with node.ledger.write() as batch:
        node.ledger.erase(batch, [note.index], "case 7")
    assert a_day() == ["body"]
    assert a_day() == []
