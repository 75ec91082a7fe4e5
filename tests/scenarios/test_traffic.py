"""Invented traffic: the same seed gives the same bytes, every whole line decodes, and no ship sails on land."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from pyais import decode

from haemaru.clock import to_ms
from haemaru.scenarios.fleet import Yard, background
from haemaru.scenarios.motion import HOUR_MS, Motion, Round, Shuttle, Voyage
from haemaru.scenarios.sea import LANES, Path, lane, miles
from haemaru.scenarios.ships import CLASS_OF_TYPE, invented_imo
from haemaru.scenarios.traffic import FLAWS, STATIONS, Heard, Traffic, damaged, live
from haemaru.values import Imo

NOW = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)


def traffic(seed: int = 1) -> Traffic:
    return Traffic(tuple(background(Yard(random.Random(seed)))), seed)


@pytest.fixture(scope="module")
def hour() -> list[Heard]:
    return list(traffic().heard(NOW - timedelta(hours=1), NOW, 30))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(hour: list[Heard]) -> None:
    again = list(traffic().heard(NOW - timedelta(hours=1), NOW, 30))

    assert again == hour
    assert list(traffic(2).heard(NOW - timedelta(hours=1), NOW, 30)) != hour


def test_every_whole_line_decodes_and_every_damaged_one_is_named(hour: list[Heard]) -> None:
    types: Counter[int] = Counter()
    waiting: dict[tuple[bytes, bytes], bytes] = {}
    for heard in hour:
        if heard.flaw:
            continue
        _, tag, sentence = heard.line.strip().split(b"\\")
        fields = sentence.split(b",")
        if fields[1] == b"1":
            types[decode(sentence).asdict()["msg_type"]] += 1
        elif fields[2] == b"1":
            waiting[tag.split(b",")[1], fields[3]] = sentence
        else:
            types[decode(waiting.pop((tag.split(b",")[1], fields[3])), sentence).asdict()["msg_type"]] += 1

    assert set(types) == {1, 5, 18, 24}
    assert not waiting
    assert {heard.flaw for heard in hour} == {None, *FLAWS}
    assert sum(heard.flaw is not None for heard in hour) < len(hour) / 100


def test_lines_come_in_the_order_of_time_and_some_from_two_stations(hour: list[Heard]) -> None:
    times = [heard.at for heard in hour]
    sentences = Counter(heard.line.split(b"\\")[2] for heard in hour if heard.flaw is None)

    assert times == sorted(times)
    assert NOW - timedelta(hours=1) <= times[0] <= times[-1] < NOW
    assert max(sentences.values()) >= 2
    assert all(any(name.encode() in heard.line for name in STATIONS) for heard in hour)


def test_every_ship_tells_who_it_is_in_the_first_step() -> None:
    whole = traffic()
    first = [heard.line for heard in whole.heard(NOW, NOW + timedelta(seconds=20), 20)]

    assert sum(b"g:1-2-" in line for line in first) >= sum(not ship.class_b for ship in whole.ships)


def test_damage_is_what_it_says() -> None:
    line = next(h.line for h in traffic().heard(NOW, NOW + timedelta(seconds=60), 30) if b"AIVDM,1," in h.line)

    assert b"*" not in damaged(line, "truncated").split(b"\\")[2]
    assert damaged(line, "merged").count(b"!AIVDM") == 2
    assert damaged(line, "bad_checksum").split(b"*")[:-1] == line.split(b"*")[:-1]
    assert b",l" in damaged(line, "unknown_type")


def test_live_lines_never_end_and_begin_at_the_asked_moment() -> None:
    first = list(islice(live(traffic(), NOW, 10), 2000))

    assert first[0][0] == NOW
    assert first[-1][0] > NOW + timedelta(seconds=30)


def test_all_vessel_classes_are_there_and_some_ships_are_far_away() -> None:
    ships = traffic().ships
    places = [ship.motion.place(to_ms(NOW)) for ship in ships]

    assert {ship.vessel_class for ship in ships} == set(CLASS_OF_TYPE)
    assert len({ship.mmsi for ship in ships}) == len({ship.name for ship in ships}) == len(ships)
    assert all(len(ship.name) <= 20 and ship.name.isascii() for ship in ships)
    assert any(place.lon < 124 for place in places)
    assert any(place.lon > 132 for place in places)


def test_invented_numbers_have_the_right_form() -> None:
    for serial in range(1, 200):
        assert Imo.parse(invented_imo(serial)).check_digit_ok
    assert all(str(ship.mmsi)[3:5] == "99" for ship in traffic().ships)


# Rough boxes that lie wholly on land; a ship inside one has left the sea.
LAND = (
    (126.9, 35.15, 128.6, 37.6),
    (127.0, 37.6, 128.3, 38.4),
    (126.35, 33.32, 126.85, 33.46),
    (117.0, 31.0, 120.5, 34.5),
    (130.5, 32.5, 131.2, 33.6),
    (132.0, 34.6, 139.0, 35.2),
    (121.5, 41.0, 127.0, 43.0),
)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_position_is_at_sea(seed: int) -> None:
    for ship in traffic(seed).ships:
        for hour in range(0, 240, 2):
            place = ship.motion.place(to_ms(NOW) + hour * HOUR_MS)
            assert not any(w < place.lon < e and s < place.lat < n for w, s, e, n in LAND), (ship.name, place)


def test_a_ship_never_jumps() -> None:
    path = Path(lane("zhapu_okgye"))
    motions: list[Motion] = [
        Shuttle(path, 12.0, 10.0, 0.3),
        Voyage(path, 12.0, to_ms(NOW), 0.1),
        Round((129.0, 34.5), 3.0, 4.0, 20.0, 7),
    ]
    for motion in motions:
        start = to_ms(NOW) - 120 * HOUR_MS
        before = motion.place(start)
        for minute in range(10, 240 * 60, 10):
            place = motion.place(start + minute * 60_000)
            assert miles((before.lon, before.lat), (place.lon, place.lat)) < 2.5
            before = place


def test_every_lane_names_known_points() -> None:
    assert all(len(lane(name)) >= 2 for name in LANES)
