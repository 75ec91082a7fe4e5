"""Envelopes: the exact bytes that are signed, and the signature beside them (DSSE's JSON form, with a suite).

The payload is opaque: whoever signs writes bytes, whoever verifies keeps those bytes and never writes them anew, so
no canonical form of JSON is needed. A signature covers the payload together with its type, so that a receipt can never
pass for a record. In a frame each envelope stands on a line of its own behind its number in the stream.
"""

import base64
import hashlib
from typing import Annotated

import msgspec

from haemaru.exchange.errors import EnvelopeRefused
from haemaru.signing import Keys, PublicKeys, pae

RECORD_TYPE = "application/vnd.haemaru.record.v1+json"
POSITIONS_TYPE = "application/vnd.haemaru.positions.v1+arrow"
CONTROL_TYPE = "application/vnd.haemaru.control.v1+json"
VOID_TYPE = "application/vnd.haemaru.void.v1+json"
RECEIPT_TYPE = "application/vnd.haemaru.receipt.v1+json"
MOST_SIGNATURES = 4
REFUSAL_TYPE = "application/vnd.haemaru.refusal.v1+json"


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signature in base64 and the short name of the key that made it."""

    keyid: str
    sig: str


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A payload in base64, its type, its suite, and who signed it; `seq` only where it stands in a stream."""

    suite: str
    payloadType: str  # noqa: N815 - DSSE's own spelling
    payload: str
    signatures: Annotated[tuple[Signature, ...], msgspec.Meta(max_length=MOST_SIGNATURES)] = ()
    seq: int = 0

    @property
    def content(self) -> bytes:
        """The exact payload bytes; raises `EnvelopeRefused` when they are not base64."""
        return _unbase64(self.payload, "payload")

    def is_signed_by(self, public: PublicKeys, content: bytes) -> bool:
        """Whether one of the signatures over `content` and the type was made with these keys."""
        message = pae(self.payloadType, content)
        return any(
            signature.keyid == public.keyid and public.verify(message, _unbase64(signature.sig, "signature"))
            for signature in self.signatures
        )


_read_envelope = msgspec.json.Decoder(Envelope).decode


def write_envelope(keys: Keys, payload_type: str, content: bytes, *, signed: bool = True) -> bytes:
    """The envelope as one line of JSON, signed with `keys`; unsigned where the frame's signature has to do."""
    signature = b""
    if signed:
        made = base64.b64encode(keys.sign(pae(payload_type, content))).decode()
        signature = f'{{"keyid":"{keys.keyid}","sig":"{made}"}}'.encode()
    head = f'{{"suite":"{keys.suite}","payloadType":"{payload_type}","payload":'.encode()
    return b"".join((head, msgspec.json.encode(content), b',"signatures":[', signature, b"]}"))


def number(envelope: bytes, seq: int) -> bytes:
    """The line of a stream: the same envelope behind its number. The signature does not cover the number, so that
    an envelope can move to a new epoch; the frame's Merkle root covers both.

    >>> number(b'{"suite":"s"}', 7)
    b'{"seq":7,"suite":"s"}'
    """
    return b'{"seq":%d,%b' % (seq, envelope[1:])


def read_envelope(line: bytes) -> Envelope:
    """The envelope on a line; raises `EnvelopeRefused("envelope_unreadable")`."""
    try:
        return _read_envelope(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise EnvelopeRefused("envelope_unreadable", problem=str(problem)[:200]) from None


def digest_of(content: bytes) -> str:
    """SHA-256 of a payload in hexadecimal, as `prev` and the digests of batches name it."""
    return hashlib.sha256(content).hexdigest()


def join(header: bytes, body: bytes) -> bytes:
    """A record's payload: its header on one line, then the body."""
    return header + b"\n" + body


def split(content: bytes) -> tuple[bytes, bytes]:
    """The header and the body of a record's payload; raises `EnvelopeRefused` when there is no line break."""
    header, line_break, body = content.partition(b"\n")
    if not line_break:
        raise EnvelopeRefused("payload_without_body")
    return header, body


def _unbase64(text: str, part: str) -> bytes:
    try:
        return msgspec.convert(text, bytes)  # as strict as the standard library's, and four times as fast
    except msgspec.ValidationError:
        raise EnvelopeRefused("envelope_bad_base64", part=part) from None
