"""The files of a watch: positions by day, zones, radar contacts, statics, the parameters and the hidden truth."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from haemaru.scenarios.watch.cast import Cast
from haemaru.scenarios.watch.courses import KNOT, Vessel
from haemaru.scenarios.watch.rendering import Rows, heard_rows
from haemaru.scenarios.watch.telling import told
from haemaru.scenarios.watch.waters import METRES_PER_DEGREE
from haemaru.scenarios.watch.zoning import zones_geojson
from haemaru.surveillance.store import day_of
from haemaru.values import UNITS_PER_DEGREE

if TYPE_CHECKING:
    from haemaru.scenarios.watch.making import Order

Progress = Callable[[int, int], None]
_DAY_MS = 86_400_000
_GROUP_ROWS = 500_000
POSITIONS = pa.schema(
    [
        ("mmsi", pa.int32()),
        ("t", pa.int64()),
        ("lat", pa.int32()),
        ("lon", pa.int32()),
        ("sog", pa.int16()),
        ("cog", pa.int16()),
    ]
)


def write(order: "Order", cast: Cast, folder: Path, progress: Progress | None) -> dict[str, Any]:
    """Writes every file of the watch and tells how much there is of what."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = _positions(order, cast, folder / "positions", progress)
    truths, either = told(cast)
    _json(folder / "truth.json", truths)
    _json(folder / "either_way.json", either)
    contacts = _contacts(order, cast, folder / "contacts.parquet")
    _statics(order, cast, folder / "statics.parquet")
    (folder / "zones.geojson").write_bytes(zones_geojson())
    by_rule = {rule: sum(one["rule"] == rule for one in truths) for rule in sorted({one["rule"] for one in truths})}
    figures = {"rows": rows, "vessels": len(cast.vessels), "contacts": contacts, "truths": by_rule}
    parameters = {
        "seed": order.seed,
        "vessels": order.vessels,
        "hours": order.hours,
        "start": order.start.isoformat().replace("+00:00", "Z"),
        "quiet": order.quiet,
        "dark_meeting": order.dark_meeting,
        "late_fetch": order.late_fetch,
    }
    watch_from = cast.start_ms + round(cast.watch * 1000.0)
    about = {"parameters": parameters, "night_utc_hours": list(cast.night), "watch_from_ms": watch_from, **figures}
    _json(folder / "world.json", {"invented": True, "seed": order.seed, **about})
    return {"folder": str(folder), "invented": True, **figures}


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


