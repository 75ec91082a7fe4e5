"""Rows that a partner shared are deleted when their signed `retain_until` has come; the node's own stay."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.node.conftest import Pair, asked

from haemaru.clock import FakeClock, to_ms
from haemaru.node import Node
from haemaru.node.backup import restore_home
from haemaru.node.tallies import OUTLIVED, OutlivedNote
from haemaru.surveillance import Fixes, Static

SHIP = 440990001
DAYS = 395  # what clause 2.4 of the model agreement lets positions be kept


def seen(pair: Pair, clock: FakeClock, ship: int) -> None:
    """The coast guard sees one merchant ship now and shares it."""
    fixes = Fixes.of(mmsi=[ship], t=[to_ms(clock.now())], lat=[37 * 600_000], lon=[130 * 600_000], sog=[90], cog=[100])
    pair.kcg.surveillance.take(fixes, [Static(ship, name="INVENTED", ship_type=70)], "test")
    pair.carry()
    for node in (pair.kcg, pair.kcs):
        node.surveillance.tick()


def look(node: Node) -> None:
    """As many ticks as three days of rows need, and one that writes the picture."""
    for _ in range(4):
        node.surveillance.tick()


def notes(node: Node) -> list[OutlivedNote]:
    with node.ledger.read() as tx:
        return [msgspec.json.decode(body, type=OutlivedNote) for _, body in node.ledger.entries(tx, kinds=(OUTLIVED,))]


def rows(node: Node, ship: int = SHIP) -> int:
    return len(node.surveillance.path(ship, 0, 2**60))


def outlived(node: Node) -> int:
    return int(asked(node, "status")["positions"]["outlived"])


def is_sound(node: Node) -> bool:
    return not node.do("ledger.verify", {}).exit_code and not node.do("rebuild", {"check": True}).exit_code


@pytest.fixture
def shared(pair: Pair, clock: FakeClock) -> Pair:
    """One ship was shared, and ten days later another; an hour before the first one's time is over."""
    seen(pair, clock, SHIP)
    clock.advance(timedelta(days=10))
    seen(pair, clock, SHIP + 1)
    clock.advance(timedelta(days=DAYS - 10, hours=-1))
    for node in (pair.kcg, pair.kcs):
        look(node)
    return pair


def test_a_partners_rows_end_with_their_batch_and_the_ledger_says_so(shared: Pair, clock: FakeClock) -> None:
    assert (rows(shared.kcs), shared.kcs.surveillance.vessel_count(), outlived(shared.kcs)) == (1, 2, 0)

    clock.advance(timedelta(hours=1))
    look(shared.kcs)

    assert (rows(shared.kcs), rows(shared.kcs, SHIP + 1)) == (0, 1)
    assert shared.kcs.surveillance.vessel_count() == 1
    [note] = notes(shared.kcs)
    assert (note.party, note.rows, note.since) == ("kcg", 1, note.until)
    assert outlived(shared.kcs) == 1
    assert is_sound(shared.kcs)
    assert not shared.kcs.exchange.retention.list(is_open=False)


def test_own_rows_have_no_end_and_nothing_is_noted_of_them(shared: Pair, clock: FakeClock) -> None:
    clock.advance(timedelta(days=1000))
    look(shared.kcg)

    assert (rows(shared.kcg), rows(shared.kcg, SHIP + 1), shared.kcg.surveillance.vessel_count()) == (1, 1, 2)
    assert (notes(shared.kcg), outlived(shared.kcg)) == ([], 0)


def test_what_ended_while_the_node_stood_still_ends_at_its_start(shared: Pair, clock: FakeClock) -> None:
    folder = shared.kcs.home.folder
    shared.kcs.close()
    clock.advance(timedelta(days=11))

    with Node.open(folder, clock=clock) as again:
        look(again)

        assert (rows(again), rows(again, SHIP + 1), again.surveillance.vessel_count()) == (0, 0, 0)
        assert [note.rows for note in notes(again)] == [1, 1]
        assert not list((folder / "positions" / "from-kcg").rglob("*.parquet"))
        assert is_sound(again)

    with Node.open(folder, clock=clock) as once_more:
        look(once_more)
        assert (once_more.surveillance.vessel_count(), outlived(once_more)) == (0, 2)


def test_a_restored_backup_brings_the_rows_back_and_the_first_ticks_end_them_again(
    shared: Pair, clock: FakeClock, tmp_path: Path
) -> None:
    file = tmp_path / "kcs.backup"
    asked(shared.kcs, "backup", file=str(file))
    clock.advance(timedelta(hours=1))
    look(shared.kcs)
    assert rows(shared.kcs) == 0

    restore_home(file, file.with_name(file.name + ".key"), tmp_path / "again")

    with Node.open(tmp_path / "again", clock=clock) as again:
        assert rows(again) == 1
        look(again)
        assert (rows(again), outlived(again)) == (0, 1)
