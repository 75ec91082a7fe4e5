"""Zones are approximate and say so; positions fall into the innermost one."""

import json
from typing import Any

import numpy as np
import pytest

from haemaru.geography import ports, read_zones, zone_at, zones
from haemaru.values import Position
from haemaru.wording import Fault


@pytest.mark.parametrize(
    ("lat", "lon", "zone", "sea"),
    [
        (37.63, 129.12, "territorial", "east"),
        (37.5, 129.55, "contiguous", "east"),
        (37.0, 130.8, "eez", "east"),
        (34.9, 128.6, "internal", "south"),
        (34.75, 129.0, "contiguous", "south"),
        (34.9, 125.1, "territorial", "west"),
        (35.5, 124.2, "eez", "west"),
        (33.36, 126.55, "internal", "jeju"),
        (33.6, 126.5, "territorial", "jeju"),
        (32.1, 125.2, "eez", "jeju"),
        (37.24, 131.87, "territorial", "east"),
        (30.0, 135.0, None, None),
        (-12.0, -77.2, None, None),
        (0.0, 180.0, None, None),
    ],
)
def test_a_position_falls_into_the_innermost_zone(lat: float, lon: float, zone: str | None, sea: str | None) -> None:
    found = zone_at(Position.from_degrees(lat, lon))

    assert (found.zone.id if found.zone else None, found.sea.id if found.sea else None) == (zone, sea)
    assert found.approximate


def test_the_table_says_what_it_is_not() -> None:
    assert "not legal, not for navigation" in zones().note.en
    assert "법적 효력이 없고" in zones().note.ko


def test_every_korean_port_lies_in_a_zone_and_a_sea() -> None:
    for place in ports():
        found = zone_at(place.position)
        assert found.sea is not None, place.id
        assert found.zone is not None, place.id
        assert found.zone.id in ("internal", "territorial"), place.id


def test_a_column_answers_as_single_positions() -> None:
    points = [Position.from_degrees(lat / 4, lon / 4) for lat in range(124, 160, 3) for lon in range(492, 532, 3)]
    lat = np.array([point.lat for point in points], dtype=np.int32)
    lon = np.array([point.lon for point in points], dtype=np.int32)

    inside = zones().holds_many("territorial", lat, lon)

    assert inside.tolist() == [zones().get("territorial").area.holds(point) for point in points]
    assert inside.any()


def feature(**changes: Any) -> dict[str, Any]:
    ring = [[128.0, 34.0], [129.0, 34.0], [129.0, 35.0], [128.0, 34.0]]
    about = {"id": "x", "kind": "zone", "ko": "가", "en": "X"}
    return {"type": "Feature", "properties": about, "geometry": {"type": "Polygon", "coordinates": [ring]}, **changes}


def table(*features: Any, **about: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "haemaru": about, "features": list(features)}).encode()


def test_an_official_table_takes_the_place_of_ours() -> None:
    official = read_zones(table(feature(), official=True))

    assert official.at(Position.from_degrees(34.2, 128.9)).approximate is False
    assert read_zones(table(feature())).approximate


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "bad_zones"),
        (b"[]", "bad_zones"),
        (b'{"features": 3}', "bad_zones"),
        (b'{"features": [1]}', "bad_zones"),
        (table(), "bad_zones"),
        (table(feature(properties={})), "bad_zones"),
        (table(feature(geometry={"type": "Point", "coordinates": [1, 2]})), "bad_zones"),
        (table(feature(geometry={"type": "Polygon", "coordinates": [[[1, 2]]]})), "bad_area"),
        (table(feature(geometry={"type": "Polygon", "coordinates": 3})), "bad_zones"),
    ],
)
def test_a_broken_table_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Fault, match=code):
        read_zones(data)


def test_an_unknown_zone_is_a_fault() -> None:
    with pytest.raises(Fault, match="unknown_zone"):
        zones().get("moon")
