"""The zones of a made-up watch as GeoJSON: ports, anchorages, lanes, the territorial sea and land."""

import json
import math
from functools import cache
from importlib.resources import files
from typing import Any

from haemaru.geography import ports
from haemaru.scenarios.sea import Point
from haemaru.scenarios.watch.waters import (
    ANCHORAGE_RADIUS_M,
    FOREIGN_PORTS,
    LANE_HALF_WIDTH_NM,
    PORT_RADIUS_M,
    coast_rings,
    lane_lines,
    shifted,
)


@cache
def zones_geojson() -> bytes:
    """The zones file: each feature has a `kind` and a `name`; coordinates to 5 decimals."""
    features = [
        *(_feature("anchorage" if at.kind == "anchorage" else "port", at.id, [_circle(*_of(at))]) for at in ports()),
        *(_feature("port", name, [_circle(at, PORT_RADIUS_M)]) for name, at in FOREIGN_PORTS.items()),
        *(_feature("lane", name, rings) for name, rings in _lanes()),
        *(_feature("coast", f"land {number}", [list(ring)]) for number, ring in enumerate(coast_rings())),
        _territorial(),
    ]
    table = {"type": "FeatureCollection", "haemaru": {"invented": False, "note": _NOTE}, "features": features}
    return json.dumps(table, separators=(",", ":"), ensure_ascii=False).encode()


_NOTE = "Approximate, not legal, not for navigation: made for an invented watch."


def _of(place: Any) -> tuple[Point, float]:
    radius = ANCHORAGE_RADIUS_M if place.kind == "anchorage" else PORT_RADIUS_M
    return (place.position.lon_degrees, place.position.lat_degrees), radius


def _circle(at: Point, radius: float) -> list[Point]:
    ring = [shifted(at, radius * math.sin(a), radius * math.cos(a)) for a in (i * math.pi / 16 for i in range(32))]
    return [*ring, ring[0]]


def _feature(kind: str, name: str, rings: list[list[Point]]) -> dict[str, Any]:
    coordinates = [[[round(lon, 5), round(lat, 5)] for lon, lat in ring] for ring in rings]
    return {
        "type": "Feature",
        "properties": {"kind": kind, "name": name},
        "geometry": {"type": "Polygon", "coordinates": coordinates},
    }


def _lanes() -> list[tuple[str, list[list[Point]]]]:
    from shapely.geometry import LineString

    made = []
    for name, points in lane_lines().items():
        # On a chart stretched to the middle latitude of the lane, so that the corridor is as wide everywhere.
        narrow = math.cos(math.radians(sum(lat for _, lat in points) / len(points)))
        corridor = LineString([(lon * narrow, lat) for lon, lat in points]).buffer(LANE_HALF_WIDTH_NM / 60.0, 6)
        rings = [[(x / narrow, y) for x, y in ring.coords] for ring in (corridor.exterior, *corridor.interiors)]
        made.append((name, rings))
    return made


def _territorial() -> dict[str, Any]:
    table = json.loads(files("haemaru.geography").joinpath("data/zones.geojson").read_text(encoding="utf-8"))
    [geometry] = [one["geometry"] for one in table["features"] if one["properties"]["id"] == "territorial"]
    return {
        "type": "Feature",
        "properties": {"kind": "territorial_sea", "name": "territorial sea"},
        "geometry": geometry,
    }
