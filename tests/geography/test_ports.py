"""Ports are found in both languages, know how exact they are, and the nearest one is found in every hemisphere."""

import numpy as np
import pytest

from haemaru.geography import find_ports, nearest_port, nearest_port_m, port, ports
from haemaru.values import Locode, Position
from haemaru.wording import Fault


def test_the_table_is_whole() -> None:
    table = ports()

    assert len(table) >= 60
    assert len({place.id for place in table}) == len(table)
    codes = [place.locode for place in table if place.locode]
    assert len(set(codes)) == len(codes)
    assert all(str(Locode.parse(code)) == code for code in codes)
    assert all(place.part_of in codes for place in table if place.part_of)
    assert all(place.name.ko and place.name.en and place.source and place.precision_m >= 1000 for place in table)
    assert all(32.5 < place.position.lat_degrees < 38.7 and 124 < place.position.lon_degrees < 132 for place in table)


def test_anchorages_are_marked_approximate() -> None:
    anchorages = [place for place in ports() if place.kind == "anchorage"]

    assert len(anchorages) >= 10
    assert all(place.is_approximate for place in anchorages)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Busan", "busan"),
        ("부산항", "busan"),
        ("부산", "busan"),
        ("KR PUS", "busan"),
        ("krpus", "busan"),
        ("Pusan", "busan"),
        ("옥계", "okgye"),
        ("Okgye Port", "okgye"),
        ("평택당진항", "pyeongtaek"),
        ("부산신항", "busan_new_port"),
        ("Busan New", "busan_new_port"),
    ],
)
def test_a_port_is_found_by_either_name_or_its_code(text: str, first: str) -> None:
    assert find_ports(text)[0].id == first


def test_the_beginning_of_a_name_finds_all_that_begin_so() -> None:
    assert {"busan_north_port", "busan_new_port"} <= {place.id for place in find_ports("Busan N")}


@pytest.mark.parametrize("text", ["", "   ", "Atlantis", "?", "x" * 1000])
def test_what_is_no_port_finds_none(text: str) -> None:
    assert find_ports(text) == []


def test_a_port_is_had_by_id_or_code_and_an_unknown_one_is_a_fault() -> None:
    assert port("KR OKK") == port("okgye")
    with pytest.raises(Fault, match="unknown_port"):
        port("KRXXX")


def test_the_nearest_port_of_a_ship_off_okgye_is_okgye() -> None:
    place, metres = nearest_port(Position.from_degrees(37.63, 129.12))

    assert place.id == "okgye"
    assert 4_000 < metres < 7_000
    assert nearest_port(Position.from_degrees(37.63, 129.12), with_anchorages=True)[0].id == "anchorage_okgye"


@pytest.mark.parametrize(("lat", "lon"), [(-12.0, -77.2), (-40.0, 179.9), (-40.0, -179.9), (37.6, 129.1)])
def test_far_away_the_distance_is_still_right(lat: float, lon: float) -> None:
    at = Position.from_degrees(lat, lon)
    place, metres = nearest_port(at)

    assert metres == pytest.approx(at.distance_m(place.position))
    column = nearest_port_m(np.array([at.lat], dtype=np.int32), np.array([at.lon], dtype=np.int32))
    assert column[0] == pytest.approx(metres)
