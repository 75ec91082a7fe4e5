"""Live detection under load: CPU for each second of feed, how long a batch takes, and where it breaks.

A sea of invented ships, each reporting in turn, is fed to a live host in batches of a second, with its journal, its
looks and its snapshots, as a node does it; time is simulated, work is real. There is no peer that does the same
(notes/detection.md 6: full evaluation in SQL takes 2 s CPU for one rule), so figures stand with the machine's load.
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from haemaru.signing import Vault
from haemaru.surveillance.detection.automaton import Rows
from haemaru.surveillance.detection.live import SNAPSHOT_S, SOONEST_S, LiveHost, pause_after
from haemaru.surveillance.detection.rules import house_rules
from haemaru.surveillance.detection.zones import Zones

SHIPS: Final = 75_000
SECONDS: Final = 60
RATES: Final = (2_000, 5_000, 10_000, 20_000, 50_000)
_WARM_S: Final = 1_200
_START_MS: Final = 1_772_409_600_000


class Sea:
    """Ships on straight courses, a third of them slow or still; each reports in turn."""

    def __init__(self, ships: int, seed: int) -> None:
        luck = np.random.default_rng(seed)
        self._lat = luck.integers(33 * 600_000, 38 * 600_000, ships)
        self._lon = luck.integers(124 * 600_000, 131 * 600_000, ships)
        slow = luck.random(ships) < 0.3
        self._sog = np.where(slow, luck.integers(0, 15, ships), luck.integers(60, 180, ships))
        self._ships, self._turn, self._order = ships, 0, luck.permutation(ships)

    def second(self, t: int, rows: int) -> Rows:
        """The rows of one second: the next ships in turn, where they are by now."""
        places = self._order[np.arange(self._turn, self._turn + rows) % self._ships]
        self._turn += rows
        gone = (t - _START_MS) // 1000 * self._sog[places] * 514 // 18_520  # 0.1 knot to units of 0.185 m
        moment = t + np.arange(rows) * 1000 // rows
        columns: Sequence[tuple[npt.NDArray[np.int64], type[np.generic]]] = (
            (440_000_000 + places, np.int32),
            (moment, np.int64),
            (self._lat[places] + gone // 60, np.int32),
            (self._lon[places], np.int32),
            (self._sog[places], np.int16),
        )
        return Rows(*(column.astype(kind) for column, kind in columns))


def measure(*, seed: int = 1, ships: int = SHIPS, seconds: int = SECONDS) -> dict[str, Any]:
    """The figures at 2,000 rows a second, and at rising rates until a second of feed takes a second of work."""
    found = []
    for rate in RATES:
        found.append(_at(rate, ships, seconds, seed))
        if found[-1]["cpu_ms_per_second"] > 900:
            break
    broke = found[-1]["cpu_ms_per_second"] > 900
    return {
        "ships": ships,
        "rates": found,
        "breaks_at_rows_per_second": found[-1]["rows_per_second"] if broke else None,
        "load": os.getloadavg()[0],
    }


def _at(rate: int, ships: int, seconds: int, seed: int) -> dict[str, Any]:
    sea = Sea(ships, seed)
    with tempfile.TemporaryDirectory(prefix="haemaru-bench-") as folder:
        host = LiveHost(Path(folder), Vault(b"b" * 32), house_rules(), Zones.none(), _no_history)
        now = _START_MS
        for _ in range(_WARM_S // 20):
            host.note(_many(sea, now, rate, 20))
            now += 20_000
            host.work(now)
        host.find()
        host.snapshot()
        figures = _Figures()
        pause = next_look = SOONEST_S
        for second in range(seconds):
            batch = sea.second(now, rate)
            now += 1_000
            with figures.batch():
                host.note(batch)
                host.work(now)
            if second >= next_look:
                with figures.look():
                    host.find()
                pause = pause_after(figures.last)
                next_look = second + pause
            if second == seconds // 2:
                with figures.saving():
                    host.snapshot()
        host.close()
        return figures.told(rate, seconds, len(host), pause)


def _many(sea: Sea, now: int, rate: int, seconds: int) -> Rows:
    parts = [sea.second(now + second * 1_000, rate) for second in range(seconds)]
    return Rows(*(np.concatenate(columns) for columns in zip(*(part.columns() for part in parts), strict=True)))


def _no_history(ships: Sequence[int] | None, since_ms: int) -> Rows:
    return Rows(*(np.zeros(0, kind) for kind in (np.int32, np.int64, np.int32, np.int32, np.int16)))  # type: ignore[arg-type]


class _Figures:
    """Wall and CPU of batches, looks and snapshots."""

    def __init__(self) -> None:
        self.last = 0.0
        self._walls: dict[str, list[float]] = {"batch": [], "look": [], "saving": []}
        self._cpus: dict[str, list[float]] = {"batch": [], "look": [], "saving": []}

    def batch(self) -> "_Span":
        return _Span(self, "batch")

    def look(self) -> "_Span":
        return _Span(self, "look")

    def saving(self) -> "_Span":
        return _Span(self, "saving")

    def add(self, what: str, wall: float, cpu: float) -> None:
        self.last = cpu
        self._walls[what].append(wall)
        self._cpus[what].append(cpu)

    def told(self, rate: int, seconds: int, ships: int, pause: float) -> dict[str, Any]:
        batches = np.array(self._walls["batch"]) * 1e3
        look = float(np.mean(self._cpus["look"])) if self._cpus["look"] else 0.0
        saved = float(np.mean(self._cpus["saving"]))
        batch = float(np.sum(self._cpus["batch"])) / seconds
        return {
            "rows_per_second": rate,
            "ships": ships,
            "cpu_ms_per_second": round((batch + look / pause + saved / SNAPSHOT_S) * 1e3, 2),
            "batch_cpu_ms": round(batch * 1e3, 2),
            "batch_ms": {name: round(float(np.percentile(batches, at)), 2) for name, at in _PERCENTILES},
            "look_cpu_ms": round(look * 1e3, 1),
            "look_every_s": round(pause, 1),
            "snapshot_cpu_ms": round(saved * 1e3, 1),
        }


_PERCENTILES: Final = (("p50", 50), ("p95", 95), ("max", 100))


class _Span:
    def __init__(self, figures: _Figures, what: str) -> None:
        self._figures, self._what = figures, what

    def __enter__(self) -> None:
        self._wall, self._cpu = perf_counter(), process_time()

    def __exit__(self, *_: object) -> None:
        self._figures.add(self._what, perf_counter() - self._wall, process_time() - self._cpu)
