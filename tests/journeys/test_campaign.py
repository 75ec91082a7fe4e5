"""A short campaign: `make campaign` is the long one, with 1,000 faults."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.journeys.campaign.faults import HOMES, PUT_BACK, WIRE, schedule

ROOT = Path(__file__).parents[2]
FAULTS = os.environ.get("HAEMARU_FAULTS", "50")
SEED = os.environ.get("HAEMARU_SEED", "3")


def test_the_schedule_is_the_seed_and_names_every_kind_of_fault() -> None:
    assert schedule(7, 50) == schedule(7, 50)
    assert schedule(7, 50) != schedule(8, 50)
    assert {fault.kind for fault in schedule(7, 1000)} == {*WIRE, *HOMES, PUT_BACK}


def test_fifty_faults_lose_nothing_and_double_nothing() -> None:
    words = [sys.executable, "-m", "tests.journeys.campaign", "--faults", FAULTS, "--seed", SEED, "--pace", "0.3"]

    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)

    assert done.returncode == 0, f"{done.stdout[:8000]}\n{done.stderr[-4000:]}"
    report = json.loads(done.stdout)
    assert report["faults"] == int(FAULTS)
    assert report["problems"] == []
