"""What no sea is like, and some feeds are: impossible places and times, one number for all, and a flood."""

import numpy as np
import pytest
from tests.surveillance.sentences import HOUR, position, tagged

from haemaru.surveillance import AisDecoder

MS = HOUR * 1000


@pytest.mark.parametrize(("lat", "lon", "rows"), [(91.0, 181.0, 0), (91.0, 129.0, 0), (0.0, 0.0, 1), (37.5, 127.0, 1)])
def test_what_is_no_position_makes_none_and_an_unlikely_one_is_kept_for_the_rules(
    lat: float, lon: float, rows: int
) -> None:
    decoder = AisDecoder()

    fixes = decoder.feed([tagged(f"c:{HOUR}", position(lat=lat, lon=lon))])

    assert (len(fixes), decoder.stats.messages) == (rows, 1)


def test_times_in_the_future_the_past_and_backwards_stay_what_the_station_said() -> None:
    seconds = [HOUR, HOUR + 900_000_000, HOUR - 600_000_000, HOUR - 7200, HOUR + 1, 12]
    lines = [tagged(f"c:{at}", position(lat=37.0 + place / 10)) for place, at in enumerate(seconds)]
    decoder = AisDecoder()

    fixes = decoder.feed(lines)

    assert fixes.t.tolist() == sorted(at * 1000 for at in seconds[:-1])  # 1970 is no time of an AIS station
    assert (decoder.stats.messages, decoder.stats.untimed) == (6, 1)


def test_ten_thousand_ships_with_one_number_stay_ten_thousand_positions() -> None:
    lines = [tagged(f"c:{HOUR}", position(lat=30 + at / 1000, lon=120 + at / 1000)) for at in range(10_000)]
    decoder = AisDecoder()

    fixes = decoder.feed(lines)

    assert (len(fixes), len(decoder.stats.vessels), decoder.stats.duplicates) == (10_000, 1, 0)
    assert len(np.unique(fixes.lat)) == 10_000


def test_a_flood_of_one_sentence_is_one_fix_and_every_reception_is_counted() -> None:
    flood = b"\n".join([tagged(f"s:r{at % 400},c:{HOUR}", position()) for at in range(400)] * 500)
    decoder = AisDecoder(lasting=True)

    fixes = decoder.feed_block(flood)

    assert (len(fixes), fixes.heard.tolist(), fixes.t.tolist()) == (1, [255], [MS])
    assert (decoder.stats.messages, decoder.stats.duplicates) == (200_000, 199_999)
