"""Every table that is not the ledger can be made again from it, and a table that differs is named."""

from collections.abc import Callable

import pytest
from tests.ledger.conftest import World

from haemaru.ledger import Ledger
from haemaru.storage import Database

Fill = Callable[[Ledger, int], None]


def tables(report: dict[str, object]) -> dict[str, dict[str, object]]:
    found = report["tables"]
    assert isinstance(found, dict)
    return found


def test_a_replay_gives_the_same_rows(either: Ledger, fill: Fill) -> None:
    fill(either, 30)
    with either.write() as batch:
        either.checkpoint(batch)

    report = either.rebuild()

    assert report["ok"] is True
    assert tables(report)["seen"] == {"equal": True, "rows": 30, "missing": 0, "extra": 0}
    assert tables(report)["checkpoint"]["rows"] == 1


def test_the_order_of_rows_on_disk_does_not_matter(world: World, ledger: Ledger, fill: Fill) -> None:
    fill(ledger, 10)
    with Database.open(f"sqlite:///{world.path()}").write() as tx:
        rows = tx.all("SELECT kind, count FROM tally")
        tx.run("DELETE FROM tally")
        for kind, number in rows[::-1]:
            tx.run("INSERT INTO tally (kind, count) VALUES (:kind, :number)", kind=kind, number=number)

    assert ledger.rebuild()["ok"] is True


@pytest.mark.parametrize(
    ("damage", "missing", "extra"),
    [
        ("DELETE FROM seen WHERE idx = 4", 1, 0),
        ("UPDATE seen SET length = length + 1 WHERE idx = 4", 1, 1),
        ("INSERT INTO seen (idx, kind, length) VALUES (99, 'a', 1)", 0, 1),
    ],
)
def test_a_table_that_differs_is_named_and_made_again(
    either: Ledger, fill: Fill, damage: str, missing: int, extra: int
) -> None:
    fill(either, 10)
    with either.write() as batch:
        batch.tx.run(damage)

    report = either.rebuild()
    again = either.rebuild(check=False)

    assert report["ok"] is False
    assert (tables(report)["seen"]["missing"], tables(report)["seen"]["extra"]) == (missing, extra)
    assert tables(report)["tally"]["equal"] is True
    assert tables(again)["seen"] == {"rows": 10}
    assert either.rebuild()["ok"] is True
    assert either.verify().ok
