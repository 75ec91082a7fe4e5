"""Hand-made open-water points, and the lanes, grounds and anchorages that invented ships keep to.

Every point and lane was drawn by hand for this project and checked once against a public-domain landmask. They are
approximate and not for navigation. A lane is a chain of points; ships run along it in both directions.
"""

import math
from dataclasses import dataclass, field

Point = tuple[float, float]  # longitude, latitude in degrees

POINTS: dict[str, Point] = {
    # the east coast, from Okgye down to Busan
    "okgye": (129.11, 37.64),
    "donghae": (129.19, 37.50),
    "sokcho": (128.68, 38.22),
    "east_1": (129.50, 37.42),
    "east_2": (129.76, 36.95),
    "east_3": (129.82, 36.20),
    "pohang": (129.47, 36.06),
    "pohang_gate": (129.60, 36.17),
    "east_4": (129.75, 35.60),
    "ulsan": (129.50, 35.43),
    "busan": (129.13, 35.02),
    "busan_gate": (129.40, 35.02),
    "busan_new": (128.87, 34.92),
    # the strait, the south coast and Jeju
    "strait_w": (128.95, 34.55),
    "strait_s": (128.30, 34.05),
    "south_1": (127.85, 34.05),
    "yeosu": (127.87, 34.58),
    "south_2": (127.00, 33.76),
    "jeju": (126.53, 33.58),
    "jeju_w": (126.10, 33.72),
    "jeju_s": (126.60, 33.02),
    "west_0": (124.70, 33.78),
    # the west coast
    "west_1": (124.75, 34.75),
    "west_2": (125.10, 35.60),
    "gunsan": (126.20, 35.98),
    "gunsan_w": (125.60, 35.90),
    "west_3": (125.20, 36.50),
    "west_4": (125.60, 36.90),
    "daesan_gate": (126.03, 36.94),
    "daesan": (126.22, 37.06),
    "incheon_w": (125.60, 37.35),
    "incheon": (126.22, 37.36),
    # abroad, on the lanes that lead here
    "zhapu": (122.95, 30.95),
    "yangtze": (123.60, 31.40),
    "qingdao": (121.10, 35.75),
    "bohai": (121.90, 38.30),
    "shandong": (123.40, 37.60),
    "kanmon": (130.40, 34.18),
    "hakata": (130.18, 33.84),
    "tsushima_e": (129.85, 34.75),
    "goto_w": (127.90, 33.00),
    "goto_sw": (126.60, 32.40),
    "osumi_w": (128.90, 30.85),
    "taiwan_n": (122.60, 26.40),
    "china_sea": (124.30, 29.20),
    "ulleung": (130.95, 37.42),
    "sea_1": (131.60, 36.70),
    "tsugaru_w": (137.60, 40.70),
    "vladivostok": (131.90, 42.70),
    "sea_2": (130.60, 38.60),
}

