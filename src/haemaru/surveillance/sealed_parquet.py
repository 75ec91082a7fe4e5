"""Parquet files that nobody reads without the node's key.

Parquet modular encryption, footer included: not even the column names stand in clear. Every file has a key of its own,
derived from the node's key and the file's place, so a file that is moved or exchanged for another does not open.
Given that key, pyarrow and DuckDB both read it. A file is written beside its place, forced to the disk, then moved
there in one step: after a crash it is either whole or absent.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.parquet.encryption import create_decryption_properties, create_encryption_properties

from haemaru.wording import Fault

_PERSON = b"haemaru-parquet"
_SUFFIX = ".tmp"
ROWS_PER_GROUP = 131_072


def file_key(master: bytes, place: str) -> bytes:
    """The key of the file at `place`, as pyarrow and DuckDB take it."""
    return hashlib.blake2b(place.encode(), digest_size=32, key=master, person=_PERSON).digest()


def write_sealed(path: Path, place: str, table: pa.Table, master: bytes) -> None:
    """Writes a table encrypted; when this returns it is on the disk."""
    whole = [field.name for field in table.schema if pa.types.is_integer(field.type)]
    beside = path.with_name(path.name + _SUFFIX)
    with beside.open("wb") as handle:
        pq.write_table(
            table,
            handle,
            encryption_properties=create_encryption_properties(footer_key=file_key(master, place)),
            compression="zstd",
            row_group_size=ROWS_PER_GROUP,
            use_dictionary=[name for name in table.column_names if name not in whole],
            column_encoding=dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
        )
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Forces what was created, moved or removed in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_sealed(path: Path, place: str, master: bytes, columns: list[str] | None, mmsi: int | None = None) -> pa.Table:
    """The table in an encrypted file; with `mmsi` only the row groups that may hold this ship."""
    try:
        with pq.ParquetFile(
            path, decryption_properties=create_decryption_properties(footer_key=file_key(master, place))
        ) as file:
            if mmsi is None:
                return file.read(columns=columns)
            groups = [group for group in range(file.num_row_groups) if _may_hold(file.metadata.row_group(group), mmsi)]
            return file.read_row_groups(groups, columns=columns)
    except (OSError, pa.ArrowException) as problem:
        raise Fault("positions_damaged", str(path), problem=str(problem)[:200]) from problem


def _may_hold(group: pq.RowGroupMetaData, mmsi: int) -> bool:
    for at in range(group.num_columns):
        column = group.column(at)
        if column.path_in_schema == "mmsi" and column.is_stats_set and column.statistics.has_min_max:
            return bool(column.statistics.min <= mmsi <= column.statistics.max)
    return True


def lowest(path: Path, place: str, master: bytes, column: str) -> int | None:
    """The smallest number in a column of an encrypted file, told by its footer; None where there is no such column."""
    try:
        with pq.ParquetFile(
            path, decryption_properties=create_decryption_properties(footer_key=file_key(master, place))
        ) as file:
            if column not in file.schema_arrow.names or not file.metadata.num_rows:
                return None
            at = file.schema_arrow.names.index(column)
            groups = [file.metadata.row_group(group).column(at) for group in range(file.num_row_groups)]
            return min(int(group.statistics.min) for group in groups)
    except (OSError, pa.ArrowException) as problem:
        raise Fault("positions_damaged", str(path), problem=str(problem)[:200]) from problem


def remove_leftovers(folder: Path) -> None:
    """Removes what a crash left half written."""
    for path in folder.rglob(f"*{_SUFFIX}"):
        path.unlink(missing_ok=True)


def remove(paths: Iterable[Path]) -> None:
    """Removes files whose rows now stand elsewhere on the disk."""
    folders = set()
    for path in paths:
        path.unlink(missing_ok=True)
        folders.add(path.parent)
    for folder in folders:
        sync_folder(folder)
