"""What a worker does: it reads row groups, finds where ships lay still, and runs the automaton over whole ships.

Every function takes and gives Arrow batches, as `mapInArrow` wants it, and calls what the local host calls.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyarrow as pa

from haemaru.surveillance.detection.automaton import Automaton, Rows
from haemaru.surveillance.detection.blocks import READ, read_group, ship_by_ship, valid
from haemaru.surveillance.detection.engine import observe
from haemaru.surveillance.detection.facts import TABLES
from haemaru.surveillance.detection.places import Stillness
from haemaru.surveillance.detection.rules import Rules
from haemaru.surveillance.detection.zones import Zones

_POSITIONS: Final = pa.schema(zip(READ, (pa.int32(), pa.int64(), pa.int32(), pa.int32(), pa.int16()), strict=True))
WIDTH: Final = max(len(columns) for columns in TABLES.values())
TOLD: Final = pa.schema([("told", pa.string()), *((f"c{at}", pa.int64()) for at in range(WIDTH))])
"""A fact, its table named in `told`, its columns in their order; or a count under its name, the number in `c0`."""

Batches = Iterable[pa.RecordBatch]


@cache
def version() -> str:
    """A digest of the sources of detection: driver and workers must have the same, or findings would differ."""
    sources = sorted(Path(__file__).parents[1].rglob("*.py"))
    return sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()


def read(batches: Batches, made_by: str) -> Iterator[pa.RecordBatch]:
    """The rows of the row groups that the batches name (`path`, `first`, `end`), the bad ones still among them."""
    if made_by != version():
        raise RuntimeError("haemaru on this worker is not the version that asks")
    for batch in batches:
        for span in batch.to_pylist():
            for number in range(span["first"], span["end"]):
                columns = read_group(Path(span["path"]), number).columns()
                yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=_POSITIONS)


def stays(batches: Batches, rules: Rules) -> Iterator[pa.RecordBatch]:
    """Where the ships of a partition lay still, as `Stillness.stays` tells it, in `c0` to `c5`."""
    stillness = Stillness(rules)
    for rows, _ in Partition(batches).blocks():
        stillness.take(rows)
    found = stillness.stays()
    yield _told("stays", [pa.array(found[:, at].copy()) for at in range(found.shape[1])])


def facts(batches: Batches, rules: Rules, zones: Zones) -> Iterator[pa.RecordBatch]:
    """The facts of the ships of a partition, and what was counted."""
    seen = observe(Partition(batches), Automaton(rules, zones))
    counts = {"rows": seen.rows, "vessels": seen.ships}
    counts |= {f"dropped.{reason}": count for reason, count in seen.dropped.items()}
    counts |= {f"missed.{reason}": count for reason, count in seen.missed.items()}
    for name, count in counts.items():
        yield _told(name, [pa.array([count], pa.int64())])
    for name, table in seen.facts.items():
        for batch in table.combine_chunks().to_batches():
            yield _told(name, batch.columns)


@dataclass(slots=True)
class Partition:
    """The rows of a partition, all of each of its ships, read as `blocks.Reading` is read."""

    batches: Batches
    dropped: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    stored_rows: int = 0

    def blocks(self) -> Iterator[tuple[Rows, bool]]:
        """The rows in blocks, each with every row of its ships."""
        for rows in ship_by_ship(valid(_rows(batch), self.dropped) for batch in self.batches):
            self.rows += len(rows)
            yield rows, True


def _rows(batch: pa.RecordBatch) -> Rows:
    return Rows(*(batch.column(name).to_numpy() for name in READ))


def _told(name: str, columns: list[pa.Array]) -> pa.RecordBatch:
    rows = len(columns[0])
    spare = [pa.nulls(rows, pa.int64())] * (WIDTH - len(columns))
    return pa.RecordBatch.from_arrays([pa.repeat(name, rows), *columns, *spare], schema=TOLD)
