import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haemaru.surveillance import DAY_MS, FOREVER, Fixes
from haemaru.surveillance.sealed_parquet import file_key, read_sealed
from haemaru.surveillance.store import Outlived, PositionStore
from haemaru.wording import Fault

KEY = bytes(range(32))
DAY = 1_743_552_000_000  # 2025-04-02
SHIP = 440999101


def batch(t: list[int], mmsi: int = SHIP, heard: int = 1) -> Fixes:
    return Fixes.of(
        mmsi=[mmsi] * len(t), t=t, lat=[22_500_000] * len(t), lon=[77_400_000] * len(t), heard=[heard] * len(t)
    )


def test_rows_come_back_sorted_and_each_moment_of_a_ship_once(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY)

    first = store.append(batch([DAY + 2000, DAY, DAY + 2000]), "ais")
    second = store.append(batch([DAY + 2000, DAY + 1000]), "ais")

    assert first.t.tolist() == [DAY, DAY + 2000]
    assert second.t.tolist() == [DAY + 1000]
    assert store.read(DAY, DAY + 10_000).t.tolist() == [DAY, DAY + 1000, DAY + 2000]
    assert store.counts() == {"2025-04-02": 3}


def test_asking_what_is_new_keeps_nothing(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY)
    store.append(batch([DAY]), "ais")

    asked = [store.fresh(batch([DAY + 1000, DAY, DAY - 1, DAY + 1000])).t.tolist() for _ in range(2)]

    assert asked == [[DAY - 1, DAY + 1000]] * 2
    assert store.read(DAY - 10, DAY + 10_000).t.tolist() == [DAY]


def test_a_batch_over_midnight_falls_into_both_days(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY)

    store.append(batch([DAY - 1, DAY]), "ais")

    assert store.days() == ["2025-04-01", "2025-04-02"]
    assert store.read(DAY - 1, DAY).t.tolist() == [DAY - 1]


def test_one_ship_is_read_without_the_others(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY)
    store.append(batch([DAY]), "ais")
    store.append(batch([DAY], mmsi=SHIP + 1), "radar")

    assert store.read(DAY, DAY + 1, SHIP + 1).mmsi.tolist() == [SHIP + 1]
    assert store.sources(DAY, DAY + 1, SHIP + 1) == ["radar"]


def test_a_second_opening_knows_what_the_first_kept(tmp_path: Path) -> None:
    PositionStore(tmp_path / "p", KEY).append(batch([DAY]), "ais")

    again = PositionStore(tmp_path / "p", KEY)

    assert len(again.append(batch([DAY, DAY + 1]), "ais")) == 1


def test_live_batches_of_a_second_do_not_make_thousands_of_files(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY, parts_limit=8, segments_limit=3)

    for second in range(100):
        store.append(batch([DAY + 1000 * second]), "ais")

    files = list((tmp_path / "p").rglob("*.parquet"))
    assert len(files) <= 8 + 4
    assert store.read(DAY, DAY + 1_000_000).t.tolist() == [DAY + 1000 * second for second in range(100)]
    store.close()
    assert store.read(DAY, DAY + 1_000_000).t.tolist() == [DAY + 1000 * second for second in range(100)]


def test_a_report_heard_again_later_keeps_one_row_and_the_higher_count(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY)
    store.append(batch([DAY]), "ais")

    new = store.append(batch([DAY], heard=3), "ais")
    store.compact()

    assert len(new) == 0
    assert PositionStore(tmp_path / "p", KEY).read(DAY, DAY + 1).heard.tolist() == [3]


def test_nothing_on_the_disk_is_readable_without_the_key(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY)
    store.append(batch([DAY]), "canary-source-7f3a")
    store.compact()

    found = b"".join(path.read_bytes() for path in (tmp_path / "p").rglob("*") if path.is_file())

    for plain in (b"canary-source-7f3a", b"mmsi", b"PAR1", int(SHIP).to_bytes(4, "little")):
        assert plain not in found
    with pytest.raises(Fault, match="positions_damaged"):
        PositionStore(tmp_path / "p", bytes(32)).read(DAY, DAY + 1)


