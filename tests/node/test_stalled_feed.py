"""A feed that runs and brings nothing is told as stalled, never as a sea without ships."""

from datetime import timedelta

from tests.node.conftest import Pair, asked

from haemaru.clock import FakeClock, format_time


def test_a_running_feed_without_rows_is_a_problem_of_the_node(pair: Pair, clock: FakeClock) -> None:
    began = format_time(clock.now())
    pair.kcg.surveillance.feed.update(source="udp://127.0.0.1:1", running=True, since=began)
    fresh = asked(pair.kcg, "status")
    clock.advance(timedelta(minutes=7))
    stalled = asked(pair.kcg, "status")
    pair.kcg.surveillance.feed.update(last=format_time(clock.now()))
    again = asked(pair.kcg, "status")

    assert [told["feed"]["stalled"] for told in (fresh, stalled, again)] == [False, True, False]
    assert stalled["feed"]["silent_s"] == 420
    (problem,) = [each for each in stalled["health"]["problems"] if each["code"] == "feed_stalled"]
    assert problem["params"] == {"source": "udp://127.0.0.1:1", "minutes": 7}


def test_a_feed_that_has_ended_is_not_stalled(pair: Pair, clock: FakeClock) -> None:
    pair.kcg.surveillance.feed.update(source="log.nmea", running=False, last=format_time(clock.now()))
    clock.advance(timedelta(hours=1))

    assert asked(pair.kcg, "status")["feed"]["stalled"] is False
