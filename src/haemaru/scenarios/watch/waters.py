"""The waters of a made-up watch: harbours with a clean way in, where land is, where ships are heard, and open water.

Lanes and offings are those of `sea.py`, ports and anchorages those of the geography table, land is a coarse public
domain outline (`data/coast.json`, Natural Earth). Everything is approximate and not for navigation.
"""

import itertools
import json
import math
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from haemaru.geography import ports
from haemaru.scenarios.sea import LANES, POINTS, Point, lane

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
METRES_PER_DEGREE = 111_195.0
MILE_M = 1852.0
_NARROW = math.cos(math.radians(35.5))
PORT_RADIUS_M = 3_000.0
ANCHORAGE_RADIUS_M = 5_000.0
LANE_HALF_WIDTH_NM = 3.5

# Where a ship lies in a harbour, and the offing (a point of `sea.py`) from which the way in is clear of land.
BERTHS: dict[str, tuple[str, Point]] = {
    "busan": ("busan", (129.0480, 35.0880)),
    "busan_north_port": ("busan", (129.0620, 35.1000)),
    "jinhae": ("busan_new", (128.6500, 35.1333)),
    "ulsan": ("ulsan", (129.4000, 35.4500)),
    "onsan": ("ulsan", (129.3647, 35.4300)),
    "pohang": ("pohang", (129.3900, 36.0515)),
    "yeongil_new_port": ("pohang", (129.4350, 36.1070)),
    "donghae": ("donghae", (129.1602, 37.4941)),
    "okgye": ("okgye", (129.0737, 37.6246)),
    "sokcho": ("sokcho", (128.6081, 38.2020)),
    "jeju": ("jeju", (126.5327, 33.5281)),
    "gwangyang": ("yeosu", (127.8000, 34.8500)),
    "gunsan": ("gunsan", (126.6167, 35.9833)),
    "daesan": ("daesan", (126.4000, 37.0167)),
    "incheon_new_port": ("incheon", (126.6150, 37.3450)),
    "ulleung": ("ulleung", (130.8882, 37.4560)),
    "hupo": ("east_2", (129.4612, 36.6826)),
    "jukbyeon": ("east_2", (129.4325, 37.0517)),
    "seongsanpo": ("south_2", (126.9320, 33.4730)),
    "hwasun": ("jeju_s", (126.3346, 33.2347)),
    "jindo": ("jeju_w", (126.1350, 34.3750)),
    "hakata": ("hakata", (130.20, 33.83)),
    "kanmon": ("kanmon", (130.42, 34.17)),
}
FEEDERS: dict[str, tuple[str, ...]] = {
    "pohang_busan": ("pohang", "pohang_gate", "east_3", "east_4", "busan_gate", "busan"),
    "busan_ulsan": ("busan", "busan_gate", "east_4", "ulsan"),
    "ulsan_pohang": ("ulsan", "east_4", "east_3", "pohang_gate", "pohang"),
    "sokcho_donghae": ("sokcho", "east_1", "donghae"),
    "yeosu_jeju": ("yeosu", "south_1", "south_2", "jeju"),
    "gunsan_daesan": ("gunsan", "gunsan_w", "west_3", "west_4", "daesan_gate", "daesan"),
    "daesan_incheon": ("daesan", "daesan_gate", "incheon_w", "incheon"),
}
# Ends of lanes outside Korea that are ports of call in this world.
FOREIGN_PORTS: dict[str, Point] = {"hakata": (130.21, 33.83), "kanmon": (130.43, 34.17)}
BERTHS_OF: dict[str, tuple[str, ...]] = {
    offing: tuple(name for name, (of, _) in BERTHS.items() if of == offing) for offing, _ in BERTHS.values()
}


def metres(lat: Floats | float, lon: Floats | float, to_lat: Floats | float, to_lon: Floats | float) -> Floats:
    """Metres on the locally flat chart (good to 1 % within 200 km)."""
    east = (np.asarray(to_lon) - lon) * np.cos(np.radians((np.asarray(lat) + to_lat) / 2))
    distance: Floats = np.hypot(east, np.asarray(to_lat) - lat) * METRES_PER_DEGREE
    return distance


