"""`python -m tests.journeys.campaign --faults 1000 --seed 7`: exit 0 where all is well, 1 with the report where not."""

import argparse
import json
import os
import random
import signal
import sys
from typing import Any

from tests.journeys.campaign.campaign import campaign
from tests.journeys.campaign.homes import can_mount


def main() -> int:
    asked = argparse.ArgumentParser(prog="make campaign")
    asked.add_argument("--faults", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    asked.add_argument("--pace", type=float, default=0.5, help="seconds from one fault to the next, on average")
    given = asked.parse_args()
    if "HAEMARU_CAMPAIGN_MOUNTS" not in os.environ and can_mount():
        # A mount namespace of its own: the small disks vanish with the last process, however the campaign ends.
        words = [sys.executable, "-m", "tests.journeys.campaign", "--faults", str(given.faults)]
        words += ["--seed", str(given.seed), "--pace", str(given.pace)]
        names = {**os.environ, "HAEMARU_CAMPAIGN_MOUNTS": "1"}
        os.execvpe("unshare", ["unshare", "--mount", "--propagation", "private", *words], names)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # both homes end with the campaign
    print(f"campaign: {given.faults} faults, seed {given.seed}", file=sys.stderr, flush=True)
    body: dict[str, Any] = {"ok": False, "seed": given.seed}
    try:
        body = campaign(given.seed, given.faults, pace_s=given.pace)
    finally:
        print(f"campaign: seed {given.seed}: {'fine' if body['ok'] else 'FAILED'}", file=sys.stderr, flush=True)
    print(json.dumps(body, ensure_ascii=False, indent=1))
    return 0 if body["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
