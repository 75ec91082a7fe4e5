"""The two homes of a campaign: real processes, each on a small disk of its own, watched while they run.

Where mounting is allowed each home has a tmpfs of a few megabytes, so that a full disk is a full disk. Elsewhere
the running process is forbidden to let any file grow (RLIMIT_FSIZE, set from outside): its writes then fail in the
middle in the same way, under another errno.
"""

import contextlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.journeys.house_pair import ENVIRONMENT, haemaru

DISK_BYTES = 640 * 1024 * 1024
_START_S = 120.0
_ANSWER_S = 60.0


class Refused(Exception):
    """The node answered with a fault: its code and where."""

    def __init__(self, code: str, where: str) -> None:
        super().__init__(f"{code} at {where}")
        self.code = code


class Away(Exception):
    """Nobody answered: what was asked may have been done or not."""


@dataclass
class CampaignHome:
    """A home, its process while it runs, and what was seen of both."""

    party: str
    disk: Path
    has_own_disk: bool
    log: Path
    process: "subprocess.Popen[str] | None" = None
    started: int = 0
    died: list[str] = field(default_factory=list)
    rss_kb: list[tuple[float, int]] = field(default_factory=list)
    """Resident memory of the process that runs now, by time; begun anew at each start."""
    all_rss_kb: list[tuple[float, int]] = field(default_factory=list)
    """The same of every process that ran, from the first sample on."""
    longest: list[tuple[float, int]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def home(self) -> Path:
        return self.disk / "home"

    def start(self) -> bool:
        """Starts the node and waits until it is ready; False where it could not."""
        with self.lock, self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "haemaru", "run", str(self.home)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=ENVIRONMENT,
            )
            self.started += 1
            self.rss_kb = []
            assert self.process.stdout is not None
            ready, _, _ = select.select([self.process.stdout], [], [], _START_S)
            if ready and self.process.stdout.readline():
                return True
            self.kill()
            return False

    def kill(self) -> None:
        """kill -9, however it is."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        return self._end(signal.SIGTERM)

    def signal(self, number: int) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    def _end(self, number: int) -> int:
        with self.lock:
            process, self.process = self.process, None
            if process is None:
                return 0
            if process.poll() not in (None, 0):
                self.died.append(f"{self.party} left with {process.returncode}")
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.send_signal(number)
            code = process.wait(90)
            if process.stdout is not None:
                process.stdout.close()
            return code

    def ask(self, command: str, **params: Any) -> Any:
        """What the running node answers to a command; raises `Refused` for a fault, `Away` where nobody answered."""
        return ask(self.home, command, **params)

    # Its backup

    def back_up(self, file: Path) -> None:
        """Writes a backup of the running home to another disk."""
        haemaru("backup", self.home, file, "--json")

    def put_back(self, file: Path) -> None:
        """The home is lost, and made again from its backup at the same place."""
        self.stop()
        shutil.rmtree(self.home)
        haemaru("restore", file, self.home, "--json")
        assert self.start(), self.log.read_text()[-4000:]

    # The disk

    def fill(self, spare: int) -> None:
        """Leaves so many bytes of room on its disk, or of growth for each file."""
        if self.has_own_disk:
            free = os.statvfs(self.disk)
            size = max(0, free.f_bavail * free.f_frsize - spare)
            with (self.disk / "filler").open("wb") as filler, contextlib.suppress(OSError):
                os.posix_fallocate(filler.fileno(), 0, size)
        elif self.process is not None:
            largest = max((path.stat().st_size for path in self.home.rglob("*") if path.is_file()), default=0)
            with contextlib.suppress(ProcessLookupError):
                hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)[1]
                resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (min(largest, spare), hard))

    def make_room(self) -> None:
        """Takes that back."""
        if self.has_own_disk:
            (self.disk / "filler").unlink(missing_ok=True)
        elif self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)[1]
                resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (hard, hard))

    # Memory

    def sample(self) -> None:
        """Notes how much memory the process holds now."""
        process = self.process
        if process is None:
            return
        with contextlib.suppress(OSError, StopIteration, ValueError):
            status = Path(f"/proc/{process.pid}/status").read_text()
            kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
            self.rss_kb.append((time.monotonic(), kb))
            self.all_rss_kb.append(self.rss_kb[-1])
            if len(self.rss_kb) > len(self.longest):
                self.longest = self.rss_kb

    def memory(self) -> dict[str, Any]:
        """The highest sample in MB, of the run and of its quarters; the slope over the later half of the longest life.

        A life of less than a minute says nothing of a slope: it is None.
        """
        later = self.longest[len(self.longest) // 2 :]
        slope = None
        if len(later) > 60:
            mean_t = sum(at for at, _ in later) / len(later)
            mean_kb = sum(kb for _, kb in later) / len(later)
            spread = sum((at - mean_t) ** 2 for at, _ in later)
            slope = round(sum((at - mean_t) * (kb - mean_kb) for at, kb in later) / spread * 60 / 1024, 2)
        lived = self.longest[-1][0] - self.longest[0][0] if self.longest else 0.0
        began, ended = (self.all_rss_kb[at][0] for at in (0, -1)) if self.all_rss_kb else (0.0, 0.0)
        quarters = [0, 0, 0, 0]
        for at, kb in self.all_rss_kb:
            quarter = min(3, int(4 * (at - began) / max(ended - began, 1e-9)))
            quarters[quarter] = max(quarters[quarter], kb)
        return {
            "max_mb": round(max(quarters) / 1024, 1),
            "max_mb_by_quarter": [round(kb / 1024, 1) for kb in quarters],
            "slope_mb_per_minute": slope,
            "longest_life_s": round(lived, 1),
        }


def ask(home: Path, command: str, **params: Any) -> Any:
    """What the node of a home answers to a command."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
            caller.settimeout(_ANSWER_S)
            caller.connect(str(home / "control.sock"))
            caller.sendall(json.dumps({"do": command, "params": params}).encode() + b"\n")
            with caller.makefile("rb") as stream:
                line = stream.readline()
    except OSError as error:
        raise Away(str(error)) from None
    if not line:
        raise Away("hung up")
    answer = json.loads(line)
    if "fault" in answer:
        raise Refused(answer["fault"]["code"], str(answer["fault"]["where"]))
    return answer["body"]


def can_mount() -> bool:
    """Whether this process may make a mount namespace of its own with a tmpfs in it."""
    words = ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "none", "/mnt"]
    try:
        return subprocess.run(words, capture_output=True, check=False, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def mount(folder: Path, size: int = DISK_BYTES) -> None:
    """A small disk of its own; it goes when the namespace's last process does."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)], check=True)
