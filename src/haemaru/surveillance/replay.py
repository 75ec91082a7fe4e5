"""Logs as streams: a file in batches, at once or in its own time, and into one Parquet file for `haemaru ais decode`.

In realm demo the times are moved so that the first row is now; the time as observed stays in `original`. Live, times
stay what the file says.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec.structs import replace

from haemaru.clock import to_ms
from haemaru.surveillance.day_index import DAY_MS, DayIndex
from haemaru.surveillance.feeds import FEEDS, Decoder, Feed, manifest
from haemaru.surveillance.feeds.codes import ARCHIVE_DAMAGED
from haemaru.surveillance.fixes import DTYPES, Fixes, joined
from haemaru.surveillance.reading import CHUNK, blocks, first_line
from haemaru.surveillance.statics import Static
from haemaru.surveillance.stats import Stats
from haemaru.wording import Fault

_PACED_BYTES = 1 << 16
_BATCH_MS = 1_000
DECODED_COLUMNS = ("mmsi", "t", "lat", "lon", "sog", "cog")


@dataclass(frozen=True, slots=True)
class Batch:
    """What came in: fixes, static reports, and the counts of the feed so far."""

    fixes: Fixes
    statics: list[Static]
    stats: Stats
    silent_s: float = 0.0  # how long nothing came in, for a stalled feed is not a sea without ships
    notes: dict[str, str] = field(default_factory=dict)


class Shift:
    """Moves the times of a feed so that its first row is at a given moment; without one it moves nothing."""

    def __init__(self, first_row_at: Callable[[], datetime] | None) -> None:
        """`first_row_at` is asked once, when the first row comes."""
        self._ask = first_row_at
        self._by: int | None = None if first_row_at is not None else 0

    def apply(self, fixes: Fixes, statics: list[Static]) -> tuple[Fixes, list[Static]]:
        """The rows and reports with their times moved."""
        if self._by is None and self._ask is not None and len(fixes):
            self._by = to_ms(self._ask()) - int(fixes.t.min())
        by = self._by or 0
        if not by:
            return fixes, statics
        moved = [report if report.at is None else replace(report, at=report.at + by) for report in statics]
        return fixes.shifted(by), moved


def decoder_for(path: Path, start: datetime | None, classes: Mapping[int, int] | None = None) -> Decoder:
    """The decoder of the feed that recognises this file."""
    return _feed_of(path).decoder(start, classes or {})


def needs_basis(path: Path) -> bool:
    """Whether the rows of this file may leave only where a legal basis is stated."""
    return manifest(_feed_of(path).name).needs_basis


def _feed_of(path: Path) -> Feed:
    first = first_line(path)
    return next(feed for feed in FEEDS if feed.recognises(first))


def feed_file(
    path: Path,
    *,
    start: datetime | None = None,
    speed: float | None = None,
    first_row_at: Callable[[], datetime] | None = None,
    classes: Mapping[int, int] | None = None,
    stop: Event | None = None,
) -> Iterator[Batch]:
    """A file as batches: as fast as it is read, or at `speed` times its own time in slices of a second.

    `first_row_at` tells the moment to which the first row is moved (realm demo); `stop` ends it early.
    """
    decoder = decoder_for(path, start, classes)
    shift = Shift(first_row_at)
    halted = stop or Event()
    pace = _Pace(speed, halted) if speed else None
    size = CHUNK if pace is None else _PACED_BYTES
    for block in blocks(path, size, on_damage=partial(_damaged, decoder)):
        fixes, statics = shift.apply(decoder.feed_block(block), decoder.take_statics())
        for rows in [fixes] if pace is None else pace.slices(fixes):
            if halted.is_set():
                return
            yield Batch(rows, statics, decoder.stats)
            statics = []
    yield Batch(Fixes.empty(), [], decoder.stats)


def _damaged(decoder: Decoder) -> None:
    decoder.stats.quarantined[ARCHIVE_DAMAGED] += 1


class _Pace:
    """Lets rows through when their time has come."""

    def __init__(self, speed: float, stop: Event) -> None:
        self._speed, self._stop = speed, stop
        self._clock: int | None = None

    def slices(self, fixes: Fixes) -> Iterator[Fixes]:
        if not len(fixes):
            yield fixes
            return
        rows = fixes.take(np.argsort(fixes.t, kind="stable"))
        if self._clock is None:
            self._clock = int(rows.t[0])
        step = max(_BATCH_MS, round(_BATCH_MS * self._speed))
        while len(rows):
            due = rows.t < self._clock + step
            if due.any():
                yield rows.take(due)
                rows = rows.take(~due)
            if len(rows):
                # A long silence in the log is waited for like any other; the officer asked for its own time.
                self._clock += step
                if self._stop.wait(step / 1000 / self._speed):
                    return


def decode_files(paths: Sequence[Path], start: datetime | None, out: Path) -> dict[str, object]:
    """Decodes logs into one Parquet file with the columns of contracts.md section 6; the counts of all of them."""
    total = Stats()
    beside = out.with_name(out.name + ".tmp")
    schema = pa.schema([(name, pa.from_numpy_dtype(DTYPES[name])) for name in DECODED_COLUMNS])
    known: dict[int, DayIndex] = {}
    try:
        with pq.ParquetWriter(beside, schema, compression="zstd") as writer:
            for path in paths:
                decoder = decoder_for(path, start)
                for block in blocks(path, on_damage=partial(_damaged, decoder)):
                    rows = _unknown(decoder.feed_block(block), known)
                    decoder.forget_statics()
                    if len(rows):
                        writer.write_table(pa.table([getattr(rows, name) for name in DECODED_COLUMNS], schema=schema))
                total.add(decoder.stats)
        beside.replace(out)
    except OSError as problem:
        raise Fault("feed_output", str(out), problem=problem.strerror or str(problem)) from problem
    finally:
        beside.unlink(missing_ok=True)
    return total.as_json()


def _unknown(fixes: Fixes, known: dict[int, DayIndex]) -> Fixes:
    """The rows that no batch before held: a report heard again in a later block comes again with a higher count."""
    rows = fixes.distinct()
    days = rows.t // DAY_MS
    found = []
    for day in np.unique(days).tolist():
        mine = rows.take(days == day)
        new, _ = known.setdefault(day, DayIndex()).take(mine)
        found.append(mine.take(new))
    return joined(found)
