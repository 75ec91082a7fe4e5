"""Positions at rest: Parquet modular encryption against plain Parquet, the same rows and options in the same run.

CPU time, the least of some runs each; the ratio says what encryption costs, the absolute figures depend on the machine.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pyarrow as pa
import pyarrow.parquet as pq

from haemaru.surveillance import Fixes
from haemaru.surveillance.sealed_parquet import ROWS_PER_GROUP, read_sealed, write_sealed

_ROWS = 400_000
_TIMES = 5


def at_rest(fixes: Fixes) -> dict[str, float]:
    """Encrypted to plain: times as long to write and to read, and as large."""
    part = pa.table(fixes.columns())
    table = pa.concat_tables([part] * (_ROWS // len(fixes) + 1)).sort_by([("mmsi", "ascending"), ("t", "ascending")])
    master = os.urandom(32)
    with tempfile.TemporaryDirectory() as folder:
        sealed, plain = Path(folder) / "sealed.parquet", Path(folder) / "plain.parquet"
        written = _ratio(lambda: write_sealed(sealed, "bench", table, master), lambda: _write_plain(plain, table))
        read = _ratio(lambda: read_sealed(sealed, "bench", master, None), lambda: _read_plain(plain))
        size = sealed.stat().st_size / plain.stat().st_size
    return {"rows": table.num_rows, "write_ratio": written, "read_ratio": read, "size_ratio": round(size, 3)}


def _write_plain(path: Path, table: pa.Table) -> None:
    encoding = dict.fromkeys(table.column_names, "DELTA_BINARY_PACKED")
    with path.open("wb") as handle:
        pq.write_table(
            table,
            handle,
            compression="zstd",
            row_group_size=ROWS_PER_GROUP,
            use_dictionary=False,
            column_encoding=encoding,
        )
        handle.flush()
        os.fsync(handle.fileno())


def _read_plain(path: Path) -> None:
    with pq.ParquetFile(path) as file:
        file.read()


def _ratio(one: Callable[[], object], other: Callable[[], object]) -> float:
    # One after the other each time, so that whatever else the machine does falls on both.
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(_TIMES):
        for work, times in ((one, spent[0]), (other, spent[1])):
            started = process_time()
            work()
            times.append(process_time() - started)
    return round(min(spent[0]) / min(spent[1]), 2)
