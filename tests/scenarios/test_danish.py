"""The second hand: it tells its truths in the shape of the first, and its ships are where they are said to be."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from tests.scenarios import danish


def test_a_meeting_that_is_told_can_be_seen_in_the_rows(tmp_path: Path) -> None:
    danish.write(tmp_path, seed=5, times=2, others=8)
    table = pq.read_table(tmp_path / "positions")
    truths = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    meetings = [line for line in truths if line["rule"] in ("rendezvous", "small_craft_visit")]
    assert len(meetings) == 4
    for line in meetings:
        ways = []
        for mmsi in (line["mmsi_a"], line["mmsi_b"]):
            rows = table.filter(np.asarray(table["mmsi"]) == mmsi)
            moments = np.linspace(line["t_start"], line["t_end"], 20)
            ways.append([np.interp(moments, rows["t"].to_numpy(), rows[name].to_numpy()) for name in ("lat", "lon")])
        north, east = (ways[0][0] - ways[1][0]) * 0.18522, (ways[0][1] - ways[1][1]) * 0.18522 * 0.55
        assert np.median(np.hypot(north, east)) < 500.0
