"""Two real homes, each served by its own process, driven by the commands that an operator types."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "agreements" / "kcg-kcs-narcotics.toml"
ENVIRONMENT = {**os.environ, "HAEMARU_LANG": "en"}


def haemaru(*words: object, code: int = 0) -> Any:
    """Runs a command that must leave with `code` and gives what it printed as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "haemaru", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        env=ENVIRONMENT,
        check=False,
    )
    assert done.returncode == code, f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    text = done.stdout if done.stdout.strip() else done.stderr
    return json.loads(text) if text.strip() else None


def lines(*words: object) -> list[dict[str, Any]]:
    """Runs a command that prints JSON Lines."""
    done = subprocess.run(
        [sys.executable, "-m", "haemaru", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        env=ENVIRONMENT,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line]


@dataclass
class Served:
    """A home and, while it runs, its process."""

    party: str
    home: Path
    ready: dict[str, Any] = field(default_factory=dict)
    process: "subprocess.Popen[str] | None" = None

    def start(self) -> None:
        """Starts the node and waits for its one line."""
        log = (self.home / "test.log").open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "haemaru", "run", str(self.home)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=ENVIRONMENT,
        )
        log.close()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (self.home / "test.log").read_text()
        self.ready = json.loads(line)

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self._gone()

    def stop(self) -> int:
        """SIGTERM; gives the exit code."""
        assert self.process is not None
        self.process.terminate()
        return self._gone()

    def _gone(self) -> int:
        assert self.process is not None
        code = self.process.wait(60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        return code


def make_pair(
    folder: Path, agreement: Path = MODEL, parties: tuple[str, ...] = ("kcg", "kcs"), database: str = ""
) -> list[Served]:
    """Homes that trust each other under a signed agreement, not yet running; `database` is the first one's."""
    homes = [Served(party, folder / party) for party in parties]
    made = {}
    for each in homes:
        more = ("--database", database) if database and each is homes[0] else ()
        made[each.party] = haemaru(
            "init", each.home, "--party", each.party, "--agreement", agreement, "--realm", "demo", "--json", *more
        )
    for each in homes:
        for other in homes:
            if other is not each:
                told = made[other.party]
                url = f"http://{told['listen']}"
                haemaru(
                    "peer", "add", each.home, told["statement"], "--url", url, "--fingerprint", told["fingerprint"],
                    "--json",
                )  # fmt: skip
    signed = folder / "agreement.toml"
    signed.write_bytes(agreement.read_bytes())
    for each in homes:
        haemaru("agreement", "sign", signed, "--home", each.home, "--json")
    for each in homes:
        haemaru("agreement", "adopt", each.home, signed, "--json")
    return homes


def until(condition: Any, seconds: float = 30.0) -> None:
    """Waits until `condition()` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)
