"""Where it happened: the position lies inside an area of the agreement, by the even-odd rule on degrees.

A ray runs from the point to the east. Each edge (x1, y1)-(x2, y2) with `(y1 > y) != (y2 > y)` is crossed when
`x < (x2 - x1) * (y - y1) / (y2 - y1) + x1`; an odd number of crossings is inside. Plain double arithmetic in this very
order, so that scalar, batch and any second judge agree to the last bit, on edges too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from haemaru.agreement.conditions.attributes import is_number, value_at
from haemaru.agreement.conditions.columns import Codes, Columns
from haemaru.agreement.conditions.outcome import Outcome, outcomes
from haemaru.agreement.conditions.stated import Stated

if TYPE_CHECKING:
    from haemaru.agreement.tables import Names, Table


@dataclass(frozen=True, slots=True)
class AreaWithin(Stated):
    """Met when the point (`lon`, `lat`) lies inside the area; outside the globe or absent it is unknown."""

    test: ClassVar[str] = "area_within"
    area: str
    polygon: tuple[tuple[float, float], ...]
    lat: str = "body.lat"
    lon: str = "body.lon"
    outcomes: tuple[Outcome, ...] = field(init=False, repr=False, compare=False)
    _keys: tuple[tuple[str, ...], tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _edges: tuple[tuple[float, float, float, float], ...] = field(init=False, repr=False, compare=False)
    _box: tuple[float, float, float, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ends = self.polygon[1:] + self.polygon[:1]
        edges = tuple((*a, *b) for a, b in zip(self.polygon, ends, strict=True) if a[1] != b[1])
        lons, lats = zip(*self.polygon, strict=True)
        object.__setattr__(self, "outcomes", outcomes("outside_area", f"{self.lat}, {self.lon}", area=self.area))
        object.__setattr__(self, "_keys", (tuple(self.lat.split(".")), tuple(self.lon.split("."))))
        object.__setattr__(self, "_edges", edges)
        # One millionth of a degree of room, so that rounding on a border is left to the formula.
        object.__setattr__(self, "_box", (min(lons) - 1e-6, max(lons) + 1e-6, min(lats), max(lats)))

    @classmethod
    def read(cls, table: "Table", names: "Names") -> Self:
        """Reads `area`, an id of the agreement's areas, and optionally the paths `lat` and `lon`."""
        area = table.word("area", tuple(names.areas))
        return cls(area, names.areas[area], table.path("lat", "body.lat"), table.path("lon", "body.lon"))

    @property
    def reads(self) -> tuple[str, ...]:
        """The attributes this condition stands on."""
        return (self.lat, self.lon)

    def facts(self) -> dict[str, str]:
        """The parameters, for the sentence that explains the clause."""
        return {"area": self.area, "lat": self.lat, "lon": self.lon}

    def verify(self, record: Mapping[str, object], at: datetime) -> Outcome:
        """Met, not met or unknown for one record."""
        y, x = value_at(record, self._keys[0]), value_at(record, self._keys[1])
        if not (is_number(y) and is_number(x) and -90 <= y <= 90 and -180 <= x <= 180):  # type: ignore[operator]
            return self.outcomes[2]
        return self.outcomes[0 if self._holds(float(x), float(y)) else 1]  # type: ignore[arg-type]

    def _holds(self, x: float, y: float) -> bool:
        west, east, south, north = self._box
        # Clear of the box no edge is crossed, or each crossing has its pair: the same answer, sooner.
        if y < south or y > north or x > east or x < west:
            return False
        inside = False
        for x1, y1, x2, y2 in self._edges:
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
        return inside

    def verify_batch(self, columns: Columns, at: datetime) -> Codes:
        """The same for every row, as places in `outcomes`."""
        lat, lon = columns.floats(self.lat), columns.floats(self.lon)
        known = ~np.isnan(lat) & ~np.isnan(lon) & (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
        west, east, south, north = self._box
        near = known & (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)
        x, y = lon[near], lat[near]
        inside = np.zeros(len(x), dtype=np.bool_)
        for x1, y1, x2, y2 in self._edges:
            inside ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
        found = np.where(known, np.uint8(1), np.uint8(2))
        found[np.flatnonzero(near)[inside]] = 0
        return found
