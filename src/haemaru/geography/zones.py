"""In which zone of the law of the sea a position lies, and in which sea: approximate, not legal, not for navigation.

The table that ships with the house was drawn by hand. An agency puts its official lines in its place with a GeoJSON
file of the same shape (`read_zones`); until then every answer says that it is approximate, and every screen must too.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec

from haemaru.geography.areas import Area, Mask, Units
from haemaru.values import Position
from haemaru.wording import Bilingual, Fault

ZoneKind = Literal["zone", "sea"]
_MAX_BYTES = 20_000_000


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """One zone or sea area with its name and outline."""

    id: str
    kind: ZoneKind
    name: Bilingual
    area: Area


class Whereabouts(msgspec.Struct, frozen=True, kw_only=True):
    """Where a position lies: the innermost zone and the sea area (None outside all), and whether that is exact."""

    zone: Zone | None
    sea: Zone | None
    approximate: bool


class Zones(msgspec.Struct, frozen=True, kw_only=True):
    """A table of zones, the innermost first, with the note that must be shown beside it."""

    zones: tuple[Zone, ...]
    note: Bilingual
    approximate: bool

    def at(self, position: Position) -> Whereabouts:
        """The innermost zone and the sea area that hold the position."""
        held = [zone for zone in self.zones if zone.area.holds(position)]
        return Whereabouts(
            zone=next((zone for zone in held if zone.kind == "zone"), None),
            sea=next((zone for zone in held if zone.kind == "sea"), None),
            approximate=self.approximate,
        )

    def get(self, zone_id: str) -> Zone:
        """The zone of this id; raises `Fault("unknown_zone")` when the table has none."""
        for zone in self.zones:
            if zone.id == zone_id:
                return zone
        raise Fault("unknown_zone", "zone", zone=zone_id[:60])

    def holds_many(self, zone_id: str, lat: Units, lon: Units) -> Mask:
        """For each position of two columns (1/600000 degree), whether the zone holds it."""
        return self.get(zone_id).area.holds_many(lat, lon)


@cache
def zones() -> Zones:
    """The table that ships with the house (read when first asked for)."""
    data = files("haemaru.geography").joinpath("data/zones.geojson").read_bytes()
    return read_zones(data, "zones.geojson")


@cache
def zone_outlines() -> dict[str, dict[str, Any]]:
    """The GeoJSON geometry of each zone of the table that ships with the house, by its id."""
    data = files("haemaru.geography").joinpath("data/zones.geojson").read_bytes()
    return {feature["properties"]["id"]: feature["geometry"] for feature in json.loads(data)["features"]}


def zone_at(position: Position) -> Whereabouts:
    """Where a position lies by the table that ships with the house: approximate."""
    return zones().at(position)


def read_zones(data: bytes, where: str = "zones") -> Zones:
    """The zones of a GeoJSON file, innermost first as they stand; raises `Fault("bad_zones")` naming the feature."""
    if len(data) > _MAX_BYTES:
        raise Fault("bad_zones", where, problem=f"more than {_MAX_BYTES} bytes")
    try:
        table = json.loads(data)
        features = table["features"]
        about = table.get("haemaru", {})
        note = Bilingual(ko=str(about.get("note_ko", "")), en=str(about.get("note_en", "")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise Fault("bad_zones", where, problem=str(problem)[:100]) from None
    if not isinstance(features, list) or not features:
        raise Fault("bad_zones", where, problem="no features")
    read = tuple(_zone(feature, f"{where} feature {index}") for index, feature in enumerate(features))
    # Only a table that says it is official is taken for exact.
    return Zones(zones=read, note=note, approximate=about.get("official") is not True)


def _zone(feature: Any, where: str) -> Zone:
    try:
        about, geometry = feature["properties"], feature["geometry"]
        zone_id, kind = str(about["id"]), msgspec.convert(about["kind"], ZoneKind)
        name = Bilingual(ko=str(about["ko"]), en=str(about["en"]))
        rings = [[[lat, lon] for lon, lat, *_ in ring] for ring in _rings(geometry)]
    except (KeyError, TypeError, ValueError, msgspec.ValidationError) as problem:
        raise Fault("bad_zones", where, problem=str(problem)[:100]) from None
    return Zone(id=zone_id, kind=kind, name=name, area=Area.from_degrees(zone_id, rings, where))


def _rings(geometry: Mapping[str, Any]) -> Iterable[Any]:
    if geometry["type"] == "Polygon":
        yield from geometry["coordinates"]
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["coordinates"]:
            yield from polygon
    else:
        raise ValueError(f"geometry {geometry['type']}: Polygon or MultiPolygon expected")
