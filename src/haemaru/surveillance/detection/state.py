"""The automaton's state: what it knows of every ship, in plain arrays that can be put down and taken up again.

`State` grows by doubling. `to_bytes` holds what the arrays hold, in a fixed order and without spare room, under the
digest of the rules and zones it was made with: a state that is loaded goes on as if nothing had happened, and one that
was made by other rules is refused.
"""

import json
import os
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from haemaru.surveillance.detection.facts import Matrix
from haemaru.surveillance.detection.kernel.layout import (
    COUNTERS,
    PART_COLUMNS,
    S_LAST_T,
    S_MMSI,
    S_SLOT,
    SHIP_COLUMNS,
)
from haemaru.wording import Fault

_MAGIC = b"haemaru-state-1\n"
_SMALLEST = 1024
_HASH = np.uint64(-7046029254386353131 & 0xFFFFFFFFFFFFFFFF)


@dataclass(slots=True, eq=False)
class State:
    """Every ship's state: a hash table from MMSI to a row of `ships`, and the parts of each ship in `parts`.

    `counts` are the ships and parts in use, `missed` what was not taken: rows that came late, parts that had to make
    room, and facts of crowded MMSIs that were only counted.
    """

    table: npt.NDArray[np.int32] = field(default_factory=lambda: np.full(2 * _SMALLEST, -1, np.int32))
    ships: Matrix = field(default_factory=lambda: np.zeros((_SMALLEST, SHIP_COLUMNS), np.int64))
    parts: Matrix = field(default_factory=lambda: np.zeros((_SMALLEST, PART_COLUMNS), np.int64))
    counts: Matrix = field(default_factory=lambda: np.zeros(2, np.int64))
    missed: Matrix = field(default_factory=lambda: np.zeros(COUNTERS - 1, np.int64))

    def __len__(self) -> int:
        return int(self.counts[0])

    def make_room(self, rows: int) -> None:
        """Makes room for so many more ships and parts."""
        ships, parts = int(self.counts[0]), int(self.counts[1])
        if ships + rows > len(self.ships):
            self.ships = grown(self.ships, ships + rows)
            self._index()
        if parts + rows > len(self.parts):
            self.parts = grown(self.parts, parts + rows)

    def ready(self) -> "State":
        """The same state with room to grow and its hash table built, after its matrices were put together."""
        self.make_room(_SMALLEST)
        self._index()
        return self

    def forget(self, before_ms: int) -> tuple["State", "State"]:
        """The ships whose last row is older, so that what is open of them can be written, and the others."""
        return self._split(self.ships[: len(self), S_LAST_T] >= before_ms)

    def parted(self, mmsi: int) -> tuple["State", "State"]:
        """All other ships, and this one."""
        return self._split(self.ships[: len(self), S_MMSI] == mmsi)

    def _split(self, kept: npt.NDArray[np.bool_]) -> tuple["State", "State"]:
        gone, left = State(), State()
        left.missed = self.missed.copy()
        for state, chosen in ((gone, ~kept), (left, kept)):
            state.ships = self.ships[: len(self)][chosen]
            slots = state.ships[:, S_SLOT:]
            held = slots >= 0
            state.parts = self.parts[slots[held]]
            slots[held] = np.arange(int(held.sum()))
            state.counts[:] = len(state.ships), len(state.parts)
            state.make_room(_SMALLEST)
            state._index()
        return gone, left

    def to_bytes(self, made_with: str) -> bytes:
        """The state as bytes, the same for the same state; `made_with` names rules and zones."""
        ships, parts = int(self.counts[0]), int(self.counts[1])
        body = self.ships[:ships].tobytes() + self.parts[:parts].tobytes() + self.missed.tobytes()
        head = {"made_with": made_with, "ships": ships, "parts": parts, "crc32": zlib.crc32(body)}
        columns = {"ship_columns": SHIP_COLUMNS, "part_columns": PART_COLUMNS}
        return _MAGIC + json.dumps(head | columns).encode() + b"\n" + body

    @classmethod
    def from_bytes(cls, data: bytes, made_with: str, where: str = "state") -> "State":
        """The state that `to_bytes` put down; `Fault("state_unusable")` where it is damaged or of other rules."""
        if not data.startswith(_MAGIC):
            raise Fault("state_unusable", where, problem="not a state of this version")
        head_bytes, _, body = data[len(_MAGIC) :].partition(b"\n")
        try:
            head = json.loads(head_bytes)
            ships, parts = int(head["ships"]), int(head["parts"])
            sizes = [ships * SHIP_COLUMNS * 8, parts * PART_COLUMNS * 8, (COUNTERS - 1) * 8]
            same = (head["ship_columns"], head["part_columns"]) == (SHIP_COLUMNS, PART_COLUMNS)
            whole = same and len(body) == sum(sizes) and head["crc32"] == zlib.crc32(body)
        except (ValueError, KeyError, TypeError) as problem:
            raise Fault("state_unusable", where, problem=str(problem)[:100]) from None
        if not whole:
            raise Fault("state_unusable", where, problem="damaged")
        if head["made_with"] != made_with:
            raise Fault("state_unusable", where, problem="made with other rules or zones")
        state = cls()
        values = np.frombuffer(body, np.int64)
        first, second = ships * SHIP_COLUMNS, ships * SHIP_COLUMNS + parts * PART_COLUMNS
        state.ships = values[:first].reshape(ships, SHIP_COLUMNS).copy()
        state.parts = values[first:second].reshape(parts, PART_COLUMNS).copy()
        state.missed = values[second:].copy()
        state.counts[:] = ships, parts
        return state.ready()

    def save(self, path: Path, made_with: str) -> None:
        """Writes the state; when this returns it is on the disk, and a crash leaves the old file or the new one."""
        beside = path.with_name(path.name + ".tmp")
        with beside.open("wb") as handle:
            handle.write(self.to_bytes(made_with))
            handle.flush()
            os.fsync(handle.fileno())
        beside.replace(path)

    @classmethod
    def load(cls, path: Path, made_with: str) -> "State":
        """The state in a file, as `from_bytes`."""
        return cls.from_bytes(path.read_bytes(), made_with, str(path))

    def _index(self) -> None:
        self.table = index(self.ships, len(self))


def index(ships: Matrix, count: int) -> npt.NDArray[np.int32]:
    """A hash table for ships by their MMSI, at most half full, as `kernel.walk.find_ship` reads it."""
    size = 1 << (2 * len(ships) - 1).bit_length()
    table = np.full(size, -1, np.int32)
    hashed = (ships[:count, S_MMSI].astype(np.uint64) * _HASH).view(np.int64) >> np.int64(20)
    for ship, at in enumerate((hashed & np.int64(size - 1)).tolist()):
        place = at
        while table[place] >= 0:
            place = (place + 1) & (size - 1)
        table[place] = ship
    return table


def grown(matrix: Matrix, needed: int) -> Matrix:
    """The matrix with room for at least so many rows, doubled as often as that takes."""
    size = max(len(matrix), _SMALLEST)
    while size < needed:
        size *= 2
    larger = np.zeros((size, matrix.shape[1]), np.int64)
    larger[: len(matrix)] = matrix
    return larger
