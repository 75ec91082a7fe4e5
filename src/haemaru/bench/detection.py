"""Detection: how right it is on a fresh invented watch, and what a row costs against movingpandas in the same run.

Right: recall and precision for each rule, `haemaru detect` as anybody would call it, on a world of this seed. Fast: the
same command over many rows in its own process, Parquet read, all rules and start included, against movingpandas cutting
tracks at gaps (`ObservationGapSplitter`), which has its rows in memory before the clock runs and knows no other rule.
The first run of all, which may have to compile the kernel, is not measured.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from haemaru.bench.movingpandas_gaps import split_gaps
from haemaru.scenarios.scoring import score
from haemaru.scenarios.watch import Order, make
from haemaru.wording import Fault

_SCORED = 2_000  # ships of the world whose truth is compared
_ROWS_PER_SHIP = 1_550  # of 24 hours, as the worlds come out
_PEER_ROWS = 40_000


def measure(*, seed: int = 1, rows: int = 10_000_000) -> dict[str, Any]:
    """Recall and precision for each rule, CPU a row and peak memory of ours, CPU a row of the peer, and the ratio."""
    with tempfile.TemporaryDirectory(prefix="haemaru-bench-") as name:
        folder = Path(name)
        make(Order(seed, _SCORED), folder / "scored")
        detect(folder / "scored")
        return {"seed": seed, "rules": scored(folder / "scored"), "speed": _speed(folder, seed, rows)}


def scored(world: Path) -> dict[str, Any]:
    """What the findings beside a world are worth, rule by rule."""
    findings = pq.read_table(world / "findings.parquet").to_pylist()
    truths, maybe = (json.loads((world / name).read_text("utf-8")) for name in ("truth.json", "either_way.json"))
    return score(findings, truths, maybe)


def detect(world: Path) -> dict[str, Any]:
    """Runs `haemaru detect` over a world in a process of its own; its answer, CPU seconds and peak memory."""
    command = [sys.executable, "-m", "haemaru", "detect", str(world / "positions"), "--zones"]
    command += [str(world / "zones.geojson"), "--contacts", str(world / "contacts.parquet")]
    command += ["-o", str(world / "findings.parquet"), "--json"]
    with (world / "answer.json").open("wb") as out, (world / "errors.txt").open("wb") as errors:
        child = subprocess.Popen(command, stdout=out, stderr=errors)  # noqa: S603 - our own command
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        raise Fault("bench_detect_failed", "haemaru detect", detail=(world / "errors.txt").read_text("utf-8")[-500:])
    cpu = used.ru_utime + used.ru_stime
    return {"answer": json.loads((world / "answer.json").read_text("utf-8")), "cpu_s": cpu, "rss_kb": used.ru_maxrss}


def _speed(folder: Path, seed: int, rows: int) -> dict[str, Any]:
    tenth, whole = (_run(folder, seed, count) for count in (rows // 10, rows))
    peer = _peer(folder)
    figures: dict[str, Any] = {"tenth": tenth, "whole": whole, "movingpandas": peer}
    grown = whole["rows"] / tenth["rows"]
    figures["cpu_ratio_for_ten_times_rows"] = round(whole["cpu_s"] / tenth["cpu_s"] * 10 / grown, 2)
    if "ns_per_row" in peer:
        figures["ratio"] = round(peer["ns_per_row"] / whole["ns_per_row"], 1)
    return figures


def _run(folder: Path, seed: int, rows: int) -> dict[str, Any]:
    world = folder / f"rows-{rows}"
    made = make(Order(seed, max(100, rows // _ROWS_PER_SHIP)), world)
    used = detect(world)
    return {
        "rows": made["rows"],
        "vessels": made["vessels"],
        "cpu_s": round(used["cpu_s"], 2),
        "ns_per_row": round(used["cpu_s"] / made["rows"] * 1e9, 1),
        "peak_rss_mb": round(used["rss_kb"] / 1024),
    }


def _peer(folder: Path) -> dict[str, Any]:
    """CPU of movingpandas on the first ships of the scored world; says so where it is not installed."""
    [first, *_] = sorted((folder / "scored" / "positions").rglob("*.parquet"))
    table = pq.ParquetFile(first).read_row_group(0, ["mmsi", "t", "lat", "lon"])
    mmsi = table["mmsi"].to_numpy()
    last = int(np.searchsorted(mmsi, mmsi[min(_PEER_ROWS, len(mmsi) - 1)]))
    try:
        return split_gaps(table.slice(0, last), process_time)
    except ImportError as error:
        return {"absent": f"{error}: pip install 'haemaru[bench]'"}
