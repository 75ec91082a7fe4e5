"""An interval holds its beginning and not its end; an open one has no end yet."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.values import Interval
from haemaru.wording import Fault

BASE = datetime(2025, 4, 2, tzinfo=UTC)
MINUTES = st.integers(0, 1000).map(lambda minutes: BASE + timedelta(minutes=minutes))
INTERVALS = st.builds(
    lambda since, length: Interval(since, None if length is None else since + timedelta(minutes=length)),
    MINUTES,
    st.none() | st.integers(0, 500),
)


@given(INTERVALS)
def test_what_is_written_is_read_again(interval: Interval) -> None:
    assert Interval.parse(str(interval)) == interval


@given(INTERVALS, INTERVALS, MINUTES)
def test_the_common_part_holds_what_both_hold(one: Interval, other: Interval, at: datetime) -> None:
    common = one.common(other)

    assert (common is not None and common.holds(at)) == (one.holds(at) and other.holds(at))
    assert one.overlaps(other) == other.overlaps(one)
    if common is not None:
        assert one.covers(common)
        assert other.covers(common)


def test_two_that_touch_do_not_overlap() -> None:
    noon = BASE + timedelta(hours=12)

    assert not Interval(BASE, noon).overlaps(Interval(noon))
    assert Interval(BASE, noon).duration == timedelta(hours=12)
    assert Interval(noon).duration is None


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "bad_interval"),
        (None, "bad_interval"),
        ("2025-04-02T00:00:00Z", "bad_interval"),
        ("2025-04-02T00:00:00Z/", "bad_interval"),
        ("a/b", "bad_time"),
        ("2025-04-02T00:00:00Z/2025-04-01T00:00:00Z", "interval_backwards"),
    ],
)
def test_anything_else_is_refused(value: object, code: str) -> None:
    with pytest.raises(Fault, match=code):
        Interval.parse(value)


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(Fault, match="bad_interval"):
        Interval(datetime(2025, 4, 2))  # noqa: DTZ001
    with pytest.raises(Fault, match="interval_backwards"):
        Interval(BASE, BASE - timedelta(seconds=1))
