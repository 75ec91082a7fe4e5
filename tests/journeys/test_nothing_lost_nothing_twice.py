"""Promise 2 on real processes: both nodes are killed in the middle, and every acknowledged record is there once.

HAEMARU_KILLS and HAEMARU_RECORDS make it the long version: 20 kills and 10,000 records.
"""

import json
import os
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.journeys.house_pair import ENVIRONMENT, haemaru, lines, make_pair, until

KILLS = int(os.environ.get("HAEMARU_KILLS", "4"))
RECORDS = int(os.environ.get("HAEMARU_RECORDS", "600"))


def report(number: int) -> dict[str, Any]:
    """An invented report."""
    return {
        "rid": f"report-{number:06d}",
        "kind": "surveillance.sighting",
        "subject": {"type": "vessel", "name": f"INVENTED {number}"},
        "event_time": "2026-03-01T00:00:00Z",
        "handling": {"level": "open", "caveats": []},
        "origin": "kcg",
        "body": {"what": f"invented sighting {number}", "lat": 35.0, "lon": 129.2, "photos": 0},
    }


def put_until_known(home: Path, file: Path, purpose: str) -> None:
    """Gives the file again and again until the node says that it has stored all of it."""
    while True:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "haemaru",
                "records",
                "put",
                home,
                file,
                "--to",
                "kcs",
                "--purpose",
                purpose,
                "--json",
            ],
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            check=False,
        )
        if done.returncode == 0:
            told = json.loads(done.stdout)
            assert told["stored"] + told["known"] == RECORDS
            return


def test_kill_9_of_either_node_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    luck = random.Random(3)
    file = tmp_path / "reports.jsonl"
    file.write_text("".join(json.dumps(report(number)) + "\n" for number in range(RECORDS)))
    homes = make_pair(tmp_path / "homes")
    for each in homes:
        each.start()
    putting = threading.Thread(target=put_until_known, args=(homes[0].home, file, "narcotics_interdiction"))

    putting.start()
    for number in range(KILLS):
        threading.Event().wait(luck.uniform(0.2, 0.9))
        victim = homes[number % 2]
        victim.kill()
        victim.start()
    putting.join(300)
    until(lambda: len(lines("records", "list", homes[1].home, "--from", "kcg", "--json")) >= RECORDS, 120)
    held = [line["rid"] for line in lines("records", "list", homes[1].home, "--from", "kcg", "--json")]
    oks = [haemaru("ledger", "verify", each.home, "--json")["ok"] for each in homes]
    equal = [haemaru("rebuild", each.home, "--check", "--json")["ok"] for each in homes]
    for each in homes:
        each.stop()

    assert sorted(held) == sorted({f"report-{number:06d}" for number in range(RECORDS)})
    assert oks == [True, True]
    assert equal == [True, True]
