"""Facts: what Layer 1 tells Layer 2 about each ship, in seven small tables of whole numbers.

The automaton reads positions row by row and writes one fact where something began and ended: a silence, a slow run, a
jump. The rules (`sql/*.sql`) see facts only. Every column is a 64-bit integer in the units of the rows: `t*` UTC ms,
`lat*`/`lon*` 1/600000 degree (longitude in -108,000,000 up to but not including +108,000,000), `sog*` 0.1 knot. `mmsi`
and `part` open every table: a part is one of up to four ships that may hide behind one MMSI.

Two words hold for all tables. **Speed** is the reported one, else the speed over ground that the row before implies
(not across more than 30 min), else `UNKNOWN`. **Tags** are the bits of `zones.py` at a position.

- `drops`: two neighbouring rows of a part 15 min or more apart. `n_before` counts the part's rows in the twelve
  10-minute spans (counted from 1970) up to and including the one that holds `t0`: the 2 h before, `t0` included.
- `runs`: slow rows (`level` 30: below 3 kn, breaks to 10 min; 20: to 2 kn, breaks to 30 min, cut where the box that
  holds the run would be more than 14 km across) of 2 min or more. Faster rows between two slow ones are not in the run.
  A break in which the ship came farther than at the level's speed (and 300 m) ends the run: it was somewhere else.
  `slow_ms` adds the legs between neighbouring rows that are both slow, `gap_in_ms` is the longest break. `lat`, `lon`
  are the mean of the slow rows, rounded away from the first; `min_dlon`, `max_dlon` count from `first_lon`. `path_m`
  adds the ways from slow row to slow row. `sog_before` is the highest speed in the four 10-minute spans up to that of
  `t0`, before it (30-40 min); `sog_after` that of the first row after `t1`; both `UNKNOWN` where there was none.
- `bins`: the first row below or at 3 kn of each 2-minute `bin` (`t // 120000`), none inside a port.
- `jumps`: a row that its ship could not reach at 60 kn from the MMSI's row before, and that no other part can reach, so
  that `to_part` is opened. `speed_dkn` is what it would have needed. `t2` is the first row of `part` after that
  (`returned` 1), or 0 while there is none (`returned` 0).
- `tracks`: one continuous piece of a part: ended by a silence of 2 h or more, by the end of the part or of the data.
  `alternations` counts how often the MMSI's rows changed to this part from another.
- `visits`: a part's stay in one quarter-degree cell (`cell` = row * 1440 + column, counted from the south pole and from
  180 W). `n` rows; `lost_ms` of it inside drops that began there.
- `zone_stays`: a part's stay under one tag `bit` (`IN_PORT` for each `port`, `TERRITORIAL`, `COAST`, `LANE`), from its
  first to its last row inside; up to 10 min outside do not end it. `slow_ms` adds the legs between rows inside at whose
  end the ship was slower than 3 kn; `sog_max` is the highest speed inside; `sum_run` adds the speeds of the `n_run`
  rows at 3 kn or more, so that their mean is the speed under way.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

UNKNOWN: Final = 32767
"""A speed or course that nobody told and that nothing implies."""

Facts = Mapping[str, pa.Table]
Matrix = npt.NDArray[np.int64]

TABLES: Final[dict[str, tuple[str, ...]]] = {
    "drops": (
        "mmsi", "part", "t0", "lat0", "lon0", "sog0", "tags0", "t1", "lat1", "lon1", "sog1", "tags1", "n_before",
    ),
    "runs": (
        "mmsi", "part", "level", "t0", "t1", "n", "lat", "lon", "min_lat", "max_lat", "min_dlon", "max_dlon",
        "first_lon", "sum_sog", "path_m", "slow_ms", "tags_or", "tags_and", "sog_before", "sog_after", "gap_in_ms",
    ),
    "bins": ("mmsi", "part", "bin", "t", "lat", "lon", "sog", "tags"),
    "jumps": (
        "mmsi", "part", "t0", "lat0", "lon0", "t1", "lat1", "lon1", "speed_dkn", "to_part", "returned", "t2",
    ),
    "tracks": (
        "mmsi", "part", "t0", "lat0", "lon0", "tags0", "t1", "lat1", "lon1", "tags1", "n", "alternations",
    ),
    "visits": ("mmsi", "part", "cell", "t0", "t1", "n", "lost_ms"),
    "zone_stays": (
        "mmsi", "part", "bit", "port", "t0", "lat0", "lon0", "t1", "lat1", "lon1", "slow_ms", "sog_max", "n_run",
        "sum_run",
    ),
}  # fmt: skip


def schema(table: str) -> pa.Schema:
    """The Arrow schema of a fact table: every column int64, none null."""
    return pa.schema([pa.field(name, pa.int64(), nullable=False) for name in TABLES[table]])


def as_table(name: str, rows: Matrix) -> pa.Table:
    """A fact table of a matrix that has one row a fact and the table's columns in their order."""
    columns = [pa.array(rows[:, at].copy()) for at in range(len(TABLES[name]))]
    return pa.Table.from_arrays(columns, schema=schema(name))
