"""What a leaf of the tree covers, and what is locked away beside it.

An entry's leaf covers its index, time and kind, and a commitment to its body: the hash of a random salt and the body.
Salt and body lie in one locked record, so that nobody who holds the disk without the keys can test a guess at a body.
Erasing the record leaves the commitment, with which index, time and kind can still be proved, and nothing else.
"""

import hashlib
import struct

import msgspec

from haemaru.ledger.merkle import leaf_hash

SALT_BYTES = 32
_ENTRY = b"haemaru-entry-v1"
_BODY = b"haemaru-body-v1"
_HEADER = struct.Struct(">32sqH")


class Entry(msgspec.Struct, frozen=True):
    """One thing that happened: its place in the ledger, when, of what kind, and its leaf hash."""

    index: int
    at_ms: int
    kind: str
    leaf: bytes


class Opened(msgspec.Struct, frozen=True):
    """A body as it comes out of its lock, with the copies of time and kind that were locked with it."""

    salt: bytes
    at_ms: int
    kind: str
    body: bytes


def commitment_of(salt: bytes, body: bytes) -> bytes:
    """The hash that stands for a body: SHA-256 over salt and body, each with its length before it."""
    return hashlib.sha256(_joined(salt, body)).digest()


def leaf_of(index: int, at_ms: int, kind: str, commitment: bytes) -> bytes:
    """The RFC 6962 leaf hash over tag, index, time, kind and commitment, each with its length before it."""
    return leaf_hash(_joined(_ENTRY, struct.pack(">Q", index), struct.pack(">q", at_ms), kind.encode(), commitment))


def to_lock(salt: bytes, at_ms: int, kind: str, body: bytes) -> bytes:
    """The bytes that are locked for an entry."""
    name = kind.encode()
    return _HEADER.pack(salt, at_ms, len(name)) + name + body


def from_lock(plain: bytes) -> Opened:
    """What `to_lock` put together; raises `ValueError` where it did not."""
    try:
        salt, at_ms, length = _HEADER.unpack_from(plain)
    except struct.error as error:
        raise ValueError(str(error)) from None
    start = _HEADER.size + length
    return Opened(salt, at_ms, plain[_HEADER.size : start].decode(), plain[start:])


def lock_context(index: int) -> bytes:
    """The place a body is locked to, so that it cannot be moved to another row."""
    return _BODY + struct.pack(">Q", index)


def _joined(*parts: bytes) -> bytes:
    return b"".join([piece for part in parts for piece in (len(part).to_bytes(4, "big"), part)])
