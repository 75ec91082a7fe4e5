"""What `haemaru detect` does: reads rules, zones, contacts and positions, and writes the findings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from haemaru.surveillance.detection.blocks import Reading
from haemaru.surveillance.detection.contact_tracks import read_contact_tracks
from haemaru.surveillance.detection.engine import Progress, detect
from haemaru.surveillance.detection.findings import counts, write_findings
from haemaru.surveillance.detection.places import find_places
from haemaru.surveillance.detection.rule_signatures import read_signed_rules
from haemaru.surveillance.detection.rules import Rules, house_rules
from haemaru.surveillance.detection.zone_files import read_zone_file
from haemaru.surveillance.detection.zones import Zones
from haemaru.wording import Fault


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


Engine = Callable[[Reading, Rules, Zones, pa.Table | None, Progress | None], tuple[pa.Table, dict[str, Any]]]
ENGINES: dict[str, Engine] = {"local": detect}


def run(order: Order, progress: Progress | None = None) -> dict[str, Any]:
    """Writes the findings and tells what was read, by which rules and zones, and what was found."""
    if order.engine not in ENGINES:
        raise Fault("engine_missing", order.engine)
    rules = house_rules() if order.rules is None else read_signed_rules(order.rules, order.signers)
    contacts = None if order.contacts is None else read_contact_tracks(order.contacts)
    reading = Reading.of(order.paths)
    zones, told_zones = _zones(order, reading, rules)
    findings, told = ENGINES[order.engine](reading, rules, zones, contacts, progress)
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


def _zones(order: Order, reading: Reading, rules: Rules) -> tuple[Zones, dict[str, Any]]:
    if order.zones is not None:
        zones, told = read_zone_file(order.zones, rules)
        return Zones.of(zones, rules), {"source": str(order.zones), **told}
    found = find_places((rows for rows, _ in reading.blocks(again=True)), rules)
    kinds = {kind: sum(zone.kind == kind for zone in found) for kind in ("port", "anchorage")}
    return Zones.of(found, rules), {"source": "positions", "features": len(found), "kinds": kinds}