LANES: dict[str, tuple[str, ...]] = {
    "zhapu_okgye": (
        "zhapu",
        "yangtze",
        "goto_sw",
        "strait_s",
        "strait_w",
        "busan_gate",
        "east_4",
        "east_3",
        "east_2",
        "okgye",
    ),
    "zhapu_donghae": (
        "zhapu",
        "yangtze",
        "goto_sw",
        "strait_s",
        "strait_w",
        "busan_gate",
        "east_4",
        "east_3",
        "east_2",
        "donghae",
    ),
    "yangtze_pohang": (
        "yangtze",
        "goto_sw",
        "strait_s",
        "strait_w",
        "busan_gate",
        "east_4",
        "east_3",
        "pohang_gate",
        "pohang",
    ),
    "yangtze_ulsan": ("yangtze", "goto_sw", "strait_s", "strait_w", "busan_gate", "east_4", "ulsan"),
    "taiwan_busan": ("taiwan_n", "china_sea", "goto_w", "strait_s", "busan_new"),
    "taiwan_incheon": ("taiwan_n", "china_sea", "west_0", "west_1", "west_2", "west_3", "incheon_w", "incheon"),
    "taiwan_yeosu": ("taiwan_n", "china_sea", "jeju_s", "south_1", "yeosu"),
    "qingdao_incheon": ("qingdao", "west_3", "incheon_w", "incheon"),
    "qingdao_busan": ("qingdao", "west_1", "west_0", "jeju_w", "south_2", "south_1", "strait_s", "busan_new"),
    "bohai_daesan": ("bohai", "shandong", "west_4", "daesan_gate", "daesan"),
    "bohai_gunsan": ("bohai", "shandong", "west_3", "gunsan_w", "gunsan"),
    "bohai_pohang": (
        "bohai",
        "shandong",
        "west_2",
        "west_1",
        "west_0",
        "jeju_w",
        "south_2",
        "south_1",
        "strait_s",
        "strait_w",
        "busan_gate",
        "east_4",
        "east_3",
        "pohang_gate",
        "pohang",
    ),
    "busan_kanmon": ("busan", "busan_gate", "tsushima_e", "kanmon"),
    "busan_hakata": ("busan", "busan_gate", "tsushima_e", "hakata"),
    "busan_tsugaru": ("busan_new", "busan_gate", "sea_1", "tsugaru_w"),
    "busan_osumi": ("busan_new", "strait_s", "goto_w", "osumi_w"),
    "donghae_vladivostok": ("donghae", "sea_2", "vladivostok"),
    "ulsan_vladivostok": ("ulsan", "east_4", "sea_1", "vladivostok"),
    "pohang_ulleung": ("pohang", "pohang_gate", "east_3", "ulleung"),
    "donghae_ulleung": ("donghae", "ulleung"),
    "jeju_busan": ("jeju", "south_2", "south_1", "strait_s", "busan_new"),
    "jeju_yeosu": ("jeju", "south_2", "south_1", "yeosu"),
    "incheon_jeju": ("incheon", "incheon_w", "west_3", "west_2", "west_1", "west_0", "jeju_w", "jeju"),
    "sokcho_donghae": ("sokcho", "east_1", "donghae"),
    "pohang_busan": ("pohang", "pohang_gate", "east_3", "east_4", "busan_gate", "busan"),
}
# Where small craft work or patrol: a centre and the radius in nautical miles that stays clear of land.
GROUNDS: dict[str, tuple[Point, float]] = {
    "squid_east": ((130.10, 37.95), 9.0),
    "hupo": ((129.85, 36.70), 5.0),
    "okgye_coast": ((129.25, 37.68), 4.0),
    "pohang_east": ((129.90, 35.95), 6.0),
    "strait": ((128.55, 34.25), 6.0),
    "south_sea": ((127.50, 33.80), 5.0),
    "jeju_south": ((126.40, 32.80), 9.0),
    "jeju_west": ((125.40, 33.30), 9.0),
    "heuksan": ((124.78, 34.66), 6.0),
    "chilsan": ((125.40, 35.40), 8.0),
    "west_mid": ((124.90, 36.20), 9.0),
    "incheon_sea": ((125.45, 37.10), 5.0),
    "busan_bay": ((129.20, 35.00), 1.5),
    "yeosu_bay": ((127.88, 34.50), 2.0),
}

MILES_PER_DEGREE = 60.0  # nautical miles in a degree of latitude


def miles(a: Point, b: Point) -> float:
    """Nautical miles between two points, on the locally flat chart (good to 1 % over the lanes used here)."""
    east = (b[0] - a[0]) * math.cos(math.radians((a[1] + b[1]) / 2))
    return math.hypot(east, b[1] - a[1]) * MILES_PER_DEGREE


def bearing(a: Point, b: Point) -> float:
    """Course in degrees from `a` to `b`, 0 north, on the locally flat chart."""
    east = (b[0] - a[0]) * math.cos(math.radians((a[1] + b[1]) / 2))
    return math.degrees(math.atan2(east, b[1] - a[1])) % 360.0


def moved(point: Point, course: float, distance: float) -> Point:
    """The point `distance` nautical miles away on `course`."""
    lon, lat = point
    north = distance * math.cos(math.radians(course)) / MILES_PER_DEGREE
    east = distance * math.sin(math.radians(course)) / (MILES_PER_DEGREE * math.cos(math.radians(lat)))
    return lon + east, lat + north


@dataclass(frozen=True, slots=True)
class Path:
    """A chain of points with the miles run at each."""

    points: tuple[Point, ...]
    run: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        run = [0.0]
        for a, b in zip(self.points, self.points[1:], strict=False):
            run.append(run[-1] + miles(a, b))
        object.__setattr__(self, "run", tuple(run))

    @property
    def length(self) -> float:
        """Nautical miles from the first point to the last."""
        return self.run[-1]

    def at(self, distance: float) -> tuple[Point, float]:
        """The point and the course after `distance` miles; beyond either end the end itself."""
        distance = min(max(distance, 0.0), self.length)
        leg = 0
        while leg < len(self.points) - 2 and distance > self.run[leg + 1]:
            leg += 1
        a, b = self.points[leg], self.points[leg + 1]
        share = (distance - self.run[leg]) / (self.run[leg + 1] - self.run[leg])
        return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share), bearing(a, b)


def lane(name: str) -> tuple[Point, ...]:
    """The points of a lane by name."""
    return tuple(POINTS[point] for point in LANES[name])
