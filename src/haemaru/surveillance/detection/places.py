"""Ports and anchorages that nobody drew: places where ships lay still.

A ship lies still where it stays within a mile for 3 h and reports no more than 0.5 kn. Where five different ships did
so within a mile of one of them, there is a place: an anchorage where most of them swung, else a port. It is found in
the positions themselves, so it is the same in a mirrored or turned world, and no table of ports is needed.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from haemaru.surveillance.detection.automaton import Rows
from haemaru.surveillance.detection.facts import Matrix
from haemaru.surveillance.detection.geometry import ONE, QUARTER_TURN, TURN, units_of_m
from haemaru.surveillance.detection.raster import Spans, point
from haemaru.surveillance.detection.rules import Rules
from haemaru.surveillance.detection.state import grown, index
from haemaru.surveillance.detection.zones import Zone

_ROOM = 4096
Mask = npt.NDArray[np.bool_]


class Stillness:
    """Collects where ships lay still, block by block; each ship's rows come in time order."""

    def __init__(self, rules: Rules) -> None:
        """Compiles the kernel, or reads it from the cache."""
        from haemaru.surveillance.detection.kernel import still

        self._kernel = still
        names = ("still_dkn", "still_break_ms", "still_ms")
        told = [min(rules.number("places", name), 10**12) for name in names]
        self._numbers = np.array([*told, units_of_m(rules.number("places", "together_m"))], np.int64)
        self._ships: Matrix = np.zeros((_ROOM, still.STILL_COLUMNS), np.int64)
        self._table = index(self._ships, 0)
        self._counts = np.zeros(1, np.int64)
        self._found: list[Matrix] = []

    def take(self, rows: Rows) -> None:
        """Takes the rows of a block."""
        columns, at = rows.columns(), 0
        out = np.empty((_ROOM, self._kernel.FOUND_COLUMNS), np.int64)
        while at < len(rows):
            if int(self._counts[0]) == len(self._ships):
                self._ships = grown(self._ships, len(self._ships) + _ROOM)
                self._table = index(self._ships, int(self._counts[0]))
            used = np.zeros(1, np.int64)
            at = self._kernel.lie_still(columns, at, self._table, self._ships, self._counts, self._numbers, out, used)  # type: ignore[no-untyped-call]
            self._found.append(out[: used[0]].copy())

    def stays(self) -> Matrix:
        """Every stay so far: mmsi, begin, end, latitude, longitude, and how far it swung (units, root mean square)."""
        out = np.empty((max(int(self._counts[0]), 1), self._kernel.FOUND_COLUMNS), np.int64)
        used = np.zeros(1, np.int64)
        self._kernel.still_lying(self._ships, self._counts, self._numbers, out, used)  # type: ignore[no-untyped-call]
        return np.concatenate([*self._found, out[: used[0]]])


def find_places(blocks: Iterable[Rows], rules: Rules) -> list[Zone]:
    """The ports and anchorages in these positions, the one that was used first first."""
    stillness = Stillness(rules)
    for rows in blocks:
        stillness.take(rows)
    return places(stillness.stays(), rules)


def places(stays: Matrix, rules: Rules) -> list[Zone]:
    """The ports and anchorages where ships lay still so often."""
    stays = _once_a_ship(stays[np.lexsort((stays[:, 0], stays[:, 1]))])
    together = units_of_m(rules.number("places", "together_m"))
    near = _neighbours(stays, together)
    crowded = [len(set(stays[each, 0].tolist())) >= rules.number("places", "ships") for each in near]
    group = np.full(len(stays), -1)
    found = []
    for seed in range(len(stays)):
        if not crowded[seed] or group[seed] >= 0:
            continue
        members, waiting = [], [seed]
        group[seed] = seed
        while waiting:
            each = waiting.pop()
            members.append(each)
            for other in near[each].tolist():
                if crowded[other] and group[other] < 0:
                    group[other] = seed
                    waiting.append(other)
        found.append(_zone(stays[sorted(members)], rules))
    return found


def _zone(stays: Matrix, rules: Rules) -> Zone:
    swings = np.sort(stays[:, 5])[len(stays) // 2] > units_of_m(rules.number("places", "swing_m"))
    spans = Spans.joined(point((int(lat), int(lon))) for lat, lon in stays[:, 3:5])
    at = f"{stays[0, 3] / 600_000:.3f} {stays[0, 4] / 600_000:.3f}"
    return Zone(
        "anchorage" if swings else "port", at, spans.widened(rules.number("places", "together_m")), inferred=True
    )


def _once_a_ship(stays: Matrix) -> Matrix:
    """A ship that comes back to its berth counts there once: of stays in one small cell the first is kept."""
    cell = np.abs(stays[:, 3]) // 1500 * 2 + (stays[:, 3] < 0), stays[:, 4] // 1500
    _, first = np.unique(np.column_stack([stays[:, 0], *cell]), axis=0, return_index=True)
    return stays[np.sort(first)]


def _neighbours(stays: Matrix, reach: int) -> list[npt.NDArray[np.int64]]:
    """For each stay those within reach, itself among them."""
    order = np.argsort(stays[:, 3], kind="stable")
    lat, lon = stays[order, 3], stays[order, 4]
    u = np.abs(lat) * ONE // QUARTER_TURN
    w = u * u // ONE
    cosine = ONE - w * (40_425 - w * (8_311 - w * (682 - w * 28 // ONE) // ONE) // ONE) // ONE
    near: list[npt.NDArray[np.int64]] = [np.zeros(0, np.int64)] * len(stays)
    first, last = np.searchsorted(lat, lat - reach, "left"), np.searchsorted(lat, lat + reach, "right")
    for at in range(len(stays)):
        window = slice(int(first[at]), int(last[at]))
        turn = np.abs(lon[window] - lon[at])
        east = np.minimum(turn, TURN - turn) * cosine[at] // ONE
        inside = (lat[window] - lat[at]) ** 2 + east * east <= reach * reach
        near[int(order[at])] = order[window][inside]
    return near
