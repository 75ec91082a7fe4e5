"""Radar and patrol contacts for the rules: tracks by number, in the units of the rows."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from haemaru.surveillance.contacts import as_table, contact_files
from haemaru.wording import Fault

_NEEDED = ("track", "t", "lat", "lon")


def read_contact_tracks(path: Path) -> pa.Table:
    """The contacts in a file as `contact, t, lat, lon`, all int64; Parquet with a column `track`, CSV or CoT.

    Tracks are numbered in the order of their names; the number means nothing beyond this run. Of two places of one
    track and moment one stays, so that nothing depends on the order of the rows.
    """
    table = _parquet(path) if path.suffix.lower() == ".parquet" else _other(path)
    names = pc.unique(table["track"]).sort()
    numbered = pc.index_in(table["track"], names)
    columns = {"contact": numbered, **{name: table[name] for name in _NEEDED[1:]}}
    try:
        tracks = pa.table({name: column.cast(pa.int64()) for name, column in columns.items()}).drop_null()
    except pa.ArrowException as problem:
        raise Fault("detect_columns", str(path), problem=str(problem)[:200]) from None
    tracks = tracks.sort_by([(name, "ascending") for name in tracks.column_names])
    key = np.column_stack([tracks["contact"].to_numpy(), tracks["t"].to_numpy()])
    first = np.ones(len(key), np.bool_)
    first[1:] = (key[1:] != key[:-1]).any(axis=1)
    return tracks.filter(pa.array(first))


def _parquet(path: Path) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            missing = [name for name in _NEEDED if name not in file.schema_arrow.names]
            if missing:
                raise Fault("detect_columns", str(path), problem=f"{', '.join(missing)}: no such column")
            return file.read(columns=list(_NEEDED)).drop_null()
    except (OSError, pa.ArrowException) as problem:
        raise Fault("detect_unreadable", str(path), problem=str(problem)[:200]) from None


def _other(path: Path) -> pa.Table:
    return as_table([contact for contacts, _ in contact_files([path]) for contact in contacts]).select(list(_NEEDED))
