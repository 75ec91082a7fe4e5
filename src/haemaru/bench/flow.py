"""Rows of positions all the way: sealed, encrypted, sent over HTTP, verified, stored encrypted at the receiver.

Two processes on one machine. The sender puts batches of Arrow that its clauses released into its ledger and spool,
while its pusher sends them; the receiver takes the frames in, writes its ledger, answers, and keeps the rows in an
encrypted Parquet store. The clock runs from the first batch to the moment when the receiver's ledger says that the
last row is stored. Cutting the batches out of a feed is measured by `haemaru bench positions`.
"""

import multiprocessing
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from time import perf_counter, process_time, sleep
from typing import Any

import numpy as np
import pyarrow as pa

from haemaru.bench.sides import Side, keys_of, serve
from haemaru.exchange import HttpTransport, Pusher
from haemaru.exchange.arrow import COLUMNS
from haemaru.surveillance import PositionStore, read_shared

PATHS = ("event_time", "subject.mmsi", "body.lat", "body.lon", "body.sog", "body.cog")
_NAMES = ("t", "mmsi", "lat", "lon", "sog", "cog")
_START_MS = 1_772_409_600_000  # 2026-03-02 00:00 UTC
_SHIPS = 5_000
_PATIENCE_S = 120.0
PARTS: dict[str, Any] = {
    "paths": tuple((path, "1", "keep") for path in PATHS),
    "event_time": "2026-03-02T08:59:00Z",
    "handling": {"level": "restricted", "caveats": ()},
    "retain_until": "2026-03-03T00:00:00Z",
}


def measure(*, batches: int = 60, rows: int = 20_000) -> dict[str, Any]:
    """Rows a second, CPU a row at both ends, and what both ledgers say of them."""
    data = [arrow(rows, number) for number in range(batches)]
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    with tempfile.TemporaryDirectory(prefix="haemaru-bench-") as folder:
        child = context.Process(target=_receive, args=(folder, there), daemon=True)
        child.start()
        north = Side("north", 1, Path(folder))
        try:
            if not here.poll(30):
                raise TimeoutError("the receiver did not start")
            url, statement, fingerprint = here.recv()
            with north.ledger.write() as batch:
                peer = north.exchange.add_peer(batch, statement, url, fingerprint)
            pusher = Pusher(north.exchange, peer, HttpTransport(url))
            pusher.start()
            return _measured(north, here, data, rows)
        finally:
            child.terminate()
            child.join(5)
            north.db.close()


def _measured(north: Side, line: Connection, data: list[bytes], rows: int) -> dict[str, Any]:
    total = len(data) * rows
    line.send("begin")
    began, spent = perf_counter(), process_time()
    for one in data:
        with north.ledger.write() as batch:
            north.exchange.put_positions(batch, "south", "watch", [(PARTS, one, rows)])
    stored, cpu = 0, 0.0
    while stored < total and perf_counter() - began < _PATIENCE_S:
        sleep(0.02)
        line.send("rows?")
        stored, cpu = line.recv()
    wall, sender = perf_counter() - began, process_time() - spent
    return {
        "rows_per_second": round(total / wall),
        "rows": total,
        "stored": stored,
        "rows_per_batch": rows,
        "sender_cpu_us_per_row": round(sender / total * 1e6, 2),
        "receiver_cpu_us_per_row": round(cpu / total * 1e6, 2),
        "over": "loopback HTTP between two processes",
    }


def _receive(folder: str, line: Connection) -> None:
    side = Side("south", 2, Path(folder))
    store = PositionStore(Path(folder) / "positions", b"k" * 32)
    side.exchange.on_positions(lambda header, data: kept.append(len(store.append(read_shared(data), "north"))))
    kept: list[int] = []

    def answer() -> None:
        spent = 0.0
        while True:
            if line.recv() == "begin":
                spent = process_time()
                continue
            with side.ledger.read() as tx:
                row = tx.one("SELECT count(*) FROM exchange_batches WHERE state = 'waiting'")
            # The newest batch counts when the ledger has noted it.
            line.send((sum(kept) if row == (0,) else 0, process_time() - spent))

    def announce(url: str) -> None:
        line.send((url, side.statement(), side.keys.public.fingerprint))
        Thread(target=answer, daemon=True).start()

    serve(side, keys_of(1), announce)


def arrow(rows: int, number: int) -> bytes:
    """An invented batch: ships in turn, each moment of each ship once."""
    luck = np.random.default_rng(number)
    place = np.arange(number * rows, (number + 1) * rows)
    values = {
        "t": _START_MS + place // _SHIPS * 10_000,
        "mmsi": 440_000_000 + place % _SHIPS,
        "lat": luck.integers(33 * 600_000, 38 * 600_000, rows),
        "lon": luck.integers(124 * 600_000, 131 * 600_000, rows),
        "sog": luck.integers(0, 200, rows),
        "cog": luck.integers(0, 3_600, rows),
    }
    table = pa.table({name: pa.array(values[name], COLUMNS[name]) for name in _NAMES})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data
