"""Promise 1, the silent half: a withheld id and a random one cannot be told apart over 1,000 requests of each.

Two homes, each behind a real HTTP server. The coast guard asks customs for 1,000 ids that a silent clause keeps and for
1,000 that never were, in a random order of small rounds, and writes down all it can see: statuses, lengths, counters,
how far the other ledger grew, and how long it took. Lengths and counters must be equal.

Times and packed sizes are samples, so the test was stated before it was run, and is not changed after looking:
rank sum (Mann and Whitney), the two distributions (Smirnov) and a linear classifier of all measures at once, trained
on one half and tried on the other, each at ONE_IN = 0.001. A measure that falls below is taken once more, on new ids,
in a second run of the same size; the second run alone decides. That the work is the same, not only its measure, is
shown without chance in `tests/node/test_same_work.py`. `SILENCE_ROUND=1` asks one id at a time instead of ten.
"""

import base64
import math
import os
import random
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import numpy as np
import uvicorn
from tests.node.conftest import Pair, asked, written

from haemaru.exchange.frame import open_frame, read_outer
from haemaru.node import Node
from haemaru.node.desk import NodeDesk
from haemaru.web.app import create_app

ROUND = int(os.environ.get("SILENCE_ROUND", "10"))
REQUESTS = 1000
ONE_IN = 0.001


def mann_whitney(one: Sequence[float], other: Sequence[float]) -> float:
    """The two-sided p of Mann and Whitney's test, by the normal approximation with ties: does one tend to be larger?"""
    both = np.concatenate([one, other])
    _, place, ties = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(ties) - (ties - 1) / 2)[place]
    n, m, total = len(one), len(other), len(both)
    spread = n * m / 12 * (total + 1 - (ties**3 - ties).sum() / (total * (total - 1)))
    if spread == 0:
        return 1.0
    u = ranks[:n].sum() - n * (n + 1) / 2
    return math.erfc(abs(float(u) - n * m / 2) / math.sqrt(2 * spread))


def smirnov(one: Sequence[float], other: Sequence[float]) -> float:
    """The p of Smirnov's two-sample test, by its limit: do the two distributions differ anywhere?"""
    points = np.unique(np.concatenate([one, other]))
    below = [np.searchsorted(np.sort(sample), points, side="right") / len(sample) for sample in (one, other)]
    distance = float(np.abs(below[0] - below[1]).max())
    scaled = distance * math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    if scaled < 0.3:
        return 1.0
    return min(1.0, 2 * math.fsum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101)))


def classifier(one: Sequence[Sequence[float]], other: Sequence[Sequence[float]]) -> float:
    """The p of a linear classifier, taught with every second row: how often chance tells the others apart as well."""
    rows = np.concatenate([one, other])
    rows = (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-12)
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    sides = np.concatenate([np.ones(len(one)), -np.ones(len(other))])
    taught = np.arange(len(rows)) % 2 == 0
    weights, *_ = np.linalg.lstsq(rows[taught], sides[taught], rcond=None)
    tried = int((~taught).sum())
    right = int((np.sign(rows[~taught] @ weights) == sides[~taught]).sum())
    return math.fsum(math.comb(tried, k) / 2**tried for k in range(right, tried + 1))


@contextmanager
def served(node: Node) -> Iterator[str]:
    """The node's door behind a real server; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(NodeDesk(node)), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x/v1/frames"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@dataclass
class Seen:
    """What the asker saw of one kind of id."""

    statuses: set[int] = field(default_factory=set)
    receipts: list[int] = field(default_factory=list)
    answers: set[bytes] = field(default_factory=set)
    payloads: set[int] = field(default_factory=set)
    frames: list[int] = field(default_factory=list)
    counters: set[bytes] = field(default_factory=set)
    grown: set[int] = field(default_factory=set)
    took: list[float] = field(default_factory=list)


def look(seen: Seen, node: Node, frame: bytes) -> None:
    """Opens a frame of answers as the receiver would, and keeps what may differ."""
    outer = read_outer(frame)
    seen.frames.append(len(outer.cipher))
    for line in open_frame(outer, node.keys):
        payload = base64.b64decode(msgspec.json.decode(line)["payload"])
        told: dict[str, Any] = msgspec.json.decode(payload)
        seen.payloads.add(len(payload))
        rest = {name: value for name, value in told.items() if name not in ("id", "ask", "rid", "created")}
        seen.answers.add(msgspec.json.encode(rest))


def counters(node: Node) -> dict[str, Any]:
    """The counts of the control channel and of the whole link, as the asker's `status` shows them."""
    told = node.exchange.status()["kcs"]
    control = next(each for each in told["channels"] if each["channel"] == "control")
    return {name: value for name, value in control.items() if isinstance(value, int)}


