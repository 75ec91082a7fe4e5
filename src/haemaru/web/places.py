"""Names on the map: ports and anchorages of `haemaru.geography` as GeoJSON, in the reader's language."""

from typing import Any

from haemaru.geography import Port, ports

# Lower comes first where names would cover each other: places with a code of their own, then parts, then anchorages.
_RANK = {"port": 0, "harbour": 1, "anchorage": 3}


def labels(lang: str) -> dict[str, Any]:
    """A GeoJSON point for each port and anchorage, with its name in `lang`."""
    return {"type": "FeatureCollection", "features": [_feature(place, lang) for place in ports()]}


def _feature(place: Port, lang: str) -> dict[str, Any]:
    rank = _RANK[place.kind] + (2 if place.part_of else 0)
    where = [place.position.lon_degrees, place.position.lat_degrees]
    return {
        "type": "Feature",
        "properties": {"name": place.name.within(lang), "kind": place.kind, "rank": rank},
        "geometry": {"type": "Point", "coordinates": where},
    }
