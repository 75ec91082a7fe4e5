"""A witness that is killed at any moment has signed nothing that it does not remember."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.journeys.house_pair import ENVIRONMENT, haemaru

from haemaru.clock import SystemClock
from haemaru.ledger import Checkpoint, Ledger, Link
from haemaru.ledger.merkle import EMPTY_ROOT
from haemaru.ledger.notes import is_countersigned_by, with_lines
from haemaru.ledger.offers import write_offer
from haemaru.signing import NodeKeys, make_statement, read_statement
from haemaru.storage import Database


class Running:
    """The process of a witness."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "haemaru", "witness", "run", str(self.home)],
            stdout=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        assert self.process.stdout is not None
        self.ready = json.loads(self.process.stdout.readline())
        assert self.ready["pid"] == self.process.pid

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        code = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def memory_mb(self) -> float:
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE") / 2**20

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        answer = httpx2.post(self.ready["witness"] + path, content=body, timeout=10, trust_env=False)
        return answer.status_code, answer.content


class Watched:
    """The ledger that is offered."""

    def __init__(self, file: Path, keys: NodeKeys) -> None:
        self.database = Database.open(f"sqlite:///{file}")
        self.ledger = Ledger(self.database, keys, SystemClock(), "kcg", "demo")
        self.old = 0

    def grow(self, count: int) -> tuple[bytes, Checkpoint]:
        with self.ledger.write() as batch:
            for number in range(count):
                batch.append("tests.entry", b"%d" % number)
            made = self.ledger.checkpoint(batch)
        root = self.ledger.root_at(self.old) if self.old else EMPTY_ROOT
        link = Link(self.old, root, tuple(self.ledger.consistency(self.old, made.size)))
        return write_offer(link, made.note), made


@pytest.fixture
def keys() -> NodeKeys:
    return NodeKeys.generate()


@pytest.fixture
def running(tmp_path: Path, keys: NodeKeys) -> Iterator[Running]:
    home = tmp_path / "witness"
    haemaru("witness", "init", home, "--realm", "demo", "--json")
    statement = tmp_path / "kcg.json"
    statement.write_bytes(make_statement(keys, "kcg", "demo", "2026-01-01T00:00:00Z"))
    heard = read_statement(statement.read_bytes()).fingerprint
    haemaru("witness", "add", home, statement, "--fingerprint", heard, "--json")
    running = Running(home)
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGKILL)


def test_a_witness_killed_at_any_moment_remembers_what_it_signed(
    running: Running, tmp_path: Path, keys: NodeKeys
) -> None:
    mine, fork = Watched(tmp_path / "mine.db", keys), Watched(tmp_path / "fork.db", keys)
    source = random.Random(7)
    public = read_statement((running.home / "statement.json").read_bytes()).public
    for _ in range(4):
        for _ in range(source.randrange(1, 5)):
            offer, made = mine.grow(source.randrange(1, 9))
            status, line = running.post("/add-checkpoint", offer)
            assert status == 200
            assert is_countersigned_by(with_lines(made, line), "haemaru/demo/witness", public)
            mine.old = made.size
        assert running.end(signal.SIGKILL) == -signal.SIGKILL
        running.start()
        assert running.post("/add-checkpoint", offer) == (200, line)
    while fork.ledger.size < made.size:
        fork.grow(1)
    fork.old = made.size
    forged, other = fork.grow(3)
    status, body = running.post("/add-checkpoint", forged)
    said: dict[str, Any] = json.loads(body)
    assert (status, said["code"]) == (409, "checkpoint_inconsistent")
    assert said["held"].encode().startswith(made.text)
    assert running.memory_mb() < 95
    assert haemaru("witness", "status", running.home, "--json")["watched"][0]["proved"] == 1
    assert running.end(signal.SIGTERM) == 0
    assert haemaru("ledger", "verify", running.home, "--json")["ok"]
    written = haemaru("ledger", "disputes", running.home, "--write", tmp_path / "proofs", "--json")["written"]
    assert haemaru("ledger", "dispute-check", written[0], "--statement", tmp_path / "kcg.json", "--json")["proved"]
    assert other.size > made.size
    for each in (mine, fork):
        each.database.close()
