"""One contact: a sensor saw something at a place and a moment, and follows it under a track name of its own.

A contact has no ship number: whether it is a ship that AIS knows is asked by correlation and never assumed. Positions,
speeds and times are whole numbers in the units of `Fixes`; `error_m` is the sensor's own 1-sigma error, -1 unknown.
"""

from collections.abc import Iterable
from typing import Literal, get_args

import msgspec
import pyarrow as pa

Sensor = Literal["radar", "patrol", "beach", "camera", "aircraft", "vpass", "other"]
SENSORS: tuple[str, ...] = get_args(Sensor)
UNKNOWN_ERROR = -1


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """What one sensor saw of one track at one moment."""

    track: str
    t: int
    lat: int
    lon: int
    sog: int
    cog: int
    sensor: str = "other"
    station: str = ""
    error_m: int = UNKNOWN_ERROR


CONTACT_SCHEMA = pa.schema(
    [
        ("track", pa.string()),
        ("t", pa.int64()),
        ("lat", pa.int32()),
        ("lon", pa.int32()),
        ("sog", pa.int16()),
        ("cog", pa.int16()),
        ("sensor", pa.string()),
        ("station", pa.string()),
        ("error_m", pa.int32()),
    ]
)


def as_table(contacts: Iterable[Contact]) -> pa.Table:
    """The contacts as columns, ordered by track and time, each track and moment once (the first that came)."""
    once: dict[tuple[str, int], Contact] = {}
    for contact in contacts:
        once.setdefault((contact.track, contact.t), contact)
    rows = [msgspec.structs.asdict(once[key]) for key in sorted(once)]
    return pa.Table.from_pylist(rows, schema=CONTACT_SCHEMA)


def contacts_of(table: pa.Table) -> list[Contact]:
    """The rows of a table with the columns of `CONTACT_SCHEMA`."""
    return [Contact(**row) for row in table.select(CONTACT_SCHEMA.names).to_pylist()]
