from haemaru.bench.positions import invented_lines, measure
from haemaru.surveillance import AisDecoder


def test_every_invented_line_is_one_position() -> None:
    decoder = AisDecoder()

    fixes = decoder.feed(invented_lines(3000))

    assert len(fixes) == decoder.stats.messages == decoder.stats.sentences == 3000
    assert not decoder.stats.quarantined


def test_the_measurement_gives_its_figures() -> None:
    figures = measure()

    assert figures["shared_rows"] > 0
    assert all(figures[name] > 0 for name in ("stored_per_s", "shared_per_s"))
