from datetime import UTC, datetime

import pytest
from tests.surveillance.sentences import HOUR, SHIP_A, checksum, nmea, position, static, tagged

from haemaru.surveillance import times
from haemaru.surveillance.feeds.ais_nmea.parse import AisDecoder

MS = HOUR * 1000
LINE = position()
ZDA = nmea("GPZDA,000005.00,02,04,2025,00,00", "$")
RMC = nmea("GPRMC,000006.00,A,1228.30,S,13050.74,E,0.0,,020425,,,A", "$")
VOID_RMC = nmea("GPRMC,000006.00,V,1228.30,S,13050.74,E,0.0,,020425,,,N", "$")


def receipt(second: int, belongs: str) -> bytes:
    return nmea(f"PGHP,1,2025,4,2,0,0,{second},250,440,,4401234,1,{belongs}", "$")


def digits(line: bytes) -> str:
    return line[-2:].decode()


@pytest.mark.parametrize(
    ("lines", "at", "quality"),
    [
        ([receipt(7, digits(LINE)), LINE], MS + 7250, times.STATION),
        ([receipt(7, digits(LINE)), position(440999102), LINE], MS + 7250, times.STATION),
        ([receipt(7, digits(LINE)), tagged(f"c:{HOUR + 9}", LINE)], MS + 7250, times.STATION),
        ([tagged(f"c:{HOUR + 9}", LINE)], MS + 9000, times.TAG_BLOCK),
        ([tagged(f"c:{MS + 9125}", LINE)], MS + 9125, times.TAG_BLOCK),
        ([tagged(f"c:{HOUR + 9}", b""), LINE], MS + 9000, times.TAG_BLOCK),
        ([LINE + f",{HOUR + 11}".encode()], MS + 11000, times.TRAILING),
        ([ZDA, LINE], MS + 5000, times.STREAM),
        ([ZDA, RMC, LINE], MS + 6000, times.STREAM),
        ([ZDA, VOID_RMC, LINE], MS + 5000, times.STREAM),
        ([ZDA, tagged(f"c:{HOUR + 9}", LINE, wrong=True)], MS + 5000, times.STREAM),
    ],
)
def test_the_best_time_in_the_stream_is_taken_and_its_source_kept(lines: list[bytes], at: int, quality: int) -> None:
    fixes = AisDecoder().feed(lines)

    mine = fixes.take(fixes.mmsi == 440999101)
    assert (mine.t.tolist(), mine.quality.tolist()) == ([at], [quality])


@pytest.mark.parametrize(
    "line",
    [
        ZDA[:-2] + b"00",
        nmea("GPZDA,000005.00,31,02,2025,00,00", "$"),
        nmea("GPZDA,,,,,,", "$"),
        nmea("GPZDA,000005.00,02,04,1980,00,00", "$"),
        receipt(7, "00")[:-2] + b"ZZ",
        nmea(f"PGHP,1,2025,13,2,0,0,7,0,440,,1,1,{digits(LINE)}", "$"),
    ],
)
def test_a_broken_time_sentence_tells_no_time(line: bytes) -> None:
    decoder = AisDecoder()

    fixes = decoder.feed([line, LINE])

    assert len(fixes) == 0
    assert decoder.stats.untimed == 1


def test_a_receipt_of_another_sentence_is_not_taken() -> None:
    decoder = AisDecoder()
    other = f"{(int(digits(LINE), 16) ^ 0x55):02X}"

    decoder.feed([receipt(7, other), LINE])

    assert decoder.stats.untimed == 1


def test_the_parts_behind_one_receipt_share_its_time_and_station() -> None:
    first, second = static(SHIP_A)
    decoder = AisDecoder()

    together = f"{int(digits(first), 16) ^ int(digits(second), 16):02X}"
    decoder.feed([receipt(7, together), first, second])

    (report,) = decoder.take_statics()
    assert (report.at, report.doubtful) == (MS + 7250, ())


def test_a_start_is_moved_on_by_the_seconds_of_the_reports() -> None:
    decoder = AisDecoder(start=datetime(2025, 4, 2, tzinfo=UTC))
    seconds = [50, 55, 5, 0, 50, 20]

    fixes = decoder.feed([position(440999101 + at, second=second) for at, second in enumerate(seconds)])

    told = dict(zip(fixes.mmsi.tolist(), fixes.t.tolist(), strict=True))
    assert [told[440999101 + at] - MS for at in range(6)] == [0, 5000, 15000, 10000, 0, 30000]
    assert set(fixes.quality.tolist()) == {times.START}


def test_different_reports_of_one_ship_never_fall_on_one_rough_moment() -> None:
    fixes = AisDecoder().feed([ZDA, position(lat=37.5), position(lat=37.6), position(lat=37.7)])

    assert fixes.t.tolist() == [MS + 5000, MS + 5001, MS + 5002]


def test_a_live_stream_without_times_gets_the_moment_of_reception() -> None:
    fixes = AisDecoder().feed([LINE], received=MS)

    assert (fixes.t.tolist(), fixes.quality.tolist()) == ([MS], [times.RECEIVED])


def test_without_any_time_messages_are_counted_and_no_position_is_made() -> None:
    decoder = AisDecoder()

    fixes = decoder.feed([LINE])

    assert len(fixes) == 0
    assert (decoder.stats.messages, decoder.stats.untimed) == (1, 1)


def test_checksums_in_these_tests_are_right() -> None:
    assert checksum("AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0") == "4A"
