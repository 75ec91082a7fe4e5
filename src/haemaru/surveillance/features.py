"""Ships, tracks, contacts and zones as features that any chart program reads: GeoJSON (RFC 7946) and GeoParquet (1.1).

Coordinates are longitude, latitude in degrees (WGS 84). Every feature has a stable id and says in its properties when
it was seen and by whom; what may not be shown does not come in here: a feature is made from what the node shows.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from haemaru.clock import format_time, from_ms
from haemaru.surveillance.contacts import Contact
from haemaru.surveillance.fixes import MISSING, UNITS_PER_DEGREE

_DIGITS = 6  # 0.1 m
_GEOPARQUET = "1.1.0"
Properties = Mapping[str, Any]


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """One thing at a place: its id, its shape in GeoJSON terms, the time span it is about, and what is told of it."""

    id: str
    shape: str
    coordinates: Any
    since_ms: int | None = None
    until_ms: int | None = None
    properties: dict[str, Any] = {}

    def as_geojson(self) -> dict[str, Any]:
        """The feature as RFC 7946 writes it."""
        times = {"since": self.since_ms, "until": self.until_ms}
        told = {name: format_time(from_ms(value)) for name, value in times.items() if value is not None}
        geometry = {"type": self.shape, "coordinates": self.coordinates}
        return {"type": "Feature", "id": self.id, "geometry": geometry, "properties": {**told, **self.properties}}

    def points(self) -> Iterable[tuple[float, float]]:
        """Every corner as (longitude, latitude)."""
        return _points(self.coordinates)


def _points(coordinates: Any) -> Iterable[tuple[float, float]]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
        return
    for inner in coordinates:
        yield from _points(inner)


def degrees(lat: int, lon: int) -> list[float]:
    """A place in 1/600000 degree as GeoJSON writes it: longitude first."""
    return [round(lon / UNITS_PER_DEGREE, _DIGITS), round(lat / UNITS_PER_DEGREE, _DIGITS)]


def tenths(value: int) -> float | None:
    """Tenths of a unit as a number, None where missing."""
    return None if value == MISSING else value / 10


def contact_feature(contact: Contact) -> Feature:
    """A contact as a point."""
    return Feature(
        id=f"{contact.track}@{contact.t}",
        shape="Point",
        coordinates=degrees(contact.lat, contact.lon),
        since_ms=contact.t,
        until_ms=contact.t,
        properties={
            "track": contact.track,
            "sensor": contact.sensor,
            "station": contact.station,
            "sog_kn": tenths(contact.sog),
            "cog_deg": tenths(contact.cog),
            "error_m": None if contact.error_m < 0 else contact.error_m,
        },
    )


def line_feature(feature_id: str, path: Sequence[tuple[int, int, int]], properties: Properties) -> Feature | None:
    """A path of (UTC ms, lat, lon) as a line, with the time of each corner; None where it has fewer than two corners.

    A path over the antimeridian is cut into two lines there, as RFC 7946 asks.
    """
    if len(path) < 2:
        return None
    lines: list[list[list[float]]] = [[degrees(path[0][1], path[0][2])]]
    for _, lat, lon in path[1:]:
        corner = degrees(lat, lon)
        if abs(corner[0] - lines[-1][-1][0]) > 180:
            lines.append([])
        lines[-1].append(corner)
    kept = [line if len(line) > 1 else line * 2 for line in lines]
    times = [format_time(from_ms(t)) for t, _, _ in path]
    return Feature(
        id=feature_id,
        shape="LineString" if len(kept) == 1 else "MultiLineString",
        coordinates=kept[0] if len(kept) == 1 else kept,
        since_ms=path[0][0],
        until_ms=path[-1][0],
        properties={**properties, "times": times},
    )


def collection(features: Iterable[Feature], **more: Any) -> dict[str, Any]:
    """A GeoJSON feature collection."""
    return {"type": "FeatureCollection", "features": [feature.as_geojson() for feature in features], **more}


def write_geoparquet(features: Sequence[Feature], out: Any) -> None:
    """Writes features as GeoParquet 1.1: `id`, `geometry` (WKB), `since`, `until`, `properties` (JSON text).

    `out` is a path or an open binary file.
    """
    from shapely import to_wkb
    from shapely.geometry import shape

    shapes = [shape({"type": feature.shape, "coordinates": feature.coordinates}) for feature in features]
    moment = pa.timestamp("ms", tz="UTC")
    about = {
        "version": _GEOPARQUET,
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": sorted({each.geom_type for each in shapes})}},
    }
    table = pa.table(
        {
            "id": pa.array([feature.id for feature in features], pa.string()),
            "geometry": pa.array([to_wkb(each) for each in shapes], pa.binary()),
            "since": pa.array([feature.since_ms for feature in features], moment),
            "until": pa.array([feature.until_ms for feature in features], moment),
            "properties": pa.array([json.dumps(f.properties, ensure_ascii=False) for f in features], pa.string()),
        }
    )
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(about).encode()}), out, compression="zstd")


__all__ = [
    "Feature",
    "collection",
    "contact_feature",
    "degrees",
    "line_feature",
    "tenths",
    "write_geoparquet",
]
