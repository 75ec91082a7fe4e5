"""The exchange: records a second from sealing to receipt, how soon a record is acknowledged, positions a second.

Two nodes with real files and `synchronous=FULL`, under a small agreement. Records and positions go through both
exchanges in one process, so that the CPU of each side can be told apart; for the wait until the receipt the receiver
is a process of its own behind HTTP on the loopback, and 200 records a second are committed one by one. `sealing` tells
what signatures cost, `flow` how many rows of positions go all the way into the receiver's encrypted store.
"""

import multiprocessing
import tempfile
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from haemaru.bench.flow import measure as flow
from haemaru.bench.sealing import measure as sealing
from haemaru.bench.sides import Side, keys_of, record, serve
from haemaru.exchange import HttpTransport, Pusher, Transport
from haemaru.exchange.arrow import COLUMNS
from haemaru.exchange.errors import ReceiptRefused
from haemaru.exchange.receipt import Receipt, read_answer

_PATHS = ("event_time", "subject.mmsi", "body.lat", "body.lon", "body.sog", "body.cog")
_COLUMNS = ("t", "mmsi", "lat", "lon", "sog", "cog")


def measure(
    *,
    records: int = 2_000,
    rate: int = 200,
    seconds: float = 4.0,
    batches: int = 60,
    signatures: int = 2_000,
    rows: int = 20_000,
) -> dict[str, Any]:
    """Records a second and CPU of each side, the wait for a receipt, signatures, position rows; about 30 seconds."""
    with tempfile.TemporaryDirectory(prefix="haemaru-bench-") as folder:
        north, south = Side("north", 1, Path(folder)), Side("south", 2, Path(folder))
        north.knows(south)
        south.knows(north)
        figures = {"records": _records(north, south, records), "positions": _positions(north, south, batches)}
        for side in (north, south):
            side.db.close()
    with tempfile.TemporaryDirectory(prefix="haemaru-bench-") as folder:
        figures["commit_to_receipt"] = _latency(Path(folder), rate, seconds)
    figures["signatures"] = sealing(records=signatures)
    figures["positions_over_http"] = flow(batches=batches, rows=rows)
    return figures


def _records(north: Side, south: Side, count: int) -> dict[str, Any]:
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


def _carry(north: Side, south: Side, channel: str, limit: int) -> dict[str, float]:
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


def _positions(north: Side, south: Side, batches: int, rows: int = 5_000) -> dict[str, Any]:
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
        try:
            receipt = read_answer(answer, None)
        except ReceiptRefused:
            return answer  # the answer to a greeting
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
    north = Side("north", 1, folder)
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
    """The receiver, in a process of its own."""
    side = Side("south", 2, Path(folder))
    serve(side, keys_of(1), lambda url: line.send((url, side.statement(), side.keys.public.fingerprint)))


if __name__ == "__main__":
    print(msgspec.json.format(msgspec.json.encode(measure())).decode())
