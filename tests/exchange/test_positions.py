"""Batches of positions: sealed once, validated before use, handed over until they are safe."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exchange.nodes import Node, agreement_text, drain, later, load

from haemaru.agreement import load_agreement
from haemaru.exchange import EnvelopeRefused
from haemaru.exchange.arrow import COLUMNS, check_positions

PATHS = tuple((path, "1.6", "keep") for path in ("event_time", "subject.mmsi", "body.lat", "body.lon", "body.sog"))
PARTS: dict[str, Any] = {
    "paths": PATHS,
    "event_time": "2026-03-02T08:59:00Z",
    "handling": {"level": "open", "caveats": ()},
    "retain_until": "2026-03-30T00:00:00Z",
}


def arrow(rows: int = 100, columns: tuple[str, ...] = ("mmsi", "t", "lat", "lon", "sog"), **options: Any) -> bytes:
    """A batch of invented positions."""
    names = {name: COLUMNS.get(name, pa.int32()) for name in columns}
    table = pa.table({name: pa.array(np.arange(rows) % 100, kind) for name, kind in names.items()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def put(node: Node, to: str, data: bytes, rows: int = 100, **parts: Any) -> str:
    with node.ledger.write() as batch:
        return node.exchange.put_positions(batch, to, "watch", [(PARTS | parts, data, rows)])[0].outcome


def spooled(node: Node) -> int:
    with node.ledger.read() as tx:
        row = tx.one("SELECT count(*) FROM exchange_spool")
    return int(row[0]) if row else 0


def test_a_batch_arrives_once_and_leaves_the_spool_on_both_sides(pair: tuple[Node, Node]) -> None:
    north, south = pair
    taken: list[tuple[dict[str, Any], bytes]] = []
    south.exchange.on_positions(lambda header, data: taken.append((header, data)))
    data = arrow()

    assert put(north, "south", data) == "sealed"
    assert spooled(north) == 1
    drain(north, south)

    assert [found for _, found in taken] == [data]
    assert (taken[0][0]["peer"], taken[0][0]["clauses"]) == ("north", ["1.6"])
    assert (spooled(north), spooled(south)) == (1, 0)
    later(north.clock, hours=2, minutes=2)
    north.exchange.tick()
    assert spooled(north) == 0
    assert south.counts("north", "track")["received"] == 1
    assert south.rids() == []
    for node in pair:
        assert node.ledger.verify().ok
        assert node.ledger.rebuild(check=True)["equal"]


def test_a_batch_that_could_not_be_stored_is_handed_over_after_the_next_start(pair: tuple[Node, Node]) -> None:
    north, south = pair
    taken: list[bytes] = []

    def fail(_header: dict[str, Any], _data: bytes) -> None:
        raise OSError("disk full")

    south.exchange.on_positions(fail)
    put(north, "south", arrow())
    drain(north, south)
    assert spooled(south) == 1

    south.restart()
    south.exchange.on_positions(lambda _header, data: taken.append(data))
    south.exchange.tick()
    south.exchange.tick()

    assert taken == [arrow()]
    assert spooled(south) == 0


def test_the_receipt_tells_of_a_batch_that_holds_a_value_that_cannot_be(pair: tuple[Node, Node]) -> None:
    north, south = pair
    taken: list[bytes] = []

    def check(table: pa.Table) -> str:
        return "positions_impossible" if table.num_rows == 10 else ""

    south.exchange.on_positions(lambda _header, data: taken.append(data), check)
    put(north, "south", arrow(10))
    put(north, "south", arrow(20))
    drain(north, south)

    assert taken == [arrow(20)]
    assert north.counts("south", "track")["exceptions"] == {"positions_impossible": 1}


def test_a_batch_whose_values_are_refused_does_not_stop_those_behind_it(pair: tuple[Node, Node]) -> None:
    north, south = pair
    taken: list[bytes] = []

    def take(_header: dict[str, Any], data: bytes) -> None:
        if not taken:
            taken.append(b"")
            raise EnvelopeRefused("positions_impossible")
        taken.append(data)

    south.exchange.on_positions(take)
    put(north, "south", arrow(10))
    put(north, "south", arrow(20))
    drain(north, south)

    assert taken == [b"", arrow(20)]
    assert south.counts("north", "track")["quarantined"] == {"positions_impossible": 1}
    assert spooled(south) == 0


def test_batches_of_a_replaced_agreement_travel_as_voids(pair: tuple[Node, Node]) -> None:
    north, south = pair
    put(north, "south", arrow())
    for node in pair:
        node.adopted.known.append(load("2"))
    drain(north, south)

    assert north.counts("south", "track")["void"] == 1
    assert south.counts("north", "track")["void_received"] == 1
    assert spooled(south) == 0


def test_the_owner_of_positions_may_void_a_queued_batch(pair: tuple[Node, Node]) -> None:
    north, south = pair
    put(north, "south", arrow())
    north.exchange.on_recheck(lambda header, data, at: "too_old" if header["kind"] and data else None)

    drain(north, south)

    assert south.counts("north", "track")["void_received"] == 1


def test_a_column_without_a_clause_quarantines_the_batch(pair: tuple[Node, Node]) -> None:
    north, south = pair
    put(north, "south", arrow(columns=("mmsi", "t", "cog")))
    put(north, "south", arrow(), clauses=("1.1",))

    drain(north, south)

    assert south.counts("north", "track")["quarantined"] == {
        "positions_column_without_clause": 1,
        "clause_unknown": 1,
    }
    assert spooled(south) == 0


def test_what_the_reader_must_not_trust_is_refused() -> None:
    good = arrow(1000)
    assert check_positions(good).num_rows == 1000
    for bad, code in (
        (b"", "positions_unreadable"),
        (good[:-20], "positions_unreadable"),
        (good + b"x" * 8, "positions_unreadable"),
        (arrow(1000, compression="zstd"), "positions_compressed"),
        (arrow(50_001), "positions_too_many_rows"),
        (arrow(10, columns=("t", "name")), "positions_other_column"),
        (arrow(10, columns=("mmsi", "lat")), "positions_other_column"),
    ):
        with pytest.raises(EnvelopeRefused, match=code):
            check_positions(bad)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_batch_is_read_or_refused_and_never_crashes(data: st.DataObject) -> None:
    broken = bytearray(arrow(50))
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))

    try:
        table = check_positions(bytes(broken))
    except EnvelopeRefused:
        return
    assert table.num_rows <= 50_000


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"retain_until": "2026-06-30T00:00:00Z"}, "received_retention_too_long"),
        ({"onward": "ask"}, "received_onward_too_wide"),
        ({"paths": tuple((path, "1.6", "coarsen") for path, _, _ in PATHS)}, ""),
        ({"clauses": ("1.1", "1.6")}, "clause_unknown"),
    ],
)
def test_the_duties_of_a_batch_are_checked_like_those_of_a_record(
    pair: tuple[Node, Node], parts: dict[str, Any], code: str
) -> None:
    north, south = pair
    put(north, "south", arrow(), **parts)
    drain(north, south)

    assert south.counts("north", "track")["quarantined"] == ({code: 1} if code else {})


@pytest.mark.parametrize(("fastest", "code"), [(10, ""), (9, "received_condition_not_met")])
def test_a_row_that_plainly_fails_a_condition_puts_its_batch_in_quarantine(
    pair: tuple[Node, Node], fastest: int, code: str
) -> None:
    north, south = pair
    slow = f'when = [{{ test = "number_between", path = "body.sog", min = 0, max = {fastest} }}]\n'
    text = agreement_text().replace('kinds = ["surveillance.position"]\n', 'kinds = ["surveillance.position"]\n' + slow)
    for node in pair:
        node.adopted.known = [load_agreement(text.encode(), "slow")]
    put(north, "south", arrow())
    drain(north, south)

    assert south.counts("north", "track")["quarantined"] == ({code: 1} if code else {})
