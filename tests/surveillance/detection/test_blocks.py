"""Positions out of files: however they are laid out, each ship's rows come in time order, and each once."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.surveillance.detection.conftest import START, fleet

from haemaru.surveillance.detection import blocks
from haemaru.surveillance.detection.automaton import Rows
from haemaru.surveillance.detection.blocks import Reading
from haemaru.wording import Fault

DAY = 86_400_000


def table(rows: Rows, **columns: object) -> pa.Table:
    cog = np.full(len(rows), 32767, np.int16)
    given = {"mmsi": rows.mmsi, "t": rows.t, "lat": rows.lat, "lon": rows.lon, "sog": rows.sog, "cog": cog}
    return pa.table(given | columns)


def read(*paths: Path) -> tuple[list[tuple[int, ...]], Counter[str]]:
    """Every row that came, checked to be in time order for its ship, sorted; and what was dropped."""
    reading = Reading.of(paths)
    told: list[tuple[int, ...]] = []
    last: dict[int, int] = {}
    for rows, _ in reading.blocks():
        for each in zip(rows.mmsi.tolist(), rows.t.tolist(), rows.lat.tolist(), rows.sog.tolist(), strict=True):
            assert last.get(each[0], -(2**63)) < each[1]
            last[each[0]] = each[1]
            told.append(each)
    return sorted(told), reading.dropped


def distinct(rows: Rows) -> list[tuple[int, ...]]:
    columns = (rows.mmsi.tolist(), rows.t.tolist(), rows.lat.tolist(), rows.sog.tolist())
    return sorted(zip(*columns, strict=True))


@pytest.mark.parametrize("layout", ["by_ship", "by_time", "shuffled", "on_disk", "days", "ships", "small_groups"])
def test_however_the_rows_lie_they_come_in_order_and_once(
    layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fleet(11)
    given = table(whole)
    random = np.random.default_rng(3)
    monkeypatch.setattr(blocks, "_BLOCK_ROWS", 300)
    if layout == "on_disk":
        monkeypatch.setattr(blocks, "_SORT_IN_MEMORY", 10)
    if layout in ("by_ship", "by_time"):
        order = [("mmsi", "ascending"), ("t", "ascending")] if layout == "by_ship" else [("t", "ascending")]
        pq.write_table(given.sort_by(order), tmp_path / "a.parquet", row_group_size=170)
    elif layout in ("shuffled", "on_disk", "small_groups"):
        twice = pa.concat_tables([given, given.slice(0, 500)])
        pq.write_table(
            twice.take(random.permutation(len(twice))),
            tmp_path / "a.parquet",
            row_group_size=7 if layout == "small_groups" else 400,
        )
    elif layout == "days":
        day = whole.t // DAY
        for each in np.unique(day).tolist():
            (tmp_path / f"day={each}").mkdir()
            rows = given.filter(pa.array(day == each)).sort_by([("mmsi", "ascending"), ("t", "ascending")])
            pq.write_table(rows, tmp_path / f"day={each}" / "part-0.parquet", row_group_size=100)
    else:
        for ship in np.unique(whole.mmsi).tolist():
            pq.write_table(given.filter(pa.array(whole.mmsi == ship)), tmp_path / f"{ship}.parquet")

    told, dropped = read(tmp_path)

    assert told == distinct(whole)
    assert not dropped


def test_rows_that_tell_no_ship_time_or_place_are_dropped_and_counted_by_reason(tmp_path: Path) -> None:
    rows = [
        (0, START, 1, 1, 5), (-4, START, 1, 1, 5), (1_000_000_000, START, 1, 1, 5), (None, START, 1, 1, 5),
        (7, -(2**63), 1, 1, 5), (7, 2**63 - 1, 1, 1, 5), (7, None, 1, 1, 5),
        (7, START, 54_600_000, 108_600_000, 5), (7, START, 54_600_001, 4, 5), (7, START, 4, -108_000_001, 5),
        (7, START, 0, 0, 5), (7, START, None, 1, 5),
        (7, START + 1, -54_000_000, 108_000_000, None), (7, START + 2, 0, 1, 1023), (7, START + 3, 1, 0, -1),
    ]  # fmt: skip
    names = ("mmsi", "t", "lat", "lon", "sog")
    columns = {name: pa.array([row[at] for row in rows], pa.int64()) for at, name in enumerate(names)}
    pq.write_table(pa.table(columns | {"cog": pa.array([0] * len(rows), pa.int16())}), tmp_path / "a.parquet")

    told, dropped = read(tmp_path)

    assert told == [(7, START + 1, -54_000_000, 32767), (7, START + 2, 0, 32767), (7, START + 3, 1, 32767)]
    assert dropped == {"bad_mmsi": 4, "bad_time": 3, "no_position": 1, "bad_position": 3, "zero_position": 1}
    assert sum(dropped.values()) + len(told) == len(rows)


def test_of_two_rows_of_one_ship_and_moment_the_same_one_stays_in_a_mirrored_world(tmp_path: Path) -> None:
    lat, lon = np.array([300, -300, 200, 900], np.int32), np.array([5, 5, 5, 5], np.int32)
    twins = Rows(np.full(4, 9, np.int32), np.full(4, START), lat, lon, np.array([7, 7, 8, 7], np.int16))
    mirrored = Rows(twins.mmsi, twins.t, -lat, lon, twins.sog)
    for name, each in (("one", twins), ("other", mirrored)):
        pq.write_table(table(each), tmp_path / f"{name}.parquet")

    one, other = read(tmp_path / "one.parquet")[0], read(tmp_path / "other.parquet")[0]

    assert (len(one), abs(one[0][2]), one[0][3]) == (1, 300, 7)
    assert [abs(row[2]) for row in other] == [300]


@pytest.mark.parametrize(
    ("change", "code", "problem"),
    [
        ({"lat": None}, "detect_columns", "lat: no such column"),
        ({"sog": pa.array([1.5])}, "detect_columns", "sog: double"),
        ({"t": pa.array([START], pa.timestamp("ms"))}, "detect_columns", "t: timestamp[ms]"),
        ({"mmsi": pa.array(["7"])}, "detect_columns", "mmsi: string"),
    ],
)
def test_a_file_with_other_columns_is_refused_by_name(
    tmp_path: Path, change: dict[str, pa.Array | None], code: str, problem: str
) -> None:
    one = Rows(
        *(
            np.array([value], kind)
            for value, kind in zip((7, START, 1, 1, 1), ["i4", "i8", "i4", "i4", "i2"], strict=True)
        )
    )
    given = {name: table(one)[name] for name in table(one).column_names} | change
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({name: column for name, column in given.items() if column is not None}), path)

    with pytest.raises(Fault) as caught:
        Reading.of([tmp_path])

    assert (caught.value.code, caught.value.where) == (code, str(path))
    assert problem in str(caught.value.params["problem"])


def test_what_is_no_parquet_is_refused_and_files_without_rows_are_fine(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"not a table")
    with pytest.raises(Fault) as caught:
        Reading.of([tmp_path / "x.parquet"])
    assert caught.value.code == "detect_unreadable"

    (tmp_path / "empty").mkdir()
    with pytest.raises(Fault):
        Reading.of([tmp_path / "empty"])

    pq.write_table(table(fleet(1)).slice(0, 0), tmp_path / "x.parquet")
    assert read(tmp_path) == ([], Counter())
