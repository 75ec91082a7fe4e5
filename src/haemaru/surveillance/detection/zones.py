"""Zones: which tags each small cell of the sea carries.

The sea is cut into cells of 1500 units (0.0025 degree); only quarter degrees that hold a zone take memory, and those
that look alike take it once. 180 degrees are a whole number of cells and a cell south of the equator is the mirror
image of one north of it, so zones and tags move and mirror together with the positions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from haemaru.surveillance.detection.kernel.layout import CELLS, COLUMNS, ROWS
from haemaru.surveillance.detection.raster import Spans, bands
from haemaru.surveillance.detection.rules import Rules
from haemaru.surveillance.detection.tags import ANCHORAGE, COAST, IN_PORT, INFERRED, LAND, LANE, NEAR_PORT, TERRITORIAL

_SIZE = CELLS * CELLS
_BITS = {
    "port": IN_PORT, "anchorage": ANCHORAGE, "territorial_sea": TERRITORIAL, "land": LAND, "coast": COAST, "lane": LANE,
    "other": 0,
}  # fmt: skip
KINDS = tuple(_BITS)


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """One zone: its kind, one of `KINDS`, its name, its cells, and whether it was found in the positions themselves."""

    kind: str
    name: str
    spans: Spans
    inferred: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """The tags of the sea.

    `tiles` gives for each quarter-degree cell (row * 1440 + column) its row in `tags` and `ports`, -1 where it has no
    tags, or -2 - tags where they are the same all over (most of a sea: nothing else is looked up). `tags` holds the
    bits of `tags.py` for the 100 x 100 small cells of a tile, `ports` the number of the port from 1 where `IN_PORT` is
    set, else 0. `names` are the names of the ports in the order of their numbers.
    """

    tiles: npt.NDArray[np.int32]
    tags: npt.NDArray[np.uint8]
    ports: npt.NDArray[np.int32]
    names: tuple[str, ...] = ()

    @classmethod
    def none(cls) -> "Zones":
        """A sea without zones: every tag is 0."""
        return _Canvas().finished()

    @classmethod
    def of(cls, zones: Sequence[Zone], rules: Rules) -> "Zones":
        """The tags of these zones, with what lies near a port or a coast; of two ports in one cell the first counts."""
        canvas = _Canvas()
        for zone in zones:
            tags = _BITS[zone.kind] | (INFERRED if zone.inferred else 0)
            if zone.kind == "port":
                canvas.names.append(zone.name)
                canvas.paint(zone.spans, tags, len(canvas.names))
                canvas.paint(zone.spans.widened(rules.number("places", "near_port_m")), NEAR_PORT)
            elif zone.kind in ("land", "coast"):
                canvas.paint(zone.spans, tags)
                canvas.paint(zone.spans.widened(rules.number("places", "coast_m")), COAST)
            elif tags:
                canvas.paint(zone.spans, tags)
        return canvas.finished()

    def at(self, lat: Iterable[int], lon: Iterable[int]) -> list[int]:
        """The tags at positions, as the automaton sees them."""
        told = []
        for north, east in zip(lat, lon, strict=True):
            line = min((north // 1500 if north >= 0 else -1 - -north // 1500) + ROWS * CELLS // 2, ROWS * CELLS - 1)
            column = (east + 108_000_000) // 1500
            tile = int(self.tiles[line // CELLS * COLUMNS + column // CELLS])
            inside = int(self.tags[tile, line % CELLS * CELLS + column % CELLS]) if tile >= 0 else -2 - tile
            told.append(max(inside, 0))
        return told

    def digest(self) -> str:
        """The SHA-256 of the tags and ports of all cells."""
        return sha256(self.tiles.tobytes() + self.tags.tobytes() + self.ports.tobytes()).hexdigest()


@dataclass(slots=True)
class _Canvas:
    """Tiles while they are painted."""

    tags: dict[int, npt.NDArray[np.uint8]] = field(default_factory=dict)
    ports: dict[int, npt.NDArray[np.int32]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    def paint(self, spans: Spans, tags: int, port: int = 0) -> None:
        for row, column, covered in bands(spans):
            at = row * COLUMNS + column
            held = self.tags.setdefault(at, np.zeros((CELLS, CELLS), np.uint8))
            held[covered] |= np.uint8(tags)
            if port:
                numbers = self.ports.setdefault(at, np.zeros((CELLS, CELLS), np.int32))
                numbers[covered & (numbers == 0)] = port

    def finished(self) -> Zones:
        tiles = np.full(ROWS * COLUMNS, -1, np.int32)
        known: dict[bytes, int] = {}
        tags, ports = [np.zeros((0, _SIZE), np.uint8)], [np.zeros((0, _SIZE), np.int32)]
        empty = np.zeros((CELLS, CELLS), np.int32)
        for at in sorted(self.tags):
            if at not in self.ports and (self.tags[at] == self.tags[at][0, 0]).all():
                tiles[at] = -2 - int(self.tags[at][0, 0])
                continue
            numbers = self.ports.get(at, empty)
            looks = self.tags[at].tobytes() + numbers.tobytes()
            if looks not in known:
                known[looks] = len(known)
                tags.append(self.tags[at].reshape(1, _SIZE))
                ports.append(numbers.reshape(1, _SIZE))
            tiles[at] = known[looks]
        return Zones(tiles, np.concatenate(tags), np.concatenate(ports), tuple(self.names))
