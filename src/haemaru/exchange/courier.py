"""Courier files: the same frames and receipts, carried on a disk when the cable is cut.

    magic (8) | { length (4) | frame or receipt } ...

The file needs no protection of its own: frames are encrypted to the receiver and signed, receipts name numbers only.
It may be imported twice, or half of it lost: numbers and signatures decide, as on the wire.
"""

import struct
from collections.abc import Iterable, Iterator

from haemaru.exchange.limits import LIMITS, Limits
from haemaru.wording import Fault

COURIER_MAGIC = b"HAEMCOU\x01"
_LENGTH = struct.Struct(">I")


def write_courier(parts: Iterable[bytes]) -> bytes:
    """The courier file that holds these frames and receipts, in this order."""
    out = [COURIER_MAGIC]
    for part in parts:
        out += (_LENGTH.pack(len(part)), part)
    return b"".join(out)


def read_courier(data: bytes, where: str = "courier", limits: Limits = LIMITS) -> Iterator[bytes]:
    """The frames and receipts in the file; raises `Fault` where it is none, or where it was cut off."""
    if len(data) > limits.courier_bytes:
        raise Fault("courier_too_large", where, bytes=len(data), limit=limits.courier_bytes)
    if data[: len(COURIER_MAGIC)] != COURIER_MAGIC:
        raise Fault("courier_unreadable", where)
    at = len(COURIER_MAGIC)
    while at < len(data):
        if at + _LENGTH.size > len(data):
            raise Fault("courier_cut", where, at=at)
        (size,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        if at + size > len(data):
            raise Fault("courier_cut", where, at=at)
        yield data[at : at + size]
        at += size
