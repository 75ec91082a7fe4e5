"""Shapes on the grid of small cells, in whole numbers: as spans, each a line of cells from one column to another.

A cell belongs to a polygon when its middle lies inside. Shapes may cross the antimeridian: columns count on beyond it
and are folded when they are painted. A mirrored or turned shape has the mirrored or turned spans.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from haemaru.surveillance.detection.geometry import HALF_TURN, ONE, QUARTER_TURN, TURN, units_of_m
from haemaru.surveillance.detection.kernel.layout import CELL, CELLS, COLUMNS, ROWS

LINES = ROWS * CELLS
ROUND = COLUMNS * CELLS  # cells once round the world
Ints = npt.NDArray[np.int64]
Corner = tuple[int, int]
"""Latitude and longitude in 1/600000 degree; longitudes of one shape run on over the antimeridian."""


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Cells as equal columns: the line (0 at the south pole), its first column and the one after its last."""

    line: Ints
    first: Ints
    end: Ints

    @classmethod
    def joined(cls, several: Iterable["Spans"]) -> "Spans":
        """All spans of several shapes."""
        parts = [*several]
        empty = np.zeros(0, np.int64)
        return cls(*(np.concatenate([empty, *(getattr(part, name) for part in parts)]) for name in cls.__slots__))

    def widened(self, metres: int) -> "Spans":
        """The cells whose middle lies within so many metres of the middle of one of these."""
        reach = units_of_m(metres)
        parts = []
        for step in range(-(reach // CELL), reach // CELL + 1):
            line = self.line + step
            kept = (line >= 0) & (line < LINES)
            line = line[kept]
            half = math.isqrt(reach * reach - (step * CELL) ** 2)
            aside = np.minimum(half * ONE // (CELL * np.maximum(_cosines(line), 1)), ROUND)
            parts.append(Spans(line, self.first[kept] - aside, self.end[kept] + aside))
        return Spans.joined(parts)


def polygon(rings: Sequence[Sequence[Corner]]) -> Spans:
    """The cells of a polygon; a ring within a ring is a hole."""
    lines, crossings = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for ring in rings:
        for one, other in zip(ring, [*ring[1:], *ring[:1]], strict=True):
            (south, west), (north, east) = min(one, other), max(one, other)
            if south == north:
                continue
            line = np.arange(max(_line_after(south), 0), min(_line_after(north), LINES), dtype=np.int64)
            rise = north - south
            way = west * rise + (line * CELL + CELL // 2 - QUARTER_TURN - south) * (east - west)
            # The first cell whose middle is not west of the crossing: ceil((way / rise + HALF_TURN - CELL / 2) / CELL).
            crossings.append(-((rise * (CELL // 2 - HALF_TURN) - way) // (CELL * rise)))
            lines.append(line)
    line, column = np.concatenate(lines), np.concatenate(crossings)
    order = np.lexsort((column, line))
    line, column = line[order], column[order]
    return Spans(line[0::2], column[0::2], column[1::2])


def point(at: Corner) -> Spans:
    """The cell of a position."""
    lat, lon = at
    line = lat // CELL if lat >= 0 else -1 - (-lat) // CELL
    column = (lon + HALF_TURN) // CELL
    return Spans(*(np.array([value], np.int64) for value in (min(line + LINES // 2, LINES - 1), column, column + 1)))


def path(corners: Sequence[Corner]) -> Spans:
    """The cells along a line, none missed by more than a cell."""
    parts = [point(corners[0])]
    for (lat, lon), (lat1, lon1) in pairwise(corners):
        steps = max(abs(lat1 - lat), abs(lon1 - lon)) // (CELL // 2) + 1
        parts += [
            point((lat + _share(lat1 - lat, k, steps), lon + _share(lon1 - lon, k, steps))) for k in range(1, steps + 1)
        ]
    return Spans.joined(parts)


def unrolled(corners: Sequence[Corner]) -> list[Corner]:
    """The corners, each longitude the short way from the one before: over the antimeridian where that is shorter."""
    placed: list[Corner] = []
    for lat, lon in corners:
        east = lon if not placed else placed[-1][1] + (lon - placed[-1][1] + HALF_TURN) % TURN - HALF_TURN
        placed.append((lat, east))
    return placed


def bands(spans: Spans) -> Iterable[tuple[int, int, npt.NDArray[np.bool_]]]:
    """The cells tile by tile: row and column of the tile, and which of its 100 x 100 cells are covered."""
    row = spans.line // CELLS
    for band in np.unique(row).tolist():
        mine = row == band
        line, first, end = spans.line[mine] - band * CELLS, spans.first[mine], spans.end[mine]
        west = int(first.min()) // CELLS
        wide = min(-(-int(end.max()) // CELLS) - west, COLUMNS + 1)
        steps = np.zeros((CELLS, wide * CELLS + 1), np.int32)
        np.add.at(steps, (line, np.clip(first - west * CELLS, 0, wide * CELLS)), 1)
        np.add.at(steps, (line, np.clip(end - west * CELLS, 0, wide * CELLS)), -1)
        covered = (np.cumsum(steps, axis=1)[:, :-1] > 0).reshape(CELLS, wide, CELLS)
        for tile in np.flatnonzero(covered.any(axis=(0, 2))).tolist():
            yield band, (west + tile) % COLUMNS, covered[:, tile, :]


def _line_after(lat: int) -> int:
    """The first line whose middle does not lie south of a latitude."""
    return -((CELL // 2 - lat - QUARTER_TURN) // CELL)


def _cosines(line: Ints) -> Ints:
    u = np.abs(line * CELL + CELL // 2 - QUARTER_TURN) * ONE // QUARTER_TURN
    w = u * u // ONE
    cosines: Ints = ONE - w * (40_425 - w * (8_311 - w * (682 - w * 28 // ONE) // ONE) // ONE) // ONE
    return cosines


def _share(way: int, k: int, steps: int) -> int:
    part = abs(way) * k // steps
    return part if way >= 0 else -part
