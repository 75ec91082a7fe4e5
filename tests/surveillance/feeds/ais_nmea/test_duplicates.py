from tests.surveillance.sentences import HOUR, position, tagged

from haemaru.surveillance.feeds.ais_nmea.parse import AisDecoder

LINE = position()


def test_receptions_of_one_transmission_are_one_fix_heard_by_several() -> None:
    decoder = AisDecoder()

    fixes = decoder.feed([tagged(f"s:r{station},c:{HOUR + station}", LINE) for station in range(3)])

    assert (len(fixes), fixes.heard.tolist(), fixes.t.tolist()) == (1, [3], [HOUR * 1000])
    assert (decoder.stats.messages, decoder.stats.duplicates) == (3, 2)


def test_one_station_that_repeats_itself_is_still_one_station() -> None:
    fixes = AisDecoder().feed([tagged(f"s:r1,c:{HOUR}", LINE)] * 3)

    assert fixes.heard.tolist() == [1]


def test_a_reception_in_a_later_batch_comes_again_with_the_higher_count() -> None:
    decoder = AisDecoder()
    decoder.feed([tagged(f"s:r1,c:{HOUR}", LINE)])

    later = decoder.feed([tagged(f"s:r2,c:{HOUR + 2}", LINE)])

    assert (later.t.tolist(), later.heard.tolist()) == ([HOUR * 1000], [2])


def test_the_same_bits_minutes_later_are_a_new_report() -> None:
    fixes = AisDecoder().feed([tagged(f"s:r1,c:{HOUR}", LINE), tagged(f"s:r1,c:{HOUR + 180}", LINE)])

    assert len(fixes) == 2