class Rounds:
    """One asker, one holder, their wires; `run` asks for some ids and writes down everything that shows."""

    def __init__(self, pair: Pair, to_kcs: str, to_kcg: str) -> None:
        self.kcg, self.kcs = pair.kcg, pair.kcs
        self.wires = {"kcs": to_kcs, "kcg": to_kcg}
        self.client = httpx2.Client(timeout=30, trust_env=False)

    def run(self, rids: Sequence[str], seen: Seen) -> None:
        with self.kcg.ledger.write() as batch:
            for rid in rids:
                self.kcg.exchange.asking.ask(batch, "kcs", rid, "narcotics_investigation")
        frame = self.kcg.exchange.next_frame("kcs", "control")
        assert frame is not None
        before, size = counters(self.kcg), self.kcs.ledger.size
        begun = time.perf_counter()
        answer = self.client.post(self.wires["kcs"], content=frame)
        self.kcs.exchange.tick()
        self.kcs.exchange.tick()
        back = self.kcs.exchange.next_frame("kcg", "control")
        assert back is not None
        receipt = self.client.post(self.wires["kcg"], content=back)
        seen.took.append(time.perf_counter() - begun)
        self.kcg.exchange.take_receipt("kcs", answer.content)
        self.kcs.exchange.take_receipt("kcg", receipt.content)
        seen.statuses.add(answer.status_code)
        seen.receipts.append(len(answer.content))
        look(seen, self.kcg, back)
        after = counters(self.kcg)
        seen.counters.add(msgspec.json.encode({name: after[name] - before[name] for name in after}))
        seen.grown.add(self.kcs.ledger.size - size)


def secret(number: int) -> dict[str, Any]:
    """A record of customs that clause 1.1 keeps in silence."""
    return {
        "rid": f"0195555a-0000-7000-8000-{random.Random(number).getrandbits(48):012x}",
        "kind": "intelligence.report",
        "subject": {"type": "vessel", "mmsi": 900000001 + number % 40},
        "event_time": "2026-03-01T00:00:00Z",
        "handling": {"level": "secret", "caveats": []},
        "origin": "kcs",
        "body": {"text": f"invented secret {number}"},
    }


MEASURES = ("receipts", "frames", "took")


def samples(pair: Pair, wires: Rounds, folder: Path, seed: int) -> tuple[Seen, Seen]:
    """Asks for new hidden ids and for as many that never were, in one random order; what was seen of each kind."""
    source = random.Random(seed)
    kept = [secret(seed * REQUESTS + number) for number in range(REQUESTS)]
    stored = asked(pair.kcs, "records.put", file=written(folder / f"kept-{seed}.jsonl", *kept))
    assert stored["stored"] == REQUESTS
    never = [f"0195555a-0000-7000-8000-{source.getrandbits(48):012x}" for _ in range(REQUESTS)]
    hidden, nothing = Seen(), Seen()
    rids = [str(record["rid"]) for record in kept]
    rounds = [
        (seen, ids[begin : begin + ROUND])
        for seen, ids in ((hidden, rids), (nothing, never))
        for begin in range(0, REQUESTS, ROUND)
    ]
    source.shuffle(rounds)
    for number in range(20):  # the first few are slow for everybody
        wires.run([f"0195555a-0000-7000-8000-{number:012x}"] * ROUND, Seen())
    for seen, asked_for in rounds:
        wires.run(asked_for, seen)
    return hidden, nothing


def chances(hidden: Seen, nothing: Seen) -> dict[str, float]:
    """How likely chance alone makes two samples differ as these do, by each of the tests that were stated."""
    found = {}
    for name in MEASURES:
        one, other = getattr(hidden, name), getattr(nothing, name)
        found[f"{name}, rank sum"] = mann_whitney(one, other)
        found[f"{name}, distribution"] = smirnov(one, other)
    rows = [list(zip(*(getattr(seen, name) for name in MEASURES), strict=True)) for seen in (hidden, nothing)]
    return found | {"all, classifier": classifier(*rows)}


def test_a_withheld_id_and_a_random_id_cannot_be_told_apart(pair: Pair, tmp_path: Path) -> None:
    with served(pair.kcs) as to_kcs, served(pair.kcg) as to_kcg:
        wires = Rounds(pair, to_kcs, to_kcg)
        hidden, nothing = samples(pair, wires, tmp_path, 1)
        found = chances(hidden, nothing)
        below = [name for name, chance in found.items() if chance < ONE_IN]
        again = chances(*samples(pair, wires, tmp_path, 2)) if below else {}
        wires.client.close()

    print({name: round(chance, 4) for name, chance in found.items()}, {name: again[name] for name in below})
    assert len(hidden.took) == len(nothing.took) == REQUESTS // ROUND
    assert hidden.answers == nothing.answers
    [only] = hidden.answers
    assert b'"not_available"' in only
    assert hidden.payloads == nothing.payloads
    assert len(hidden.payloads) == 1
    assert hidden.statuses == nothing.statuses == {200}
    assert hidden.counters == nothing.counters
    assert hidden.grown == nothing.grown
    assert len(hidden.grown) == 1
    assert [name for name in below if again[name] < ONE_IN] == []


def test_the_tests_would_see_a_difference() -> None:
    source = np.random.default_rng(1)
    samples = source.normal(10, 1, (3, 200))

    assert mann_whitney(samples[0], samples[1]) > ONE_IN
    assert smirnov(samples[0], samples[1]) > ONE_IN
    assert mann_whitney(samples[0], samples[2] + 0.8) < ONE_IN
    assert smirnov(samples[0], samples[2] * 4 - 30) < ONE_IN
    assert classifier(samples[0][:, None], samples[1][:, None]) > ONE_IN
    assert classifier(samples[0][:, None], samples[2][:, None] + 1.2) < ONE_IN
