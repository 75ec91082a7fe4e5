"""Detection on one machine: positions are read, the automaton makes facts of them, the rules make findings of facts."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from haemaru.surveillance.detection.automaton import Automaton, Rows, joined_facts, missed
from haemaru.surveillance.detection.blocks import Reading
from haemaru.surveillance.detection.facts import Facts
from haemaru.surveillance.detection.layer2 import find
from haemaru.surveillance.detection.rules import Rules
from haemaru.surveillance.detection.state import State
from haemaru.surveillance.detection.zones import Zones

_MANY_SHIPS = 10_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """The facts of a run, and what was read and not read, counted."""

    facts: Facts
    rows: int
    ships: int
    dropped: Mapping[str, int]
    missed: Mapping[str, int]


class Source(Protocol):
    """Positions as `blocks.Reading` gives them; a cluster has its own."""

    dropped: Counter[str]
    rows: int

    @property
    def stored_rows(self) -> int:
        """How many there are before any is dropped."""
        ...

    def blocks(self) -> Iterator[tuple[Rows, bool]]:
        """Each ship's rows in time order; True beside a block that holds every row of its ships."""
        ...


def observe(reading: Source, automaton: Automaton, progress: Progress | None = None) -> Observed:
    """All facts of the positions: one pass, each ship's state carried from block to block."""
    state, several = State(), list[Facts]()
    ships = 0
    for rows, complete in reading.blocks():
        several.append(automaton.step(rows, state))
        if complete and len(state) >= _MANY_SHIPS:  # nothing more comes of them: the state stays small
            over, state = state.parted(int(rows.mmsi[-1]))
            several.append(automaton.flush(over))
            ships += len(over)
        if progress is not None:
            progress(reading.rows, reading.stored_rows)
    several.append(automaton.flush(state))
    return Observed(joined_facts(several), reading.rows, ships + len(state), dict(reading.dropped), missed(state))


def detect(
    reading: Reading, rules: Rules, zones: Zones, contacts: pa.Table | None, progress: Progress | None = None
) -> tuple[pa.Table, dict[str, Any]]:
    """The findings in these positions, and the counts of what was read."""
    seen = observe(reading, Automaton(rules, zones), progress)
    findings = find(seen.facts, rules, {} if contacts is None else {"contacts": contacts})
    told = {
        "rows": seen.rows,
        "vessels": seen.ships,
        "dropped": dict(sorted(seen.dropped.items())),
        "missed": {name: count for name, count in seen.missed.items() if count},
        "facts": {name: table.num_rows for name, table in seen.facts.items()},
    }
    return findings, told
