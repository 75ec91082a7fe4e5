import gzip
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pyarrow.parquet as pq
import pytest
from tests.surveillance.sentences import HOUR, SHIP_A, position, static, tagged

from haemaru.clock import to_ms
from haemaru.surveillance.reading import LineCutter, blocks
from haemaru.surveillance.replay import DECODED_COLUMNS, decode_files, feed_file
from haemaru.wording import Fault

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    lines = [tagged(f"s:r1,c:{HOUR + at}", position(440999101 + at % 3, second=at % 60)) for at in range(90)]
    lines += [tagged(f"s:r1,c:{HOUR}", part) for part in static(SHIP_A)]
    path = tmp_path / "log.nmea"
    path.write_bytes(b"\n".join(lines))
    return path


def test_a_file_keeps_its_times_unless_they_are_moved(log: Path) -> None:
    kept = [batch.fixes for batch in feed_file(log)]
    moved = list(feed_file(log, first_row_at=lambda: NOW))

    assert int(kept[0].t[0]) == HOUR * 1000
    first = moved[0].fixes
    assert (int(first.t[0]), int(first.original[0])) == (to_ms(NOW), HOUR * 1000)
    assert int(first.t[-1]) - int(first.t[0]) == 89_000
    assert moved[0].statics[0].at == to_ms(NOW)


def test_a_replay_keeps_the_pace_of_the_file_and_can_be_stopped(log: Path) -> None:
    paces = [len(batch.fixes) for batch in feed_file(log, speed=30_000.0)]
    stop = Event()
    seen = []
    for batch in feed_file(log, speed=10.0, stop=stop):
        seen.append(len(batch.fixes))
        stop.set()

    assert sum(paces) == 90
    assert seen[0] == sum(seen) == 10


def test_gzip_is_read_and_a_gzip_that_ends_too_early_gives_what_it_holds(log: Path) -> None:
    packed = gzip.compress(log.read_bytes() + b"\n" + b"x" * 100_000)
    log.with_suffix(".gz").write_bytes(packed)
    log.with_suffix(".cut").write_bytes(packed[:-20])
    log.with_suffix(".bad").write_bytes(packed[:40] + b"\xff" * 40)

    whole, cut, bad = (list(feed_file(log.with_suffix(end)))[-1].stats for end in (".gz", ".cut", ".bad"))

    assert whole.messages == 91
    assert "archive_damaged" not in whole.quarantined
    assert cut.messages == 91
    assert cut.quarantined["archive_damaged"] == 1
    assert bad.messages <= 91
    assert bad.quarantined["archive_damaged"] == 1


def test_lines_before_a_wrong_sum_are_kept_and_archives_may_follow_one_another(log: Path) -> None:
    packed = gzip.compress(log.read_bytes() + b"\n")
    log.with_suffix(".sum").write_bytes(packed[:-8] + b"\x00" * 8)
    log.with_suffix(".two").write_bytes(packed + packed + b"\x00" * 512)
    log.with_suffix(".junk").write_bytes(packed + b"junk")
    log.with_suffix(".plain").write_bytes((log.read_bytes() + b"\n") * 2)

    ends = (".sum", ".two", ".junk", ".plain")
    wrong, two, junk, plain = (list(feed_file(log.with_suffix(end)))[-1].stats for end in ends)

    assert (wrong.messages, wrong.quarantined["archive_damaged"]) == (91, 1)
    assert two.as_json() == plain.as_json()
    assert (junk.messages, junk.quarantined["archive_damaged"]) == (91, 1)


def test_decode_writes_the_agreed_columns_and_counts_each_file(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    empty = tmp_path / "empty"
    empty.write_bytes(b"")

    counts = decode_files([log, empty, log], None, out)

    table = pq.read_table(out)
    assert table.column_names == list(DECODED_COLUMNS)
    assert [str(field.type) for field in table.schema] == ["int32", "int64", "int32", "int32", "int16", "int16"]
    assert table.num_rows == 90  # the same file twice holds the same moments
    assert (counts["sentences"], counts["messages"], counts["vessels"]) == (184, 182, 3)
    assert not list(tmp_path.glob("*.tmp"))


def test_a_start_makes_an_untimed_log_usable(tmp_path: Path) -> None:
    path = tmp_path / "bare.nmea"
    path.write_bytes(position())

    assert decode_files([path], None, tmp_path / "a")["untimed"] == 1
    assert decode_files([path], NOW, tmp_path / "b")["untimed"] == 0
    assert pq.read_table(tmp_path / "b")["t"].to_pylist() == [to_ms(NOW)]


def test_a_missing_file_or_folder_is_a_fault_that_names_it(tmp_path: Path, log: Path) -> None:
    with pytest.raises(Fault, match=r"feed_unreadable .*nowhere"):
        decode_files([tmp_path / "nowhere"], None, tmp_path / "out")
    with pytest.raises(Fault, match=r"feed_output .*nowhere"):
        decode_files([log], None, tmp_path / "nowhere" / "out")
    assert not (tmp_path / "out").exists()


def test_a_line_without_end_takes_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"!AIVDM," + b"1" * 3_000_000 + b"\n" + position() + b"\n")

    lines = b"".join(blocks(path, 1000)).splitlines()

    assert [len(line) for line in lines] == [8192, len(position())]
    assert list(feed_file(path))[-1].stats.quarantined == {"too_long": 1}


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_lines_come_out_alike_however_the_bytes_are_cut(size: int) -> None:
    data = b"one\n\ntwo\r\n" + b"x" * 9000 + b"\nthree"
    cutter = LineCutter()

    found = b"".join(cutter.cut(data[at : at + size]) for at in range(0, len(data), size)) + cutter.end()

    assert [line[:8192] for line in found.split(b"\n")] == [b"one", b"", b"two\r", b"x" * 8192, b"three", b""]
