"""Frames: what travels between two nodes, by HTTP or on a disk, and shows nothing of what is inside.

    magic (8) | length of header (4) | header, JSON | length of signature (2) | signature | cipher text

The header names the stream and the numbers in it, and carries the SHA-256 of the cipher text; the signature covers the
header. The cipher text is zstd of JSON lines, one envelope a line, sealed to the receiver's box key. The header names
the suite it is signed in, the sender's, and where the receiver has another, the one it is sealed in. `read_outer` needs
no key and does only what the limits allow; `verify_outer` needs the sender's public keys; `open_frame` decrypts,
decompresses no further than the header promised, and compares the Merkle root over the lines.
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Sequence

import msgspec
import zstandard

from haemaru.exchange.errors import FrameRefused
from haemaru.exchange.limits import LIMITS, Limits, Whole
from haemaru.ledger.merkle import leaf_hash, root_of
from haemaru.signing import (
    SUITE_NAMES,
    Keys,
    PublicKeys,
    Sealed,
    SealRefused,
    SuiteUnknown,
    keyid_of,
    open_sealed,
    pae,
    seal_to,
)

MAGIC = b"HAEMARU\x01"
FRAME_TYPE = "application/vnd.haemaru.frame.v1+json"
_CONTEXT = "haemaru-frame-v1"
_HEADER_LENGTH = struct.Struct(">I")
_SIGNATURE_LENGTH = struct.Struct(">H")
_LEVEL = 3
_WINDOW_BYTES = 8 * 1024 * 1024


class Stream(msgspec.Struct, frozen=True):
    """One direction of one channel between two parties, in one epoch; numbers in it begin at 1 and have no gaps."""

    from_: str = msgspec.field(name="from")
    to: str
    realm: str
    channel: str
    epoch: Whole

    def context(self, first: int, last: int) -> bytes:
        """The bytes a cipher text is bound to, so that it opens in this place only."""
        parts = (_CONTEXT, self.from_, self.to, self.realm, self.channel, str(self.epoch), str(first), str(last))
        return "\n".join(parts).encode()


class FrameHeader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The clear part of a frame: where it belongs and how to check it. Nothing of any record."""

    v: int = 1
    suite: str
    from_: str = msgspec.field(name="from")
    to: str
    realm: str
    channel: str
    epoch: Whole
    first: Whole
    last: Whole
    count: Whole
    root: str
    cipher_sha256: str
    keyid: str
    to_keyid: str
    epk: str
    nonce: str
    size_plain: Whole
    created: str
    to_suite: str | msgspec.UnsetType = msgspec.UNSET

    @property
    def stream(self) -> Stream:
        """The stream it belongs to."""
        return Stream(self.from_, self.to, self.realm, self.channel, self.epoch)

    @property
    def sealed_in(self) -> str:
        """The suite the cipher text is sealed in: the receiver's, named where it is not the sender's too."""
        return self.suite if self.to_suite is msgspec.UNSET else self.to_suite


class Framed(msgspec.Struct, frozen=True):
    """A frame ready to travel, its header, and the digest by which a receipt will name it."""

    data: bytes
    header: FrameHeader
    digest: str


