"""Fixes: where ships were, as columns of whole numbers.

A fix is one point of a track. Positions are integers only, as AIS sends them: degrees times 600,000, speed in tenths
of a knot, course in tenths of a degree, time in UTC milliseconds. Rows travel in batches of numpy columns because a
coast sends thousands a second; a batch is never changed, a new one is made.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

UNITS_PER_DEGREE = 600_000
MISSING = 32767
FOREVER = 2**63 - 1  # a row that may be kept without end
LARGEST_MMSI = 999_999_999
Column = npt.NDArray[np.generic]
Mask = npt.NDArray[np.bool_]

DTYPES: dict[str, type[np.generic]] = {
    "mmsi": np.int32,
    "t": np.int64,
    "lat": np.int32,
    "lon": np.int32,
    "sog": np.int16,
    "cog": np.int16,
    "vessel_class": np.uint8,
    "heard": np.uint8,
    "quality": np.uint8,
    "original": np.int64,
}
# What a fix is worth when nothing else is known about it; `original` falls back to `t` (not shifted).
_DEFAULTS = {"sog": MISSING, "cog": MISSING, "vessel_class": 0, "heard": 1, "quality": 0}


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """A batch of fixes: one numpy array a column, all of one length.

    `heard` counts the stations that received the report, `quality` names where its time came from (see `times.py`),
    and `original` is the time as observed where realm demo has shifted `t`; elsewhere it equals `t`.
    """

    mmsi: npt.NDArray[np.int32]
    t: npt.NDArray[np.int64]
    lat: npt.NDArray[np.int32]
    lon: npt.NDArray[np.int32]
    sog: npt.NDArray[np.int16]
    cog: npt.NDArray[np.int16]
    vessel_class: npt.NDArray[np.uint8]
    heard: npt.NDArray[np.uint8]
    quality: npt.NDArray[np.uint8]
    original: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.mmsi)

    @classmethod
    def of(cls, **columns: npt.ArrayLike) -> "Fixes":
        """A batch from arrays or lists; `mmsi`, `t`, `lat` and `lon` are needed, the rest falls back to "unknown".

        >>> batch = Fixes.of(mmsi=[440000001], t=[0], lat=[21_000_000], lon=[77_400_000])
        >>> len(batch), int(batch.sog[0])
        (1, 32767)
        """
        size = len(np.asarray(columns["mmsi"]))
        made: dict[str, Column] = {}
        for name, dtype in DTYPES.items():
            fallback = columns["t"] if name == "original" else np.full(size, _DEFAULTS.get(name, 0))
            made[name] = np.asarray(columns.get(name, fallback), dtype=dtype)
        return cls(**made)  # type: ignore[arg-type]

    @classmethod
    def empty(cls) -> "Fixes":
        """A batch without rows."""
        return cls.of(mmsi=[], t=[], lat=[], lon=[])

    def named(self) -> Mask:
        """Which rows tell who: a station that was never set up sends 0, and 30 bits hold more than nine digits.

        A ship that a partner shared under a pseudonym has a negative number and is named too.
        """
        told: Mask = (self.mmsi != 0) & (self.mmsi <= LARGEST_MMSI)
        return told

    def columns(self) -> dict[str, Column]:
        """The columns by name, in their fixed order."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def take(self, rows: Column) -> "Fixes":
        """The chosen rows: a mask, or positions in the order wanted."""
        return Fixes(**{name: column[rows] for name, column in self.columns().items()})

    def replace(self, **columns: npt.ArrayLike) -> "Fixes":
        """The same rows with some columns exchanged."""
        return Fixes.of(**{**self.columns(), **columns})

    def shifted(self, by_ms: int) -> "Fixes":
        """The same rows `by_ms` later; `original` keeps the time as it was observed."""
        return self.replace(t=self.t + by_ms) if by_ms else self

    def sorted(self) -> "Fixes":
        """The rows ordered by ship and time."""
        return self.take(np.lexsort((self.t, self.mmsi)))

    def distinct(self) -> "Fixes":
        """One row for each ship and moment, the first that came, ordered by ship and time; `heard` keeps its largest.

        A report that several stations heard may arrive again with a higher count; it stays one fix.
        """
        if len(self) < 2:
            return self
        ordered = self.sorted()
        first = np.ones(len(ordered), dtype=np.bool_)
        first[1:] = (ordered.mmsi[1:] != ordered.mmsi[:-1]) | (ordered.t[1:] != ordered.t[:-1])
        if first.all():
            return ordered
        starts = np.flatnonzero(first)
        return ordered.take(first).replace(heard=np.maximum.reduceat(ordered.heard, starts))


def joined(batches: Iterable[Fixes]) -> Fixes:
    """All rows of several batches, one after the other."""
    parts = [batch for batch in batches if len(batch)]
    if not parts:
        return Fixes.empty()
    if len(parts) == 1:
        return parts[0]
    return Fixes(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in DTYPES})
