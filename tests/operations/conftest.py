"""The Okgye world as a duty officer meets it: a tip, ships in the picture, papers of two agencies."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from haemaru.clock import to_ms
from haemaru.operations import Hand, KnownVessel
from haemaru.scenarios import World, build
from haemaru.values import Position

NOW = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)


def vessels_of(world: World) -> list[KnownVessel]:
    found = []
    for ship in world.ships:
        place = ship.motion.place(to_ms(world.now))
        position = Position.from_degrees(place.lat, place.lon)
        found.append(
            KnownVessel(
                ship.mmsi, ship.imo, ship.name, ship.call_sign, ship.ship_type,
                ship.destination(to_ms(world.now)), position, place.knots, world.now,
            )
        )  # fmt: skip
    return found


@pytest.fixture(scope="session")
def world() -> World:
    return build(1, NOW)


@pytest.fixture(scope="session")
def vessels(world: World) -> list[KnownVessel]:
    return vessels_of(world)


@pytest.fixture
def hand() -> Callable[..., Hand]:
    """Makes the hand of a party: `hand("kcg", "rid-1")`."""

    def make(party: str = "kcg", rid: str = "rid-1", at: datetime = NOW) -> Hand:
        return Hand(party, rid, at, officer="Inspector Lee Roun (invented)")

    return make