def test_a_file_put_in_anothers_place_does_not_open(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY)
    store.append(batch([DAY]), "ais")
    store.append(batch([DAY + 1]), "ais")
    first, second = sorted((tmp_path / "p" / "2025-04-02").iterdir())

    first.replace(second)

    with pytest.raises(Fault, match="positions_damaged"):
        PositionStore(tmp_path / "p", KEY).read(DAY, DAY + 2)


def test_duckdb_reads_a_file_with_its_key(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    import base64

    store = PositionStore(tmp_path / "p", KEY)
    store.append(batch([DAY, DAY + 1000]), "ais")
    (path,) = (tmp_path / "p").rglob("*.parquet")
    key = base64.b64encode(file_key(KEY, f"{path.parent.name}/{path.name}")).decode()

    connection = duckdb.connect()
    connection.execute(f"PRAGMA add_parquet_key('k', '{key}')")
    rows = connection.execute(
        "SELECT count(*), max(t) FROM read_parquet(?, encryption_config = {footer_key: 'k'})", [str(path)]
    ).fetchall()

    assert rows == [(2, DAY + 1000)]


def test_a_crash_between_merging_and_removing_doubles_nothing(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY)
    for second in range(3):
        store.append(batch([DAY + second]), "ais")
    parts = {path: path.read_bytes() for path in (tmp_path / "p").rglob("*.parquet")}
    store.compact()
    for path, content in parts.items():
        path.write_bytes(content)

    again = PositionStore(tmp_path / "p", KEY)

    assert again.read(DAY, DAY + 10).t.tolist() == [DAY, DAY + 1, DAY + 2]
    assert again.counts() == {"2025-04-02": 3}
    assert len(again.append(batch([DAY, DAY + 1, DAY + 2]), "ais")) == 0


def test_a_half_written_file_is_removed_at_the_next_opening(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY)
    store.append(batch([DAY]), "ais")
    left = tmp_path / "p" / "2025-04-02" / "part-00000002.parquet.tmp"
    left.write_bytes(b"half")

    again = PositionStore(tmp_path / "p", KEY)

    assert not left.exists()
    assert len(again.read(DAY, DAY + 1)) == 1


def test_rows_that_could_not_be_written_are_taken_when_they_come_again(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY)
    (tmp_path / "p" / "2025-04-02").write_bytes(b"in the way")

    with pytest.raises(OSError, match="2025-04-02"):
        store.append(batch([DAY]), "ais")
    (tmp_path / "p" / "2025-04-02").unlink()

    assert len(store.append(batch([DAY]), "ais")) == 1


def seen_at(store: PositionStore) -> list[int]:
    return [int(t) - DAY for t in store.read(DAY - DAY_MS, DAY + DAY_MS).t]


def test_rows_end_when_their_own_time_is_over_and_the_others_stay(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY)
    store.append(batch([DAY, DAY + 1]), "kcg", DAY + 100)
    store.append(batch([DAY + 2]), "kcg", DAY + 200)
    store.append(batch([DAY + 3]), "kcg")
    store.compact()

    assert store.outlived_days(DAY + 99) == []
    assert store.outlived_days(DAY + 100) == ["2025-04-02"]
    assert store.outlived("2025-04-02", DAY + 250) == Outlived(3, DAY + 100, DAY + 200)
    store.drop_outlived("2025-04-02", DAY + 100)
    assert (seen_at(store), seen_at(PositionStore(tmp_path / "p", KEY))) == ([2, 3], [2, 3])
    store.append(batch([DAY + 4]), "kcg", DAY + 300)
    store.compact()
    store.drop_outlived("2025-04-02", DAY + 200)

    assert seen_at(store) == [3, 4]
    assert store.sources(DAY, DAY + 10, SHIP) == ["kcg"]
    assert store.outlived("2025-04-02", DAY + 299) is None


def test_a_day_of_which_nothing_may_be_kept_leaves_no_file(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY)
    store.append(batch([DAY - 1, DAY]), "kcg", DAY + 100)

    for day in store.outlived_days(DAY + 100):
        store.drop_outlived(day, DAY + 100)

    assert (store.days(), list((tmp_path / "p").rglob("*"))) == ([], [])
    # What was forgotten is new when it is shared again, for as long as that batch says.
    assert len(store.append(batch([DAY]), "kcg", DAY + 900)) == 1
    assert store.outlived_days(DAY + 899) == []


def test_rows_without_an_end_are_kept_and_their_files_have_no_column_more(tmp_path: Path) -> None:
    store = PositionStore(tmp_path / "p", KEY)
    store.append(batch([DAY]), "ais")
    [path] = (tmp_path / "p").rglob("*.parquet")

    assert store.outlived_days(FOREVER - 1) == []
    assert read_sealed(path, f"{path.parent.name}/{path.name}", KEY, None).column_names[-1] == "source"


def test_a_crash_while_rows_end_loses_no_row_and_the_next_look_ends_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PositionStore(tmp_path / "p", KEY)
    for second in range(3):
        store.append(batch([DAY + second]), "kcg", DAY + 100)
        store.append(batch([DAY + 10 + second]), "kcg", DAY + 200)
    store.compact()
    store.append(batch([DAY + 5]), "kcg", DAY + 100)

    def killed(*_: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("haemaru.surveillance.store.write_sealed", killed)
        with pytest.raises(OSError, match="killed"):
            store.drop_outlived("2025-04-02", DAY + 100)
    assert {10, 11, 12} <= set(seen_at(store))

    again = PositionStore(tmp_path / "p", KEY)
    again.drop_outlived("2025-04-02", DAY + 100)

    assert seen_at(again) == [10, 11, 12]
    assert len(again.fresh(batch([DAY, DAY + 10]))) == 1


CHILD = """
import sys
from pathlib import Path
from haemaru.surveillance import Fixes
from haemaru.surveillance.store import PositionStore
store = PositionStore(Path(sys.argv[1]), bytes(range(32)), parts_limit=5, segments_limit=2)
start = int(sys.argv[2])
for at in range(start, start + 100_000):
    store.append(Fixes.of(mmsi=[440999101], t=[1_743_552_000_000 + at], lat=[0], lon=[0]), "ais")
    print(at, flush=True)
"""


def test_killed_at_any_moment_no_acknowledged_row_is_lost_and_none_stands_twice(tmp_path: Path) -> None:
    told = -1
    for _ in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path / "p"), str(told + 1)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _line in range(17):
            told = int(child.stdout.readline())
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()

        kept = PositionStore(tmp_path / "p", KEY).read(DAY, DAY + 1_000_000).t - DAY
        assert set(range(told + 1)) <= set(kept.tolist())
        assert len(np.unique(kept)) == len(kept)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=6), max_size=6))
def test_any_order_of_batches_keeps_the_same_rows(batches: list[list[tuple[int, int]]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        store = PositionStore(Path(folder) / "p", KEY, parts_limit=2, segments_limit=2)
        told = 0
        for rows in batches:
            made = Fixes.of(
                mmsi=[SHIP + ship for ship, _ in rows], t=[DAY + t for _, t in rows], lat=[0] * len(rows),
                lon=[0] * len(rows),
            )  # fmt: skip
            told += len(store.append(made, "ais"))

        expected = {(SHIP + ship, DAY + t) for rows in batches for ship, t in rows}
        kept = store.read(DAY, DAY + 100)
        assert set(zip(kept.mmsi.tolist(), kept.t.tolist(), strict=True)) == expected
        assert told == len(expected)
