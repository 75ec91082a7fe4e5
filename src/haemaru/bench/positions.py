"""Positions: keeping them, and sharing them under an agreement.

The lines are invented ships behind tag blocks, so that the measurement needs no data. Rates are rows a second.
"""

import math
import os
import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from haemaru.bench.agreement import bench_agreement
from haemaru.bench.at_rest import at_rest
from haemaru.clock import from_ms, to_ms
from haemaru.scenarios.sentences import checksum, position_a, position_b
from haemaru.surveillance import AisDecoder, Fixes, PositionStore, class_code, joined, read_shared, share

_LINES = 40_000
_SHIPS = 1_500
_BATCH = 2_000
_START = to_ms(datetime(2025, 4, 2, tzinfo=UTC))
_CLAUSES = """
[[area]]
id = "water"
name = { ko = "수역", en = "Water" }
polygon = [[124, 33], [131, 33], [131, 38], [124, 38]]
[[clause]]
id = "1"
article = 1
effect = "withhold"
kinds = ["surveillance.position"]
from = ["*"]
to = ["*"]
legal_basis = { ko = "없음", en = "none" }
text = { ko = "군함은 제외", en = "no warships" }
when = [{ test = "field_in", path = "body.vessel_class", values = ["military"] }]
[[clause]]
id = "2"
article = 1
effect = "release"
kinds = ["surveillance.position"]
from = ["north"]
to = ["south"]
purposes = ["measuring"]
legal_basis = { ko = "없음", en = "none" }
text = { ko = "수역 안의 위치", en = "positions in the water" }
retention_days = 1
onward = "none"
when = [{ test = "area_within", area = "water" }, { test = "age_at_most_hours", hours = 24 }]
fields = [{ path = "*" }]
"""


def invented_lines(count: int = _LINES, seed: int = 1) -> list[bytes]:
    """AIS lines of invented ships, two classes, each behind a tag block with station and time."""
    source = random.Random(seed)  # noqa: S311 - no secret
    ships = [(440_000_000 + at, source.uniform(33, 38), source.uniform(124, 132)) for at in range(_SHIPS)]
    lines = []
    for at in range(count):
        mmsi, lat, lon = ships[at % _SHIPS]
        seconds = at * 86_000 // count
        turn = math.sin(at)
        make = position_b if mmsi % 5 == 0 else position_a
        rest = (12 + turn, 180 + 90 * turn)
        place = (lon + at / 1e6, lat + turn / 100)
        second = seconds % 60
        line = make(mmsi, place, *rest, second) if make is position_b else position_a(mmsi, place, *rest, 0, second)
        tag = b"s:rBENCH%d,c:%d" % (at % 7, _START // 1000 + seconds)
        lines.append(b"\\%b*%02X\\%b" % (tag, checksum(tag), line))
    return lines


def measure() -> dict[str, Any]:
    """Rows a second kept on the disk, cut out under clauses, and read by the receiver."""
    fixes = _decode(invented_lines())
    rows = fixes.replace(vessel_class=[class_code("cargo")] * len(fixes))
    return {
        **_keep(rows),
        "at_rest": at_rest(rows),
        **_share(rows),
    }


def _decode(lines: list[bytes]) -> Fixes:
    decoder = AisDecoder()
    return joined(decoder.feed(lines[at : at + _BATCH]) for at in range(0, len(lines), _BATCH))


def _keep(fixes: Fixes) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        store = PositionStore(Path(folder) / "positions", os.urandom(32))
        started = perf_counter()
        kept = sum(len(store.append(batch)) for batch in _batches(fixes))
        stored = perf_counter() - started
        store.compact()
        started = perf_counter()
        found = len(store.read(_START, _START + 86_400_000))
        return {"stored_per_s": round(kept / stored), "read_per_s": round(found / (perf_counter() - started))}


def _share(fixes: Fixes) -> dict[str, int]:
    agreement = bench_agreement(_CLAUSES)
    at = from_ms(int(fixes.t.max()))
    started = perf_counter()
    shared = [share(agreement, batch, ("north", "south"), "measuring", at) for batch in _batches(fixes)]
    cut = perf_counter() - started
    started = perf_counter()
    received = sum(len(read_shared(arrow)) for one in shared for _, arrow, _ in one.groups)
    return {
        "shared_per_s": round(len(fixes) / cut),
        "received_per_s": round(received / (perf_counter() - started)),
        "shared_rows": received,
    }


def _batches(fixes: Fixes) -> list[Fixes]:
    return [fixes.take(slice(at, at + _BATCH)) for at in range(0, len(fixes), _BATCH)]  # type: ignore[arg-type]