def shifted(at: Point, east_m: float, north_m: float) -> Point:
    """The point so many metres to the east and to the north."""
    lon, lat = at
    return lon + east_m / METRES_PER_DEGREE / math.cos(math.radians(lat)), lat + north_m / METRES_PER_DEGREE


@cache
def coast_rings() -> tuple[tuple[Point, ...], ...]:
    """The outline of land as closed rings of (lon, lat)."""
    data = json.loads(files("haemaru.scenarios").joinpath("data/coast.json").read_text(encoding="utf-8"))
    return tuple(tuple((lon, lat) for lon, lat in ring) for ring in data["rings"])


@cache
def shore() -> tuple[Floats, Floats]:
    """Points along all shores, at most about 900 m apart, as columns of longitude and latitude."""
    lons, lats = [], []
    for ring in coast_rings():
        for (lon, lat), (to_lon, to_lat) in itertools.pairwise(ring):
            steps = 1 + int(metres(lat, lon, to_lat, to_lon) / 900.0)
            share = np.arange(steps) / steps
            lons.append(lon + (to_lon - lon) * share)
            lats.append(lat + (to_lat - lat) * share)
    return np.concatenate(lons), np.concatenate(lats)


@cache
def _land() -> Any:
    """All land of the outline on a chart that is true at 35.5 degrees north, ready to be asked often."""
    import shapely

    rings = [shapely.Polygon([(lon * _NARROW, lat) for lon, lat in ring]).buffer(0) for ring in coast_rings()]
    land = shapely.union_all(rings)
    shapely.prepare(land)
    return land


@cache
def _shore_tree() -> Any:
    import shapely

    lines = []
    for ring in coast_rings():
        points = [(lon * _NARROW, lat) for lon, lat in ring]
        lines += [shapely.LineString(points[at : at + 8]) for at in range(0, len(points) - 1, 7)]
    return shapely.STRtree(lines)


def on_land(lon: Floats, lat: Floats) -> Mask:
    """Whether each position lies on land, by the coarse outline."""
    import shapely

    inside: Mask = shapely.contains_xy(_land(), lon * _NARROW, lat)
    return inside


def to_shore_m(lon: Floats, lat: Floats) -> Floats:
    """Metres from each position to the nearest shore (on land as well as at sea), good to 4 %."""
    import shapely

    tree, points = _shore_tree(), shapely.points(lon * _NARROW, lat)
    (asked, _), far = tree.query_nearest(points, return_distance=True, all_matches=False)
    nearest = np.full(len(lon), np.inf)
    nearest[asked] = far * METRES_PER_DEGREE
    return nearest


def _nearest_m(lon: Floats, lat: Floats, lons: Floats, lats: Floats) -> Floats:
    narrow = np.cos(np.radians(lat))[:, None]
    nearest = np.full(len(lon), np.inf)
    for at in range(0, len(lons), 2_000):
        east = (lons[None, at : at + 2_000] - lon[:, None]) * narrow
        north = lats[None, at : at + 2_000] - lat[:, None]
        np.minimum(nearest, np.sqrt((east * east + north * north).min(axis=1)), out=nearest)
    return nearest * METRES_PER_DEGREE


@cache
def _places(kind: str) -> tuple[Floats, Floats]:
    chosen = [place.position for place in ports() if (place.kind == "anchorage") == (kind == "anchorage")]
    points = [(at.lon_degrees, at.lat_degrees) for at in chosen]
    if kind == "port":
        points += list(FOREIGN_PORTS.values())
    return np.array([lon for lon, _ in points]), np.array([lat for _, lat in points])


def to_port_m(lon: Floats, lat: Floats) -> Floats:
    """Metres from each position to the middle of the nearest port or harbour."""
    return _nearest_m(lon, lat, *_places("port"))


