"""Zones: drawn or found, every cell carries its tags, and tags mirror and turn with the world."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from haemaru.surveillance.detection.automaton import Rows
from haemaru.surveillance.detection.geometry import HALF_TURN, TURN
from haemaru.surveillance.detection.places import find_places
from haemaru.surveillance.detection.raster import polygon, unrolled
from haemaru.surveillance.detection.rules import house_rules
from haemaru.surveillance.detection.tags import ANCHORAGE, COAST, IN_PORT, INFERRED, LAND, LANE, NEAR_PORT, TERRITORIAL
from haemaru.surveillance.detection.zone_files import read_zone_file
from haemaru.surveillance.detection.zones import Zone, Zones
from haemaru.wording import Fault

RULES = house_rules()
UNITS = 600_000


def square(lat: float, lon: float, half: float) -> dict[str, Any]:
    ring = [[lon - half, lat - half], [lon + half, lat - half], [lon + half, lat + half], [lon - half, lat + half]]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def tags(path: Path, *features: dict[str, Any]) -> tuple[Zones, dict[str, Any]]:
    file = path / "zones.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    zones, told = read_zone_file(file, RULES)
    return Zones.of(zones, RULES), told


def at(zones: Zones, *places: tuple[float, float]) -> list[int]:
    return zones.at([round(lat * UNITS) for lat, _ in places], [round(lon * UNITS) for _, lon in places])


def test_each_kind_has_its_bits_by_whatever_word_and_property_it_is_told(tmp_path: Path) -> None:
    zones, told = tags(
        tmp_path,
        feature(square(35.0, 129.0, 0.02), kind="Harbour", name="A"),
        feature({"type": "Point", "coordinates": [127.0, 35.0]}, type="port", radius_m=1000),
        feature(square(36.0, 129.0, 0.02), category="Anchorage Area"),
        feature(square(37.0, 129.0, 0.02), zone="territorial_sea"),
        feature(square(38.0, 129.0, 0.02), kind="coast"),
        feature({"type": "LineString", "coordinates": [[130.0, 38.0], [130.1, 38.1]]}, **{"class": "coastline"}),
        feature(square(39.0, 129.0, 0.02), kind="traffic-separation scheme"),
        feature(square(39.0, 131.0, 0.02), kind="windmills"),
    )

    assert told["kinds"] == {
        "anchorage": 1, "coast": 1, "land": 1, "lane": 1, "other": 1, "port": 2, "territorial_sea": 1,
    }  # fmt: skip
    assert at(zones, (35.0, 129.0), (35.06, 129.0), (35.2, 129.0)) == [IN_PORT | NEAR_PORT, NEAR_PORT, 0]
    assert at(zones, (35.008, 127.0), (35.012, 127.0)) == [IN_PORT | NEAR_PORT, NEAR_PORT]
    assert at(zones, (36.0, 129.0), (37.0, 129.0)) == [ANCHORAGE, TERRITORIAL]
    assert at(zones, (38.0, 129.0), (38.05, 129.0), (38.06, 129.0)) == [LAND | COAST, COAST, 0]
    assert at(zones, (38.05, 130.05), (39.0, 129.0), (39.0, 131.0)) == [COAST, LANE, 0]
    assert zones.names[0] == "A"


def test_a_file_that_tells_no_kind_is_a_list_of_ports_and_says_so(tmp_path: Path) -> None:
    zones, told = tags(tmp_path, feature(square(35.0, 129.0, 0.02), name="quay"))

    assert told["all_taken_for_ports"] is True
    assert at(zones, (35.0, 129.0)) == [IN_PORT | NEAR_PORT]


@pytest.mark.parametrize(
    ("geometry", "properties"),
    [
        ({"type": "Polygon", "coordinates": [[[129, 35], [130, 35]]]}, {}),
        ({"type": "Polygon", "coordinates": [[[129, 95], [130, 35], [130, 36]]]}, {}),
        ({"type": "Polygon", "coordinates": [[["a", 35], [130, 35], [130, 36]]]}, {}),
        ({"type": "Point", "coordinates": [float("nan"), 35]}, {}),
        ({"type": "Point", "coordinates": [129, 35]}, {"radius_m": -1}),
        ({"type": "Circle", "coordinates": [129, 35]}, {}),
    ],
)
def test_a_shape_that_is_none_is_refused_by_its_number(
    tmp_path: Path, geometry: dict[str, Any], properties: dict[str, Any]
) -> None:
    with pytest.raises(Fault) as caught:
        tags(tmp_path, feature(square(35.0, 129.0, 0.02), kind="port"), feature(geometry, kind="port", **properties))

    assert caught.value.code == "bad_zones"
    assert caught.value.where.endswith("feature 1")


def test_a_mirrored_and_turned_shape_has_mirrored_and_turned_cells_across_every_line() -> None:
    ring = unrolled([(-40_123, 107_900_017), (90_001, -107_850_003), (70_777, -107_700_001), (-61_111, 107_991_234)])
    other = unrolled([(-lat, (lon + TURN) % TURN - HALF_TURN) for lat, lon in ring])
    random = np.random.default_rng(5)
    lat = random.integers(-100_000, 100_000, 4000)
    lon = random.integers(107_800_000, 108_400_000, 4000)
    lat += lat % 1500 == 0  # a position on an edge of cells belongs to the side of the equator
    wrapped = (lon + HALF_TURN) % TURN - HALF_TURN

    one = Zones.of([Zone("port", "", polygon([ring]))], RULES)
    mirrored = Zones.of([Zone("port", "", polygon([other]))], RULES)

    told = one.at(lat.tolist(), wrapped.tolist())
    assert mirrored.at((-lat).tolist(), ((wrapped + TURN) % TURN - HALF_TURN).tolist()) == told
    assert {0, NEAR_PORT, IN_PORT | NEAR_PORT} == set(told)


def _lying(ships: int, lat: int, lon: int, swing: int, hours: int) -> list[tuple[int, int, int, int]]:
    rows = []
    for ship in range(ships):
        for k in range(hours * 20):
            aside = swing * (-1) ** (k // 10)
            rows.append((ship + 1, 1_790_000_000_000 + k * 180_000, lat + 300 * ship + aside, lon - 40 * ship))
    return rows


@pytest.mark.parametrize(("swing", "expected"), [(20, IN_PORT | NEAR_PORT | INFERRED), (400, ANCHORAGE | INFERRED)])
def test_a_place_where_three_ships_lay_still_is_a_port_or_where_they_swung_an_anchorage(
    swing: int, expected: int
) -> None:
    lat, lon = 20_000_000, 107_999_900

    def found(ships: int, hours: int) -> Zones:
        mmsi, t, north, east = (np.array(column) for column in zip(*_lying(ships, lat, lon, swing, hours), strict=True))
        rows = Rows(
            mmsi.astype(np.int32), t.astype(np.int64), north.astype(np.int32), east.astype(np.int32),
            np.full(len(t), 1, np.int16),
        )  # fmt: skip
        return Zones.of(find_places([rows], RULES), RULES)

    assert found(3, 4).at([lat], [lon]) == [expected]
    assert found(2, 4).at([lat], [lon]) == [0]
    assert found(3, 2).at([lat], [lon]) == [0]
