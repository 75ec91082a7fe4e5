"""Positions that wait: thinned out where the clause says so, sent anew where only some rows are too old."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.exchange.nodes import Node, agreement_text, drain, later, load, report

from haemaru.agreement import load_agreement
from haemaru.clock import FakeClock, format_time, to_ms
from haemaru.surveillance.share import conflated, outlived, still_young

CONFLATE = "conflate_s = 60\n"


def batch_of(clock: FakeClock, ships: int, seconds: range) -> tuple[bytes, int]:
    """A row of each ship for each second."""
    start = to_ms(clock.now())
    t = np.repeat([start + second * 1000 for second in seconds], ships).astype(np.int64)
    mmsi = np.tile(np.arange(440_000_001, 440_000_001 + ships, dtype=np.int32), len(seconds))
    schema = pa.schema([("mmsi", pa.int32()), ("t", pa.int64()), ("lat", pa.int32()), ("lon", pa.int32())])
    table = pa.table([mmsi, t, np.full(len(t), 21_000_000, np.int32), np.full(len(t), 77_000_000, np.int32)], schema)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes()), len(t)


def text_with(more: str) -> bytes:
    text = agreement_text()
    head, _, tail = text.partition('id = "1.6"')
    return (head + 'id = "1.6"' + tail.replace("retention_days", more + "retention_days", 1)).encode()


def put(node: Node, arrow: bytes, rows: int) -> None:
    parts = {
        "paths": [(path, "1.6", "keep") for path in ("subject.mmsi", "event_time", "body.lat", "body.lon")],
        "clauses": ["1.6"],
        "event_time": format_time(node.clock.now()),
        "handling": {"level": "open", "caveats": []},
        "retain_until": format_time(node.clock.now() + timedelta(days=30)),
    }
    with node.ledger.write() as batch:
        node.exchange.put_positions(batch, "south", "watch", [(parts, arrow, rows)])


@pytest.fixture
def pair_of(make_node: Callable[[str], Node], tmp_path: Path) -> Callable[[str], tuple[Node, Node]]:
    def make(more: str) -> tuple[Node, Node]:
        agreement = load_agreement(text_with(more), "test")
        found = make_node("north"), make_node("south")
        for node in found:
            node.adopted.known = [agreement]
        found[0].knows(found[1])
        found[1].knows(found[0])
        found[0].exchange.on_recheck(lambda header, arrow, at: outlived(agreement, header, arrow, at))
        found[0].exchange.on_thin(lambda header, arrow, at: still_young(agreement, header, arrow, at), conflated)
        return found

    return make


def received(south: Node) -> list[tuple[int, int]]:
    """Every row that is handed over: ship and moment."""
    rows: list[tuple[int, int]] = []

    def take(_header: object, arrow: bytes) -> None:
        table = pa.ipc.open_stream(arrow).read_all()
        rows.extend(zip(table["mmsi"].to_pylist(), table["t"].to_pylist(), strict=True))

    south.exchange.on_positions(take)
    south.exchange.hand_over()
    return rows


def test_a_backlog_is_thinned_to_the_newest_of_each_ship_in_each_span(
    pair_of: Callable[[str], tuple[Node, Node]],
) -> None:
    north, south = pair_of(CONFLATE)
    start = to_ms(north.clock.now())
    for minute in range(3):
        put(north, *batch_of(north.clock, 4, range(minute * 60, minute * 60 + 60, 10)))
    north.exchange.tick()
    assert north.counts("south", "track")["sealed"] == 3
    later(north.clock, seconds=90)

    north.exchange.tick()
    drain(north, south)

    rows = received(south)
    assert len(rows) == len(set(rows))
    assert {mmsi for mmsi, _ in rows} == set(range(440_000_001, 440_000_005))
    assert all((t - start) % 60_000 == 50_000 for _, t in rows)
    counts = north.counts("south", "track")
    assert (counts["void"], counts["sealed"], counts["lost"]) == (3, 4, 0)
    assert north.exchange.status()["south"]["conflated"] == 72 - len(rows)
    assert south.counts("north", "track")["void_received"] == 3
    north.exchange.tick()
    assert all(node.ledger.rebuild(check=True)["ok"] for node in (north, south))


def test_what_is_thinned_out_is_kept_no_longer_than_the_shortest_of_its_batches(
    pair_of: Callable[[str], tuple[Node, Node]],
) -> None:
    north, south = pair_of(CONFLATE)
    first = format_time(north.clock.now() + timedelta(days=30))
    for _ in range(2):
        put(north, *batch_of(north.clock, 4, range(0, 60, 10)))
        later(north.clock, seconds=90)
    north.exchange.tick()
    kept: list[str] = []
    south.exchange.on_positions(lambda header, _arrow: kept.append(header["retain_until"]))
    drain(north, south)
    south.exchange.hand_over()

    assert kept == [first]


def test_without_the_clause_nothing_is_left_out(pair_of: Callable[[str], tuple[Node, Node]]) -> None:
    north, south = pair_of("")
    put(north, *batch_of(north.clock, 4, range(0, 60, 10)))
    north.put(report(), "south")
    later(north.clock, hours=5)

    north.exchange.tick()
    drain(north, south)

    assert len(received(south)) == 24
    assert north.exchange.status()["south"]["conflated"] == 0
    assert south.rids("north") != []


def test_the_younger_rows_of_a_batch_that_grew_too_old_are_sent_anew(
    pair_of: Callable[[str], tuple[Node, Node]],
) -> None:
    north, south = pair_of('when = [{ test = "age_at_most_hours", hours = 1 }]\n')
    start = to_ms(north.clock.now())
    put(north, *batch_of(north.clock, 2, range(0, 3_600, 600)))
    later(north.clock, minutes=75)

    drain(north, south)

    rows = received(south)
    assert sorted({(t - start) // 1000 for _, t in rows}) == [1_200, 1_800, 2_400, 3_000]
    assert len(rows) == 8
    assert north.counts("south", "track")["void"] == 1
    assert (north.counts("south", "track")["lost"], south.counts("north", "track")["lost"]) == (0, 0)


@pytest.mark.parametrize("minutes", [10, 75, 180])
def test_the_young_rows_of_a_batch_that_stepped_aside_are_sent_when_its_agreement_works_again(
    pair_of: Callable[[str], tuple[Node, Node]], minutes: int
) -> None:
    north, south = pair_of('when = [{ test = "age_at_most_hours", hours = 1 }]\n')
    for node in (north, south):
        node.adopted.known.append(load(name="second", bound=("north", "south")))
    start = to_ms(north.clock.now())
    put(north, *batch_of(north.clock, 2, range(0, 3_600, 600)))
    with north.ledger.write() as batch:
        parts = {
            "paths": [(path, "1.6", "keep") for path in ("subject.mmsi", "event_time", "body.lat", "body.lon")],
            "event_time": format_time(north.clock.now()),
            "handling": {"level": "open", "caveats": []},
            "retain_until": format_time(north.clock.now() + timedelta(days=30)),
        }
        other = batch_of(north.clock, 1, range(1))
        north.exchange.put_positions(batch, "south", "watch", [(parts, *other)], north.adopted.named("second"))
    for node in (north, south):
        node.adopted.suspended_ids = {"test"}
    drain(north, south)
    assert north.counts("south", "track")["void"] == 1
    later(north.clock, minutes=minutes)
    north.exchange.tick()
    for node in (north, south):
        node.adopted.suspended_ids = set()

    north.exchange.tick()
    drain(north, south)

    rows = received(south)
    young = [at for at in range(0, 3_600, 600) if at >= minutes * 60 - 3_600]
    assert sorted((t - start) // 1000 for _, t in rows) == sorted([0, *young, *young])
    counts = north.counts("south", "track")
    assert (counts["waiting"], counts["lost"], south.counts("north", "track")["lost"]) == (0, 0, 0)
    assert all(node.ledger.rebuild(check=True)["ok"] for node in (north, south))
    later(north.clock, hours=3)
    north.exchange.tick()
    with north.ledger.read() as tx:
        assert tx.one("SELECT count(*) FROM exchange_spool") == (0,)


def test_a_clause_may_thin_out_positions_only() -> None:
    assert load_agreement(text_with(CONFLATE), "test").find_clause("1.6").conflate_s == 60  # type: ignore[union-attr]
    text = agreement_text().replace("retention_days", CONFLATE + "retention_days", 1).encode()
    with pytest.raises(Exception, match="conflate_s"):
        load_agreement(text, "test")
