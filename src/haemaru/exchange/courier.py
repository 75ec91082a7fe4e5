"""Courier files: the same frames and receipts, carried on a disk when the cable is cut.

    magic (8) | { length (4) | frame or receipt } ...

The file needs no protection of its own: frames are encrypted to the receiver and signed, receipts name numbers only.
It may be imported twice, or half of it lost: numbers and signatures decide, as on the wire.
"""

import io
import struct
from collections.abc import Iterable, Iterator
from typing import IO

from haemaru.exchange.limits import LIMITS, Limits
from haemaru.wording import Fault

COURIER_MAGIC = b"HAEMCOU\x01"
_LENGTH = struct.Struct(">I")


def write_courier(parts: Iterable[bytes]) -> bytes:
    """The courier file that holds these frames and receipts, in this order."""
    out = io.BytesIO()
    write_parts(out, parts)
    return out.getvalue()


def write_parts(out: IO[bytes], parts: Iterable[bytes]) -> int:
    """Writes a courier file part by part, however large it becomes; tells its size."""
    size = out.write(COURIER_MAGIC)
    for part in parts:
        size += out.write(_LENGTH.pack(len(part)) + part)
    return size


def read_courier(source: bytes | IO[bytes], where: str = "courier", limits: Limits = LIMITS) -> Iterator[bytes]:
    """The frames and receipts in the file, one in memory at a time; raises `Fault` where it is none, or was cut off."""
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    if stream.read(len(COURIER_MAGIC)) != COURIER_MAGIC:
        raise Fault("courier_unreadable", where)
    at, parts = len(COURIER_MAGIC), 0
    while head := stream.read(_LENGTH.size):
        size = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 0
        if size > max(limits.frame_bytes, limits.receipt_bytes) or at + size > limits.courier_bytes:
            raise Fault("courier_too_large", where, bytes=at + size, limit=limits.courier_bytes)
        part = stream.read(size) if size else b""
        if len(head) < _LENGTH.size or len(part) < size:
            raise Fault("courier_cut", where, at=at, parts=parts)
        yield part
        at, parts = at + _LENGTH.size + size, parts + 1
