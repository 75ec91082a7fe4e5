from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agreement.conftest import AT, HEAD, clause_text

from haemaru.agreement import Agreement, decide, load_agreement
from haemaru.clock import format_time, from_ms, to_ms
from haemaru.exchange.arrow import check_positions
from haemaru.exchange.positions import Group
from haemaru.surveillance import CLASSES, MISSING, Fixes, class_code
from haemaru.surveillance.share import KIND, Handling, Shared, read_shared, refusal_of_rows, share
from haemaru.wording import Fault

T = to_ms(AT)
SHIP = 440999101


def agreed(*clauses: str) -> Agreement:
    return load_agreement((HEAD + "\n".join(clauses)).encode(), "test")


def release(clause: str, fields: list[tuple[str, str, dict[str, float]]], **keys: object) -> str:
    rows = [{"path": path, "treatment": treatment, **more} for path, treatment, more in fields]
    return clause_text(clause, "release", kinds=[KIND], fields=rows, **keys)


EVERYTHING: list[tuple[str, str, dict[str, float]]] = [("*", "keep", {})]


def fixes(**more: object) -> Fixes:
    base: dict[str, object] = {
        "mmsi": [SHIP, SHIP + 1, SHIP + 2],
        "t": [T, T + 1000, T + 2000],
        "lat": [9_000_000, 9_600_000, 30_000_000],  # 15 N, 16 N, 50 N
        "lon": [9_000_000] * 3,
        "sog": [123, MISSING, 5],
        "cog": [456, 0, MISSING],
        "vessel_class": [class_code("cargo"), 0, class_code("fishing")],
    }
    return Fixes.of(**{**base, **more})  # type: ignore[arg-type]


def shared(agreement: Agreement, rows: Fixes, **more: object) -> Shared:
    return share(agreement, rows, ("north", "south"), "watch", AT + timedelta(minutes=1), **more)  # type: ignore[arg-type]


def test_rows_leave_under_their_clause_and_the_others_are_counted() -> None:
    area = {"when": [{"test": "area_within", "area": "box"}]}
    agreement = agreed(release("2.1", EVERYTHING, **area))

    answer = shared(agreement, fixes())

    assert answer.rows + sum(answer.withheld.values()) == 3
    assert answer.withheld == {"2.1": 1}
    ((parts, arrow, rows),) = answer.groups  # missing values do not split a batch
    assert (rows, parts["clauses"], parts["event_time"]) == (2, ["2.1"], format_time(from_ms(T + 1000)))
    back = read_shared(arrow)
    assert (back.mmsi.tolist(), back.sog.tolist(), back.cog.tolist()) == ([SHIP, SHIP + 1], [123, MISSING], [456, 0])
    assert [CLASSES[code] for code in back.vessel_class] == ["cargo", "unknown"]


def test_the_header_parts_are_those_the_exchange_takes() -> None:
    agreement = agreed(release("2.1", EVERYTHING, onward=["east"]))

    ((parts, arrow, rows),) = shared(agreement, fixes()).groups

    group = msgspec.convert(parts, Group)
    assert (group.onward, group.onward_to, group.clauses) == ("list", ("east",), ("2.1",))
    assert check_positions(arrow).num_rows == rows
    assert {path for path, _, _ in group.paths} >= {"subject.mmsi", "event_time", "body.lat", "body.lon"}


def test_only_released_columns_travel() -> None:
    named = ("subject.mmsi", "event_time", "body.lat", "body.lon", "body.cog")
    agreement = agreed(release("2.1", [(path, "keep", {}) for path in named]))

    ((parts, arrow, _),) = shared(agreement, fixes()).groups

    assert pa.ipc.open_stream(arrow).schema.names == ["mmsi", "t", "lat", "lon", "cog"]
    assert {path for path, _, _ in parts["paths"]} == set(named)


