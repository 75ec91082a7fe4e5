"""Where everything stands in the arrays that the kernel works on: the names of their columns.

`ships` has a row for each MMSI, `parts` one for each part of one. Both are plain int64 matrices, so that a ship's whole
state lies together in memory, grows by doubling and is saved as it stands. Numbers (`Q_*`) are the rules' thresholds in
the units of the rows; tables (`F_*`) and their columns follow `facts.py`.
"""

from typing import Final

MOST_PARTS: Final = 4
NEVER: Final = -(2**62)
"""Before every moment that a row can have."""

# A ship.
(S_MMSI, S_LAST_T, S_LAST_PART, S_OPENED_SINCE, S_OPENED, S_SLOT) = range(6)  # S_SLOT + part: its row, or -1
SHIP_COLUMNS: Final = S_SLOT + MOST_PARTS

# A part: its last row, the track it is on, the cell it is in, the jump that left it, its 2-minute bin; then counts that
# run on while it lives (slow ms, rows under way and their speeds), of which a stay takes the difference.
(
    P_N, P_T, P_LAT, P_LON, P_SOG, P_TAGS, P_PORT, P_OPEN,
    P_TRACK_T, P_TRACK_LAT, P_TRACK_LON, P_TRACK_TAGS, P_TRACK_N, P_ALTERNATIONS,
    P_CELL, P_CELL_T, P_CELL_N, P_CELL_LOST,
    P_JUMP_T0, P_JUMP_LAT0, P_JUMP_LON0, P_JUMP_T1, P_JUMP_LAT1, P_JUMP_LON1, P_JUMP_SPEED, P_JUMP_TO,
    P_BIN, P_SPAN, P_SPAN_END, P_SLOW, P_FAST_N, P_FAST_SUM, P_CALM,
) = range(33)  # fmt: skip
SPANS: Final = 12  # of 10 minutes: n_before looks back over twelve, sog_before over four
SPAN_MS: Final = 600_000
FAST_SPANS: Final = 4
P_COUNTS: Final = 33
P_FASTEST: Final = P_COUNTS + SPANS  # speed + 1, 0 where none was known

# Two runs and four stays; which are open stands in P_OPEN, runs first.
(
    R_T0, R_T1, R_N, R_LAT, R_LON, R_SUM_DLAT, R_SUM_DLON, R_MIN_DLAT, R_MAX_DLAT, R_MIN_DLON, R_MAX_DLON,
    R_SUM_SOG, R_PATH, R_SLOW, R_TAGS_OR, R_TAGS_AND, R_BEFORE, R_AFTER, R_GAP, R_LAST_LAT, R_LAST_LON,
) = range(21)  # fmt: skip
RUN_COLUMNS: Final = 21
P_RUNS: Final = P_FASTEST + FAST_SPANS
(
    Y_PORT, Y_INSIDE, Y_T0, Y_LAT0, Y_LON0, Y_T1, Y_LAT1, Y_LON1, Y_SLOW, Y_FASTEST, Y_FAST_N, Y_FAST_SUM,
) = range(12)  # fmt: skip
STAY_COLUMNS: Final = 12
STAYS: Final = 4
P_STAYS: Final = P_RUNS + 2 * RUN_COLUMNS
PART_COLUMNS: Final = P_STAYS + STAYS * STAY_COLUMNS

OPEN_JUMP: Final = 1 << 6
"""The bit of P_OPEN that says that a jump left this part and nothing has come back; 0-1 are runs, 2-5 stays."""

# Numbers.
(
    Q_REACH_DKN, Q_SLACK, Q_FORGET_MS, Q_CROWD, Q_DROP_MS, Q_TRACK_END_MS, Q_SLOW_DKN, Q_SLOW_BREAK_MS, Q_STILL_DKN,
    Q_STILL_BREAK_MS, Q_EXTENT, Q_SHORTEST_MS, Q_IMPLIED_MS, Q_STAY_BREAK_MS, Q_RUN_SLACK,
) = range(15)  # fmt: skip

# A fact is a row of one matrix: its table, then the columns of facts.py. Counters: facts in use, then what was missed.
(F_DROPS, F_RUNS, F_BINS, F_JUMPS, F_TRACKS, F_VISITS, F_STAYS) = range(7)
FACT_COLUMNS: Final = 22
(C_FACTS, C_LATE, C_OVERFLOW, C_CROWDED) = range(4)
COUNTERS: Final = 4

# Zones.
QUARTER: Final = 150_000  # units in a quarter degree: one tile, one visit
CELL: Final = 1_500
CELLS: Final = 100  # along an edge of a tile
COLUMNS: Final = 1_440
ROWS: Final = 720
