"""Whatever comes in whatever order: the counts add up, and no ship appears that sent nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.surveillance.sentences import HOUR, SHIP_A, SHIP_B, nmea, position, static, tagged

from haemaru.surveillance import AisDecoder, StaticHistory

A1, A2 = static(SHIP_A)
B1, B2 = static(SHIP_B)
PIECES = st.sampled_from([A1, A2, B1, B2, position(), position(440999102), position()[:20], position() + position()])
TAGS = st.sampled_from(["", f"c:{HOUR}", f"s:r1,c:{HOUR}", f"s:r2,c:{HOUR + 2}", "g:1-2-7,s:r1", "g:2-2-7", "s:r1"])
LINES = st.builds(lambda tags, line: tagged(tags, line) if tags else line, TAGS, PIECES)
OTHERS = st.sampled_from(
    [
        nmea("GPZDA,000005.00,02,04,2025,00,00", "$"),
        nmea(f"PGHP,1,2025,4,2,0,0,7,250,440,,4401234,1,{A1[-2:].decode()}", "$"),
        b"",
        b"junk",
        tagged(f"c:{HOUR + 40}", b""),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES | OTHERS, max_size=30), st.integers(1, 5), st.booleans())
def test_every_sentence_ends_in_exactly_one_place(lines: list[bytes], size: int, live: bool) -> None:
    decoder, history = AisDecoder(), StaticHistory()

    for at in range(0, len(lines), size):
        decoder.feed(lines[at : at + size], received=HOUR * 1000 + at if live else None)
        for report in decoder.take_statics():
            history.add(report)

    stats = decoder.stats
    accounts = stats.as_json()["accounts"]
    assert isinstance(accounts, dict)
    assert sum(accounts.values()) == stats.sentences
    assert sum(stats.by_type.values()) == stats.messages
    assert stats.duplicates <= stats.messages <= stats.sentences
    assert stats.vessels <= {440999101, 440999102}
    for ship in (SHIP_A, SHIP_B):
        known = history.latest(ship["mmsi"])
        assert known is None or known.name in (None, ship["shipname"])
