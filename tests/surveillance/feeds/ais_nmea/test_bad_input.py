"""Every row of section 6 of the research note on AIS, each with our own answer: a reason, never an invented ship."""

from dataclasses import dataclass, field
from functools import reduce
from operator import xor

import pytest
from tests.surveillance.sentences import HOUR, SHIP_A, SHIP_B, nmea, payload, position, single, static, tagged

from haemaru.surveillance.feeds.ais_nmea.parse import AisDecoder
from haemaru.surveillance.statics import StaticHistory

GOOD = position()
A1, A2 = static(SHIP_A)
B1, B2 = static(SHIP_B)
OTHER_B1, OTHER_B2 = static(SHIP_B, sequence=4)
FAR_B1, FAR_B2 = static(SHIP_B, channel="B")


@dataclass
class Case:
    lines: list[bytes]
    messages: int = 0
    waiting: int = 0
    duplicates: int = 0
    quarantined: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)


def _with_payload(text: str) -> bytes:
    return single(text)


CASES = {
    "wrong checksum": Case([GOOD[:-2] + b"00"], quarantined={"bad_checksum": 1}),
    "no checksum": Case([GOOD[:-3]], quarantined={"truncated": 1}),
    "half a checksum": Case([GOOD[:-1]], quarantined={"truncated": 1}),
    "payload cut, checksum valid": Case([_with_payload(payload(GOOD)[:20])], quarantined={"short_payload": 1}),
    "line cut": Case([GOOD[:25]], quarantined={"truncated": 1}),
    "line cut, then another begins": Case([GOOD[:25] + GOOD], quarantined={"merged": 1}),
    "start mark of the second lost": Case([GOOD[:30] + GOOD[1:]], quarantined={"merged": 1}),
    "two whole sentences in one line": Case([GOOD + GOOD], quarantined={"merged": 1}),
    "start mark lost": Case([GOOD[1:]], quarantined={"no_start": 1}),
    "illegal payload character": Case([_with_payload(payload(GOOD)[:-1] + "~")], quarantined={"bad_payload": 1}),
    "empty payload": Case([_with_payload("")], quarantined={"empty_payload": 1}),
    "part 2 of 1": Case([nmea(f"AIVDM,1,2,,A,{payload(GOOD)},0")], quarantined={"bad_header": 1}),
    "part 0": Case([nmea(f"AIVDM,1,0,,A,{payload(GOOD)},0")], quarantined={"bad_header": 1}),
    "fill bits 7": Case([nmea(f"AIVDM,1,1,,A,{payload(GOOD)},7")], quarantined={"bad_header": 1}),
    "reserved type 0": Case([_with_payload("0" * 28)], quarantined={"unknown_type": 1}),
    "reserved type 63": Case([_with_payload("w" * 28)], quarantined={"unknown_type": 1}),
    "2-part type 5, good order": Case([A1, A2], messages=1),
    "parts reversed": Case([A2, A1], waiting=1, quarantined={"fragment_orphan": 1}),
    "part 1 lost": Case([A2], quarantined={"fragment_orphan": 1}),
    "part 2 lost": Case([A1], waiting=1),
    "part 2 lost for good": Case([A1, *[GOOD] * 600, B1], 600, 1, 599, {"fragment_lost": 1}),
    "two pairs interleaved, different ids": Case([A1, OTHER_B1, A2, OTHER_B2], messages=2),
    "two pairs interleaved, different channels": Case([A1, FAR_B1, A2, FAR_B2], messages=2),
    "two pairs interleaved, same id": Case([A1, B1, A2, B2], quarantined={"fragment_contested": 4}),
    "same id from two stations (s:)": Case(
        [tagged("s:r1", A1), tagged("s:r2", B1), tagged("s:r1", A2), tagged("s:r2", B2)], messages=2
    ),
    "same id from two stations (s: and g:)": Case(
        [tagged("g:1-2-7,s:r1", A1), tagged("g:1-2-8,s:r2", B1), tagged("g:2-2-7", A2), tagged("g:2-2-8", B2)],
        messages=2,
    ),
    "same id and same tag group from two stations": Case(
        [tagged("g:1-2-7,s:r1", A1), tagged("g:1-2-7,s:r2", B1), tagged("g:2-2-7", A2), tagged("g:2-2-7", B2)],
        quarantined={"fragment_contested": 4},
    ),
    "A part 1 then B part 2, other tag group": Case(
        [tagged("g:1-2-7,s:r1", A1), tagged("g:2-2-8,s:r1", B2)], waiting=1, quarantined={"fragment_orphan": 1}
    ),
    "part 2 in a place of the group that is not its own": Case(
        [tagged("g:1-2-7,s:r1", A1), tagged("g:1-2-7,s:r1", B2)], waiting=1, quarantined={"fragment_orphan": 1}
    ),
    "A part 1 then B part 2, other channel": Case([A1, FAR_B2], waiting=1, quarantined={"fragment_orphan": 1}),
    "A part 1 then B part 2, later": Case(
        [tagged(f"c:{HOUR}", A1), tagged(f"c:{HOUR + 9}", B2)], quarantined={"fragment_lost": 1, "fragment_orphan": 1}
    ),
    "bare part after a station's, not next": Case(
        [tagged("s:r1", A1), GOOD, A2], messages=1, waiting=1, quarantined={"fragment_orphan": 1}
    ),
    "part 1 repeated": Case([A1, A1, A2], messages=1),
    "both parts repeated": Case([A1, A1, A2, A2], messages=1),
    "tag block c:": Case([tagged(f"c:{HOUR}", GOOD)], messages=1),
    "tag block checksum wrong": Case([tagged(f"c:{HOUR}", GOOD, wrong=True)], messages=1, notes={"bad_tag_block": 1}),
    "duplicate reception x3": Case([GOOD, GOOD, GOOD], messages=3, duplicates=2),
    'channel "C"': Case([single(payload(GOOD), channel="C")], messages=1),
    'channel "0"': Case([single(payload(GOOD), channel="0")], messages=1),
    "USCG trailing fields": Case([GOOD + b",s36310,d-081,r08TPHI1,1242958962"], messages=1),
    'text before "!"': Case([b"2025-04-02T00:00:00Z " + GOOD], messages=1),
    "binary junk line, then good line": Case([bytes(range(256)), b"\xff\xfe\x00", GOOD], messages=1),
    "line longer than any sentence": Case([GOOD + b"," * 2000, GOOD], messages=1, quarantined={"too_long": 1}),
    "comment that quotes a sentence": Case([b"# " + GOOD]),
    "blank lines and carriage returns": Case([b"", b"\r\n", GOOD + b"\r\n"], messages=1),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_ends_with_its_reason_and_the_counts_add_up(name: str) -> None:
    case, decoder = CASES[name], AisDecoder()

    decoder.feed(case.lines)

    counts = decoder.stats.as_json()
    found = {key: counts[key] for key in ("messages", "duplicates", "quarantined", "notes")}
    assert found == {
        "messages": case.messages,
        "duplicates": case.duplicates,
        "quarantined": case.quarantined,
        "notes": case.notes,
    }
    assert counts["fragments_waiting"] == case.waiting
    accounts = counts["accounts"]
    assert isinstance(accounts, dict)
    assert sum(accounts.values()) == counts["sentences"]


@pytest.mark.parametrize("name", CASES)
def test_no_case_makes_a_ship_with_another_ships_destination(name: str) -> None:
    decoder, history = AisDecoder(), StaticHistory()

    decoder.feed(CASES[name].lines)
    for report in decoder.take_statics():
        history.add(report)

    for ship in (SHIP_A, SHIP_B):
        known = history.latest(ship["mmsi"])
        assert known is None or known.destination in (None, ship["destination"])


def test_parts_that_only_a_number_joins_leave_the_destination_doubtful_until_it_is_heard_again() -> None:
    """The last gap: A's first part and B's second, adjacent and alike in everything that can be compared."""
    chimera, history = AisDecoder(start=None), StaticHistory()
    chimera.feed([A1, B2])
    for report in chimera.take_statics():
        history.add(report)

    known = history.latest(SHIP_A["mmsi"])

    assert known is not None
    assert (known.name, known.destination) == (SHIP_A["shipname"], None)

    again = AisDecoder()
    for second in (0, 360):
        again.feed([tagged(f"c:{HOUR + second}", A1), tagged(f"c:{HOUR + second}", A2)])
    settled = StaticHistory()
    for report in again.take_statics():
        settled.add(report)
    latest = settled.latest(SHIP_A["mmsi"])
    assert latest is not None
    assert latest.destination == SHIP_A["destination"]


def receipt(*parts: bytes) -> bytes:
    """The $PGHP line of a message of these parts."""
    together = reduce(xor, (int(part[-2:], 16) for part in parts))
    return nmea(f"PGHP,1,2025,4,2,0,0,7,250,440,,4401234,1,{together:02X}", "$")


@pytest.mark.parametrize(
    ("lines", "destination"),
    [
        ([tagged("g:1-2-7,s:r1", A1), tagged("g:2-2-7", A2)], SHIP_A["destination"]),
        ([receipt(A1, A2), A1, A2], SHIP_A["destination"]),
        ([tagged("s:r1", A1), tagged("s:r1", A2)], None),
        ([tagged(f"s:{who}", part) for who in ("r1", "r2") for part in (A1, A2)], SHIP_A["destination"]),
        ([tagged("s:r1", A1), tagged("s:r1", B2)], None),
    ],
)
def test_only_a_tag_group_a_receipt_or_a_second_station_vouches_for_parts_at_once(
    lines: list[bytes], destination: str | None
) -> None:
    decoder, history = AisDecoder(), StaticHistory()

    decoder.feed(lines)
    for report in decoder.take_statics():
        history.add(report)

    known = history.latest(SHIP_A["mmsi"])
    assert known is not None
    assert known.destination == destination


def test_parts_that_do_not_give_the_number_of_their_receipt_are_refused() -> None:
    decoder = AisDecoder()

    decoder.feed([receipt(A1, A2), A1, B2])

    assert decoder.stats.as_json()["quarantined"] == {"fragment_contested": 2}
    assert decoder.take_statics() == []


def test_a_flood_of_first_parts_does_not_fill_the_memory() -> None:
    decoder = AisDecoder()
    lines = [tagged(f"s:r{station},c:{HOUR}", A1) for station in range(5000)]

    decoder.feed(lines)

    stats = decoder.stats
    assert stats.fragments_waiting <= 4096
    assert stats.fragments_waiting + stats.quarantined["fragment_lost"] == 5000
