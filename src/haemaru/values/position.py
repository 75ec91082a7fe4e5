"""A place on the sea, in whole 1/600000 degrees: the unit AIS speaks, about 0.19 m of latitude.

Integers compare and add exactly, so that two nodes never disagree by a rounding. Longitude runs from -180 up to, but
not including, +180 (the antimeridian has one name); distances take the short way across it.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from haemaru.values.shown import shown
from haemaru.wording import Fault

UNITS_PER_DEGREE = 600_000
EARTH_RADIUS_M = 6_371_008.8  # mean radius R1 of GRS 80; a great circle is then within 0.6 % of the ellipsoid
METRES_PER_NAUTICAL_MILE = 1852.0
_HALF_TURN = 180 * UNITS_PER_DEGREE
_POLE = 90 * UNITS_PER_DEGREE

_NUMBER = r"([0-9]{1,3}(?:\.[0-9]{1,9})?)"
_DECIMAL = re.compile(rf"([+-]?){_NUMBER}\s*°?\s*([NS]?)[\s,;]+([+-]?){_NUMBER}\s*°?\s*([EW]?)")
_MINUTES = re.compile(
    r"([0-9]{1,2})\s*[°\s-]\s*([0-9]{1,2}(?:\.[0-9]{1,6})?)\s*['′]?\s*([NS])[\s,;]*"
    r"([0-9]{1,3})\s*[°\s-]\s*([0-9]{1,2}(?:\.[0-9]{1,6})?)\s*['′]?\s*([EW])"
)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Latitude and longitude in whole 1/600000 degrees, north and east positive."""

    lat: int
    lon: int

    def __post_init__(self) -> None:
        if not -_POLE <= self.lat <= _POLE or not -_HALF_TURN <= self.lon < _HALF_TURN:
            raise Fault("bad_position", "position", text=f"{self.lat}, {self.lon}")

    @classmethod
    def from_degrees(cls, lat: float, lon: float, where: str = "position") -> Self:
        """The position of decimal degrees, rounded to the unit; +180 becomes -180."""
        if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
            raise Fault("bad_position", where, text=f"{lat}, {lon}")
        east = round(lon * UNITS_PER_DEGREE)
        return cls(round(lat * UNITS_PER_DEGREE), east - 2 * _HALF_TURN if east >= _HALF_TURN else east)

    @classmethod
    def parse(cls, value: object, where: str = "position") -> Self:
        """Reads `34.85, 128.70` or `34°51.0'N 128°42.0'E`; raises `Fault("bad_position")` for anything else."""
        text = value.strip().upper() if isinstance(value, str) else ""
        if found := _MINUTES.fullmatch(text):
            return cls.from_degrees(
                _with_minutes(found.groups()[:3], where), _with_minutes(found.groups()[3:], where), where
            )
        if found := _DECIMAL.fullmatch(text):
            return cls.from_degrees(_signed(found.groups()[:3], where), _signed(found.groups()[3:], where), where)
        raise Fault("bad_position", where, text=shown(value, 60))

    @classmethod
    def from_json(cls, value: object, where: str = "position") -> Self:
        """Reads `{"lat": degrees, "lon": degrees}` as it stands in records."""
        pair = (value.get("lat"), value.get("lon")) if isinstance(value, Mapping) else (None, None)
        lat, lon = (
            float(part) if isinstance(part, int | float) and not isinstance(part, bool) else math.nan for part in pair
        )
        return cls.from_degrees(lat, lon, where)

    def as_json(self) -> dict[str, float]:
        """`{"lat": degrees, "lon": degrees}` with as many digits as the unit needs to come back exactly."""
        return {"lat": round(self.lat_degrees, 7), "lon": round(self.lon_degrees, 7)}

    @property
    def lat_degrees(self) -> float:
        """Latitude in decimal degrees."""
        return self.lat / UNITS_PER_DEGREE

    @property
    def lon_degrees(self) -> float:
        """Longitude in decimal degrees."""
        return self.lon / UNITS_PER_DEGREE

    def distance_m(self, other: "Position") -> float:
        """The great-circle distance in metres (haversine), the short way round."""
        north, south = math.radians(self.lat_degrees), math.radians(other.lat_degrees)
        half_lat = math.sin((south - north) / 2)
        half_lon = math.sin(math.radians(other.lon_degrees - self.lon_degrees) / 2)
        chord = half_lat * half_lat + math.cos(north) * math.cos(south) * half_lon * half_lon
        return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))

    def distance_nm(self, other: "Position") -> float:
        """The great-circle distance in nautical miles."""
        return self.distance_m(other) / METRES_PER_NAUTICAL_MILE

    def degrees_minutes(self) -> str:
        """As it is written in a chart room: `34°51.000'N 128°42.000'E`."""
        return f"{_minutes(self.lat, 'NS', 2)} {_minutes(self.lon, 'EW', 3)}"

    def __str__(self) -> str:
        return f"{self.lat_degrees:.6f}, {self.lon_degrees:.6f}"


def _signed(parts: Sequence[str], where: str) -> float:
    sign, digits, side = parts
    if sign and side:
        raise Fault("bad_position", where, text=f"{sign}{digits}{side}")
    return -float(digits) if sign == "-" or side in ("S", "W") else float(digits)


def _with_minutes(parts: Sequence[str], where: str) -> float:
    degrees, minutes, side = parts
    if float(minutes) >= 60:
        raise Fault("bad_position", where, text=f"{degrees}°{minutes}'{side}")
    value = int(degrees) + float(minutes) / 60
    return -value if side in ("S", "W") else value


def _minutes(units: int, sides: str, width: int) -> str:
    # One unit is a ten-thousandth of a minute; thousandths are written, rounded in whole numbers.
    thousandths = (abs(units) + 5) // 10
    degrees, rest = divmod(thousandths, 60_000)
    return f"{degrees:0{width}d}°{rest // 1000:02d}.{rest % 1000:03d}'{sides[units < 0]}"
