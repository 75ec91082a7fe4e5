"""The watch of both agencies: sensors declared and hours heard, own and the partners', told under a clause of its own.

Each declared sensor is a record (`surveillance.sensor`), and so is the table of what a party usually hears
(`surveillance.heard`, one record a party, corrected as it changes). Both are decided like any record; a sensor without
a legal basis is kept and shown here, and no clause releases it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from haemaru.clock import format_time, to_ms
from haemaru.node.hands import share
from haemaru.node.levels import usual_level
from haemaru.surveillance import DAY_MS
from haemaru.surveillance.watch_coverage import Heard, Sensor, Watch, coverage, hours_heard, read_sensor
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.exchange import Held
    from haemaru.node.node import Node

T = TypeVar("T")
SENSOR, HEARD = "surveillance.sensor", "surveillance.heard"
HEARD_DAYS = 7
_MOST_CELLS = 20_000
_LATELY_MS = 5 * 60_000


class CoverageDesk:
    """Declares sensors, tells what is heard, and answers who covers what."""

    def __init__(self, node: "Node") -> None:
        self._node = node
        self._lately: tuple[int, Heard] = (-_LATELY_MS, {})

    def declare(self, declared: list[Any]) -> list[str]:
        """Keeps sensors and patrols as records and shares them as clauses let it; gives their rids."""
        sensors = [read_sensor(each, f"sensors[{n}]") for n, each in enumerate(declared)]
        rids = []
        for sensor in sensors:
            body = {name: value for name, value in _fields(sensor).items() if value not in (None, "")}
            body["basis_stated"] = "yes" if sensor.basis.strip() else "no"
            rids.append(self._keep(self._node.ids.new(), SENSOR, body, sensor.name))
        return rids

    def tell(self) -> int:
        """Tells partners in which cells and hours this node usually hears ships; how many cells that are."""
        heard = self.heard()
        if len(heard) > _MOST_CELLS:
            heard = dict(list(heard.items())[:_MOST_CELLS])
        body = {
            "days": HEARD_DAYS,
            "until": format_time(self._node.clock.now()),
            "cells": [[cell, hours] for cell, hours in heard.items()],
            "basis_stated": "yes",
        }
        rid = f"heard-{self._node.party}"
        known = self._node.exchange.holdings.find(rid)
        if known is None:
            self._keep(rid, HEARD, body, self._node.party)
        elif known.record["body"]["cells"] != body["cells"]:
            with self._node.ledger.write() as batch:
                self._node.exchange.correct(batch, rid, body)
            self._node.workers.wake()
        return len(heard)

    def _keep(self, rid: str, kind: str, body: dict[str, Any], name: str) -> str:
        node = self._node
        record = {
            "rid": rid,
            "kind": kind,
            "subject": {"type": "sensor", "name": name},
            "event_time": format_time(node.clock.now()),
            "handling": {"level": usual_level(node.agreements.known()), "caveats": []},
            "origin": node.party,
            "body": body,
        }
        with node.ledger.write() as batch:
            share(node, batch, record)
        node.workers.wake()
        return rid

    def heard(self) -> Heard:
        """The hours at which this node usually hears ships, by cell, from the rows of its own feeds."""
        now_ms = to_ms(self._node.clock.now())
        found = hours_heard(self._node.surveillance.observed(now_ms // DAY_MS * DAY_MS - HEARD_DAYS * DAY_MS))
        self._lately = (now_ms, found)
        return found

    def _heard_lately(self) -> Heard:
        """The same, at most a few minutes old: a page that is looked at all night must not read a week each time."""
        at_ms, found = self._lately
        age_ms = to_ms(self._node.clock.now()) - at_ms
        return found if 0 <= age_ms < _LATELY_MS else self.heard()

    def watch(self) -> Watch:
        """What is declared and heard, own and as partners told it."""
        sensors: dict[str, list[Sensor]] = {}
        for held, sensor in self._read(SENSOR, _sensor):
            sensors.setdefault(held.origin, []).append(sensor)
        heard = {held.origin: cells for held, cells in self._read(HEARD, _cells) if held.peer is not None}
        return Watch(sensors, {self._node.party: self._heard_lately(), **heard})

    def _read(self, kind: str, read: "Callable[[Held], T]") -> "Iterator[tuple[Held, T]]":
        for held in self._node.exchange.holdings.records_of(kind):
            try:
                yield held, read(held)
            except (Fault, TypeError, ValueError, KeyError):
                continue  # what a partner's clauses left of it does not say where or how far

    def report(self, since: datetime | None, hours: int) -> dict[str, Any]:
        """Who covers what from `since` (now) for so many hours, and the sensors it rests on."""
        watch = self.watch()
        told = coverage(watch, since or self._node.clock.now(), hours)
        sensors = [
            {"party": party, **{name: value for name, value in _fields(sensor).items() if value not in (None, "")}}
            for party, declared in sorted(watch.sensors.items())
            for sensor in declared
        ]
        heard = {party: len(cells) for party, cells in sorted(watch.heard.items())}
        return {"at": format_time(self._node.clock.now()), **told, "sensors": sensors, "heard_cells": heard}


def _fields(sensor: Sensor) -> dict[str, Any]:
    names = ("name", "kind", "lat", "lon", "range_nm", "since", "until", "basis")
    return {name: getattr(sensor, name) for name in names}


def _sensor(held: "Held") -> Sensor:
    body = held.record.get("body") or {}
    return read_sensor({name: value for name, value in body.items() if name != "basis_stated"}, held.rid)


def _cells(held: "Held") -> Heard:
    cells = (held.record.get("body") or {})["cells"]
    return {int(cell): int(hours) & 0xFFFFFF for cell, hours in cells[:_MOST_CELLS]}