def test_a_coarsened_place_and_time_leave_coarse() -> None:
    agreement = agreed(
        release(
            "2.1",
            [*EVERYTHING, ("body.lat", "coarsen", {"step": 0.5}), ("event_time", "coarsen", {"hours": 1})],
        )
    )

    ((_, arrow, _),) = shared(agreement, fixes(lat=[9_123_456] * 3)).groups

    back = read_shared(arrow)
    assert set(back.lat.tolist()) == {9_000_000}
    assert set(back.t.tolist()) == {T // 3_600_000 * 3_600_000}


def test_a_pseudonymised_ship_keeps_one_number_that_is_not_her_own() -> None:
    agreement = agreed(release("2.1", [*EVERYTHING, ("subject.mmsi", "pseudonymise", {})]))
    rows = fixes(mmsi=[SHIP, SHIP + 1, SHIP])

    answer = shared(agreement, rows, pseudonym_key=bytes(range(32)))

    back = [read_shared(arrow) for _, arrow, _ in answer.groups]
    numbers = [number for one in back for number in one.mmsi.tolist()]
    assert len(numbers) == 3
    assert len(set(numbers)) == 2
    assert all(number < 0 for number in numbers)
    assert all(SHIP.to_bytes(4, "little") not in arrow for _, arrow, _ in answer.groups)


def test_without_who_when_or_where_a_row_stays() -> None:
    agreement = agreed(release("2.1", [("body.*", "keep", {}), ("event_time", "keep", {})]))

    answer = shared(agreement, fixes())

    assert (answer.groups, sum(answer.withheld.values())) == ([], 3)


def test_a_row_without_a_name_stays() -> None:
    answer = shared(agreed(release("2.1", EVERYTHING)), fixes(mmsi=[0, 1_000_000_000, SHIP]))

    assert (answer.rows, answer.withheld) == (1, {"none": 2})


def test_what_no_clause_names_stays_and_an_expired_agreement_releases_nothing() -> None:
    agreement = agreed(release("2.1", EVERYTHING))

    other = share(agreement, fixes(), ("north", "south"), "curiosity", AT)
    late = share(agreement, fixes(), ("north", "south"), "watch", datetime(2030, 1, 1, tzinfo=UTC))

    assert (other.groups, other.withheld) == ([], {"none": 3})
    assert (late.groups, late.withheld) == ([], {"none": 3})


def test_the_handling_travels_in_the_header() -> None:
    agreement = agreed(release("2.1", EVERYTHING))

    ((parts, _, _),) = shared(agreement, fixes(), handling=Handling("restricted", ("drugs",))).groups

    assert parts["handling"] == {"level": "restricted", "caveats": ["drugs"]}


def test_a_long_batch_is_cut() -> None:
    agreement = agreed(release("2.1", EVERYTHING))
    size = 50_001
    rows = Fixes.of(mmsi=[SHIP] * size, t=np.arange(size) + T, lat=[0] * size, lon=[0] * size)

    assert [rows for _, _, rows in shared(agreement, rows).groups] == [50_000, 1]


ROW = st.tuples(
    st.sampled_from((9_000_000, 30_000_000)),
    st.sampled_from((0, 120, MISSING)),
    st.sampled_from((0, 900, MISSING)),
    st.sampled_from((0, 1, 4)),
)


@given(st.lists(ROW, max_size=12))
def test_a_batch_shares_exactly_what_single_decisions_release(drawn: list[tuple[int, int, int, int]]) -> None:
    agreement = agreed(
        release("2.1", EVERYTHING, when=[{"test": "area_within", "area": "box"}]),
        clause_text("2.2", "withhold", kinds=[KIND], fields=None,
                    when=[{"test": "field_equals", "path": "body.vessel_class", "value": "fishing"}]),
    )  # fmt: skip
    size = len(drawn)
    lat, sog, cog, kind = zip(*drawn, strict=True) if drawn else ((), (), (), ())
    rows = Fixes.of(
        mmsi=[SHIP + at for at in range(size)], t=[T] * size, lat=lat, lon=[9_000_000] * size,
        sog=sog, cog=cog, vessel_class=kind,
    )  # fmt: skip

    answer = shared(agreement, rows)

    alone = set()
    for at in range(size):
        body = {"lat": lat[at] / 600_000, "lon": 15.0, "sog": sog[at] / 10, "cog": cog[at] / 10,
                "vessel_class": CLASSES[kind[at]]}  # fmt: skip
        gone = {"sog": sog[at] == MISSING, "cog": cog[at] == MISSING, "vessel_class": kind[at] == 0}
        record = {
            "rid": "r", "kind": KIND, "origin": "north", "subject": {"type": "vessel", "mmsi": SHIP + at},
            "event_time": format_time(from_ms(T)), "handling": {"level": "open", "caveats": []},
            "body": {name: value for name, value in body.items() if not gone.get(name, False)},
        }  # fmt: skip
        decision = decide(agreement, record, "north", "south", "watch", AT + timedelta(minutes=1))
        if decision.verdict == "release":
            alone.add(SHIP + at)
    left = {number for _, arrow, _ in answer.groups for number in read_shared(arrow).mmsi.tolist()}
    assert left == alone
    assert answer.rows + sum(answer.withheld.values()) == size


def stream(**columns: pa.Array) -> bytes:
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


GOOD = {
    "mmsi": pa.array([SHIP], pa.int32()),
    "t": pa.array([T], pa.int64()),
    "lat": pa.array([1], pa.int32()),
    "lon": pa.array([1], pa.int32()),
}


@pytest.mark.parametrize(
    "changed",
    [
        {"lat": pa.array([60_000_000], pa.int32())},
        {"lon": pa.array([-2147483648], pa.int32())},
        {"t": pa.array([0], pa.int64())},
        {"mmsi": pa.array([-5], pa.int32())},
        {"mmsi": pa.array([None], pa.int32())},
        {"mmsi": pa.array([SHIP], pa.int64())},
        {"vessel_class": pa.array([200], pa.uint8())},
        {"cog": pa.array([3600], pa.int16())},
        {"sog": pa.array([-1], pa.int16())},
        {"name": pa.array(["x"])},
    ],
)
def test_a_partners_batch_that_is_not_as_agreed_is_refused(changed: dict[str, pa.Array]) -> None:
    assert len(read_shared(stream(**GOOD))) == 1
    with pytest.raises(Fault, match="shared_positions_refused"):
        read_shared(stream(**{**GOOD, **changed}))


@pytest.mark.parametrize(("name", "value"), [("lat", 60_000_000), ("mmsi", -5), ("mmsi", None)])
def test_a_value_that_cannot_be_is_named_before_the_receipt(name: str, value: int | None) -> None:
    assert refusal_of_rows(pa.table(GOOD)) == ""
    assert refusal_of_rows(pa.table({**GOOD, name: pa.array([value], pa.int32())})) == "positions_impossible"


@pytest.mark.parametrize("lost", list(GOOD))
def test_a_partners_batch_without_a_needed_column_is_refused(lost: str) -> None:
    with pytest.raises(Fault, match="shared_positions_refused"):
        read_shared(stream(**{name: column for name, column in GOOD.items() if name != lost}))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_nothing_else(data: bytes) -> None:
    with pytest.raises(Fault, match="shared_positions_refused"):
        read_shared(data)
