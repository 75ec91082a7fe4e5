"""Contacts without a name: every row and event ends as a contact or under a code, however the bytes are cut."""

import json
import socket
import threading
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.surveillance.contacts import (
    Contact,
    ContactStore,
    CotDecoder,
    CsvDecoder,
    contact_files,
    contact_stream,
    decode_contacts,
    vessel_event,
)
from haemaru.surveillance.fixes import MISSING
from haemaru.surveillance.reading import EventCutter, lines_of

EVENT = (
    b'<event version="2.0" uid="RADAR-7.42" type="a-u-S" how="m-r" time="2026-11-22T01:02:03Z" '
    b'start="2026-11-22T01:02:03Z" stale="2026-11-22T01:03:03Z">'
    b'<point lat="34.5" lon="-124.9" hae="0" ce="30" le="9999999"/>'
    b'<detail><track course="123.4" speed="5.0"/><contact callsign="Hongdo"/></detail></event>'
)
ROWS = b"""track,time,lat,lon,speed_kn,course,sensor,station,error_m
T1,2026-11-22T01:02:03Z,34.5,124.9,3.2,90,radar,Hongdo,40
T2,2026-11-22T10:02:03+09:00,34.6,124.9,,,,,
T3,yesterday,34.6,124.9,,,,,
,2026-11-22T01:02:03Z,34.6,124.9,,,,,
T5,2026-11-22T01:02:03Z,99,124.9,,,,,
T6,2026-11-22T01:02:03Z
"""


def test_an_event_is_read_with_its_units_turned_into_ours() -> None:
    (contact,) = CotDecoder().feed([EVENT])

    assert contact == Contact(
        track="RADAR-7.42",
        t=1_795_309_323_000,
        lat=20_700_000,
        lon=-74_940_000,
        sog=97,
        cog=1234,
        sensor="radar",
        station="Hongdo",
        error_m=30,
    )


@given(st.lists(st.integers(1, 3 * len(EVENT)), max_size=6))
def test_a_stream_of_events_gives_the_same_however_it_is_cut(cuts: list[int]) -> None:
    stream = EVENT + b"\n" + EVENT.replace(b"7.42", b"7.43") + EVENT.replace(b"7.42", b"7.44")
    places = [0, *sorted(cuts), len(stream)]
    cutter, decoder = EventCutter(), CotDecoder()

    found = [contact.track for a, b in pairwise(places) for contact in decoder.feed(lines_of(cutter.cut(stream[a:b])))]

    assert found == ["RADAR-7.42", "RADAR-7.43", "RADAR-7.44"]
    assert decoder.rows == 3


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (EVENT.replace(b'"a-u-S"', b'"a-f-A-M-F"'), "not_surface"),
        (EVENT.replace(b'"a-u-S"', b'"b-m-p"'), "not_surface"),
        (EVENT.replace(b'uid="RADAR-7.42"', b'uid=" "'), "bad_track"),
        (EVENT.replace(b'lat="34.5"', b'lat="nan"'), "bad_position"),
        (EVENT.replace(b'lat="34.5"', b'lat="134.5"'), "bad_position"),
        (EVENT.replace(b' time="2026-11-22T01:02:03Z"', b' time="2026-11-22T01:02:03"'), "bad_time"),
        (EVENT.replace(b"</detail>", b""), "bad_event"),
        (b'<!DOCTYPE e [<!ENTITY a "b">]>' + EVENT.replace(b"Hongdo", b"&a;"), "bad_event"),
        (EVENT[:-8] + EVENT, "truncated"),
        (EVENT.replace(b"<detail>", b"<detail>" + b"<x/>" * 20_000), "too_long"),
    ],
)
def test_what_is_no_sea_contact_is_quarantined_under_its_code(event: bytes, code: str) -> None:
    decoder = CotDecoder()
    contacts = decoder.feed([event])
    decoder.end()

    assert decoder.quarantined[code] == 1
    assert decoder.rows == len(contacts) + sum(decoder.quarantined.values())


@given(st.lists(st.binary(max_size=200) | st.just(EVENT) | st.just(b"</event>"), max_size=12))
def test_no_bytes_break_a_decoder_and_all_are_counted(lines: list[bytes]) -> None:
    for decoder in (CotDecoder(), CsvDecoder()):
        contacts = decoder.feed(lines)

        assert decoder.rows == len(contacts) + sum(decoder.quarantined.values())


def test_rows_are_read_and_the_bad_ones_counted(tmp_path: Path) -> None:
    (tmp_path / "radar.csv").write_bytes(ROWS)

    counts = decode_contacts([tmp_path / "radar.csv"], tmp_path / "out.parquet")

    assert counts.as_json() == {
        "rows": 6,
        "contacts": 2,
        "tracks": 2,
        "quarantined": {"bad_position": 1, "bad_row": 1, "bad_time": 1, "bad_track": 1},
    }
    first, second = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert (first["track"], first["sog"], first["cog"], first["error_m"]) == ("T1", 32, 900, 40)
    assert (second["t"], second["sog"], second["sensor"], second["error_m"]) == (first["t"], MISSING, "other", -1)


def test_files_of_both_shapes_are_told_apart_by_their_first_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(ROWS)
    (tmp_path / "b.xml").write_bytes(EVENT * 300)  # one line, far longer than a line may be

    *_, (_, counts) = contact_files([tmp_path / "a.csv", tmp_path / "b.xml"])

    assert (counts.rows, counts.contacts, counts.tracks) == (306, 302, 3)


def test_contacts_that_come_again_are_kept_once_also_after_a_restart(tmp_path: Path) -> None:
    contacts = CsvDecoder().feed(ROWS.splitlines())
    store = ContactStore(tmp_path, b"k" * 32)

    assert store.append(contacts) == contacts
    assert ContactStore(tmp_path, b"k" * 32).append(contacts) == []
    assert store.read(0, 2**60) == contacts
    assert b"Hongdo" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*.parquet"))


def test_a_stream_without_line_ends_is_read_from_tcp() -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(EVENT * 100)

    thread = threading.Thread(target=serve)
    thread.start()
    url = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    found = [row for rows, _ in contact_stream(url, threading.Event(), 20, patience_s=0.5) for row in rows]
    thread.join()
    server.close()

    assert len(found) == 100


def test_a_ship_goes_out_as_an_event_that_reads_back_as_she_was() -> None:
    (contact,) = CotDecoder().feed([vessel_event(440_000_001, "해마루", (1_000, 20_700_000, -74_940_000), 97, 1234)])

    assert (contact.track, contact.lat, contact.lon, contact.sog, contact.cog) == (
        "MMSI-440000001", 20_700_000, -74_940_000, 97, 1234,
    )  # fmt: skip
    assert contact.station == "해마루"


def test_the_counts_are_one_json_object(tmp_path: Path) -> None:
    (tmp_path / "radar.csv").write_bytes(ROWS)
    counts = decode_contacts([tmp_path / "radar.csv"], tmp_path / "out.parquet")

    assert json.loads(json.dumps(counts.as_json()))["tracks"] == 2
