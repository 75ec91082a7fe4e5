"""What chart programs of the own agency read: ships, tracks, contacts, findings, ports and zones as features.

The collections hold what the console shows and nothing else; whoever reads them has an account here.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from haemaru.clock import to_ms
from haemaru.geography import ports, zone_outlines, zones
from haemaru.node.desk import findings
from haemaru.surveillance import CLASSES, UNITS_PER_DEGREE
from haemaru.surveillance.features import Feature, contact_feature, degrees, line_feature, tenths
from haemaru.values.instant import parse_time

if TYPE_CHECKING:
    from haemaru.node.node import Node

_HOUR_MS = 3_600_000
TRACK_HOURS = 6
CONTACT_HOURS = 1
_MOST_CORNERS = 500


def ships(node: "Node") -> list[Feature]:
    """The newest fix of every ship on the picture."""
    columns = node.surveillance.columns()
    found = []
    for row in range(len(columns)):
        mmsi, t = int(columns.mmsi[row]), int(columns.t[row])
        static = node.surveillance.static(mmsi)
        source = int(columns.source[row])
        told = {
            "mmsi": mmsi,
            "name": (static.name if static else None) or "",
            "class": CLASSES[int(columns.vessel_class[row])],
            "sog_kn": tenths(int(columns.sog[row])),
            "cog_deg": tenths(int(columns.cog[row])),
            "source": node.surveillance.source_name(source),
            "clause": node.surveillance.clause_of(source),
        }
        place = degrees(int(columns.lat[row]), int(columns.lon[row]))
        found.append(Feature(id=str(mmsi), shape="Point", coordinates=place, since_ms=t, until_ms=t, properties=told))
    return found


def tracks(node: "Node") -> list[Feature]:
    """The path of each ship on the picture over the last hours."""
    now_ms = to_ms(node.clock.now())
    found = []
    for ship in ships(node):
        rows = node.surveillance.path(int(ship.id), now_ms - TRACK_HOURS * _HOUR_MS, now_ms + 1)[-_MOST_CORNERS:]
        path = [(to_ms(parse_time(row["at"])), _units(row["lat"]), _units(row["lon"])) for row in rows]
        line = line_feature(ship.id, path, {name: ship.properties[name] for name in ("mmsi", "name", "class")})
        found += [line] if line is not None else []
    return found


def contacts(node: "Node") -> list[Feature]:
    """The contacts of the last hour."""
    now_ms = to_ms(node.clock.now())
    return [contact_feature(row) for row in node.contacts.read(now_ms - CONTACT_HOURS * _HOUR_MS, now_ms + 1)]


def places(node: "Node") -> list[Feature]:
    """Ports, harbours and anchorages."""
    return [
        Feature(
            id=port.id,
            shape="Point",
            coordinates=degrees(port.position.lat, port.position.lon),
            properties={
                "kind": port.kind,
                "ko": port.name.ko,
                "en": port.name.en,
                "locode": port.locode,
                "precision_m": port.precision_m,
            },
        )
        for port in ports()
    ]


def areas(node: "Node") -> list[Feature]:
    """Zones and sea areas: approximate, not legal, not for navigation, unless the table says that it is official."""
    table, outlines = zones(), zone_outlines()
    note = {"approximate": table.approximate, "note_en": table.note.en, "note_ko": table.note.ko}
    return [
        Feature(
            id=zone.id,
            shape=outlines[zone.id]["type"],
            coordinates=outlines[zone.id]["coordinates"],
            properties={"kind": zone.kind, "ko": zone.name.ko, "en": zone.name.en, **note},
        )
        for zone in table.zones
    ]


def _units(value: float) -> int:
    return round(value * UNITS_PER_DEGREE)


COLLECTIONS: dict[str, Callable[["Node"], list[Feature]]] = {
    "vessels": ships,
    "tracks": tracks,
    "contacts": contacts,
    "findings": findings.features,
    "ports": places,
    "zones": areas,
}
