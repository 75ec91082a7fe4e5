"""The ways of the ships around a finding as a small drawing, made here: it needs no script and no map.

North is up; the drawing is flat around its middle, which is right to a few percent over the miles that it shows.
"""

import math
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

_WIDTH, _HEIGHT, _EDGE = 520, 320, 26
_LEAST_DEG = 1 / 120  # never closer than a mile across
_STEPS_NM = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)


def sketch(finding: Any, label: str) -> Markup:
    """Tracks, the rows of the evidence and the place of a finding, with a scale in nautical miles."""
    frame = _Frame(finding)
    parts = [
        Markup('<polyline class="way w{}" points="{}"/>').format(number % 2, " ".join(frame.text(at) for at in way))
        for number, track in enumerate(finding.tracks)
        for way in _unbroken(track.path)
    ]
    order = {track.mmsi: number for number, track in enumerate(finding.tracks)}
    for row in finding.evidence:
        x, y = frame.at((row.lon, row.lat))
        parts.append(
            Markup('<circle class="seen w{}" cx="{}" cy="{}" r="3.5"/>').format(order.get(row.mmsi, 0) % 2, x, y)
        )
    x, y = frame.at((finding.lon, finding.lat))
    parts.append(Markup('<circle class="spot" cx="{}" cy="{}" r="11"/>').format(x, y))
    miles, length = frame.scale()
    base = _HEIGHT - 12
    parts.append(Markup('<path class="scale" d="M12 {}v6h{}v-6"/>').format(base - 6, length))
    parts.append(Markup('<text x="{}" y="{}">{} nm</text>').format(18 + length, base, f"{miles:g}"))
    return Markup('<svg class="sketch" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, _HEIGHT, label, Markup("").join(parts)
    )


def _unbroken(path: Sequence[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """The way cut where it crosses the antimeridian."""
    ways: list[list[tuple[float, float]]] = [[]]
    for corner in path:
        if ways[-1] and abs(corner[0] - ways[-1][-1][0]) > 180:
            ways.append([])
        ways[-1].append(corner)
    return [way for way in ways if len(way) > 1]


class _Frame:
    """Degrees to the points of the drawing."""

    def __init__(self, finding: Any) -> None:
        self._middle_lon = finding.lon
        self._squeeze = max(0.05, math.cos(math.radians(finding.lat)))
        corners = [(row.lon, row.lat) for row in finding.evidence] + [(finding.lon, finding.lat)]
        corners += [corner for track in finding.tracks for corner in track.path]
        flat = [self._flat(corner) for corner in corners]
        self._west, self._north = min(x for x, _ in flat), max(y for _, y in flat)
        wide = max(max(x for x, _ in flat) - self._west, _LEAST_DEG)
        high = max(self._north - min(y for _, y in flat), _LEAST_DEG)
        self._per_degree = min((_WIDTH - 2 * _EDGE) / wide, (_HEIGHT - 2 * _EDGE) / high)
        self._left = (_WIDTH - (max(x for x, _ in flat) - self._west) * self._per_degree) / 2
        self._top = (_HEIGHT - (self._north - min(y for _, y in flat)) * self._per_degree) / 2

    def _flat(self, corner: tuple[float, float]) -> tuple[float, float]:
        away = (corner[0] - self._middle_lon + 180) % 360 - 180
        return away * self._squeeze, corner[1]

    def at(self, corner: tuple[float, float]) -> tuple[float, float]:
        """The point of a place."""
        x, y = self._flat(corner)
        left = self._left + (x - self._west) * self._per_degree
        return round(left, 1), round(self._top + (self._north - y) * self._per_degree, 1)

    def text(self, corner: tuple[float, float]) -> str:
        """The point as SVG writes it."""
        x, y = self.at(corner)
        return f"{x},{y}"

    def scale(self) -> tuple[float, float]:
        """A round number of nautical miles that is drawn a quarter of the width long or less, and its length."""
        fitting = [step for step in _STEPS_NM if step / 60 * self._per_degree <= _WIDTH / 4]
        miles = fitting[-1] if fitting else _STEPS_NM[0]
        return miles, round(miles / 60 * self._per_degree, 1)
