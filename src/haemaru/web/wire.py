"""TRK1: the moving picture as the browser gets it, fixed columns after a 24-byte header, all little-endian.

    magic "TRK1" | u16 version 1 | u16 flags (1 = whole picture) | u32 count | u32 frame | i64 time, UTC ms
    u32 mmsi[n] | i32 lon[n] | i32 lat[n] (1e-6 degree) | u16 cog[n] | u16 sog[n] (tenths, 65535 missing)
    u16 age[n] (seconds before `time`, 65535 and more as 65535) | u8 class[n] | u8 source[n] (0 own, 1 partner)

The browser names the last frame it has; where that is still remembered it gets only the vessels that changed since,
otherwise the whole picture. Frames are made at most five times a second and shared by all browsers.
`static/js/wire.js` is the other half, `tests/golden/trk1.bin` the agreement between the two.
"""

import struct
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from haemaru.web.desk import Columns

HEADER = struct.Struct("<4sHHIIq")
WHOLE = 1
MISSING_IN, MISSING_OUT = 32767, 65535
# How many frames a browser may be behind and still get only what changed.
REMEMBERED = 16
SOONEST_MS = 200


@dataclass(frozen=True, slots=True)
class Frame:
    """One second's picture, sorted by mmsi."""

    number: int
    time_ms: int
    columns: dict[str, Any]


def take(picture: Columns, number: int, time_ms: int) -> Frame:
    """The picture as a frame: sorted by mmsi, one row a vessel."""
    order = np.argsort(np.asarray(picture.mmsi), kind="stable")
    names = ("mmsi", "t", "lat", "lon", "sog", "cog", "vessel_class", "source")
    return Frame(number, time_ms, {name: np.asarray(getattr(picture, name))[order] for name in names})


def encode(frame: Frame, since: Frame | None) -> bytes:
    """The bytes for a browser that has `since`, or that has nothing."""
    rows: Any = slice(None)
    whole = since is None or not np.isin(since.columns["mmsi"], frame.columns["mmsi"], assume_unique=True).all()
    if not whole and since is not None:
        rows = _changed(frame.columns, since.columns)
    column = {name: values[rows] for name, values in frame.columns.items()}
    count = len(column["mmsi"])
    age = np.clip((frame.time_ms - column["t"]) // 1000, 0, MISSING_OUT)
    header = HEADER.pack(b"TRK1", 1, WHOLE if whole else 0, count, frame.number, frame.time_ms)
    parts = (
        column["mmsi"].astype("<u4"),
        _micro(column["lon"]),
        _micro(column["lat"]),
        _tenths(column["cog"]),
        _tenths(column["sog"]),
        age.astype("<u2"),
        column["vessel_class"].astype("u1"),
        column["source"].astype("u1"),
    )
    return header + b"".join(part.tobytes() for part in parts)


def _changed(now: dict[str, Any], before: dict[str, Any]) -> Any:
    at = np.searchsorted(before["mmsi"], now["mmsi"])
    at[at == len(before["mmsi"])] = 0
    same = (before["mmsi"][at] == now["mmsi"]) if len(before["mmsi"]) else np.zeros(len(now["mmsi"]), bool)
    for name in ("t", "lat", "lon", "source"):
        same &= before[name][at] == now[name] if len(before["mmsi"]) else False
    return ~same


def _micro(values: Any) -> Any:
    return np.rint(values.astype(np.float64) * (5 / 3)).astype("<i4")  # 1/600000 degree -> 1e-6 degree


def _tenths(values: Any) -> Any:
    return np.where(values == MISSING_IN, MISSING_OUT, values.astype(np.int64) & 0xFFFF).astype("<u2")


class Frames:
    """The last few frames of one node's picture."""

    def __init__(self, picture: Callable[[], Columns], now_ms: Callable[[], int]) -> None:
        self._picture = picture
        self._now_ms = now_ms
        self._kept: OrderedDict[int, Frame] = OrderedDict()
        self._lock = threading.Lock()

    def after(self, number: int | None) -> bytes:
        """What a browser that has frame `number` still needs."""
        with self._lock:
            newest = self._newest()
            since = self._kept.get(number) if number is not None else None
        return encode(newest, since)

    def _newest(self) -> Frame:
        last = next(reversed(self._kept.values()), None)
        now = self._now_ms()
        if last is not None and 0 <= now - last.time_ms < SOONEST_MS:
            return last
        frame = take(self._picture(), last.number + 1 if last else now // 1000 % 2**31, now)
        self._kept[frame.number] = frame
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return frame
