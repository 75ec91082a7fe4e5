"""The counts of contracts.md section 5 on real logs, and our rows against those of pyais."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from pyais.exceptions import AISBaseException
from tests.surveillance.feeds.ais_nmea.test_payload import expected

from haemaru.surveillance.feeds.ais_nmea.parse import AisDecoder
from haemaru.surveillance.feeds.ais_nmea.sentence import Sentence, read_sentence
from haemaru.surveillance.fixes import Fixes, joined


def run(path: Path, size: int = 20_000) -> tuple[AisDecoder, Fixes]:
    decoder = AisDecoder()
    lines = gzip.decompress(path.read_bytes()).split(b"\n")
    fixes = joined(decoder.feed(lines[at : at + size]) for at in range(0, len(lines), size))
    accounts = decoder.stats.as_json()["accounts"]
    assert isinstance(accounts, dict)
    assert sum(accounts.values()) == decoder.stats.sentences
    return decoder, fixes


def test_danish_log_of_2013(real_logs: Path) -> None:
    decoder, fixes = run(real_logs / "dma_denmark_20131112_1200_5min.nmea.gz")

    stats = decoder.stats
    assert (stats.sentences, stats.messages, len(stats.vessels)) == (26_146, 26_077, 1_508)
    assert (stats.untimed, stats.fragments_waiting, dict(stats.quarantined)) == (0, 0, {})
    assert len(fixes) == 20_044 + 4_151 + 493


def test_australian_log(real_logs: Path) -> None:
    decoder, _ = run(real_logs / "amsa_australia_mixed_talkers.nmea.gz")

    stats = decoder.stats
    assert stats.sentences == 34_013
    refused = {code: stats.quarantined[code] for code in ("bad_checksum", "merged", "truncated", "unknown_type")}
    assert refused == {"bad_checksum": 2, "merged": 1, "truncated": 13, "unknown_type": 1}


def test_the_lines_with_a_wrong_checksum_in_the_australian_log(real_logs: Path) -> None:
    lines = gzip.decompress((real_logs / "amsa_australia_mixed_talkers.nmea.gz").read_bytes()).split(b"\n")

    found = {at: read_sentence(line.rstrip()) for at, line in enumerate(lines, 1)}

    assert [at for at, answer in found.items() if answer == "bad_checksum"] == [359, 42137]
    assert [at for at, answer in found.items() if answer == "merged"] == [42268]


def test_all_groups_of_the_danish_log_of_2010_come_together(real_logs: Path) -> None:
    decoder, _ = run(real_logs / "dma_mixed_20100611_28s.nmea.gz")

    stats = decoder.stats
    assert (stats.sentences - stats.messages, stats.messages, len(stats.vessels)) == (449, 4_051, 1_933)


def test_the_drifting_ship_is_one_ship_heard_by_several(real_logs: Path) -> None:
    decoder, fixes = run(real_logs / "dma_label_drift_mmsi212123000_20141002.nmea.gz")

    assert decoder.stats.messages == 3_130
    assert set(fixes.mmsi.tolist()) == {212123000}
    assert int(fixes.heard.max()) > 3


@pytest.mark.parametrize(
    "name",
    [
        "dma_mixed_20100611_28s.nmea.gz",
        "gpsd_ais-nmea.log.gz",
        "gpsd_sample.aivdm.gz",
        "dma_label_drift_mmsi212123000_20141002.nmea.gz",
    ],
)
def test_rows_agree_with_pyais(real_logs: Path, name: str) -> None:
    ours, theirs = set(), set()
    lines = gzip.decompress((real_logs / name).read_bytes()).split(b"\n")
    decoder = AisDecoder()
    fixes = decoder.feed(lines, received=1_400_000_000_000)
    for row in np.stack([fixes.mmsi, fixes.lat, fixes.lon, fixes.sog, fixes.cog], axis=1):
        ours.add(tuple(row.tolist()))
    for line in lines:
        found = read_sentence(line.rsplit(b"\\", 1)[-1].rstrip())
        if not isinstance(found, Sentence) or found.total != 1:
            continue
        if found.payload[:1] in (b"1", b"2", b"3", b"9", b"B"):
            try:
                row_there = expected(line.rsplit(b"\\", 1)[-1].split(b"*")[0] + b"*" + found.checksum)
            except AISBaseException:
                continue
            if row_there is not None:
                theirs.add(row_there)

    kinds = theirs - ours
    assert not kinds
    assert len(ours - theirs) <= 3  # one type 19 and two type 27 of one log are not asked of pyais here


def test_cutting_the_stream_into_batches_changes_no_count(real_logs: Path) -> None:
    path = real_logs / "dma_mixed_20100611_28s.nmea.gz"

    whole, rows = run(path, 1_000_000)
    cut, cut_rows = run(path, 7)

    assert whole.stats.as_json() | {"positions": 0} == cut.stats.as_json() | {"positions": 0}
    assert len(rows.distinct()) == len(cut_rows.distinct())
