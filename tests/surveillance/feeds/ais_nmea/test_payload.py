"""Our bit reading against pyais, on every field that fixes and statics hold."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyais import decode
from tests.surveillance.sentences import HOUR, nmea, position, tagged

from haemaru.surveillance.feeds.ais_nmea import payload as message
from haemaru.surveillance.feeds.ais_nmea.parse import AisDecoder
from haemaru.surveillance.feeds.ais_nmea.sentence import Sentence, read_sentence
from haemaru.surveillance.fixes import MISSING

ARMOUR = "".join(chr(value + (48 if value < 40 else 56)) for value in range(64))


def expected(line: bytes) -> tuple[int, int, int, int, int] | None:
    """The row that pyais sees in a position report; None where it tells no position."""
    told: dict[str, Any] = decode(line).asdict()
    if abs(told["lat"]) > 90 or abs(told["lon"]) > 180:
        return None
    scale = 10 if told["msg_type"] in (9, 27) else 1
    speed, course = told["speed"], told["course"]
    no_speed = {9: 1023, 27: 63}.get(told["msg_type"], 102.3)
    sog = MISSING if speed == no_speed else round(float(speed) * 10) if scale == 1 else int(speed) * 10
    cog = MISSING if course >= 360 else round(course * 10)
    return int(told["mmsi"]), round(told["lat"] * 600_000), round(told["lon"] * 600_000), sog, cog


@given(
    kind=st.sampled_from((1, 2, 3, 9, 18)),
    rest=st.lists(st.integers(0, 63), min_size=27, max_size=27),
)
def test_random_position_reports_agree_with_pyais(kind: int, rest: list[int]) -> None:
    line = nmea("AIVDM,1,1,,A," + ARMOUR[kind] + "".join(ARMOUR[value] for value in rest) + ",0")

    fixes = AisDecoder().feed([tagged(f"c:{HOUR}", line)])

    rows = list(zip(*(getattr(fixes, name).tolist() for name in ("mmsi", "lat", "lon", "sog", "cog")), strict=True))
    row = expected(line)
    assert rows == ([] if row is None else [row])


@given(rest=st.lists(st.integers(0, 63), min_size=15, max_size=15))
def test_random_long_range_reports_agree_with_pyais(rest: list[int]) -> None:
    line = nmea("AIVDM,1,1,,A," + ARMOUR[27] + "".join(ARMOUR[value] for value in rest) + ",0")

    fixes = AisDecoder().feed([tagged(f"c:{HOUR}", line)])

    row = expected(line)
    assert len(fixes) == (row is not None)
    if row is not None:
        assert (fixes.mmsi[0], fixes.sog[0], fixes.cog[0]) == (row[0], row[3], row[4])
        assert abs(int(fixes.lat[0]) - row[1]) < 10
        assert abs(int(fixes.lon[0]) - row[2]) < 10


def test_missing_speed_and_course_are_marked_missing() -> None:
    fixes = AisDecoder().feed([tagged(f"c:{HOUR}", position(speed=102.3, course=360))])

    assert (fixes.sog.tolist(), fixes.cog.tolist()) == ([MISSING], [MISSING])


@pytest.mark.parametrize(("lat", "lon"), [(91, 181), (91, 10.0), (10.0, 181), (100.0, 10.0), (10.0, 200.0)])
def test_a_position_off_the_globe_makes_no_fix(lat: float, lon: float) -> None:
    decoder = AisDecoder()

    fixes = decoder.feed([tagged(f"c:{HOUR}", position(lat=lat, lon=lon))])

    assert len(fixes) == 0
    assert decoder.stats.messages == 1


@pytest.mark.parametrize("place", [(-33.9, 151.2), (0.0, 0.0), (-90.0, -180.0), (90.0, 180.0), (51.5, -0.01)])
def test_every_hemisphere_comes_out_as_it_went_in(place: tuple[float, float]) -> None:
    fixes = AisDecoder().feed([tagged(f"c:{HOUR}", position(lat=place[0], lon=place[1]))])

    assert fixes.lat[0] / 600_000 == pytest.approx(place[0], abs=2e-6)
    assert fixes.lon[0] / 600_000 == pytest.approx(place[1], abs=2e-6)


@given(st.binary(max_size=200))
def test_any_bytes_end_as_something(line: bytes) -> None:
    decoder = AisDecoder()

    decoder.feed([line])

    stats = decoder.stats
    assert stats.sentences + sum(stats.quarantined.values()) + stats.other_lines <= 2


@given(st.binary(max_size=80), st.integers(0, 60))
def test_a_good_line_damaged_anywhere_never_becomes_another_ship(junk: bytes, at: int) -> None:
    good = tagged(f"c:{HOUR}", position())
    damaged = good[:at] + junk + good[at:]
    decoder = AisDecoder()

    fixes = decoder.feed([damaged])

    assert set(fixes.mmsi.tolist()) <= {440999101}


def test_columns_of_no_rows_are_empty() -> None:
    assert [len(column) for column in message.columns(b"", class_b=False).values()] == [0] * 5
    assert message.usable(np.array([], dtype=np.int64), np.array([], dtype=np.int64)).size == 0


def test_a_sentence_keeps_what_it_was_sent_with() -> None:
    found = read_sentence(b"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4a")

    assert isinstance(found, Sentence)
    assert (found.head, found.channel, found.checksum, found.fill) == (b"AIVDM", b"A", b"4A", 0)