class _Days:
    """One Parquet file a day, filled ship by ship, never more than a row group of each in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.writers: dict[int, pq.ParquetWriter] = {}
        self.waiting: dict[int, list[pa.Table]] = {}
        self.count = 0

    def add(self, mmsi: int, rows: Rows) -> None:
        days = rows.t // _DAY_MS
        for day in np.unique(days):
            first, last = np.searchsorted(days, (day, day + 1))
            part = slice(int(first), int(last))
            columns = [np.full(last - first, mmsi, np.int32), rows.t[part], rows.lat[part], rows.lon[part]]
            table = pa.table([*columns, rows.sog[part], rows.cog[part]], schema=POSITIONS)
            self.waiting.setdefault(int(day), []).append(table)
            if sum(map(len, self.waiting[int(day)])) >= _GROUP_ROWS:
                self._flush(int(day), whole=True)
        self.count += len(rows.t)

    def _flush(self, day: int, *, whole: bool) -> None:
        table = pa.concat_tables(self.waiting[day]).combine_chunks()
        size = len(table) // _GROUP_ROWS * _GROUP_ROWS if whole else len(table)
        if day not in self.writers:
            path = self.folder / f"day={day_of(day * _DAY_MS)}"
            path.mkdir(parents=True)
            self.writers[day] = pq.ParquetWriter(
                path / "part-0.parquet",
                POSITIONS,
                compression="zstd",
                use_dictionary=False,
                column_encoding=dict.fromkeys(POSITIONS.names, "DELTA_BINARY_PACKED"),
            )
        self.writers[day].write_table(table.slice(0, size), row_group_size=_GROUP_ROWS)
        self.waiting[day] = [table.slice(size)] if size < len(table) else []

    def close(self) -> None:
        for day, waiting in list(self.waiting.items()):
            if waiting:
                self._flush(day, whole=False)
        for writer in self.writers.values():
            writer.close()


def _positions(order: "Order", cast: Cast, folder: Path, progress: Progress | None) -> int:
    shutil.rmtree(folder, ignore_errors=True)
    days = _Days(folder)
    for number, vessel in enumerate(sorted(cast.vessels, key=lambda one: one.mmsi)):
        rows = heard_rows(vessel, cast.seconds, cast.start_ms, np.random.default_rng([order.seed, 5, number]))
        if len(rows.t):
            days.add(vessel.mmsi, rows)
        if progress and number % 100 == 99:
            progress(number + 1, len(cast.vessels))
    days.close()
    return days.count


def _contacts(order: "Order", cast: Cast, path: Path) -> int:
    """Radar tracks: a plot a minute with 40 m of noise, numbered by a draw so that the number tells nothing."""
    luck = np.random.default_rng([order.seed, 6])
    tables = []
    for track, (_, way) in enumerate(sorted(cast.contacts, key=lambda one: one[0]), 1):
        t, (lon, lat) = np.array([moment for moment, _ in way]), np.array([at for _, at in way]).T
        moments = np.arange(max(0.0, t[0]), min(cast.seconds, t[-1]), 60.0)
        if len(moments) < 3:
            continue
        at_lon, at_lat = np.interp(moments, t, lon), np.interp(moments, t, lat)
        east = np.gradient(at_lon, moments) * np.cos(np.radians(at_lat)) * METRES_PER_DEGREE
        north = np.gradient(at_lat, moments) * METRES_PER_DEGREE
        noise = luck.normal(0.0, 40.0 / METRES_PER_DEGREE, (2, len(moments)))
        knots = np.hypot(east, north) / KNOT + luck.normal(0.0, 0.2, len(moments))
        heading = np.degrees(np.arctan2(east, north)) + luck.normal(0.0, 4.0, len(moments))
        tables.append(
            pa.table(
                {
                    "track": np.full(len(moments), track, np.int32),
                    "t": cast.start_ms + np.rint(moments * 1000.0).astype(np.int64),
                    "lat": np.rint((at_lat + noise[0]) * UNITS_PER_DEGREE).astype(np.int32),
                    "lon": np.rint((at_lon + noise[1]) * UNITS_PER_DEGREE).astype(np.int32),
                    "sog": np.rint(np.clip(knots, 0.0, 102.0) * 10.0).astype(np.int16),
                    "cog": (np.rint(heading * 10.0) % 3600).astype(np.int16),
                }
            )
        )
    if tables:
        pq.write_table(pa.concat_tables(tables), path, compression="zstd")
    return len(tables)


_TYPES = {
    "merchant": (70, 180, 29), "tanker": (80, 170, 28), "coaster": (70, 90, 15), "ferry": (60, 130, 22),
    "fishing": (30, 24, 6), "small": (37, 11, 4), "pilot": (50, 15, 5), "launch": (52, 14, 5), "barge": (80, 45, 11),
}  # fmt: skip


def _statics(order: "Order", cast: Cast, path: Path) -> None:
    """What ships say of themselves, as claims: at their first word, and again where they changed a word of it."""
    luck = np.random.default_rng([order.seed, 7])
    rows: list[dict[str, Any]] = []
    for vessel in sorted(cast.vessels, key=lambda one: one.mmsi):
        claim = _claim(vessel, luck)
        rows.append({"mmsi": vessel.mmsi, "t": cast.start_ms + int(luck.integers(1, 360_000)), **claim})
        if luck.random() < 0.05:
            later = cast.start_ms + int(luck.uniform(0.3, 0.9) * cast.seconds * 1000.0)
            rows.append({"mmsi": vessel.mmsi, "t": later, **claim, "destination": "FOR ORDERS"})
    pq.write_table(pa.Table.from_pylist(rows, schema=_STATICS), path, compression="zstd")


_STATICS = pa.schema(
    [
        ("mmsi", pa.int32()),
        ("t", pa.int64()),
        ("name", pa.string()),
        ("call_sign", pa.string()),
        ("imo", pa.int32()),
        ("ship_type", pa.int16()),
        ("length_m", pa.int16()),
        ("beam_m", pa.int16()),
        ("destination", pa.string()),
    ]
)


def _claim(vessel: Vessel, luck: np.random.Generator) -> dict[str, Any]:
    ship_type, length, beam = _TYPES[vessel.kind]
    grown = float(luck.uniform(0.8, 1.25))
    serial = vessel.mmsi % 10_000
    large = vessel.kind in ("merchant", "tanker", "coaster", "ferry")
    return {
        "name": vessel.name,
        "call_sign": f"ZQ{vessel.flag[0]}{serial:04d}",
        "imo": _imo(serial) if large else 0,
        "ship_type": ship_type,
        "length_m": round(length * grown),
        "beam_m": round(beam * grown),
        "destination": str(luck.choice(("KRPUS", "KR USN", "KR KPO", "KRINC", "CN SHA", "JP HKT"))) if large else "",
    }


def _imo(serial: int) -> int:
    digits = [2, 9, *(int(digit) for digit in f"{serial:04d}")]
    return int("".join(map(str, digits))) * 10 + sum(d * w for d, w in zip(digits, range(7, 1, -1), strict=True)) % 10
