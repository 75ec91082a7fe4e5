"""The end of keeping for positions: rows that a partner shared are deleted when their signed time has come.

Nobody is asked and no answer is owed: rows are observations by the thousand, of no case, and a legal hold does not
reach them. Once an hour, and at the start, what is outlived is looked for; then each tick ends one day of one partner.
The ledger notes how much before the files are written anew: a crash between the two lets it be noted twice, never
unnoted.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager

import msgspec

from haemaru.clock import Clock, format_time, from_ms, to_ms
from haemaru.ledger import Ledger
from haemaru.node.tallies import OUTLIVED, OutlivedNote
from haemaru.surveillance.picture import Picture
from haemaru.surveillance.store import Outlived, PositionStore

_HOUR_MS = 3_600_000


class Outliving:
    """Ends what partners' rows outlive; `lock` is held where nothing else may write."""

    def __init__(
        self,
        clock: Clock,
        ledger: Ledger,
        picture: Picture,
        stores: Mapping[str, PositionStore],
        lock: AbstractContextManager[object],
    ) -> None:
        self._clock, self._ledger, self._picture = clock, ledger, picture
        self._stores, self._lock = stores, lock
        self._hour = -1
        self._waiting: list[tuple[str, str]] = []

    def tick(self) -> int:
        """Looks for outlived rows when an hour begins, and deletes those of one day; how many rows."""
        now_ms = to_ms(self._clock.now())
        if now_ms // _HOUR_MS != self._hour:
            self._look(now_ms)
            self._hour = now_ms // _HOUR_MS
        if not self._waiting:
            return 0
        ended = self._end(*self._waiting[0], now_ms)
        # Only now: what failed is tried again at the next tick.
        self._waiting.pop(0)
        return ended

    def _look(self, now_ms: int) -> None:
        with self._lock:
            self._picture.end(now_ms)
            self._waiting = [
                (party, day) for party, store in self._stores.items() for day in store.outlived_days(now_ms)
            ]

    def _end(self, party: str, day: str, now_ms: int) -> int:
        with self._lock:
            found = self._stores[party].outlived(day, now_ms)
            if found is None:
                return 0
            self._note(party, day, found)
            self._stores[party].drop_outlived(day, now_ms)
            return found.rows

    def _note(self, party: str, day: str, found: Outlived) -> None:
        since, until = format_time(from_ms(found.first_ms)), format_time(from_ms(found.last_ms))
        note = OutlivedNote(party=party, rows=found.rows, day=day, since=since, until=until)
        with self._ledger.write() as batch:
            batch.append(OUTLIVED, msgspec.json.encode(note))
