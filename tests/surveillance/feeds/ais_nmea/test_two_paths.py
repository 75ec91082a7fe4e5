"""The compiled path gives what the scalar path gives, whatever the lines and however they are cut."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyais import encode_dict
from tests.surveillance.sentences import HOUR, SHIP_A, SHIP_B, nmea, payload, position, single, static, tagged

from haemaru.surveillance.feeds.ais_nmea.scalar import ScalarDecoder

block = pytest.importorskip("haemaru.surveillance.feeds.ais_nmea.block", reason="numba is not installed")

START = datetime(2025, 4, 2, tzinfo=UTC)
A1, A2 = static(SHIP_A)
B1, B2 = static(SHIP_B)


def encoded(**fields: Any) -> list[bytes]:
    return [str(line).encode() for line in encode_dict({"mmsi": 440999103, **fields}, talker_id="AI", seq_id=5)]


def receipt(second: int, *parts: bytes, station: str = "440,,4401234") -> bytes:
    together = 0
    for part in parts:
        together ^= int(part[-2:], 16)
    return nmea(f"PGHP,1,2025,4,2,0,0,{second},250,{station},1,{together:02X}", "$")


LINES = [
    *(A1, A2, B1, B2, position(), position(440999102), position(lat=91.0), position(second=61)),
    *encoded(msg_type=18, lat=37.0, lon=129.0, speed=4.2, course=361, second=33),
    *encoded(msg_type=19, lat=-37.0, lon=-129.0, speed=102.3, shipname="B CLASS", ship_type=30),
    *encoded(msg_type=9, lat=37.0, lon=129.0, speed=300),
    *encoded(msg_type=27, lat=37.0, lon=129.0, speed=10, course=511),
    *encoded(msg_type=24, partno=0, shipname="CRAFT"),
    *encoded(msg_type=24, partno=1, ship_type=52, callsign="DSZZ"),
    *encoded(msg_type=4, lat=35.0, lon=129.0),
    *encoded(msg_type=21, lat=35.0, lon=129.0, name="INVENTED BUOY"),
    *encoded(msg_type=8, dac=1, fid=11, data=b"\x01" * 60),
    *(single("0" * 28), single("w" * 28), single(payload(position())[:20]), single("~"), single("")),
    *(position()[:20], position() + position(), position()[1:], position()[:-2] + b"00", b"2025 " + position()),
    *(nmea("GPZDA,000005.00,02,04,2025,00,00", "$"), nmea("GPRMC,000007,A,3,N,129,E,0,0,020425,,", "$")),
    *(receipt(7, A1, A2), receipt(8, position()), receipt(9, B1, B2, station="219,1,2"), receipt(3, position())[:-1]),
    *(nmea(f"PGHP,1,2025,2,31,0,0,1,0,1,,1,1,{A1[-2:].decode()}", "$"), nmea("PGHP,1,2025,4,2,0,0,9,9,,,,1,", "$")),
    *(position() + b",s36310,d-081,r08TPHI1,%d" % HOUR, position() + b",bAA1,r12,1242958962.5", position() + b",x"),
    *(tagged(f"c:{HOUR + 40}", b""), tagged("s:r9,g:1-2-9", b""), tagged("si:AISD", b""), b"\\s:r1*00\\"),
    *(
        b"",
        b" \t",
        b"\x00",
        b"\x0b",
        b"junk",
        b"# " + A1,
        bytes(range(256)),
        b"x" * 1100,
        b"$" * 9,
        b"\\",
        b"!",
        b"!!AIVDM,",
    ),
]
TAGS = st.sampled_from(
    f"||c:{HOUR}|s:r1,c:{HOUR}|s:r2,c:{HOUR + 2}|c:{HOUR + 40},s:r3|g:1-2-7,s:r1|g:2-2-7|s:r1|g:2-2-7,s:r1|"
    f"n:4,c:{HOUR}123|c:|g:1-2-|g:1-2-a-b|s:|s:{'r' * 70}|c:99999999999999999".split("|")
)
WHOLE = st.builds(lambda tags, line: tagged(tags, line) if tags else line, TAGS, st.sampled_from(LINES))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A line with one octet changed, taken out or put in."""
    line = bytearray(draw(WHOLE))
    at = draw(st.integers(0, max(0, len(line) - 1)))
    octet = draw(st.sampled_from(list(b"!$*,\\0123456789ABVDMw~:-grsc \r\x00\xff")))
    how = draw(st.sampled_from(["change", "cut", "put"]))
    line[at : at + (how != "put")] = b"" if how == "cut" else bytes([octet])
    return bytes(line).replace(b"\n", b"")


def same(lines: list[bytes], sizes: list[int], start: datetime | None = None, received: int | None = None) -> None:
    """Feeds both and compares everything they give."""
    scalar, blocks, at = ScalarDecoder(start), block.BlockDecoder(start), 0
    for turn in range(len(lines) + 1):
        size = sizes[turn % len(sizes)]
        part = b"\n".join(lines[at : at + size])
        now = None if received is None else received + 700 * turn
        expected, found = scalar.feed_block(part, now), blocks.feed_block(part, now)
        for name, column in expected.columns().items():
            assert np.array_equal(column, getattr(found, name)), (name, column, getattr(found, name))
        assert blocks.take_statics() == scalar.take_statics()
        at += size
        if at >= len(lines):
            break
    assert blocks.stats == scalar.stats
    assert blocks.stats.as_json() == scalar.stats.as_json()


@settings(max_examples=400, deadline=None)
@given(
    st.lists(WHOLE | damaged(), max_size=60),
    st.lists(st.integers(1, 40), min_size=1, max_size=4),
    st.sampled_from([None, START]),
    st.sampled_from([None, HOUR * 1000]),
)
def test_any_stream_however_it_is_cut(
    lines: list[bytes], sizes: list[int], start: datetime | None, received: int | None
) -> None:
    same(lines, sizes, start, received)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_any_octets(data: bytes) -> None:
    same(data.split(b"\n"), [7])


def test_every_line_of_these_tests_once_in_one_block() -> None:
    same([*LINES, *LINES], [1000], START)


@pytest.mark.parametrize("size", [50_000, 700])
@pytest.mark.parametrize("start", [None, START])
def test_every_real_log(real_logs: Path, size: int, start: datetime | None) -> None:
    for path in sorted([*real_logs.glob("*nmea*"), *real_logs.glob("*aivdm*")]):
        same(gzip.decompress(path.read_bytes()).split(b"\n"), [size], start)


def on_channel(part: bytes, channel: str) -> bytes:
    return nmea(part[1:-3].decode().replace(",A,", f",{channel},"))


def test_a_flood_of_parts_of_one_key_and_of_many() -> None:
    one = [tagged(f"s:r{at},c:{HOUR}", A1) for at in range(4200)]
    first = [tagged(f"c:{HOUR}", on_channel(A1, f"x{at}")) for at in range(4200)]
    done = [tagged(f"c:{HOUR}", on_channel(part, f"y{at}")) for at in range(4200) for part in (A1, A2)]
    contested = [tagged(f"c:{HOUR}", on_channel(part, f"z{at}")) for at in range(4200) for part in (A1, B1)]

    same([*one, *done[:-600], *contested, *done[-900:], *first], [3000])


def test_more_transmissions_than_are_remembered_and_more_stations_than_are_told_apart() -> None:
    ships = [tagged(f"s:r{at % 3},c:{HOUR + at // 9000}", position(440_000_000 + at % 120_000)) for at in range(4000)]
    loud = [tagged(f"s:r{at},c:{HOUR}", position()) for at in range(400)]
    same([*ships, *loud, *ships], [900])
