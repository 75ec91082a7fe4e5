"""Zones: which tags each small cell of the sea carries.

The sea is cut into cells of 1500 units (0.0025 degree); only quarter degrees that hold a zone take memory. 180 degrees
are a whole number of cells and a cell south of the equator is the mirror image of one north of it, so zones and tags
move and mirror together with the positions.
"""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from haemaru.surveillance.detection.kernel.layout import CELLS, COLUMNS, ROWS


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """The tags of the sea.

    `tiles` gives for each quarter-degree cell (row * 1440 + column) its row in `tags` and `ports`, or -1; `tags` holds
    the bits of `tags.py` for the 100 x 100 small cells of a tile, `ports` the number of the port from 1 where `IN_PORT`
    is set, else 0.
    """

    tiles: npt.NDArray[np.int32]
    tags: npt.NDArray[np.uint8]
    ports: npt.NDArray[np.int32]

    @classmethod
    def none(cls) -> "Zones":
        """A sea without zones: every tag is 0."""
        size = CELLS * CELLS
        return cls(np.full(ROWS * COLUMNS, -1, np.int32), np.zeros((0, size), np.uint8), np.zeros((0, size), np.int32))

    def digest(self) -> str:
        """The SHA-256 of the tags and ports of all cells."""
        return sha256(self.tiles.tobytes() + self.tags.tobytes() + self.ports.tobytes()).hexdigest()
