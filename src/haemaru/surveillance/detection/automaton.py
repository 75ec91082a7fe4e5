"""Layer 1: one pass over positions that writes facts, with its state carried from call to call.

`step` takes rows and gives the facts that ended with them; `flush` gives what is still open and changes nothing, so a
live console can look ahead. However the rows are cut into calls, the facts are the same, as long as each ship's rows
come in time order; a row that is not later than its ship's last one is counted (`late`) and not taken.
The first call in a process compiles the kernel (seconds), or reads it from the cache (`surveillance/compiled.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from haemaru.surveillance.detection.facts import TABLES, Facts, Matrix, as_table, schema
from haemaru.surveillance.detection.geometry import units_of_m
from haemaru.surveillance.detection.kernel.layout import (
    C_CROWDED,
    C_FACTS,
    C_LATE,
    C_OVERFLOW,
    COUNTERS,
    FACT_COLUMNS,
)
from haemaru.surveillance.detection.rules import Rules
from haemaru.surveillance.detection.state import State
from haemaru.surveillance.detection.zones import Zones

_OUT_ROWS: Final = 1 << 16
_ROOM: Final = 4096
_LARGEST_DKN: Final = 10_000
_LARGEST_MS: Final = 10**12
_LARGEST_M: Final = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Positions as equal columns: MMSI, UTC ms, 1/600000 degree, 0.1 knot (32767: not told); longitude below +180."""

    mmsi: npt.NDArray[np.int32]
    t: npt.NDArray[np.int64]
    lat: npt.NDArray[np.int32]
    lon: npt.NDArray[np.int32]
    sog: npt.NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.mmsi)

    def columns(self) -> tuple[npt.NDArray[np.generic], ...]:
        """The columns in their order, contiguous and of their own types, as the kernel reads them."""
        return (
            np.ascontiguousarray(self.mmsi, np.int32),
            np.ascontiguousarray(self.t, np.int64),
            np.ascontiguousarray(self.lat, np.int32),
            np.ascontiguousarray(self.lon, np.int32),
            np.ascontiguousarray(self.sog, np.int16),
        )


class Automaton:
    """Layer 1 under one set of rules and zones; it holds no state of its own and may serve several threads."""

    def __init__(self, rules: Rules, zones: Zones) -> None:
        """Compiles the kernel, or reads it from the cache."""
        from haemaru.surveillance.detection.kernel import walk

        self._walk, self._write_open = walk.walk, walk.write_open
        self._numbers = _numbers(rules)
        self._zones = (zones.tiles, zones.tags, zones.ports)
        self.made_with = f"{rules.sha256} {zones.digest()}"

    def step(self, rows: Rows, state: State) -> Facts:
        """Takes rows, each ship's in time order, and gives the facts that ended with them; `state` goes on."""
        columns, writer = rows.columns(), _Writer()
        at = 0
        while at < len(rows):
            state.make_room(_ROOM)
            arrays = (state.table, state.ships, state.parts)
            at = self._walk(columns, at, arrays, state.counts, self._numbers, self._zones, writer.out, writer.used)  # type: ignore[no-untyped-call]
            writer.drain()
        state.missed += writer.used[1:]
        return writer.facts()

    def flush(self, state: State) -> Facts:
        """The facts that are open, as if the data ended here; `state` is not changed."""
        writer = _Writer()
        at = 0
        while at < len(state):
            arrays = (state.table, state.ships, state.parts)
            at = self._write_open(arrays, at, state.counts, self._numbers, writer.out, writer.used)  # type: ignore[no-untyped-call]
            writer.drain()
        return writer.facts()


def missed(state: State) -> dict[str, int]:
    """What the automaton did not take or write, by reason."""
    late, overflow, crowded = (int(state.missed[at - 1]) for at in (C_LATE, C_OVERFLOW, C_CROWDED))
    return {"late": late, "parts_ended_for_room": overflow, "facts_of_crowds": crowded}


def joined_facts(several: list[Facts]) -> Facts:
    """The facts of several calls, one after the other."""
    return {
        name: pa.concat_tables([schema(name).empty_table(), *(facts[name] for facts in several)]) for name in TABLES
    }


class _Writer:
    """Room that the kernel writes facts into, emptied into Arrow tables whenever it is full."""

    def __init__(self) -> None:
        self.out = np.empty((_OUT_ROWS, FACT_COLUMNS), np.int64)
        self.used = np.zeros(COUNTERS, np.int64)
        self._parts: dict[str, list[pa.Table]] = {name: [] for name in TABLES}

    def drain(self) -> None:
        filled = self.out[: self.used[C_FACTS]]
        order = np.argsort(filled[:, 0], kind="stable")
        bounds = np.searchsorted(filled[order, 0], np.arange(len(TABLES) + 1))
        for at, (name, columns) in enumerate(TABLES.items()):
            chosen = order[bounds[at] : bounds[at + 1]]
            if len(chosen):
                self._parts[name].append(as_table(name, filled[chosen, 1 : len(columns) + 1]))
        self.used[C_FACTS] = 0

    def facts(self) -> Facts:
        return {
            name: pa.concat_tables(parts) if parts else schema(name).empty_table()
            for name, parts in self._parts.items()
        }


def _numbers(rules: Rules) -> Matrix:
    """The thresholds in the order of `layout.Q_*`, held below what 64 bits can multiply."""
    limits: dict[str, Callable[[int], int]] = {
        "dkn": lambda value: min(value, _LARGEST_DKN),
        "ms": lambda value: min(value, _LARGEST_MS),
        "m": lambda value: units_of_m(min(value, _LARGEST_M)),
        "parts": lambda value: value,
    }
    names = (
        ("split", "reach_dkn"), ("split", "slack_m"), ("split", "forget_ms"), ("split", "crowd_parts"),
        ("facts", "drop_ms"), ("facts", "track_end_ms"), ("facts", "slow_dkn"), ("facts", "slow_break_ms"),
        ("facts", "still_dkn"), ("facts", "still_break_ms"), ("facts", "still_extent_m"), ("facts", "shortest_run_ms"),
        ("facts", "implied_ms"), ("facts", "stay_break_ms"), ("facts", "run_slack_m"),
    )  # fmt: skip
    return np.array(
        [limits[name.rsplit("_", 1)[1]](rules.number(section, name)) for section, name in names], dtype=np.int64
    )
