"""The picture: where every ship was last seen, by whom, and how long ago.

It holds one row a ship, the newest fix of own sensors and partners together; which of them it came from stays with the
row, so that the console can badge it, and until when it may be kept (`end` forgets what is outlived). Updating it with
a batch is one pass over columns. `save` writes it encrypted and in one step, so that a reader sees the old picture or
the new one and never half of each.
"""

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from haemaru.signing import Vault, VaultRefused
from haemaru.signing.vault import Locked
from haemaru.surveillance.fixes import FOREVER, Fixes
from haemaru.wording import Fault

OWN = 0
_WRAPPED_LENGTH_BYTES = 2
_AAD = b"haemaru-picture-v1"
_DTYPES: dict[str, type[np.generic]] = {
    "mmsi": np.int32,
    "t": np.int64,
    "lat": np.int32,
    "lon": np.int32,
    "sog": np.int16,
    "cog": np.int16,
    "vessel_class": np.uint8,
    "source": np.uint8,
    "quality": np.uint8,
    "original": np.int64,
    "kept_until": np.int64,
}
_CARRIED = ("t", "lat", "lon", "sog", "cog", "quality", "original")


@dataclass(frozen=True, slots=True, eq=False)
class PictureColumns:
    """The picture at one moment: one row a ship, columns of one length. `source` is a place in `Picture.sources`."""

    mmsi: npt.NDArray[np.int32]
    t: npt.NDArray[np.int64]
    lat: npt.NDArray[np.int32]
    lon: npt.NDArray[np.int32]
    sog: npt.NDArray[np.int16]
    cog: npt.NDArray[np.int16]
    vessel_class: npt.NDArray[np.uint8]
    source: npt.NDArray[np.uint8]
    quality: npt.NDArray[np.uint8]
    original: npt.NDArray[np.int64]
    kept_until: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.mmsi)

    def take(self, rows: npt.NDArray[np.generic]) -> "PictureColumns":
        """The chosen rows."""
        return PictureColumns(**{name: column[rows] for name, column in self.columns().items()})

    def columns(self) -> dict[str, npt.NDArray[np.generic]]:
        """The columns by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def age_s(self, now_ms: int) -> npt.NDArray[np.float64]:
        """How old each row is at `now_ms`, in seconds; below zero where its time lies ahead."""
        age: npt.NDArray[np.float64] = (now_ms - self.t) / 1000.0
        return age


class Picture:
    """The newest fix of every ship; safe to update and read from several threads."""

    def __init__(self, party: str) -> None:
        """An empty picture of the node of `party`, whose own sensors are source 0."""
        self.sources: list[str] = [party]
        self._lock = threading.RLock()
        self._slots: dict[int, int] = {}
        self._columns = {name: np.empty(0, dtype) for name, dtype in _DTYPES.items()}
        self._size = 0
        self.version = 0

    def __len__(self) -> int:
        return self._size

    def update(
        self,
        fixes: Fixes,
        source: str | None = None,
        classes: Mapping[int, int] | None = None,
        until_ms: npt.ArrayLike = FOREVER,
    ) -> int:
        """Takes a batch of own fixes, or of those `source` shared to be kept until `until_ms`; how many ships moved.

        An older fix never displaces a newer one. `classes` fills in what static reports say of the ships in the batch.
        """
        with self._lock:
            named = np.flatnonzero(fixes.named())
            if not len(named):
                return 0
            order = named[np.lexsort((fixes.t[named], fixes.mmsi[named]))]
            ships = fixes.mmsi[order]
            chosen = order[np.append(ships[1:] != ships[:-1], True)]
            newest = fixes.take(chosen)
            slots = self._slots_for(newest.mmsi)
            moved = newest.t > self._columns["t"][slots]
            rows, places = newest.take(moved), slots[moved]
            self._columns["kept_until"][places] = np.broadcast_to(until_ms, len(fixes))[chosen[moved]]
            for name in _CARRIED:
                self._columns[name][places] = getattr(rows, name)
            self._columns["source"][places] = self._source(source)
            known = newest.vessel_class > 0
            self._columns["vessel_class"][slots[known]] = newest.vessel_class[known]
            if classes is not None:
                self.classify({mmsi: classes[mmsi] for mmsi in newest.mmsi.tolist() if mmsi in classes})
            self.version += bool(len(places))
            return len(places)

    def classify(self, classes: Mapping[int, int]) -> None:
        """Sets the class of ships in the picture from what static reports say."""
        with self._lock:
            for mmsi, code in classes.items():
                slot = self._slots.get(mmsi)
                if slot is not None:
                    self._columns["vessel_class"][slot] = code

    def snapshot(self) -> PictureColumns:
        """The picture now, as a copy that later updates leave alone; a ship keeps her row while she is in it."""
        with self._lock:
            return PictureColumns(**{name: column[: self._size].copy() for name, column in self._columns.items()})

    def find(self, mmsi: int) -> PictureColumns | None:
        """The row of one ship, or None where it is not in the picture."""
        with self._lock:
            slot = self._slots.get(mmsi)
            if slot is None:
                return None
            return PictureColumns(**{name: column[slot : slot + 1].copy() for name, column in self._columns.items()})

    def forget(self, before_ms: int) -> int:
        """Drops ships not seen since `before_ms`; how many."""
        with self._lock:
            return self._keep(self._columns["t"][: self._size] >= before_ms)

    def end(self, now_ms: int) -> int:
        """Drops ships whose newest row may no longer be kept; how many. The next row of a ship brings it back."""
        with self._lock:
            return self._keep(self._columns["kept_until"][: self._size] > now_ms)

    def _keep(self, kept: npt.NDArray[np.bool_]) -> int:
        gone = int(self._size - kept.sum())
        if gone:
            self._columns = {name: column[: self._size][kept] for name, column in self._columns.items()}
            self._size -= gone
            self._slots = {int(mmsi): slot for slot, mmsi in enumerate(self._columns["mmsi"])}
            self.version += 1
        return gone

    def _source(self, source: str | None) -> int:
        if source is None:
            return OWN
        if source not in self.sources:
            if len(self.sources) > 255:
                raise Fault("picture_sources", source, limit=256)
            self.sources.append(source)
        return self.sources.index(source)

    def _slots_for(self, ships: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        slots = np.empty(len(ships), np.int64)
        for at, mmsi in enumerate(ships.tolist()):
            slot = self._slots.get(mmsi)
            if slot is None:
                slot = self._slots[mmsi] = len(self._slots)
            slots[at] = slot
        added = len(self._slots) - self._size
        if added:
            self._grow(len(self._slots))
            self._columns["mmsi"][slots] = ships
            self._columns["t"][self._size : self._size + added] = np.iinfo(np.int64).min
            self._size += added
        return slots

    def _grow(self, needed: int) -> None:
        room = len(self._columns["mmsi"])
        if needed > room:
            larger = max(needed, 2 * room, 1024)
            self._columns = {
                name: np.concatenate([column, np.zeros(larger - room, column.dtype)])
                for name, column in self._columns.items()
            }


def save(path: Path, picture: PictureColumns, sources: Sequence[str], vault: Vault) -> None:
    """Writes a picture encrypted, in one step; what was there before stays until the new one is whole."""
    plain = _pack(picture, sources)
    locked = vault.lock(plain, _AAD)
    beside = path.with_name(path.name + ".tmp")
    with beside.open("wb") as handle:
        handle.write(len(locked.wrapped_key).to_bytes(_WRAPPED_LENGTH_BYTES, "little"))
        handle.write(locked.wrapped_key + locked.cipher)
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(path)


def load(path: Path, vault: Vault) -> tuple[PictureColumns, list[str]]:
    """The picture that `save` wrote, with its sources; `picture_damaged` where it does not open."""
    data = path.read_bytes()
    split = _WRAPPED_LENGTH_BYTES + int.from_bytes(data[:_WRAPPED_LENGTH_BYTES], "little")
    try:
        plain = vault.unlock(Locked(data[_WRAPPED_LENGTH_BYTES:split], data[split:]), _AAD)
        return _unpack(plain)
    except (VaultRefused, ValueError) as problem:
        raise Fault("picture_damaged", str(path)) from problem


def _pack(picture: PictureColumns, sources: Sequence[str]) -> bytes:
    names = "\n".join(sources).encode()
    columns = b"".join(np.ascontiguousarray(column).tobytes() for column in picture.columns().values())
    return len(names).to_bytes(4, "little") + len(picture).to_bytes(4, "little") + names + columns


def _unpack(plain: bytes) -> tuple[PictureColumns, list[str]]:
    names, rows = int.from_bytes(plain[:4], "little"), int.from_bytes(plain[4:8], "little")
    at = 8 + names
    columns = {}
    for name, dtype in _DTYPES.items():
        columns[name] = np.frombuffer(plain, dtype, rows, at).copy()
        at += columns[name].nbytes
    return PictureColumns(**columns), plain[8 : 8 + names].decode().split("\n")
