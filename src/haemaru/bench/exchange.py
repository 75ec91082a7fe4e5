"""The exchange: records a second from sealing to receipt, how soon a record is acknowledged, positions a second.

Two nodes with real files and `synchronous=FULL`, under a small agreement. Records and positions go through both
exchanges in one process, so that the CPU of each side can be told apart; for the wait until the receipt the receiver
is a process of its own behind HTTP on the loopback, and 200 records a second are committed one by one.
"""

import multiprocessing
import random
import socket
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from haemaru.agreement import Agreement, load_agreement
from haemaru.clock import Ids, SystemClock, format_time
from haemaru.exchange import Exchange, HttpTransport, Pusher, Transport, exchange_projections
from haemaru.exchange.arrow import COLUMNS
from haemaru.exchange.receipt import Receipt, read_answer
from haemaru.ledger import Ledger
from haemaru.signing import NodeKeys, Vault, make_statement
from haemaru.storage import Database
from haemaru.wording import Reason

_AGREEMENT = """
[agreement]
id = "bench"
version = "1"
effective = 2020-01-01T00:00:00Z
handling_levels = ["open", "restricted"]
title = { ko = "측정용 협약", en = "Agreement for measuring" }
notice = { ko = "측정용 문안", en = "text for measuring" }
[[party]]
id = "north"
name = { ko = "북쪽", en = "North" }
[[party]]
id = "south"
name = { ko = "남쪽", en = "South" }
[[article]]
number = 1
title = { ko = "측정", en = "Measuring" }
[[clause]]
id = "1"
article = 1
effect = "release"
kinds = ["*"]
from = ["*"]
to = ["*"]
purposes = ["watch"]
legal_basis = { ko = "없음", en = "none" }
text = { ko = "측정", en = "measuring" }
retention_days = 30
onward = "none"
when = [{ test = "handling_at_most", level = "restricted" }]
fields = [{ path = "*" }]
"""
_PATHS = ("event_time", "subject.mmsi", "body.lat", "body.lon", "body.sog", "body.cog")
_COLUMNS = ("t", "mmsi", "lat", "lon", "sog", "cog")


class _Standing:
    """One agreement, always in force."""

    def __init__(self, agreement: Agreement) -> None:
        self._agreement = agreement

    def current(self) -> Agreement:
        return self._agreement

    def refusal(self, at: datetime) -> Reason | None:
        return None

    def find(self, digest: str) -> Agreement | None:
        return self._agreement if digest == self._agreement.hash else None


class _Side:
    """One node's exchange in a folder of its own; its keys come from a number, so that both sides know them."""

    def __init__(self, party: str, number: int, folder: Path) -> None:
        seed = random.Random(number)  # noqa: S311 - keys for measuring only
        self.party = party
        self.keys = NodeKeys(seed.randbytes(32), seed.randbytes(32), seed.randbytes(32))
        clock = SystemClock()
        self.db = Database.open(f"sqlite:///{folder / party}.db")
        self.ledger = Ledger(self.db, self.keys, clock, party, "demo", exchange_projections(Vault(self.keys.vault)))
        standing = _Standing(load_agreement(_AGREEMENT.encode(), "bench"))
        self.exchange = Exchange(self.ledger, self.keys, party, "demo", clock, Ids(clock), standing)

    def statement(self) -> bytes:
        return make_statement(self.keys, self.party, "demo", "2026-01-01T00:00:00Z")

    def knows(self, other: "_Side", url: str = "") -> None:
        with self.ledger.write() as batch:
            self.exchange.add_peer(batch, other.statement(), url, other.keys.public.fingerprint)


def measure(*, records: int = 2_000, rate: int = 200, seconds: float = 4.0, batches: int = 60) -> dict[str, Any]:
    """Records a second and CPU of each side, the wait for a receipt, and position rows a second; about 12 seconds."""
    with tempfile.TemporaryDirectory(prefix="haemaru-bench-") as folder:
        north, south = _Side("north", 1, Path(folder)), _Side("south", 2, Path(folder))
        north.knows(south)
        south.knows(north)
        figures = {"records": _records(north, south, records), "positions": _positions(north, south, batches)}
        for side in (north, south):
            side.db.close()
    with tempfile.TemporaryDirectory(prefix="haemaru-bench-") as folder:
        figures["commit_to_receipt"] = _latency(Path(folder), rate, seconds)
    return figures


def record(number: int) -> dict[str, Any]:
    """An invented report of about 2 kB as JSON."""
    return {
        "rid": f"bench-{number}",
        "kind": "intelligence.report",
        "subject": {"type": "vessel", "mmsi": str(440_000_000 + number % 9_000), "name": f"INVENTED {number}"},
        "event_time": format_time(datetime(2026, 3, 2, tzinfo=UTC)),
        "handling": {"level": "restricted", "caveats": []},
        "origin": "north",
        "body": {"text": "seen at anchor with lights out. " * 50, "grade": "B2", "lat": 35.1, "lon": 129.04},
    }


def _records(north: _Side, south: _Side, count: int) -> dict[str, Any]:
    began, spent = perf_counter(), process_time()
    for start in range(0, count, 100):
        with north.ledger.write() as batch:
            for number in range(start, min(start + 100, count)):
                north.exchange.put(batch, record(number), "south", "watch")
    sealed = process_time() - spent
    cpu = _carry(north, south, "intelligence", 100)
    wall = perf_counter() - began
    return {
        "per_second": round(count / wall),
        "sender_cpu_us": round((sealed + cpu["sender"]) / count * 1e6),
        "receiver_cpu_us": round(cpu["receiver"] / count * 1e6),
    }


