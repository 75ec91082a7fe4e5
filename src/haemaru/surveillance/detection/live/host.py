"""The live host: rows in as they come, findings out as they stand, and the same findings after a kill.

`note` puts a batch into the journal before anybody is told that it was taken; `work` steps the automaton over what was
noted, in the order of time, a few seconds behind the newest row so that small disorder sorts itself out. A row that
comes later than that marks its ship: `find` then works her out anew from the store. So what is found depends on which
rows came, never on the order or the batches in which they came, nor on how often the process was killed in between.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from haemaru.signing import Vault
from haemaru.surveillance.detection.automaton import Automaton, Rows
from haemaru.surveillance.detection.layer2 import find
from haemaru.surveillance.detection.live.journal import Journal
from haemaru.surveillance.detection.live.rebuilding import last_times, with_ships
from haemaru.surveillance.detection.live.window import Window, rows_bytes
from haemaru.surveillance.detection.rules import Rules
from haemaru.surveillance.detection.state import State
from haemaru.surveillance.detection.zones import Zones
from haemaru.wording import Fault

SETTLE_MS: Final = 3_000
WINDOW_MS: Final = 72 * 3_600_000
AHEAD_MS: Final = 60_000
_NEVER: Final = -(2**62)
_COLUMNS: Final = {"mmsi": np.int32, "t": np.int64, "lat": np.int32, "lon": np.int32, "sog": np.int16}
_MOST_AHEAD: Final = 200_000

History = Callable[[Sequence[int] | None, int], Rows]
"""The stored rows of these ships (of all: None) from a time on, in any order, each ship and moment once."""


class _Snapshot(msgspec.Struct, frozen=True):
    made_with: str
    state: bytes
    facts: dict[str, bytes]
    waiting: bytes
    late: list[int]
    mark: int


class LiveHost:
    """Detection over a stream; `note` and `find` may be called from different threads."""

    def __init__(
        self, folder: Path, vault: Vault, rules: Rules, zones: Zones, history: History, window_ms: int = WINDOW_MS
    ) -> None:
        """Opens the folder of a host; the kernel is loaded and the past taken up with the first `work`."""
        self._journal = Journal(folder, vault)
        self._rules, self._zones, self._history, self._window_ms = rules, zones, history, window_ms
        self._noted: list[Rows] = []
        self._noting, self._working = threading.Lock(), threading.Lock()
        self._automaton: Automaton | None = None
        self._state, self._window, self._last = State(), Window(), dict[int, int]()
        self._waiting: Rows = _empty()
        self._late: set[int] = set()
        self._now_ms: int | None = None
        self.anew: frozenset[int] = frozenset()
        """The ships that the last `find` worked out anew, because rows of theirs came late."""
        self.mark = _NEVER
        self.counts = {"rows": 0, "late": 0, "ahead": 0, "too_old": 0, "made_anew": 0}

    def note(self, rows: Rows) -> None:
        """Keeps a batch for `work`; it is not lost by a kill from now on."""
        if len(rows):
            with self._noting:
                self._journal.append(rows_bytes(_columns(rows)))
                self._noted.append(rows)

    def work(self, now_ms: int | None = None, *, to_the_end: bool = False) -> int:
        """Steps over what was noted, up to a few seconds before the newest row; how many rows that were.

        Rows further ahead than a minute of `now_ms` wait for their time. `to_the_end` leaves none waiting.
        """
        with self._working:
            self._now_ms = now_ms
            self._take_up()
            with self._noting:
                noted, self._noted = self._noted, []
            return self._admit(noted, to_the_end)

    def find(self, others: Mapping[str, pa.Table] | None = None) -> pa.Table:
        """The findings as they stand, in the shape of `findings.SCHEMA`; what is open counts as if it ended now."""
        with self._working:
            self._take_up()
            self.anew = frozenset(self._late)
            self._make_late_anew()
            self._window.drop(self.mark - self._window_ms)
            facts = self._window.facts(self._ready().flush(self._state))
        return find(facts, self._rules, others)

    def snapshot(self) -> None:
        """Puts down all that is known, so that the journal begins anew."""
        with self._working:
            self._take_up()
            with self._noting:
                noted, self._noted = self._noted, []
                self._admit(noted)
                kept = _Snapshot(
                    self._ready().made_with,
                    self._state.to_bytes(self._ready().made_with),
                    self._window.to_bytes(),
                    rows_bytes(_columns(self._waiting)),
                    sorted(self._late),
                    self.mark,
                )
                self._journal.replace(msgspec.msgpack.encode(kept))

    def close(self) -> None:
        """Ends the journal's file; nothing more is needed."""
        with self._noting:
            self._journal.close()

    def __len__(self) -> int:
        return len(self._state)

    def _ready(self) -> Automaton:
        assert self._automaton is not None  # noqa: S101 - `_take_up` came first
        return self._automaton

    def _take_up(self) -> None:
        """Loads the kernel and what was put down, once."""
        if self._automaton is not None:
            return
        automaton = Automaton(self._rules, self._zones)
        with self._noting:
            self._noted = []  # they are in the journal
            batches = [_rows(plain) for plain in self._journal.batches()]
            kept = self._kept(automaton)
        self._automaton = automaton
        if kept is not None:
            self._state = State.from_bytes(kept.state, automaton.made_with)
            self._window, self._waiting = Window.from_bytes(kept.facts), _rows(kept.waiting)
            self._late, self.mark = set(kept.late), kept.mark
            self._last = last_times(self._state)
        self._admit(batches)
        if kept is None:
            self._all_anew()

    def _kept(self, automaton: Automaton) -> _Snapshot | None:
        """The snapshot, where there is one of these rules and zones that opens; else the store tells everything."""
        try:
            data = self._journal.snapshot()
            kept = None if data is None else msgspec.msgpack.decode(data, type=_Snapshot)
        except (Fault, msgspec.ValidationError):
            return None
        return kept if kept is not None and kept.made_with == automaton.made_with else None

    def _all_anew(self) -> None:
        """Works every ship of the window out from the store: a first start, or other rules than before."""
        rows = self._history(None, max(self.mark - self._window_ms, _NEVER) if self.mark != _NEVER else _NEVER)
        if len(rows):
            self._state, self._window, self._last = State(), Window(), {}
            self._late.clear()
            self._waiting = _empty()
            newest = int(rows.t.max())
            self.mark = max(self.mark, newest)
            self._step(_in_time(_chosen(rows, rows.t >= newest - self._window_ms)))

    def _admit(self, batches: list[Rows], to_the_end: bool = False) -> int:
        rows = _joined([self._waiting, *batches])
        if not len(rows):
            return 0
        seen = rows.t if self._now_ms is None else rows.t[rows.t <= self._now_ms + AHEAD_MS]
        if len(seen):
            self.mark = max(self.mark, int(seen.max()))
        due = np.ones(len(rows), np.bool_) if to_the_end else rows.t <= self.mark - SETTLE_MS
        self._waiting = _chosen(rows, ~due)
        if len(self._waiting) > _MOST_AHEAD:  # a clock that runs ahead by hours fills this: its rows are in the store
            self.counts["ahead"] += len(self._waiting) - _MOST_AHEAD
            self._waiting = _chosen(self._waiting, np.argsort(self._waiting.t, kind="stable")[:_MOST_AHEAD])
        return self._step(_in_time(_chosen(rows, due)))

    def _step(self, rows: Rows) -> int:
        """Steps over rows in the order of time; those that come too late mark their ship."""
        if not len(rows):
            return 0
        last = np.fromiter((self._last.get(ship, _NEVER) for ship in rows.mmsi.tolist()), np.int64, len(rows))
        too_old = rows.t < self.mark - self._window_ms
        late = (rows.t <= last) & ~too_old
        self.counts["too_old"] += int(too_old.sum())
        behind = late & (rows.t < last)
        self.counts["late"] += int(behind.sum())
        self._late.update(rows.mmsi[behind].tolist())
        taken = _chosen(rows, ~late & ~too_old)
        self._window.add(self._ready().step(taken, self._state))
        self._last.update(zip(taken.mmsi.tolist(), taken.t.tolist(), strict=True))
        self.counts["rows"] += len(taken)
        return len(taken)

    def _make_late_anew(self) -> None:
        if not self._late:
            return
        ships = sorted(self._late)
        rows = _in_time(self._history(ships, self.mark - self._window_ms))
        rows = _chosen(rows, rows.t <= self.mark - SETTLE_MS)
        made = State()
        facts = self._ready().step(rows, made)
        self._window.drop_ships(ships)
        self._window.add(facts)
        self._state = with_ships(self._state, np.array(ships, np.int64), made)
        for ship in ships:
            self._last.pop(ship, None)
        self._last.update(last_times(made))
        self.counts["made_anew"] += len(ships)
        self._late.clear()


def _empty() -> Rows:
    return Rows(**{name: np.zeros(0, dtype) for name, dtype in _COLUMNS.items()})


def _columns(rows: Rows) -> dict[str, npt.NDArray[np.generic]]:
    return {name: np.ascontiguousarray(getattr(rows, name), dtype) for name, dtype in _COLUMNS.items()}


def _rows(plain: bytes) -> Rows:
    table = pa.ipc.open_stream(plain).read_all()
    return Rows(**{name: table[name].to_numpy() for name in _COLUMNS})


def _joined(several: list[Rows]) -> Rows:
    held = [rows for rows in several if len(rows)]
    if not held:
        return _empty()
    return Rows(**{name: np.concatenate([getattr(rows, name) for rows in held]) for name in _COLUMNS})


def _chosen(rows: Rows, places: npt.NDArray[np.generic]) -> Rows:
    return Rows(**{name: getattr(rows, name)[places] for name in _COLUMNS})


def _in_time(rows: Rows) -> Rows:
    return _chosen(rows, np.lexsort((rows.mmsi, rows.t)))
