import gzip
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import haemaru.surveillance.feeds as room
from haemaru.surveillance import times
from haemaru.surveillance.feeds import FEEDS, Feed, manifest
from haemaru.surveillance.fixes import MISSING

FOLDER = Path(room.__file__).parent


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_the_sample_of_a_feed_gives_what_its_manifest_says(feed: Feed) -> None:
    told = manifest(feed.name)
    lines = (FOLDER / feed.name / told.sample.file).read_bytes().splitlines()

    decoder = feed.decoder(told.sample.start, {})
    fixes = decoder.feed(lines)

    stats = decoder.stats
    assert told.id == feed.name
    assert (len(fixes), len(stats.vessels)) == (told.sample.positions, told.sample.vessels)
    assert dict(stats.quarantined) == told.sample.quarantined
    assert {times.QUALITIES[quality] for quality in fixes.quality} <= set(told.times)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_a_file_is_taken_by_the_feed_it_was_made_for(feed: Feed) -> None:
    first = (FOLDER / feed.name / manifest(feed.name).sample.file).read_bytes().splitlines()[0]

    assert next(other for other in FEEDS if other.recognises(first)) is feed


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
@pytest.mark.parametrize("junk", [b"", b"\x00" * 5000, bytes(range(256)) * 20, b'"' * 300, b"," * 300])
def test_junk_stops_no_feed(feed: Feed, junk: bytes) -> None:
    lines = (FOLDER / feed.name / manifest(feed.name).sample.file).read_bytes().splitlines()

    decoder = feed.decoder(None, {})
    fixes = decoder.feed([lines[0], junk, *lines[1:], junk])

    assert len(fixes) == manifest(feed.name).sample.positions


def test_a_wrapped_course_is_put_right_and_missing_values_are_marked() -> None:
    lines = (FOLDER / "ais_noaa_csv" / "sample.csv").read_bytes().splitlines()

    fixes = FEEDS[0].decoder(None, {}).feed(lines)

    assert fixes.cog.tolist() == [3490, 3478, MISSING]


def test_a_prefixed_imo_number_and_the_class_are_read() -> None:
    decoder = FEEDS[0].decoder(None, {})

    fixes = decoder.feed((FOLDER / "ais_noaa_csv" / "sample.csv").read_bytes().splitlines())

    assert decoder.take_statics()[0].imo == 9999993
    assert fixes.vessel_class.tolist() == [1, 11, 1]


def test_danish_times_are_day_first() -> None:
    fixes = FEEDS[1].decoder(None, {}).feed((FOLDER / "ais_danish_csv" / "sample.csv").read_bytes().splitlines())

    first = datetime.fromtimestamp(int(fixes.t[0]) / 1000, UTC)
    assert first == datetime(2025, 4, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "rows", "vessels"),
    [
        ("noaa_nyharbor_20200630_h00.csv.gz", 8_689, 295),
        ("noaa_marinecadastre_20230111_1000rows.csv.gz", 1_000, 1_000),
    ],
)
def test_both_column_orders_of_the_us_table_are_read(real_logs: Path, name: str, rows: int, vessels: int) -> None:
    decoder = FEEDS[0].decoder(None, {})

    fixes = decoder.feed(gzip.decompress((real_logs / name).read_bytes()).splitlines())

    stats = decoder.stats
    assert (stats.sentences, stats.messages, len(stats.vessels)) == (rows, rows, vessels)
    assert len(fixes) == rows - stats.duplicates
    assert not np.any((fixes.cog < 0) | ((fixes.cog >= 3600) & (fixes.cog != MISSING)))
