"""AIS: a raw log to Arrow columns, ours against pyais, on one core in the same run.

Ours reads lines, tag blocks, receipts and times, checks sums, puts parts together, merges repeated receptions and gives
the columns of a fix. The peer is `pyais.FileReaderStream` with `decode()` and the columns mmsi, lat, lon, speed and
course; it neither tells times nor merges. CPU seconds of the process a sentence, one after the other each time, so that
whatever else the machine does falls on both; the ratio is that of the medians.
"""

import gzip
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import pyarrow as pa
from pyais import FileReaderStream
from pyais.exceptions import AISBaseException

from haemaru.scenarios.sentences import packed, position_a, position_b, tagged
from haemaru.surveillance import AisDecoder
from haemaru.surveillance.reading import blocks

_TIMES = 5
_SHIPS = 1_500
_MESSAGES = 250_000
_PEER_LINES = 30_000
_START_S = 1_743_552_000  # 2025-04-02
_COLUMNS = ("mmsi", "t", "lat", "lon", "sog", "cog", "heard", "quality")
_POSITIONS = frozenset((1, 2, 3, 9, 18, 19, 27))


def measure(logs: Sequence[Path] = ()) -> dict[str, Any]:
    """CPU a sentence and the ratio, over an invented log and over the logs given."""
    with tempfile.TemporaryDirectory() as folder:
        invented = Path(folder) / "invented"
        invented.write_bytes(b"".join(invented_log(_MESSAGES)))
        figures = {"invented": _compare(invented, Path(folder))}
        for log in logs:
            figures[log.name] = _compare(_plain(log, Path(folder)), Path(folder))
    return figures


def invented_log(messages: int, seed: int = 1) -> Iterator[bytes]:
    """Lines of invented ships as a shore network gives them: mostly positions, some static reports and base stations.

    One in twelve is heard by a second station too.
    """
    source = random.Random(seed)  # noqa: S311 - no secret
    ships = [(440_000_000 + at, (source.uniform(124, 132), source.uniform(33, 38))) for at in range(_SHIPS)]
    statics = {mmsi: packed(_told(mmsi), mmsi) for mmsi, _ in ships[:300]}
    bases = [packed({"msg_type": 4, "mmsi": 4_400_000 + at, "lat": 35.0, "lon": 129.0}, at) for at in range(30)]
    for at in range(messages):
        mmsi, (lon, lat) = ships[at % _SHIPS]
        second, kind = at // 300, source.random()
        if kind < 0.035:
            lines = statics[440_000_000 + at % 300]
        elif kind < 0.12:
            lines = bases[at % 30]
        elif kind < 0.22:
            lines = (position_b(mmsi, (lon + second / 1e4, lat), 9.5, 88.0, second % 60),)
        else:
            lines = (position_a(mmsi, (lon + second / 1e4, lat), 12.5, 90.0, 0, second % 60),)
        for station in range(2 if kind > 0.917 else 1):
            yield from tagged(lines, f"rSHORE{(at + station) % 7}", _START_S + second, at % 100)


def _told(mmsi: int) -> dict[str, str | int | float | bytes | bool]:
    return {"msg_type": 5, "mmsi": mmsi, "shipname": f"INVENTED {mmsi}", "ship_type": 70, "destination": "INVENTED BAY"}


def _plain(log: Path, folder: Path) -> Path:
    data = log.read_bytes()
    plain = folder / log.name
    plain.write_bytes(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)
    return plain


def _compare(log: Path, folder: Path) -> dict[str, Any]:
    slice_of = folder / "slice"
    with log.open("rb") as lines:
        slice_of.write_bytes(b"".join(line for _, line in zip(range(_PEER_LINES), lines, strict=False)))
    first, rows = _ours(log)
    part, _ = _ours(slice_of)
    ours, theirs = [], []
    for _ in range(_TIMES):
        started = process_time()
        _ours(log)
        ours.append((process_time() - started) / first.stats.sentences)
        started = process_time()
        peer_rows = _peer(slice_of)
        theirs.append((process_time() - started) / part.stats.sentences)
    return {
        "sentences": first.stats.sentences,
        "rows": rows,
        "peer_sentences": part.stats.sentences,
        "peer_rows": peer_rows,
        "ours_ns": round(median(ours) * 1e9),
        "peer_ns": round(median(theirs) * 1e9),
        "ratio": round(median(theirs) / median(ours), 1),
        "ratios": sorted(round(peer / own, 1) for peer, own in zip(theirs, ours, strict=True)),
    }


def _ours(log: Path) -> tuple[AisDecoder, int]:
    decoder, batches = AisDecoder(), []
    for block in blocks(log):
        fixes = decoder.feed_block(block)
        batches.append(pa.record_batch([getattr(fixes, name) for name in _COLUMNS], names=list(_COLUMNS)))
    return decoder, pa.Table.from_batches(batches).num_rows


def _peer(log: Path) -> int:
    rows = []
    for message in FileReaderStream(str(log)):
        try:
            told = message.decode()
        except AISBaseException:
            continue
        if told.msg_type in _POSITIONS:
            rows.append((told.mmsi, told.lat, told.lon, getattr(told, "speed", None), getattr(told, "course", None)))
    columns = [pa.array(column) for column in zip(*rows, strict=True)]
    return int(pa.table(columns, names=["mmsi", "lat", "lon", "sog", "cog"]).num_rows)
