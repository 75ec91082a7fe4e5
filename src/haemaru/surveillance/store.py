"""Where fixes are kept: Parquet by UTC day, sorted by ship and time, encrypted, each ship and moment once.

Life of a batch: `append` finds the rows that are new, writes them as a small encrypted part into the folder of their
day and returns once the part is on the disk; from then on no crash loses them. A live stream brings a part a second, so
after `parts_limit` of them they are merged into one sorted segment, and after `segments_limit` segments all of the day
becomes one. The merged file is in place before the old ones are removed: after a crash in between, rows stand twice on
the disk and are still read once.

A row may be kept for ever (the node's own) or until a moment that whoever shared it signed. That moment stands in a
column beside the row. `drop_outlived` writes each file that holds outlived rows anew without them, in one step and in
its old place: after a crash the file is the old or the new one, and asking again ends what is left.
"""

import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from haemaru.surveillance.day_index import DAY_MS, DayIndex
from haemaru.surveillance.fixes import DTYPES, FOREVER, Fixes, joined
from haemaru.surveillance.sealed_parquet import lowest, read_sealed, remove, remove_leftovers, sync_folder, write_sealed
from haemaru.wording import Fault

_KEY_BYTES = 32
_PART, _SEGMENT = "part", "segment"
_FIXED = list(DTYPES)
_KEPT_UNTIL = "kept_until"
Times = npt.NDArray[np.int64]
_DAYS_IN_MEMORY = 4
_EARLIEST_MS, _LATEST_MS = -62_135_596_800_000, 253_402_300_799_999  # years 1 to 9999