def to_anchorage_m(lon: Floats, lat: Floats) -> Floats:
    """Metres from each position to the middle of the nearest anchorage."""
    return _nearest_m(lon, lat, *_places("anchorage"))


def beyond_reach_nm(lon: Floats, lat: Floats) -> Floats:
    """Miles beyond the reach of the shore stations; below 0, miles within it."""
    north, east = 60.0, 48.0
    box = np.maximum.reduce([(32.6 - lat) * north, (lat - 38.75) * north, (124.0 - lon) * east, (lon - 131.3) * east])
    northwest = np.minimum((124.7 - lon) * east, (lat - 36.6) * north)
    southeast = np.minimum((lon - 130.75) * east, (33.6 - lat) * north)
    beyond: Floats = np.maximum.reduce([box, northwest, southeast])
    return beyond


def well_heard(lon: Floats, lat: Floats) -> Mask:
    """Whether the shore stations hear ships well here."""
    heard: Mask = beyond_reach_nm(lon, lat) <= 0.0
    return heard


def open_water(lon: Floats, lat: Floats) -> Mask:
    """Well heard, 8.5 nm from every port and shore, 6 nm from the middle of an anchorage: no place to stop."""
    return (
        well_heard(lon, lat)
        & (to_port_m(lon, lat) > 8.5 * MILE_M)
        & (to_shore_m(lon, lat) > 8.5 * MILE_M)
        & (to_anchorage_m(lon, lat) > 6.0 * MILE_M)
    )


def clear_way(points: list[Point], margin_m: float = 900.0) -> bool:
    """Whether the straight ways between the points keep `margin_m` from all shores."""
    lons, lats = [], []
    for (lon, lat), (to_lon, to_lat) in itertools.pairwise(points):
        steps = 2 + int(metres(lat, lon, to_lat, to_lon) / 500.0)
        share = np.linspace(0.0, 1.0, steps)
        lons.append(lon + (to_lon - lon) * share)
        lats.append(lat + (to_lat - lat) * share)
    all_lon, all_lat = np.concatenate(lons), np.concatenate(lats)
    return bool(to_shore_m(all_lon, all_lat).min() > margin_m) and not on_land(all_lon, all_lat).any()


@cache
def lane_lines() -> dict[str, tuple[Point, ...]]:
    """Every lane and coastal route by name, as drawn."""
    lines = {name: lane(name) for name in LANES}
    return lines | {f"coastal {name}": tuple(POINTS[at] for at in points) for name, points in FEEDERS.items()}


@cache
def _lanes() -> Any:
    import shapely

    lines = [shapely.LineString([(lon * _NARROW, lat) for lon, lat in line]) for line in lane_lines().values()]
    together = shapely.union_all(lines)
    shapely.prepare(together)
    return together


def to_lane_nm(lon: Floats, lat: Floats) -> Floats:
    """Miles from each position to the middle of the nearest lane, good to 4 %."""
    import shapely

    miles: Floats = shapely.distance(_lanes(), shapely.points(lon * _NARROW, lat)) * 60.0
    return miles


@cache
def lane_table(name: str) -> tuple[Floats, Floats, Floats, Mask]:
    """A lane mile by mile: miles run, longitude, latitude, and whether that is open water."""
    points = lane(name)
    run, lons, lats, total = [], [], [], 0.0
    for (lon, lat), (to_lon, to_lat) in itertools.pairwise(points):
        length = float(metres(lat, lon, to_lat, to_lon)) / MILE_M
        share = np.arange(int(length)) / max(length, 1.0)
        run.append(total + share * length)
        lons.append(lon + (to_lon - lon) * share)
        lats.append(lat + (to_lat - lat) * share)
        total += length
    all_lon, all_lat = np.concatenate(lons), np.concatenate(lats)
    return np.concatenate(run), all_lon, all_lat, open_water(all_lon, all_lat)


@cache
def anchorages() -> tuple[Point, ...]:
    """The middles of the anchorages."""
    chosen = (place.position for place in ports() if place.kind == "anchorage")
    return tuple((at.lon_degrees, at.lat_degrees) for at in chosen)
