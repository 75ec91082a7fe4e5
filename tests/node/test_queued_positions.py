"""Positions are decided when they are sealed and again when they leave, however long the cable was cut."""

from datetime import timedelta

from tests.node.conftest import Pair

from haemaru.clock import FakeClock, to_ms
from haemaru.surveillance import Fixes, Static

SHIP = 440990001


def seen(pair: Pair, clock: FakeClock) -> None:
    """One merchant ship seen now, off the east coast."""
    fixes = Fixes.of(mmsi=[SHIP], t=[to_ms(clock.now())], lat=[37 * 600_000], lon=[130 * 600_000], sog=[90], cog=[100])
    pair.kcg.surveillance.take(fixes, [Static(SHIP, name="INVENTED", ship_type=70)], "test")


def test_a_position_that_left_in_time_arrives(pair: Pair, clock: FakeClock) -> None:
    seen(pair, clock)

    clock.advance(timedelta(hours=23))
    pair.carry()

    assert pair.kcs.surveillance.vessel_count() == 1


def test_a_position_that_grew_too_old_in_the_queue_never_leaves(pair: Pair, clock: FakeClock) -> None:
    seen(pair, clock)

    clock.advance(timedelta(hours=25))
    pair.carry()

    assert pair.kcs.surveillance.vessel_count() == 0
    track = next(each for each in pair.kcg.exchange.status()["kcs"]["channels"] if each["channel"] == "track")
    assert (track["void"], track["lost"], track["acknowledged"]) == (1, 0, 1)
