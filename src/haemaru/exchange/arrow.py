"""Batches of positions as Arrow IPC streams, and the distrust they are read with.

Arrow's reader takes lengths from the bytes it reads. So the messages of a stream are first walked by hand: only a
schema and record batches may stand there, without compression and without dictionaries, and each batch must be long
enough for the rows it claims. Only then does Arrow decode them, validate every value, and compare the schema.
"""

import struct

import pyarrow as pa

from haemaru.exchange.errors import EnvelopeRefused
from haemaru.exchange.limits import LIMITS, Limits

COLUMNS: dict[str, pa.DataType] = {
    "mmsi": pa.int32(),
    "t": pa.int64(),
    "lat": pa.int32(),
    "lon": pa.int32(),
    "sog": pa.int16(),
    "cog": pa.int16(),
    "vessel_class": pa.uint8(),
    "ship": pa.int64(),
}
"""The columns a batch may hold, each with its only type: 1/600000 degree, 0.1 knot, 0.1 degree, UTC milliseconds.

`ship` stands in for `mmsi` where a clause pseudonymises it.
"""

_SCHEMA, _DICTIONARY, _RECORD_BATCH = 1, 2, 3
_CONTINUATION = b"\xff\xff\xff\xff"
_U16, _I32, _U32, _I64 = struct.Struct("<H"), struct.Struct("<i"), struct.Struct("<I"), struct.Struct("<q")


def check_positions(data: bytes, limits: Limits = LIMITS) -> pa.Table:
    """The batch as a table, once every value has been validated; raises `EnvelopeRefused`."""
    try:
        rows = _walk(data)
    except (struct.error, IndexError, OverflowError):
        raise EnvelopeRefused("positions_unreadable", part="messages") from None
    if rows > limits.position_rows:
        raise EnvelopeRefused("positions_too_many_rows", rows=rows, limit=limits.position_rows)
    try:
        with pa.ipc.open_stream(data) as reader:
            _check_schema(reader.schema)
            table = reader.read_all()
        table.validate(full=True)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, OSError, UnicodeDecodeError) as problem:
        raise EnvelopeRefused("positions_unreadable", part=str(problem)[:100]) from None
    if table.num_rows != rows:
        raise EnvelopeRefused("positions_unreadable", part="rows")
    return table


def _check_schema(schema: pa.Schema) -> None:
    for field in schema:
        if field.name not in COLUMNS or field.type != COLUMNS[field.name]:
            raise EnvelopeRefused("positions_other_column", column=f"{field.name} {field.type}"[:100])
    if len(set(schema.names)) != len(schema.names) or "t" not in schema.names:
        raise EnvelopeRefused("positions_other_column", column="t")


def _walk(data: bytes) -> int:
    at, rows, seen = 0, 0, 0
    while at < len(data):
        if data[at : at + 4] != _CONTINUATION:
            raise EnvelopeRefused("positions_unreadable", part="continuation")
        (size,) = _I32.unpack_from(data, at + 4)
        at += 8
        if size == 0:
            break
        if size < 0 or at + size > len(data):
            raise EnvelopeRefused("positions_unreadable", part="length")
        kind, length, body = _message(data[at : at + size])
        if kind not in (_SCHEMA, _RECORD_BATCH) or (kind == _SCHEMA) != (seen == 0):
            raise EnvelopeRefused("positions_unreadable", part="message")
        at += size
        if body < 0 or at + body > len(data) or not 0 <= length * 8 <= body:
            raise EnvelopeRefused("positions_unreadable", part="body")
        at, rows, seen = at + body, rows + length, seen + 1
    if at != len(data):
        raise EnvelopeRefused("positions_unreadable", part="tail")
    return rows


def _message(meta: bytes) -> tuple[int, int, int]:
    """What the flatbuffer of one message says: its kind, its rows, the length of its body."""
    root = _U32.unpack_from(meta, 0)[0]
    kind = meta[_field(meta, root, 1)] if _field(meta, root, 1) else 0
    body_at, header_at = _field(meta, root, 3), _field(meta, root, 2)
    body = _I64.unpack_from(meta, body_at)[0] if body_at else 0
    if kind != _RECORD_BATCH or not header_at:
        return kind, 0, body
    batch = header_at + _U32.unpack_from(meta, header_at)[0]
    if _field(meta, batch, 3):
        raise EnvelopeRefused("positions_compressed")
    length_at = _field(meta, batch, 0)
    return kind, _I64.unpack_from(meta, length_at)[0] if length_at else 0, body


def _field(meta: bytes, table: int, index: int) -> int:
    """Where field `index` of a flatbuffer table stands, 0 when it is absent."""
    vtable = table - _I32.unpack_from(meta, table)[0]
    if vtable < 0:
        raise EnvelopeRefused("positions_unreadable", part="table")
    if 4 + 2 * index + 2 > _U16.unpack_from(meta, vtable)[0]:
        return 0
    offset: int = _U16.unpack_from(meta, vtable + 4 + 2 * index)[0]
    return table + offset if offset else 0
