"""Detection at a node: what its own feeds show, found live, kept as records, shared under the clause for findings.

A thread steps the automaton over what feeds brought, looks what there is to find, and tells what changed: a finding
that is new becomes a record; one that ended, turned out different or is withdrawn corrects it, each with its reason,
for what an officer has read is never gone without a word. The look paces itself, so that detection takes a small and
constant part of the machine. What was told is read back from the records: after a restart nothing is told twice.
"""

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from haemaru.clock import format_time, from_ms, to_ms
from haemaru.geography import ports, zone_outlines
from haemaru.node.found import KIND, Found, read
from haemaru.node.hands import share
from haemaru.node.levels import usual_level
from haemaru.signing import Vault
from haemaru.surveillance import CLASSES, DAY_MS, UNITS_PER_DEGREE, Fixes, class_of_ship_type
from haemaru.surveillance.detection.rules import Rules, house_rules
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.ledger import Batch
    from haemaru.node.node import Node
    from haemaru.surveillance.detection.automaton import Rows
    from haemaru.surveillance.detection.live import LiveHost, Published, Revision
    from haemaru.surveillance.detection.zones import Zones

_log = logging.getLogger(__name__)
_FOLDER: Final = "live"
_TICK_S: Final = 1.0


class FindingDesk:
    """Detects while the node runs; without `start` it only notes what comes in for the next time."""

    def __init__(self, node: "Node") -> None:
        self._node = node
        self._host: LiveHost | None = None
        self._opening, self._stop = threading.Lock(), threading.Event()
        self._told: dict[str, Published] | None = None
        self._rids: dict[str, str] = {}
        self._thread: threading.Thread | None = None
        self.state = "idle"
        node.surveillance.on_observed(self.note)

    @property
    def rules(self) -> Rules:
        """The rules by which this node detects."""
        return house_rules()

    def host(self) -> "LiveHost":
        """The live host, opened when first needed."""
        with self._opening:
            if self._host is None:
                from haemaru.surveillance.detection.live import LiveHost

                node = self._node
                folder = node.home.folder / _FOLDER
                self._host = LiveHost(
                    folder, Vault(node.keys.vault), self.rules, live_zones(node.home.folder, self.rules), self._history
                )
            return self._host

    def note(self, fixes: Fixes) -> None:
        """Keeps rows of the node's own feeds for detection; a kill does not lose them from now on."""
        named = fixes.take(fixes.named() & (fixes.mmsi > 0))
        if len(named):
            self.host().note(_rows(named))

    def start(self) -> None:
        """Begins to detect."""
        self._thread = threading.Thread(target=self._run, name="detector", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; what was noted is taken up at the next start."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(20)
        if self._host is not None:
            self._host.close()

    def look(self, *, to_the_end: bool = False) -> "list[Revision]":
        """Looks what there is to find now, and tells what changed since the last look."""
        from haemaru.surveillance.detection.live import revise

        host = self.host()
        host.work(None if to_the_end else to_ms(self._node.clock.now()), to_the_end=to_the_end)
        found = host.find()
        told = self._known()
        changes = revise(told, found, host.mark, host.anew)
        for change in changes:
            self._tell(change)
            told[change.finding.id] = change.finding
        if changes:
            self._node.workers.wake()
        return changes

    def status(self) -> dict[str, Any]:
        """Whether detection runs, how far it is, and what it counted."""
        host = self._host
        mark = None if host is None or host.mark < 0 else format_time(from_ms(host.mark))
        counted = {} if host is None else {**host.counts, "ships": len(host)}
        return {"state": self.state, "mark": mark, "rules": self.rules.sha256, **counted}

    def _run(self) -> None:
        from haemaru.surveillance.detection.live.pacing import SNAPSHOT_S, pause_after

        looked, saved, pause = 0.0, time.monotonic(), 0.0
        while not self._stop.wait(_TICK_S):
            if self._host is None and not (self._node.home.folder / _FOLDER).exists():
                continue  # no feed has ever brought anything
            try:
                self.state = "loading" if self.state == "idle" else self.state
                self.host().work(to_ms(self._node.clock.now()))
                if time.monotonic() - looked >= pause:
                    began = time.thread_time()
                    self.look()
                    looked = time.monotonic()
                    pause = pause_after(time.thread_time() - began)
                if time.monotonic() - saved >= SNAPSHOT_S:
                    self.host().snapshot()
                    saved = time.monotonic()
                self.state = "working"
            except Fault as fault:
                self.state = fault.code
                _log.warning("detection waits: %s", fault)
            except Exception:  # noqa: BLE001 - the next look tries again
                self.state = "failed"
                _log.exception("a look failed")

    def _history(self, ships: Sequence[int] | None, since_ms: int) -> "Rows":
        from haemaru.surveillance.detection.live.host import WINDOW_MS

        now_ms = to_ms(self._node.clock.now())
        since = max(since_ms, now_ms - WINDOW_MS - DAY_MS)
        fixes = self._node.surveillance.stored(since, now_ms + DAY_MS, ships)
        return _rows(fixes.take(fixes.named() & (fixes.mmsi > 0)))

    # What was told

    def _known(self) -> "dict[str, Published]":
        if self._told is None:
            self._told = {}
            for held in self._node.exchange.holdings.records_of(KIND):
                found = read(held) if held.peer is None else None
                if found is not None:
                    self._told[found.name] = _published(found)
                    self._rids[found.name] = held.rid
        return self._told

    def _tell(self, change: "Revision") -> None:
        finding = change.finding
        with self._node.ledger.write() as batch:
            if change.kind == "new":
                rid = rid_of(self._node.party, finding.id)
                if self._node.exchange.holdings.find(rid) is not None:
                    # Taken back once and found again: another record, for what was taken back stays so.
                    rid = f"{rid}-{self._node.ids.new()}"
                self._rids[finding.id] = rid
                self._put(batch, rid, finding, self._body(change))
                return
            held = self._node.exchange.holdings.find(self._rids.get(finding.id, ""))
            if held is None or held.state != "held":
                return  # erased or taken back by a person in the meantime
            # What is withdrawn is corrected too: it stays where it was read, with the reason why it is none.
            self._node.exchange.correct(batch, held.rid, self._body(change))

    def _put(self, batch: "Batch", rid: str, finding: "Published", body: dict[str, Any]) -> None:
        node = self._node
        record = {
            "rid": rid,
            "kind": KIND,
            "subject": {"type": "vessel", **self._ship(finding.mmsi_a)},
            "event_time": body["until"],
            "handling": {"level": usual_level(node.agreements.known()), "caveats": []},
            "origin": node.party,
            "body": body,
        }
        share(node, batch, record)

    def _body(self, change: "Revision") -> dict[str, Any]:
        finding = change.finding
        body: dict[str, Any] = {
            "finding": finding.id,
            "rule": finding.rule,
            "rules": self.rules.sha256,
            "rule_version": self.rules.versions[finding.rule],
            "version": finding.version,
            "state": finding.state,
            "since": format_time(from_ms(finding.t_start)),
            "until": format_time(from_ms(finding.t_end)),
            "lat": finding.lat / UNITS_PER_DEGREE,
            "lon": finding.lon / UNITS_PER_DEGREE,
            "value": finding.value,
            "evidence": [format_time(from_ms(t)) for t in finding.evidence],
            "vessel_class": self._class(finding.mmsi_a),
            "other_class": self._class(finding.mmsi_b) if finding.mmsi_b else "none",
        }
        if change.reason:
            body["reason"] = change.reason
        if finding.mmsi_b:
            body["other"] = self._ship(finding.mmsi_b)
        return body

    def _ship(self, mmsi: int) -> dict[str, Any]:
        static = self._node.surveillance.static(mmsi)
        named = {key: value for key in ("imo", "name") if static is not None and (value := getattr(static, key))}
        return {"mmsi": mmsi, **named}

    def _class(self, mmsi: int) -> str:
        static = self._node.surveillance.static(mmsi)
        if static is not None and static.ship_type is not None:
            return CLASSES[class_of_ship_type(static.ship_type)]
        return CLASSES[self._node.surveillance.classes().get(mmsi, 0)]


def rid_of(party: str, finding: str) -> str:
    """The name of the record in which a party tells a finding."""
    return f"finding-{party}-{finding}"


def live_zones(folder: Path, rules: Rules) -> "Zones":
    """The tags of the sea at a live node: its own `zones.geojson` where it has one, else the tables of the house."""
    from haemaru.surveillance.detection.zone_files import read_zone_file, read_zone_table
    from haemaru.surveillance.detection.zones import Zones

    own = folder / "zones.geojson"
    found, _ = read_zone_file(own, rules) if own.exists() else read_zone_table(house_zones(), rules, "house")
    return Zones.of(found, rules)


def house_zones() -> dict[str, Any]:
    """The ports, anchorages and the territorial sea of the house's tables as GeoJSON; approximate."""
    places = [
        {
            "type": "Feature",
            "properties": {"kind": "anchorage" if port.kind == "anchorage" else "port", "name": port.id},
            "geometry": {"type": "Point", "coordinates": [port.position.lon_degrees, port.position.lat_degrees]},
        }
        for port in ports()
    ]
    waters = {"kind": "territorial_sea", "name": "territorial"}
    sea = {"type": "Feature", "properties": waters, "geometry": zone_outlines()["territorial"]}
    return {"type": "FeatureCollection", "features": [*places, sea]}


def _rows(fixes: Fixes) -> "Rows":
    from haemaru.surveillance.detection.automaton import Rows

    return Rows(fixes.mmsi, fixes.t, fixes.lat, fixes.lon, fixes.sog)


def _published(found: Found) -> "Published":
    """A finding of ours as it was told last."""
    from haemaru.surveillance.detection.live import Published

    row = found.row()
    return Published(id=found.name, state=found.state, **row)
