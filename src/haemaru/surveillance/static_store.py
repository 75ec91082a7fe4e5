"""The history of what ships say about themselves, kept in one encrypted file that is replaced in one step.

Claims change rarely, so the whole history is written anew now and then; what a crash loses, the ships say again within
minutes.
"""

from pathlib import Path

import pyarrow as pa

from haemaru.surveillance.sealed_parquet import read_sealed, write_sealed
from haemaru.surveillance.statics import Claim, StaticHistory

_NUMBERS = frozenset(("imo", "ship_type", "length_m", "beam_m", "draught_dm"))
_PLACE = "statics"
_SCHEMA = pa.schema(
    [
        ("mmsi", pa.int64()),
        ("field", pa.string()),
        ("value", pa.string()),
        ("since", pa.int64()),
        ("until", pa.int64()),
        ("source", pa.string()),
        ("heard", pa.int64()),
        ("doubtful", pa.bool_()),
    ]
)


def save_history(path: Path, history: StaticHistory, key: bytes) -> None:
    """Writes all claims; when this returns they are on the disk."""
    rows = [
        {name: getattr(claim, name) for name in _SCHEMA.names} | {"value": str(claim.value)}
        for claim in history.claims()
    ]
    write_sealed(path, _PLACE, pa.Table.from_pylist(rows, schema=_SCHEMA), key)


def load_history(path: Path, key: bytes) -> StaticHistory:
    """The claims that `save_history` wrote, or an empty history where there is no file."""
    if not path.exists():
        return StaticHistory()
    claims = [
        Claim(**{**row, "value": int(row["value"]) if row["field"] in _NUMBERS else row["value"]})
        for row in read_sealed(path, _PLACE, key, None).to_pylist()
    ]
    return StaticHistory(claims)
