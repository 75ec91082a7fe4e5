"""Cuts the offline coastline from the TopoJSON of Natural Earth: Korean waters finely, the rest of the world coarsely.

A TopoJSON holds every border line once, as an arc of small integer steps; a polygon names its arcs, `~i` meaning arc
`i` backwards. What is written is GeoJSON with two features each: `land` to fill, `shore` to draw. The shore is clipped
as a line, so that the edge of the clipping box is never drawn as a coast.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

WATERS = "waters.json"
WORLD = "world.json"
# West, south, east, north of the finely drawn part: Korean waters and what a ship crosses to reach them.
WATERS_BOX = (117.0, 28.0, 140.0, 44.0)

Ring = list[tuple[float, float]]


def arcs_of(topology: dict[str, Any]) -> list[Ring]:
    """Every arc as degrees, its steps added up and scaled."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[Ring] = []
    for steps in topology["arcs"]:
        x = y = 0
        arc: Ring = []
        for dx, dy in steps:
            x, y = x + dx, y + dy
            arc.append((x * sx + tx, y * sy + ty))
        arcs.append(arc)
    return arcs


def polygons_of(topology: dict[str, Any]) -> list[list[Ring]]:
    """Every polygon of the topology as rings of degrees, the outer ring first."""
    arcs = arcs_of(topology)

    def ring(indexes: Sequence[int]) -> Ring:
        points: Ring = []
        for index in indexes:
            arc = arcs[index] if index >= 0 else arcs[~index][::-1]
            points.extend(arc if not points else arc[1:])
        return points

    polygons: list[list[Ring]] = []
    for shape in topology["objects"]["land"]["geometries"]:
        parts = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        polygons += [[ring(indexes) for indexes in part] for part in parts]
    return polygons


def write(atlas: Path, folder: Path) -> list[str]:
    """Writes both files from the `world-atlas` package and tells what they hold."""
    from shapely.geometry import box

    inside = box(*WATERS_BOX)
    fine = _cut(json.loads((atlas / "land-10m.json").read_bytes()), inside, 4)
    coarse = _cut(json.loads((atlas / "land-50m.json").read_bytes()), box(-180, -85, 180, 85).difference(inside), 2)
    lines = []
    for name, features in ((WATERS, fine), (WORLD, coarse)):
        text = json.dumps(features, separators=(",", ":"))
        (folder / name).write_text(text, "utf-8")
        lines.append(f"{name}: {text.count('],[') + 1} points, {len(text) // 1024} kB")
    return lines


def _cut(topology: dict[str, Any], area: Any, digits: int) -> dict[str, Any]:
    from shapely import make_valid
    from shapely.geometry import Polygon
    from shapely.ops import unary_union

    fills, shores = [], []
    for rings in polygons_of(topology):
        for whole in _parts(make_valid(Polygon(rings[0], rings[1:]))):
            if whole.geom_type == "Polygon" and whole.intersects(area):
                fills.append(whole.intersection(area))
                shores.append(whole.boundary.intersection(area))
    land = [part for part in _parts(unary_union(fills)) if part.geom_type == "Polygon"]
    shore = [part for line in shores for part in _parts(line) if part.geom_type == "LineString"]
    rings_of = [[part.exterior, *part.interiors] for part in land]
    return {
        "type": "FeatureCollection",
        "features": [
            _feature("land", "MultiPolygon", [[_rounded(ring, digits) for ring in rings] for rings in rings_of]),
            _feature("shore", "MultiLineString", [_rounded(line, digits) for line in shore]),
        ],
    }


def _parts(shape: Any) -> list[Any]:
    return [inner for part in shape.geoms for inner in _parts(part)] if hasattr(shape, "geoms") else [shape]


def _rounded(line: Any, digits: int) -> list[list[float]]:
    return [[round(x, digits), round(y, digits)] for x, y in line.coords]


def _feature(kind: str, geometry: str, coordinates: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"kind": kind}, "geometry": {"type": geometry, "coordinates": coordinates}}
