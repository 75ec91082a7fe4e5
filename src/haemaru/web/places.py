"""Names on the map: ports and anchorages of `haemaru.geography` as GeoJSON, in the reader's language."""

from typing import Any


def labels(lang: str) -> dict[str, Any]:
    """A GeoJSON point for each port and anchorage, with its name in `lang`."""
    return {"type": "FeatureCollection", "features": []}
