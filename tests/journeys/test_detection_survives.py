"""A node killed again and again while it detects tells in the end what a node tells that nobody killed."""

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.journeys.house_pair import ENVIRONMENT, MODEL, Served, haemaru, lines, until
from tests.surveillance.detection.test_live import world
from tests.surveillance.sentences import position, tagged


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The world of the live tests as sentences with their times, the last of them a minute ago."""
    rows = world()
    shift = int(time.time() * 1000) - 60_000 - int(rows.t.max())
    order = np.argsort(rows.t, kind="stable")
    told = []
    for at in order.tolist():
        seconds = (int(rows.t[at]) + shift) // 1000
        line = position(
            int(rows.mmsi[at]), int(rows.lat[at]) / 600_000, int(rows.lon[at]) / 600_000, speed=int(rows.sog[at]) / 10,
        )  # fmt: skip
        told.append(tagged(f"c:{seconds}", line))
    return told


def fed(home: Path, log: list[bytes], name: str) -> "subprocess.Popen[bytes]":
    file = home.parent / f"{home.name}-{name}.nmea"
    file.write_bytes(b"\n".join(log) + b"\n")
    return subprocess.Popen(
        [sys.executable, "-m", "haemaru", "feed", "ais", str(home), str(file), "--json"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT,
    )  # fmt: skip


def findings(home: Path, newest: str) -> list[tuple[Any, ...]]:
    """What the node tells once it has looked at everything: without the versions, which count the looks."""
    until(lambda: (haemaru("status", home, "--json")["detection"]["mark"] or "") >= newest, 90)
    found: list[tuple[Any, ...]] = []
    same = 0
    while same < 3:  # a look comes every few seconds
        time.sleep(2.5)
        records = lines("records", "list", home, "--json")
        now = sorted(
            (body["rule"], row["subject"]["mmsi"], body.get("other", {}).get("mmsi", 0), body["since"], body["until"])
            for row in records
            if row["kind"] == "surveillance.finding" and row["state"] == "held" and (body := row["body"])
        )
        same, found = (same + 1 if now == found else 0), now
    return found


def made(folder: Path) -> Served:
    haemaru("init", folder, "--party", "kcg", "--agreement", MODEL, "--realm", "live", "--json")
    return Served("kcg", folder)


def test_kills_change_nothing_of_what_is_found(tmp_path: Path, log: list[bytes]) -> None:
    calm, killed = made(tmp_path / "calm"), made(tmp_path / "killed")
    calm.start()
    assert fed(calm.home, log, "all").wait(120) == 0
    newest = haemaru("status", calm.home, "--json")["detection"]
    expected = findings(calm.home, newest["mark"] or "")
    newest = haemaru("status", calm.home, "--json")["detection"]["mark"]
    calm.stop()

    chance, step = random.Random(3), len(log) // 5
    for at in range(0, len(log), step):
        killed.start()
        feed = fed(killed.home, log[at : at + step], str(at))
        time.sleep(chance.uniform(0.5, 6))
        killed.kill()
        feed.wait(60)
        # What the kill cut off the feed brings again, as a receiver that reconnects does.
        killed.start()
        assert fed(killed.home, log[at : at + step], f"{at}-again").wait(120) == 0
        killed.kill()
    killed.start()
    told = findings(killed.home, newest)
    killed.stop()

    assert {"rendezvous", "unexplained_stop"} <= {row[0] for row in expected}
    assert told == expected
