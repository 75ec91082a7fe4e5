"""Zones out of GeoJSON: what people draw, whatever they call it.

The kind of a feature stands in its property `kind` (or `type`, `category`, `class`, `zone`), in words like those of
`_WORDS`; a kind that nobody here knows is `other` and carries no tag. Where no feature of a file tells any kind, the
file is taken for a list of ports, and that is said. A point has the property `radius_m`, or 3 km; a line has `width_m`,
or a mile to either side.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from haemaru.surveillance.detection.geometry import HALF_TURN, QUARTER_TURN, TURN
from haemaru.surveillance.detection.raster import Corner, Spans, path, point, polygon, unrolled
from haemaru.surveillance.detection.rules import Rules
from haemaru.surveillance.detection.zones import Zone
from haemaru.wording import Fault

_PROPERTIES: Final = ("kind", "type", "category", "class", "zone", "zone_type", "feature")
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "anchorage": ("anchorage", "anchor", "roadstead", "road", "waiting area"),
    "port": ("port", "harbour", "harbor", "terminal", "berth", "marina", "dock", "wharf", "quay", "pier", "basin"),
    "territorial_sea": ("territorial", "12nm", "12 nm"),
    "land": ("land", "coast", "coastline", "shore", "shoreline", "island", "landmass"),
    "lane": ("lane", "tss", "traffic separation", "fairway", "route", "corridor", "shipping"),
}
_UNITS = 600_000
_MOST_BYTES = 200_000_000
_LINE_WIDTH_M = 3_704
_FARTHEST_M = 1_000_000


def read_zone_file(file: Path, rules: Rules) -> tuple[list[Zone], dict[str, Any]]:
    """The zones of a GeoJSON file and what was found in it; `Fault("bad_zones")` names what cannot be read."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise Fault("bad_zones", str(file), problem=f"more than {_MOST_BYTES} bytes")
        table = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as problem:
        raise Fault("bad_zones", str(file), problem=str(problem)[:100]) from None
    return read_zone_table(table, rules, str(file))


def read_zone_table(table: Any, rules: Rules, where: str) -> tuple[list[Zone], dict[str, Any]]:
    """The zones of a GeoJSON feature collection and what was found in it, as `read_zone_file`."""
    features = _features(table, where)
    kinds = [_kind(feature) for feature in features]
    all_ports = not any(kinds)
    zones: list[Zone] = []
    for number, (feature, kind) in enumerate(zip(features, kinds, strict=True)):
        named = kind or ("port" if all_ports else "other")
        zones += _zone(feature, named, rules, f"{where} feature {number}")
    told: dict[str, Any] = {"features": len(features), "kinds": dict(sorted(Counter(z.kind for z in zones).items()))}
    return zones, told | ({"all_taken_for_ports": True} if all_ports and features else {})


def _features(table: Any, where: str) -> list[Mapping[str, Any]]:
    if isinstance(table, dict) and table.get("type") == "Feature":
        table = {"features": [table]}
    features = table.get("features") if isinstance(table, dict) else None
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        raise Fault("bad_zones", where, problem="a GeoJSON FeatureCollection expected")
    return features


def _kind(feature: Mapping[str, Any]) -> str | None:
    """The kind a feature tells; None where it tells none."""
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        return None
    lower = {str(name).lower(): value for name, value in properties.items()}
    told = [lower[name] for name in _PROPERTIES if isinstance(lower.get(name), str) and lower[name].strip()]
    for text in told:
        words = text.strip().lower().replace("_", " ").replace("-", " ")
        for kind, known in _WORDS.items():
            if any(words == word or word in words.split() or (" " in word and word in words) for word in known):
                return kind
    return "other" if told else None


def _zone(feature: Mapping[str, Any], kind: str, rules: Rules, where: str) -> Iterator[Zone]:
    properties = feature.get("properties") or {}
    name = str(properties.get("name") or properties.get("id") or feature.get("id") or "")[:120]
    if feature.get("geometry") is None:
        return
    try:
        spans = [*_shapes(feature["geometry"], properties, rules)]
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, RecursionError) as problem:
        raise Fault("bad_zones", where, problem=str(problem)[:100]) from None
    is_line = feature["geometry"].get("type") in ("LineString", "MultiLineString")
    yield Zone("coast" if kind == "land" and is_line else kind, name, Spans.joined(spans))


def _shapes(geometry: Mapping[str, Any], properties: Mapping[str, Any], rules: Rules) -> Iterator[Spans]:
    kind: str = geometry["type"]
    inner: Any = geometry.get("coordinates")
    radius = _metres(properties.get("radius_m"), rules.number("places", "point_port_m"))
    width = _metres(properties.get("width_m"), _LINE_WIDTH_M)
    if kind == "Polygon":
        yield polygon(_near([unrolled(_corners(ring)) for ring in inner or []]))
    elif kind == "MultiPolygon":
        for part in inner or []:
            yield polygon(_near([unrolled(_corners(ring)) for ring in part]))
    elif kind == "Point":
        yield point(_corner(inner)).widened(radius)
    elif kind == "MultiPoint":
        for each in inner or []:
            yield point(_corner(each)).widened(radius)
    elif kind in ("LineString", "MultiLineString"):
        for line in [inner] if kind == "LineString" else inner or []:
            yield path(unrolled(_corners(line))).widened(width // 2)
    elif kind == "GeometryCollection":
        for each in geometry["geometries"]:
            yield from _shapes(each, properties, rules)
    else:
        raise ValueError(f"geometry {str(kind)[:40]}")


def _near(rings: list[list[Corner]]) -> list[list[Corner]]:
    """The rings of one polygon on the same turn of the world, so that a hole lies in its ring."""
    placed = []
    for ring in rings:
        if len(set(ring)) < 3:
            raise ValueError("a ring needs three corners")
        turns = (rings[0][0][1] - ring[0][1] + HALF_TURN) // TURN * TURN
        placed.append([(lat, lon + turns) for lat, lon in ring])
    return placed


def _corners(ring: Sequence[Any]) -> list[Corner]:
    corners = [_corner(each) for each in ring]
    if not corners:
        raise ValueError("a shape without corners")
    return corners


def _corner(pair: Sequence[Any]) -> Corner:
    lon, lat = pair[0], pair[1]
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in (lon, lat)):
        raise ValueError("a corner is a pair of numbers")
    north, east = round(lat * _UNITS), round(lon * _UNITS)
    if abs(north) > QUARTER_TURN or abs(east) > 2 * TURN:
        raise ValueError(f"[{lon}, {lat}] is no position")
    return north, east


def _metres(told: Any, otherwise: int) -> int:
    if told is None:
        return otherwise
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told <= _FARTHEST_M:
        raise ValueError(f"{str(told)[:40]} is no number of metres")
    return int(told)
