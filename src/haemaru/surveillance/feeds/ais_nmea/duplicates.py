"""Finds receptions of one transmission by several stations, so that one report stays one fix, "heard by N stations".

Two receptions are the same transmission when all bits agree and they lie within half a minute: a report carries its
second and its radio state, so a ship's next report differs. Without any time, the next thousand messages count.
"""

from dataclasses import dataclass, field

WINDOW_MS = 30_000
UNTIMED_WINDOW = 1_000
GENERATION = 50_000  # messages kept before the older half is forgotten; a national feed brings that in a minute

MOST_STATIONS = 255  # further ones are not told apart: the column `heard` ends there


@dataclass(slots=True)
class Heard:
    """One transmission: when it was first heard and by whom."""

    at: int | None
    order: int
    stations: set[bytes] = field(default_factory=set)
    quality: int = 0
    batch: int = -1  # the batch that holds its fix; -1 for none

    @property
    def count(self) -> int:
        """By how many stations, as far as they are named; at least one."""
        return max(1, len(self.stations - {b""}))


class Duplicates:
    """Remembers the transmissions of the last moments."""

    def __init__(self) -> None:
        self._new: dict[bytes, Heard] = {}
        self._old: dict[bytes, Heard] = {}

    def meet(self, packed: bytes, at: int | None, order: int, station: bytes) -> tuple[Heard, bool]:
        """The transmission this reception belongs to, and whether it had been heard before."""
        known = self._new.get(packed) or self._old.get(packed)
        if known is not None and _same(known, at, order):
            if len(known.stations) <= MOST_STATIONS:
                known.stations.add(station)
            return known, True
        if len(self._new) >= GENERATION:
            self._old, self._new = self._new, {}
        heard = Heard(at, order, {station})
        self._new[packed] = heard
        return heard, False


def _same(known: Heard, at: int | None, order: int) -> bool:
    if known.at is None or at is None:
        return order - known.order <= UNTIMED_WINDOW
    return abs(at - known.at) <= WINDOW_MS
