"""Sentences are packed by hand for speed, and read back by pyais as the oracle."""

import random

import pytest
from pyais import decode

from haemaru.scenarios.sentences import packed, position_a, position_b, tagged


@pytest.mark.parametrize("seed", range(30))
def test_position_reports_read_back_as_they_were_meant(seed: int) -> None:
    luck = random.Random(seed)
    mmsi = luck.randrange(200_000_000, 776_000_000)
    where = (luck.uniform(-180, 180), luck.uniform(-90, 90))
    knots, course = luck.uniform(0, 40), luck.uniform(0, 359.9)

    a = decode(position_a(mmsi, where, knots, course, 5, seed)).asdict()
    b = decode(position_b(mmsi, where, knots, course, seed)).asdict()

    for read, kind in ((a, 1), (b, 18)):
        assert (read["msg_type"], read["mmsi"], read["second"]) == (kind, mmsi, seed)
        assert (read["lon"], read["lat"]) == (pytest.approx(where[0], abs=2e-6), pytest.approx(where[1], abs=2e-6))
        assert (read["speed"], read["course"]) == (pytest.approx(knots, abs=0.06), pytest.approx(course, abs=0.06))
    assert (a["status"], a["heading"], b["heading"], b["cs"]) == (5, round(course) % 360, 511, True)


def test_a_tag_block_carries_group_station_and_time() -> None:
    lines = packed({"msg_type": 5, "mmsi": 440990001, "shipname": "INVENTED", "ship_type": 70}, 13)

    first, second = tagged(lines, "INVENT-EAST", 1_743_490_000, 42)

    assert first.startswith(b"\\g:1-2-42,s:INVENT-EAST,c:1743490000*")
    assert second.startswith(b"\\g:2-2-42,s:INVENT-EAST,c:1743490000*")
    assert decode(first.split(b"\\")[2].strip(), second.split(b"\\")[2].strip()).asdict()["shipname"] == "INVENTED"
