"""From the air to the list: the decoder reads the world's lines, and the ship of the tip stands first."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from haemaru.operations import Hand, KnownVessel, candidates, read_tip
from haemaru.scenarios import World, build
from haemaru.surveillance import AisDecoder, Fixes, Static
from haemaru.values import UNITS_PER_DEGREE, Position

Decoded = tuple[AisDecoder, Fixes, list[Static]]
NOW = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return build(3, NOW)


@pytest.fixture(scope="module")
def decoded(world: World) -> Decoded:
    decoder = AisDecoder(None)
    fixes = decoder.feed([line for _, line in world.nmea(NOW - timedelta(minutes=30), NOW, 60)])
    return decoder, fixes, decoder.take_statics()


def test_the_decoder_counts_every_flaw_that_the_world_put_in(world: World, decoded: Decoded) -> None:
    heard = world.traffic.heard(NOW - timedelta(minutes=30), NOW, 60)
    flaws = Counter(one.flaw for one in heard if one.flaw)

    assert dict(decoded[0].stats.quarantined) == dict(flaws)
    assert decoded[0].stats.untimed == 0
    assert decoded[0].stats.fragments_waiting == 0
    assert decoded[0].stats.vessels == {ship.mmsi for ship in world.ships}


def test_the_ship_of_the_tip_stands_first_in_what_was_heard(world: World, decoded: Decoded) -> None:
    _, fixes, statics = decoded
    last = {int(mmsi): row for row, mmsi in enumerate(fixes.mmsi)}
    ships = []
    for static in {static.mmsi: static for static in statics}.values():
        row = last.get(static.mmsi)
        place = None
        if row is not None:
            degrees = int(fixes.lat[row]) / UNITS_PER_DEGREE, int(fixes.lon[row]) / UNITS_PER_DEGREE
            place = Position.from_degrees(*degrees)
        ships.append(
            KnownVessel(
                static.mmsi, static.imo, static.name or "", static.call_sign or "", static.ship_type,
                static.destination or "", place, 11.0, NOW,
            )
        )  # fmt: skip

    ranking = candidates(read_tip(world.tip, Hand("kcg", "tip-1", NOW)), ships, [], NOW)

    assert ranking.candidates[0].ship.mmsi == world.truth.mmsi
    assert ranking.candidates[0].ship.imo == world.truth.imo
    assert ranking.candidates[0].ship.name == world.truth.name
