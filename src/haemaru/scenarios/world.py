"""A world: ships and papers of a story that somebody invented, with the answer hidden beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from haemaru.scenarios.ships import Ship
from haemaru.scenarios.traffic import Traffic, live

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened: the ship that the tip means, and where the load lies. Never shown to a node."""

    mmsi: int
    imo: int
    name: str
    space: str
    kg: float
    decoys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One paragraph of the story: who does what when; its words stand in the catalogues under `key`."""

    id: str
    at: datetime
    party: str
    key: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A record that its author later puts right: what changes and why, and the new body under the same rid."""

    rid: str
    party: str
    at: datetime
    changes: dict[str, Any]
    why: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """Everything a demonstration or a test needs of one invented story; the same seed and time give the same world."""

    id: str
    seed: int
    now: datetime
    traffic: Traffic = field(repr=False)
    holdings: Mapping[str, tuple[Record, ...]] = field(repr=False)
    corrections: tuple[Correction, ...]
    tip: dict[str, Any]
    demand: dict[str, Any]
    needs: tuple[dict[str, Any], ...]
    teams: Mapping[str, tuple[Record, ...]]
    session: dict[str, Any]
    seats: tuple[dict[str, Any], ...]
    outcome: dict[str, Any]
    steps: tuple[Step, ...]
    truth: Truth

    @property
    def ships(self) -> tuple[Ship, ...]:
        """Every ship of this world, those outside the shared areas too."""
        return self.traffic.ships

    @property
    def need(self) -> dict[str, Any]:
        """The first of the needs; each is for one team."""
        return self.needs[0]

    @property
    def traffic_window(self) -> tuple[datetime, datetime]:
        """The two hours before the tip: as much traffic as a picture needs."""
        return self.now - timedelta(hours=2), self.now

    def nmea(self, since: datetime, until: datetime, step_s: float) -> Iterator[tuple[datetime, bytes]]:
        """The AIS lines from `since` to `until`, each with the time at which a station wrote it, in order."""
        for heard in self.traffic.heard(since, until, step_s):
            yield heard.at, heard.line

    def live(self, now: datetime, step_s: float = 10.0) -> Iterator[tuple[datetime, bytes]]:
        """AIS lines without end from `now` on; the caller waits until each is due."""
        return live(self.traffic, now, step_s)
