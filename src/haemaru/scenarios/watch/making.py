"""Writes a watch: who takes part, and then row by row what was heard, beside the truth that nobody was told."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from haemaru.clock import to_ms
from haemaru.scenarios.watch import approaches, identities, ordinary, positives, working
from haemaru.scenarios.watch.cast import Cast
from haemaru.scenarios.watch.courses import HOUR, Vessel
from haemaru.scenarios.watch.writing import Progress, write

_START = datetime(2026, 3, 2, tzinfo=UTC)
_NIGHT = (11.0, 20.0)  # 20:00 to 05:00 in Korea, as hours UTC


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted: the same order gives the same bytes."""

    seed: int
    vessels: int = 500
    hours: float = 24.0
    start: datetime = _START
    quiet: bool = False
    dark_meeting: bool = False
    late_fetch: bool = False

    @property
    def history_h(self) -> float:
        """Hours of data before the watch itself: what was dropped 30 hours before its fetching was dropped then."""
        return 32.0 if self.late_fetch else 0.0


def make(order: Order, folder: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Writes the watch into `folder` and tells what it holds; memory does not grow with the rows.

    `progress` is told now and then how many ships of how many are written.
    """
    return write(order, build(order), folder, progress)


def build(order: Order) -> Cast:
    """Everybody who takes part in the watch, and what they do."""
    start_ms = to_ms(order.start)
    seconds, watch = (order.hours + order.history_h) * HOUR, order.history_h * HOUR
    cast = Cast(np.random.default_rng([order.seed, 4]), seconds, _NIGHT, start_ms, watch)
    count = max(4, order.vessels // 90)
    hosts = ordinary.anchored(cast, max(12, order.vessels // 14))
    visited, served = hosts[: 2 * len(hosts) // 3], hosts[2 * len(hosts) // 3 :]
    if not order.quiet:
        _positives(cast, visited, count)
    if order.dark_meeting:
        approaches.unseen_partners(cast, 1)
    if order.late_fetch:
        positives.drops(cast, 1, lag_hours=30.0)
    working.launches(cast, served)
    working.bunkering(cast, served)
    _ordinary(cast, max(0, order.vessels - len(cast.vessels)), order)
    return cast


def _positives(cast: Cast, hosts: list[Vessel], count: int) -> None:
    positives.gaps(cast, count)
    positives.stops(cast, count)
    positives.stops(cast, count, "loitering")
    positives.meetings(cast, count)
    positives.drops(cast, count)
    approaches.unseen_partners(cast, count)
    approaches.visits(cast, hosts, count)
    approaches.landings(cast, count, by_night=True)
    approaches.off_the_lane(cast, count)
    identities.changes(cast, count)
    identities.doubles(cast, count)
    identities.jumps(cast, count)


def _ordinary(cast: Cast, rest: int, order: Order) -> None:
    few = max(2, rest // 80)
    before = len(cast.vessels)
    odd = 0 if order.quiet else max(4, order.vessels // 90)
    ordinary.feeders(cast, max(7 * 6, rest // 10), odd)
    ordinary.ferries(cast, max(4, rest // 40))
    working.pair_trawling(cast, few)
    working.pleasure(cast, max(4, rest // 25))
    if not order.quiet:
        identities.swaps_at_berth(cast, few)
        identities.glitches(cast, few)
        approaches.landings(cast, few, by_night=False)
        working.jiggers(cast, few)
    left = rest - (len(cast.vessels) - before)
    ordinary.moored(cast, max(0, left * 15 // 100))
    working.fishing(cast, max(0, left * 30 // 100))
    ships = ordinary.merchants(cast, max(0, left * 55 // 100))
    working.pilots(cast, ships)
    approaches.passing_contacts(cast, cast.vessels, max(4, few))
