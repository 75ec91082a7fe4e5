"""Many records of one kind as columns: what they share once, what differs as arrays.

`Columns` is how positions reach the agreement: a row is the record whose leaves are the constants plus the array
values that are not missing in that row. Text columns are best given as `Coded` (a small table and a code a row).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haemaru.agreement.conditions.attributes import is_number
from haemaru.clock.times import format_time, from_ms

Mask = NDArray[np.bool_]
Codes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of few distinct values: row i holds `values[codes[i]]`."""

    codes: NDArray[np.integer[Any]]
    values: tuple[object, ...]

    def take(self, outcome_of_value: list[int]) -> Codes:
        """One small number a row, given one for each distinct value."""
        table: Codes = np.asarray(outcome_of_value, dtype=np.uint8)
        rows: Codes = table[self.codes]
        return rows


def coded(array: NDArray[Any]) -> Coded:
    """Any column as distinct values and codes."""
    if array.dtype == object:
        table: dict[tuple[type, object], int] = {}
        codes = np.fromiter((table.setdefault((type(v), v), len(table)) for v in array.tolist()), np.int64, len(array))
        return Coded(codes, tuple(value for _, value in table))
    values, inverse = np.unique(array, return_inverse=True)
    return Coded(inverse.astype(np.int64), tuple(values.tolist()))


def _degrees(value: object) -> float:
    return float(value) if is_number(value) and abs(value) <= 360 else float("nan")  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """`size` records of one `kind`: shared leaves, array leaves, where an array has no value, and event times."""

    kind: str
    size: int
    constant: Mapping[str, object] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[Any] | Coded] = field(default_factory=dict)
    missing: Mapping[str, Mask] = field(default_factory=dict)
    event_time_ms: NDArray[np.int64] | None = None

    def varies(self, path: str) -> bool:
        """True when rows may differ at `path`."""
        return path in self.arrays or (path == "event_time" and self.event_time_ms is not None)

    def present(self, path: str) -> Mask:
        """The rows in which the array leaf `path` stands."""
        gone = self.missing.get(path)
        return np.ones(self.size, dtype=np.bool_) if gone is None else ~np.asarray(gone, dtype=np.bool_)

    def by_value(self, path: str, judge: Callable[[object], int]) -> Codes:
        """`judge` applied to the value of `path` in each row, once for each distinct value; missing is None."""
        if path == "event_time" and self.event_time_ms is not None:
            times = [format_time(from_ms(ms)) for ms in self.event_time_ms.tolist()]
            array: NDArray[Any] | Coded = np.array(times, dtype=object)
        elif path in self.arrays:
            array = self.arrays[path]
        else:
            constant = self.kind if path == "kind" else self.constant.get(path)
            return np.full(self.size, judge(constant), dtype=np.uint8)
        table = array if isinstance(array, Coded) else coded(array)
        found = table.take([judge(value) for value in table.values])
        return np.where(self.present(path), found, np.uint8(judge(None))).astype(np.uint8)

    def numbers(self, path: str) -> tuple[NDArray[Any], Mask] | None:
        """The array at `path` and where it holds finite numbers; None when it is not a plain number column."""
        array = self.arrays.get(path)
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "iuf":
            return None
        known = self.present(path)
        if array.dtype.kind == "f":  # as doubles: a number compares as it does when it stands alone
            return array.astype(np.float64, copy=False), known & np.isfinite(array)
        return array, known

    def floats(self, path: str) -> NDArray[np.float64]:
        """The numbers at `path` as doubles, NaN where there is none; meant for degrees, beyond 360 is NaN too."""
        column = self.numbers(path)
        if column is not None:
            return np.where(column[1], column[0].astype(np.float64), np.nan)
        if path not in self.arrays:
            return np.full(self.size, _degrees(self.constant.get(path)))
        array = self.arrays[path]
        table = array if isinstance(array, Coded) else coded(array)
        found = np.array([_degrees(value) for value in table.values], dtype=np.float64)[table.codes]
        return np.where(self.present(path), found, np.nan)

    def times_ms(self) -> tuple[NDArray[np.int64], Mask] | None:
        """Event times in UTC milliseconds and where they are known; None when the rows share one."""
        if self.event_time_ms is None:
            return None
        return self.event_time_ms, self.present("event_time")