def day_of(t: int) -> str:
    """The UTC day of a moment, as its folder is named."""
    return datetime.fromtimestamp(t // 1000, UTC).strftime("%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Outlived:
    """Rows of one day whose time is over: how many, and the first and last moment until which they might be kept."""

    rows: int
    first_ms: int
    last_ms: int


class PositionStore:
    """The fixes of one node, own or a partner's; safe to use from several threads."""

    def __init__(self, folder: Path, key: bytes, *, parts_limit: int = 64, segments_limit: int = 8) -> None:
        """Opens the store in `folder` under the node's 32-byte key, creating it where it is not there."""
        if len(key) != _KEY_BYTES:
            raise Fault("positions_key_length", str(folder), needed=_KEY_BYTES)
        self._folder = folder
        self._key = key
        self._parts_limit, self._segments_limit = parts_limit, segments_limit
        self._indexes: OrderedDict[str, DayIndex] = OrderedDict()
        self._soonest: dict[Path, int] = {}
        self._lock = threading.RLock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        remove_leftovers(folder)

    def append(self, fixes: Fixes, source: str = "", until_ms: int = FOREVER) -> Fixes:
        """Keeps the rows that are new and returns them, ordered by ship and time; they are on the disk then.

        They may be kept until `until_ms`; a row that is known keeps the moment it came with.
        """
        with self._lock:
            rows = self._keepable(fixes)
            days = rows.t // DAY_MS
            stored = [self._append_day(rows.take(days == day), source, until_ms) for day in np.unique(days)]
            return joined(stored).sorted()

    def fresh(self, fixes: Fixes) -> Fixes:
        """The rows that `append` would keep as new, ordered by ship and time; nothing is kept by asking."""
        with self._lock:
            rows = self._keepable(fixes)
            days = rows.t // DAY_MS
            found = [rows.take(days == day) for day in np.unique(days)]
            return joined(part.take(self._index(day_of(int(part.t[0]))).lacks(part)) for part in found).sorted()

    def read(self, since_ms: int, until_ms: int, mmsi: int | None = None) -> Fixes:
        """The fixes with `since_ms <= t < until_ms`, of one ship or of all, ordered by ship and time."""
        with self._lock:
            found = []
            for day in self.days():
                start = int(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()) * 1000
                if start + DAY_MS <= since_ms or start >= until_ms:
                    continue
                rows = self._read_day(day, mmsi)
                wanted = (rows.t >= since_ms) & (rows.t < until_ms)
                found.append(rows.take(wanted if mmsi is None else wanted & (rows.mmsi == mmsi)))
            return joined(found).distinct()

    def sources(self, since_ms: int, until_ms: int, mmsi: int) -> list[str]:
        """The feeds that one ship's fixes of this time came from."""
        with self._lock:
            names: set[str] = set()
            for day in self.days():
                for path in self._files(day):
                    table = read_sealed(path, self._place(path), self._key, ["mmsi", "t", "source"], mmsi)
                    t, ships = table["t"].to_numpy(), table["mmsi"].to_numpy()
                    mine = np.flatnonzero((ships == mmsi) & (t >= since_ms) & (t < until_ms))
                    names.update(table["source"].take(mine).to_pylist())
            return sorted(names)

    def days(self) -> list[str]:
        """The UTC days that hold rows, oldest first."""
        return sorted(path.name for path in self._folder.iterdir() if path.is_dir())

    def counts(self) -> dict[str, int]:
        """How many distinct fixes each day holds."""
        with self._lock:
            return {day: len(self._index(day)) for day in self.days()}

    def outlived_days(self, now_ms: int) -> list[str]:
        """The days that hold rows whose time is over, oldest first."""
        with self._lock:
            return [day for day in self.days() if any(self._soonest_of(path) <= now_ms for path in self._files(day))]

    def outlived(self, day: str, now_ms: int) -> Outlived | None:
        """The rows of a day whose time is over, as they lie on the disk; None where there are none."""
        with self._lock:
            ends = [self._ends(path) for path in self._files(day) if self._soonest_of(path) <= now_ms]
            if not ends:
                return None
            over = np.concatenate(ends)
            over = over[over <= now_ms]
            return Outlived(len(over), int(over.min()), int(over.max()))

    def drop_outlived(self, day: str, now_ms: int) -> None:
        """Takes the rows whose time is over out of the files of a day; the others stay as they are."""
        with self._lock:
            self._indexes.pop(day, None)
            for path in self._files(day):
                if self._soonest_of(path) <= now_ms:
                    self._drop_from(path, now_ms)
            if (self._folder / day).is_dir() and not self._files(day):
                with suppress(OSError):  # a name without rows tells nothing
                    (self._folder / day).rmdir()
                    sync_folder(self._folder)

    def compact(self) -> None:
        """Merges each day's parts into one segment."""
        with self._lock:
            for day in self.days():
                self._compact(day)

    def close(self) -> None:
        """Merges what is open; nothing is lost where this is not reached."""
        self.compact()

    @staticmethod
    def _keepable(fixes: Fixes) -> Fixes:
        """Each ship and moment once; a time that no calendar holds has no day to be kept in."""
        rows = fixes.distinct()
        return rows.take((rows.t >= _EARLIEST_MS) & (rows.t <= _LATEST_MS))

    def _append_day(self, rows: Fixes, source: str, until_ms: int) -> Fixes:
        day = day_of(int(rows.t[0]))
        index = self._index(day)
        new, louder = index.take(rows)
        changed = rows.take(new | louder)
        if not len(changed):
            return changed
        try:
            self._write(day, _PART, changed, [source] * len(changed), np.full(len(changed), until_ms, np.int64))
        except BaseException:
            # Not on the disk, so not known: the same rows must be taken when they come again.
            self._indexes.pop(day, None)
            raise
        if len(self._files(day, _PART)) >= self._parts_limit:
            self._compact(day)
        return rows.take(new)

    def _write(self, day: str, kind: str, rows: Fixes, sources: list[str], until: Times) -> None:
        folder = self._folder / day
        folder.mkdir(exist_ok=True, mode=0o700)
        numbers = [int(path.stem.rsplit("-", 1)[1]) for path in self._files(day)]
        path = folder / f"{kind}-{max(numbers, default=0) + 1:08d}.parquet"
        columns = {**rows.columns(), "source": pa.array(sources, pa.string())}
        if (until != FOREVER).any():
            columns[_KEPT_UNTIL] = until
        self._soonest.pop(path, None)
        write_sealed(path, self._place(path), pa.table(columns), self._key)

    def _compact(self, day: str) -> None:
        parts, segments = self._files(day, _PART), self._files(day, _SEGMENT)
        old = parts if len(segments) < self._segments_limit else [*segments, *parts]
        if not parts:
            return
        tables = [read_sealed(path, self._place(path), self._key, None) for path in old]
        until = np.concatenate([_until(each) for each in tables])
        table = pa.concat_tables([each.select([*_FIXED, "source"]) for each in tables]).combine_chunks()
        rows = _fixes(table)
        order = np.lexsort((np.arange(len(rows)), rows.t, rows.mmsi))
        ordered = rows.take(order)
        first = np.ones(len(rows), np.bool_)
        first[1:] = (np.diff(ordered.mmsi) != 0) | (np.diff(ordered.t) != 0)
        sources = table["source"].take(order[first]).to_pylist()
        self._write(day, _SEGMENT, rows.distinct(), sources, until[order[first]])
        self._remove(old)

    def _remove(self, paths: list[Path]) -> None:
        for path in paths:
            self._soonest.pop(path, None)
        remove(paths)

    def _soonest_of(self, path: Path) -> int:
        """When the first row of a file is outlived; a file never changes, so it is asked once."""
        if path not in self._soonest:
            soonest = lowest(path, self._place(path), self._key, _KEPT_UNTIL)
            self._soonest[path] = FOREVER if soonest is None else soonest
        return self._soonest[path]

    def _ends(self, path: Path) -> Times:
        return _until(read_sealed(path, self._place(path), self._key, ["t", _KEPT_UNTIL]))

    def _drop_from(self, path: Path, now_ms: int) -> None:
        table = read_sealed(path, self._place(path), self._key, None)
        rest = table.filter(pa.array(_until(table) > now_ms)).combine_chunks()
        if not len(rest):
            self._remove([path])
            return
        write_sealed(path, self._place(path), rest, self._key)
        self._soonest.pop(path, None)

    def _index(self, day: str) -> DayIndex:
        index = self._indexes.get(day)
        if index is None:
            index = DayIndex()
            if (self._folder / day).is_dir():
                index.take(self._read_day(day, None).distinct())
            self._indexes[day] = index
            while len(self._indexes) > _DAYS_IN_MEMORY:
                self._indexes.popitem(last=False)
        self._indexes.move_to_end(day)
        return index

    def _read_day(self, day: str, mmsi: int | None) -> Fixes:
        return joined(
            _fixes(read_sealed(path, self._place(path), self._key, _FIXED, mmsi)) for path in self._files(day)
        )

    def _files(self, day: str, kind: str = "*") -> list[Path]:
        """The files of a day in the order in which they were written."""
        folder = self._folder / day
        return sorted(folder.glob(f"{kind}-*.parquet"), key=lambda path: path.stem.rsplit("-", 1)[1])

    def _place(self, path: Path) -> str:
        return f"{path.parent.name}/{path.name}"


def _fixes(table: pa.Table) -> Fixes:
    return Fixes(**{name: table[name].to_numpy() for name in DTYPES})


def _until(table: pa.Table) -> Times:
    if _KEPT_UNTIL in table.column_names:
        return np.asarray(table[_KEPT_UNTIL].to_numpy(), np.int64)
    return np.full(len(table), FOREVER, np.int64)