class Outer(msgspec.Struct, frozen=True):
    """A frame taken apart without any key: header, its exact bytes, signature, cipher text."""

    header: FrameHeader
    header_bytes: bytes
    signature: bytes
    cipher: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the header, by which a receipt names the frame it answers."""
        return hashlib.sha256(self.header_bytes).hexdigest()


def write_frame(keys: Keys, to: PublicKeys, stream: Stream, first: int, lines: Sequence[bytes], created: str) -> Framed:
    """The frame that carries `lines` as numbers `first` and up."""
    last = first + len(lines) - 1
    plain = b"\n".join(lines) + b"\n"
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(plain)
    sealed = seal_to(to.box, packed, stream.context(first, last), to.suite)
    header = FrameHeader(
        suite=keys.suite,
        from_=stream.from_,
        to=stream.to,
        realm=stream.realm,
        channel=stream.channel,
        epoch=stream.epoch,
        first=first,
        last=last,
        count=len(lines),
        root=root_of(leaf_hash(line) for line in lines).hex(),
        cipher_sha256=hashlib.sha256(sealed.cipher).hexdigest(),
        keyid=keys.keyid,
        to_keyid=keyid_of(to.box),
        epk=base64.b64encode(sealed.epk).decode(),
        nonce=base64.b64encode(sealed.nonce).decode(),
        size_plain=len(plain),
        created=created,
        to_suite=msgspec.UNSET if to.suite == keys.suite else to.suite,
    )
    clear = msgspec.json.encode(header)
    signature = keys.sign(pae(FRAME_TYPE, clear))
    lengths = (_HEADER_LENGTH.pack(len(clear)), _SIGNATURE_LENGTH.pack(len(signature)))
    data = b"".join((MAGIC, lengths[0], clear, lengths[1], signature, sealed.cipher))
    return Framed(data, header, hashlib.sha256(clear).hexdigest())


def read_outer(data: bytes, limits: Limits = LIMITS) -> Outer:
    """Takes a frame apart within the limits; raises `FrameRefused` and trusts nothing of it yet."""
    if len(data) > limits.frame_bytes:
        raise FrameRefused("frame_too_large", bytes=len(data), limit=limits.frame_bytes)
    if data[: len(MAGIC)] != MAGIC:
        raise FrameRefused("frame_unreadable", part="magic")
    clear, rest = _cut(data, len(MAGIC), _HEADER_LENGTH, limits.header_bytes, "header")
    signature, rest = _cut(data, rest, _SIGNATURE_LENGTH, 1024, "signature")
    try:
        header = msgspec.json.decode(clear, type=FrameHeader)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise FrameRefused("frame_unreadable", part="header", problem=str(problem)[:200]) from None
    _check_header(header, limits)
    return Outer(header, clear, signature, data[rest:])


def verify_outer(outer: Outer, sender: PublicKeys) -> None:
    """Raises `FrameRefused` unless the header was signed with these keys and the cipher text is the one it names."""
    if outer.header.keyid != sender.keyid or outer.header.suite != sender.suite:
        raise FrameRefused("frame_other_key", keyid=outer.header.keyid)
    if not sender.verify(pae(FRAME_TYPE, outer.header_bytes), outer.signature):
        raise FrameRefused("frame_bad_signature")
    if hashlib.sha256(outer.cipher).hexdigest() != outer.header.cipher_sha256:
        raise FrameRefused("frame_cipher_differs")


def open_frame(outer: Outer, keys: Keys, limits: Limits = LIMITS) -> list[bytes]:
    """The lines of a verified frame; raises `FrameRefused` when it is for other keys or not what its header says."""
    header = outer.header
    holder = keys.for_box(header.to_keyid)
    if holder is None:
        raise FrameRefused("frame_other_recipient_key", keyid=header.to_keyid)
    try:
        sealed = Sealed(_bytes(header.epk), _bytes(header.nonce), outer.cipher, header.sealed_in)
        packed = open_sealed(holder, sealed, header.stream.context(header.first, header.last))
    except (SealRefused, SuiteUnknown) as refused:
        raise FrameRefused("frame_does_not_open", problem=refused.code) from None
    plain = _unpack(packed, header.size_plain)
    # Counted before it is cut: thirty million empty lines would take ten times their size.
    found = plain.count(b"\n")
    if not plain.endswith(b"\n") or found != header.count:
        raise FrameRefused("frame_count_differs", count=header.count, found=found)
    lines = plain[:-1].split(b"\n")
    if any(len(line) > limits.item_bytes for line in lines):
        raise FrameRefused("frame_item_too_large", limit=limits.item_bytes)
    if root_of(leaf_hash(line) for line in lines).hex() != header.root:
        raise FrameRefused("frame_root_differs")
    return lines


def _cut(data: bytes, at: int, length: struct.Struct, limit: int, part: str) -> tuple[bytes, int]:
    begin = at + length.size
    if begin > len(data):
        raise FrameRefused("frame_unreadable", part=part)
    (size,) = length.unpack_from(data, at)
    if size > limit:
        raise FrameRefused("frame_too_large", bytes=size, limit=limit)
    if begin + size > len(data):
        raise FrameRefused("frame_unreadable", part=part)
    return data[begin : begin + size], begin + size


def _check_header(header: FrameHeader, limits: Limits) -> None:
    if header.v != 1:
        raise FrameRefused("frame_version_unknown", version=header.v)
    for suite in (header.suite, header.sealed_in):
        if suite not in SUITE_NAMES:
            raise FrameRefused("frame_suite_unknown", suite=suite[:100])
    if header.to_suite == header.suite:
        raise FrameRefused("frame_unreadable", part="to_suite")
    if header.count > limits.rows:
        raise FrameRefused("frame_too_many_rows", rows=header.count, limit=limits.rows)
    if not 0 < header.size_plain <= limits.plain_bytes:
        raise FrameRefused("frame_too_large", bytes=header.size_plain, limit=limits.plain_bytes)
    if header.epoch < 1 or header.first < 1 or header.count < 1 or header.last - header.first + 1 != header.count:
        raise FrameRefused("frame_unreadable", part="numbers")


def _unpack(packed: bytes, size: int) -> bytes:
    # Reads one byte more than promised and no further: a bomb is found before it has room to grow.
    try:
        with zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES).stream_reader(packed) as reader:
            plain = reader.read(size + 1)
    except zstandard.ZstdError:
        raise FrameRefused("frame_unreadable", part="zstd") from None
    if len(plain) != size:
        raise FrameRefused("frame_size_differs", promised=size)
    if _end_of_first(packed) != len(packed):
        raise FrameRefused("frame_unreadable", part="zstd")
    return plain


def _end_of_first(packed: bytes) -> int:
    """Where a zstd frame that was read ends (RFC 8878, 3.1.1): nothing may stand behind it that nobody looks at."""
    flags = packed[4]
    single = flags >> 5 & 1
    at = 6 - single + (0, 1, 2, 4)[flags & 3] + (single, 2, 4, 8)[flags >> 6]
    while at < len(packed):
        head = int.from_bytes(packed[at : at + 3], "little")
        at += 3 + (1 if head >> 1 & 3 == 1 else head >> 3)
        if head & 1:
            return at + (4 if flags >> 2 & 1 else 0)
    return at


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise FrameRefused("frame_unreadable", part="base64") from None