def _carry(north: _Side, south: _Side, channel: str, limit: int) -> dict[str, float]:
    spent = {"sender": 0.0, "receiver": 0.0}

    def timed(side: str, act: Callable[[], Any]) -> Any:
        before = process_time()
        found = act()
        spent[side] += process_time() - before
        return found

    while (frame := timed("sender", partial(north.exchange.next_frame, "south", channel, limit))) is not None:
        answer = timed("receiver", partial(south.exchange.accept, frame))
        timed("sender", partial(north.exchange.take_receipt, "south", answer))
    return spent


def _positions(north: _Side, south: _Side, batches: int, rows: int = 5_000) -> dict[str, Any]:
    data = _arrow(rows)
    parts = {
        "paths": tuple((path, "1", "keep") for path in _PATHS),
        "event_time": "2026-03-02T08:59:00Z",
        "handling": {"level": "restricted", "caveats": ()},
        "retain_until": "2026-03-03T00:00:00Z",
    }
    south.exchange.on_positions(lambda header, arrow: None)
    began, spent = perf_counter(), process_time()
    for _ in range(batches):
        with north.ledger.write() as batch:
            north.exchange.put_positions(batch, "south", "watch", [(parts, data, rows)])
    _carry(north, south, "track", 10)
    total = batches * rows
    return {
        "rows_per_second": round(total / (perf_counter() - began)),
        "cpu_us_per_row": round((process_time() - spent) / total * 1e6, 2),
        "rows": total,
    }


def _arrow(rows: int) -> bytes:
    luck = np.random.default_rng(1)
    table = pa.table({name: pa.array(luck.integers(0, 30_000, rows), COLUMNS[name]) for name in _COLUMNS})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


class _Watch:
    """A transport that notes when each number was acknowledged."""

    def __init__(self, line: Transport) -> None:
        self._line = line
        self.done: dict[int, float] = {}

    def post(self, frame: bytes) -> bytes:
        answer = self._line.post(frame)
        now = perf_counter()
        receipt = read_answer(answer, None)
        if isinstance(receipt, Receipt) and receipt.stream.channel == "intelligence":
            for seq in range(receipt.first, receipt.upto + 1):
                self.done.setdefault(seq, now)
        return answer

    def close(self) -> None:
        self._line.close()


def _latency(folder: Path, rate: int, seconds: float) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=_serve, args=(str(folder), there), daemon=True)
    child.start()
    north = _Side("north", 1, folder)
    committed: dict[int, float] = {}
    try:
        if not here.poll(30):
            raise TimeoutError("the receiver did not start")
        url, statement, fingerprint = here.recv()
        with north.ledger.write() as batch:
            peer = north.exchange.add_peer(batch, statement, url, fingerprint)
        watch = _Watch(HttpTransport(url))
        pusher = Pusher(north.exchange, peer, watch)
        pusher.start()
        began = perf_counter()
        for number in range(int(rate * seconds)):
            sleep(max(0.0, began + number / rate - perf_counter()))
            with north.ledger.write() as batch:
                seq = north.exchange.put(batch, record(number), "south", "watch").seq
            committed[seq or 0] = perf_counter()
        deadline = perf_counter() + 10
        while len(watch.done) < len(committed) and perf_counter() < deadline:
            sleep(0.01)
        pusher.stop()
    finally:
        child.terminate()
        child.join(5)
        north.db.close()
    waits = np.array([max(0.0, watch.done[seq] - at) for seq, at in committed.items() if seq in watch.done])
    return {
        "rate": rate,
        "acknowledged": len(waits),
        "committed": len(committed),
        "p50_ms": round(float(np.percentile(waits, 50)) * 1000, 1),
        "p99_ms": round(float(np.percentile(waits, 99)) * 1000, 1),
        "over": "loopback HTTP",
    }


def _serve(folder: str, line: Connection) -> None:
    """The receiver, in a process of its own: the exchange behind the web server that nodes use."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    side = _Side("south", 2, Path(folder))
    north = random.Random(1)  # noqa: S311 - the sender's keys for measuring
    keys = NodeKeys(north.randbytes(32), north.randbytes(32), north.randbytes(32))
    with side.ledger.write() as batch:
        statement = make_statement(keys, "north", "demo", "2026-01-01T00:00:00Z")
        side.exchange.add_peer(batch, statement, "", keys.public.fingerprint)

    async def frames(request: Request) -> Response:
        return Response(await run_in_threadpool(side.exchange.accept, await request.body()))

    # asyncio turns Nagle off only where the protocol is named; otherwise each answer waits 40 ms.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.bind(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/x/v1/frames", frames, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))

    def announce() -> None:
        while not server.started:
            sleep(0.01)
        line.send((f"http://127.0.0.1:{door.getsockname()[1]}", side.statement(), side.keys.public.fingerprint))

    threading.Thread(target=announce, daemon=True).start()
    server.run([door])


if __name__ == "__main__":
    print(msgspec.json.format(msgspec.json.encode(measure())).decode())
