"""Positions out of Parquet files, in blocks that the automaton can take: each ship's rows in time order, each once.

Files, folders and hive folders (`day=...`) are read row group by row group. Where the statistics in the footers show
that groups follow each other by ship or by time, they stream; what straddles a boundary waits for the next group. Days
follow each other by time and each is by ship inside: that streams too. Anything else is sorted first, in memory, or on
disk when it is large. A ship and moment that stands twice is one row: the smallest by speed, distance from the equator,
and place, so that it is the same row in a mirrored world and in whatever order the rows came.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from haemaru.surveillance.detection.automaton import Rows
from haemaru.surveillance.detection.geometry import HALF_TURN, QUARTER_TURN
from haemaru.wording import Fault

NEEDED: Final = ("mmsi", "t", "lat", "lon", "sog", "cog")
READ: Final = NEEDED[:5]  # no rule asks for the course
EARLIEST_MS, LATEST_MS = -62_135_596_800_000, 253_402_300_799_999  # years 1 to 9999
LARGEST_MMSI: Final = 999_999_999
FASTEST_DKN: Final = 1022
MISSING: Final = 32767
_NO_LAT, _NO_LON = 54_600_000, 108_600_000  # 91 and 181 degrees: AIS for "not known"
_BLOCK_ROWS: Final = 262_144
_SORT_IN_MEMORY: Final = 20_000_000
_KEPT_ROWS: Final = 12_000_000  # 264 MB
_TYPES: dict[str, Any] = {"mmsi": np.int32, "t": np.int64, "lat": np.int32, "lon": np.int32, "sog": np.int16}
_STANDS_FOR_BAD = {"mmsi": 0, "t": LATEST_MS + 1, "lat": 2**31 - 1, "lon": 2**31 - 1, "sog": MISSING}

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Group:
    """One row group of a file, and the bounds that its footer tells."""

    path: Path
    number: int
    rows: int
    mmsi: tuple[int, int] | None
    t: tuple[int, int] | None


@dataclass(slots=True)
class Reading:
    """What is read: the groups of all files, and what was dropped and why, counted as the blocks are read."""

    groups: list[Group]
    dropped: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    _kept: list[tuple[Rows, bool]] | None = None

    @classmethod
    def of(cls, paths: Sequence[Path]) -> "Reading":
        """Opens files and folders; a fault where one is not there, no Parquet, or lacks a column."""
        groups = [group for path in _files(paths) for group in _groups(path)]
        return cls([group for group in groups if group.rows])

    @property
    def stored_rows(self) -> int:
        """How many rows the files hold."""
        return sum(group.rows for group in self.groups)

    def blocks(self, *, again: bool = False) -> Iterator[tuple[Rows, bool]]:
        """The rows in blocks; True beside a block after which only its last ship may go on.

        Who will ask `again` lets them be kept where memory holds them.
        """
        self.rows = 0
        for rows, complete in self._kept if self._kept is not None else self._read_blocks(again):
            self.rows += len(rows)
            yield rows, complete

    def _read_blocks(self, again: bool) -> Iterator[tuple[Rows, bool]]:
        self.dropped.clear()
        kept: list[tuple[Rows, bool]] | None = [] if again and self.stored_rows <= _KEPT_ROWS else None
        clusters = _clusters(self.groups)
        for cluster in clusters:
            for rows in self._cluster(cluster):
                if len(rows):
                    block = (rows, len(clusters) == 1 and _by_ship(cluster))
                    if kept is not None:
                        kept.append(block)
                    yield block
        self._kept = kept

    def _cluster(self, cluster: list[Group]) -> Iterator[Rows]:
        if _by_ship(cluster) or len(cluster) == 1:
            yield from ship_by_ship(map(self._read, cluster))
        elif _by_time(cluster):
            yield from self._by_time(cluster)
        elif sum(group.rows for group in cluster) <= _SORT_IN_MEMORY:
            yield _ordered(_joined([self._read(group) for group in cluster]))
        else:
            with tempfile.TemporaryDirectory(prefix="haemaru-detect-") as folder:
                yield from ship_by_ship(map(self._read, _groups(_sorted_on_disk(cluster, Path(folder)))))

    def _by_time(self, cluster: list[Group]) -> Iterator[Rows]:
        """Groups that follow each other by time; a block ends where the next row is later than all before."""
        waiting: list[Rows] = []
        for group in cluster:
            rows = self._read(group)
            if not len(rows):
                continue
            if sum(map(len, waiting)) >= _BLOCK_ROWS and max(int(each.t.max()) for each in waiting) < int(rows.t.min()):
                yield _ordered(_joined(waiting))
                waiting = []
            waiting.append(rows)
        if waiting:
            yield _ordered(_joined(waiting))

    def _read(self, group: Group) -> Rows:
        return valid(read_group(group.path, group.number), self.dropped)


def read_group(path: Path, number: int) -> Rows:
    """The rows of one row group as they stand; what is null or does not fit is a value that `valid` refuses."""
    try:
        with pq.ParquetFile(path) as file:
            table = file.read_row_group(number, columns=list(READ), use_threads=False)
    except (OSError, pa.ArrowException) as problem:
        raise Fault("detect_unreadable", str(path), problem=str(problem)[:200]) from None
    return Rows(**{name: _column(table[name], name) for name in READ})


def valid(rows: Rows, dropped: Counter[str]) -> Rows:
    """The rows that tell who, when and where; the others are counted under the first reason that holds."""
    if _plainly_valid(rows):
        return rows
    lat, lon = rows.lat, rows.lon
    bad: list[tuple[str, Mask]] = [
        ("bad_mmsi", (rows.mmsi <= 0) | (rows.mmsi > LARGEST_MMSI)),
        ("bad_time", (rows.t < EARLIEST_MS) | (rows.t > LATEST_MS)),
        ("no_position", (lat == _NO_LAT) | (lon == _NO_LON)),
        ("bad_position", (np.abs(lat) > QUARTER_TURN) | (lon > HALF_TURN) | (lon < -HALF_TURN)),
        ("zero_position", (lat == 0) & (lon == 0)),
    ]
    fine = np.ones(len(rows), np.bool_)
    for reason, found in bad:
        count = int((fine & found).sum())
        if count:
            dropped[reason] += count
            fine &= ~found
    east = rows.lon == HALF_TURN  # 180 E is 180 W
    if east.any():
        rows = Rows(rows.mmsi, rows.t, rows.lat, np.where(east, -HALF_TURN, rows.lon).astype(np.int32), rows.sog)
    return rows if fine.all() else _chosen(rows, fine)


def ship_by_ship(parts: Iterable[Rows]) -> Iterator[Rows]:
    """Blocks of parts that follow each other by ship; a ship that goes on in the next is sorted with it."""
    waiting: list[Rows] = []
    for part in parts:
        rows = _ordered(part)
        if waiting and len(rows) and not _after(waiting[-1], rows):
            whole = _joined(waiting)
            tail = int(np.searchsorted(whole.mmsi, whole.mmsi[-1]))
            rows = _ordered(_joined([_chosen(whole, slice(tail, None)), rows]))
            waiting = [_chosen(whole, slice(tail))] if tail else []
        if sum(map(len, waiting)) >= _BLOCK_ROWS:
            yield _joined(waiting)
            waiting = []
        if len(rows):
            waiting.append(rows)
    if waiting:
        yield _joined(waiting)


def _plainly_valid(rows: Rows) -> bool:
    """Whether the extremes alone show that every row is fine: true of most blocks, and cheap."""
    if not len(rows):
        return True
    apart_from_zero = rows.lat.min() > 0 or rows.lat.max() < 0 or rows.lon.min() > 0 or rows.lon.max() < 0
    inside = rows.lat.max() <= QUARTER_TURN and rows.lat.min() >= -QUARTER_TURN and rows.lon.min() >= -HALF_TURN
    named = rows.mmsi.min() > 0 and rows.mmsi.max() <= LARGEST_MMSI
    timed = rows.t.min() >= EARLIEST_MS and rows.t.max() <= LATEST_MS
    return bool(apart_from_zero and inside and named and timed and rows.lon.max() < HALF_TURN)


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*.parquet") if each.is_file())
            if not inside:
                raise Fault("detect_unreadable", str(path), problem="no .parquet file in this folder")
            found += inside
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _groups(path: Path) -> list[Group]:
    try:
        with pq.ParquetFile(path) as file:
            schema, metadata = file.schema_arrow, file.metadata
    except (OSError, pa.ArrowException) as problem:
        raise Fault("detect_unreadable", str(path), problem=str(problem)[:200]) from None
    missing = [name for name in NEEDED if name not in schema.names]
    if missing:
        raise Fault("detect_columns", str(path), problem=f"{', '.join(missing)}: no such column")
    for name in NEEDED:
        kind = schema.field(name).type
        if not pa.types.is_integer(kind):
            raise Fault("detect_columns", str(path), problem=f"{name}: {str(kind)[:40]} instead of whole numbers")
    at = {name: metadata.schema.names.index(name) for name in ("mmsi", "t")}
    return [
        Group(path, number, group.num_rows, _bounds(group.column(at["mmsi"])), _bounds(group.column(at["t"])))
        for number in range(metadata.num_row_groups)
        for group in [metadata.row_group(number)]
    ]


def _bounds(column: Any) -> tuple[int, int] | None:
    told = column.statistics if column.is_stats_set else None
    return (int(told.min), int(told.max)) if told is not None and told.has_min_max else None


def _clusters(groups: list[Group]) -> list[list[Group]]:
    """Groups cut where every row of what follows is later than every row before; one cluster where nobody knows."""
    if any(group.t is None for group in groups):
        return [groups]
    clusters: list[list[Group]] = []
    latest = 0
    for group in sorted(groups, key=lambda each: each.t or (0, 0)):
        first, last = group.t or (0, 0)
        if not clusters or first > latest:
            clusters.append([])
            latest = last
        clusters[-1].append(group)
        latest = max(latest, last)
    return [_in_order(cluster) for cluster in clusters]


def _in_order(cluster: list[Group]) -> list[Group]:
    by_ship = sorted(cluster, key=lambda group: (group.mmsi or (0, 0), group.t or (0, 0)))
    return by_ship if _by_ship(by_ship) else cluster


def _by_ship(cluster: list[Group]) -> bool:
    return _follow([group.mmsi for group in cluster])


def _by_time(cluster: list[Group]) -> bool:
    return _follow([group.t for group in cluster])


def _follow(bounds: list[tuple[int, int] | None]) -> bool:
    known = [each for each in bounds if each is not None]
    return len(known) == len(bounds) and all(one[1] <= other[0] for one, other in pairwise(known))


def _sorted_on_disk(cluster: list[Group], folder: Path) -> Path:
    import duckdb  # 28 MB: only for what memory does not hold

    path = folder / "sorted.parquet"
    files = list(dict.fromkeys(str(group.path) for group in cluster))
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '1GB'")
        connection.execute("SET temp_directory = ?", [str(folder)])
        chosen = ", ".join(NEEDED)
        connection.read_parquet(files).query("given", f"SELECT {chosen} FROM given ORDER BY mmsi, t").write_parquet(
            str(path), row_group_size=_BLOCK_ROWS
        )
    return path


def _column(column: pa.ChunkedArray, name: str) -> npt.NDArray[Any]:
    """A column in its own type; what is null or does not fit becomes a value that is refused, or a missing speed."""
    if column.null_count:
        column = column.fill_null(_STANDS_FOR_BAD[name] if column.type.bit_width >= 32 or name == "sog" else 0)
    values: npt.NDArray[Any] = column.to_numpy()
    wanted = np.dtype(_TYPES[name])
    if name == "sog":
        off = (values < 0) | (values > FASTEST_DKN)
        if off.any():
            values = np.where(off, MISSING, values)
    elif values.dtype != wanted:
        limits = np.iinfo(wanted)
        off = (values < limits.min) | (values > limits.max)
        values = np.where(off, _STANDS_FOR_BAD[name], values)
    return values if values.dtype == wanted else values.astype(wanted)


def _joined(parts: list[Rows]) -> Rows:
    if len(parts) == 1:
        return parts[0]
    return Rows(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in READ})


def _chosen(rows: Rows, chosen: npt.NDArray[Any] | slice) -> Rows:
    return Rows(*(getattr(rows, name)[chosen] for name in READ))


def _after(one: Rows, other: Rows) -> bool:
    """Whether ordered rows begin after others have ended, by ship and time."""
    last, first = (int(one.mmsi[-1]), int(one.t[-1])), (int(other.mmsi[0]), int(other.t[0]))
    return first > last


def _ordered(rows: Rows) -> Rows:
    """The rows by ship and time, each ship and moment once."""
    if len(rows) < 2:
        return rows
    same = rows.mmsi[1:] == rows.mmsi[:-1]
    later = rows.t[1:] > rows.t[:-1]
    if bool(np.where(same, later, rows.mmsi[1:] > rows.mmsi[:-1]).all()):
        return rows
    rows = _chosen(rows, _order(rows))
    twin = (rows.mmsi[1:] == rows.mmsi[:-1]) & (rows.t[1:] == rows.t[:-1])
    return rows if not twin.any() else _untwinned(rows, twin)


def _order(rows: Rows) -> npt.NDArray[np.int64]:
    first = int(rows.t.min())
    if int(rows.t.max()) - first < 2**33:  # 99 days: ship and moment fit one number, which sorts three times faster
        return np.argsort((rows.mmsi.astype(np.int64) << 33) + (rows.t - first))
    return np.lexsort((rows.t, rows.mmsi))


def _untwinned(rows: Rows, twin: Mask) -> Rows:
    among = np.zeros(len(rows), np.bool_)
    among[1:] |= twin
    among[:-1] |= twin
    at = np.flatnonzero(among)
    few = _chosen(rows, at)
    half = few.lon % HALF_TURN
    better = np.lexsort((few.lon, few.lat, half, np.abs(few.lat), few.sog, few.t, few.mmsi))
    order = np.arange(len(rows))
    order[at] = at[better]
    first = np.ones(len(rows), np.bool_)
    first[1:] = ~twin
    return _chosen(rows, order[first])
