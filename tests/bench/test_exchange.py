"""What `haemaru bench exchange` measures arrives: no figure of records that were refused, no timing asserted."""

from haemaru.bench import exchange


def test_what_is_measured_arrives() -> None:
    figures = exchange.measure(records=20, rate=20, seconds=0.5, batches=2, signatures=20, rows=500)

    told = figures["commit_to_receipt"]
    assert (told["acknowledged"], told["committed"]) == (10, 10)
    assert figures["positions"]["rows"] == 10_000
    assert (figures["positions_over_http"]["rows"], figures["positions_over_http"]["stored"]) == (1_000, 1_000)
    assert {len(suite) for suite in figures["signatures"].values()} == {2}
