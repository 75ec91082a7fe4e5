"""What `haemaru detect` does: reads rules, zones, contacts and positions, and writes the findings."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from haemaru.surveillance.detection.blocks import Reading
from haemaru.surveillance.detection.contact_tracks import read_contact_tracks
from haemaru.surveillance.detection.engine import Progress, detect
from haemaru.surveillance.detection.findings import counts, write_findings
from haemaru.surveillance.detection.places import find_places
from haemaru.surveillance.detection.rule_signatures import read_signed_rules
from haemaru.surveillance.detection.rules import Rules, house_rules
from haemaru.surveillance.detection.zone_files import read_zone_file
from haemaru.surveillance.detection.zones import Zone, Zones


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: where to read, where to write, and by which zones, contacts, rules and engine."""

    paths: Sequence[Path]
    out: Path
    zones: Path | None = None
    contacts: Path | None = None
    rules: Path | None = None
    signers: Sequence[Path] = ()
    engine: str = "local"
    master: str | None = None


class Host(Protocol):
    """Where the work is done; every host finds the same."""

    def places(self, rules: Rules) -> list[Zone]:
        """The ports and anchorages in the positions themselves."""
        ...

    def detect(
        self, rules: Rules, zones: Zones, contacts: pa.Table | None, progress: Progress | None
    ) -> tuple[pa.Table, dict[str, Any]]:
        """The findings, and the counts of what was read."""
        ...


@dataclass(frozen=True, slots=True)
class Local:
    """This machine, in this process."""

    reading: Reading

    def places(self, rules: Rules) -> list[Zone]:
        """As `find_places`."""
        return find_places((rows for rows, _ in self.reading.blocks(again=True)), rules)

    def detect(
        self, rules: Rules, zones: Zones, contacts: pa.Table | None, progress: Progress | None
    ) -> tuple[pa.Table, dict[str, Any]]:
        """As `engine.detect`."""
        return detect(self.reading, rules, zones, contacts, progress)


def run(order: Order, progress: Progress | None = None) -> dict[str, Any]:
    """Writes the findings and tells what was read, by which rules and zones, and what was found."""
    rules = house_rules() if order.rules is None else read_signed_rules(order.rules, order.signers)
    contacts = None if order.contacts is None else read_contact_tracks(order.contacts)
    with _host(order, Reading.of(order.paths), progress) as host:
        zones, told_zones = _zones(order, host, rules)
        findings, told = host.detect(rules, zones, contacts, progress)
    write_findings(findings, order.out, rules)
    return {
        "findings": len(findings),
        "by_rule": counts(findings),
        **told,
        "zones": told_zones,
        "engine": order.engine,
        "rules_sha256": rules.sha256,
        "out": str(order.out),
    }


@contextmanager
def _host(order: Order, reading: Reading, progress: Progress | None) -> Iterator[Host]:
    if order.engine == "local":
        yield Local(reading)
        return
    from haemaru.surveillance.detection.spark.session import session

    with session(order.master, progress=progress is not None) as spark:
        from haemaru.surveillance.detection.spark.host import Cluster

        yield Cluster(reading, spark)


def _zones(order: Order, host: Host, rules: Rules) -> tuple[Zones, dict[str, Any]]:
    if order.zones is not None:
        zones, told = read_zone_file(order.zones, rules)
        return Zones.of(zones, rules), {"source": str(order.zones), **told}
    found = host.places(rules)
    kinds = {kind: sum(zone.kind == kind for zone in found) for kind in ("port", "anchorage")}
    return Zones.of(found, rules), {"source": "positions", "features": len(found), "kinds": kinds}
