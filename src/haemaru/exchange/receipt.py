"""Receipts and refusals: the only two answers to a frame.

A receipt is signed and is sent after the commit. `upto` is the highest number without a gap before it that the
receiver holds; the sender's cursor is this number and nothing else. `exceptions` name the items that are held but not
accepted. A refusal says why nothing of the frame was stored; it moves no cursor.
"""

import hashlib
from collections.abc import Sequence

import msgspec

from haemaru.exchange.envelope import RECEIPT_TYPE, REFUSAL_TYPE, read_envelope, write_envelope
from haemaru.exchange.errors import EnvelopeRefused, ReceiptRefused
from haemaru.exchange.frame import Stream
from haemaru.exchange.limits import LIMITS, Limits, Whole
from haemaru.signing import Keys, PublicKeys, SuiteUnknown


class ItemException(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item that is held, but not as the record it claims to be."""

    seq: Whole
    code: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the receiver holds of one stream; `by` signs it. `code` is stored, repeated or gap."""

    v: int = 1
    by: str
    stream: Stream
    upto: Whole
    first: Whole
    last: Whole
    root: str
    frame: str
    code: str
    exceptions: tuple[ItemException, ...] = ()
    at: str


class Refusal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why nothing of a frame was stored; `epoch` where the receiver is in another one."""

    v: int = 1
    by: str
    realm: str
    frame: str
    code: str
    params: dict[str, str | int] = {}
    epoch: Whole | None = None
    at: str


def write_receipt(keys: Keys, receipt: Receipt) -> bytes:
    """The signed receipt as it travels."""
    return write_envelope(keys, RECEIPT_TYPE, msgspec.json.encode(receipt))


def write_refusal(keys: Keys, refusal: Refusal) -> bytes:
    """The signed refusal as it travels."""
    return write_envelope(keys, REFUSAL_TYPE, msgspec.json.encode(refusal))


def frame_digest(data: bytes) -> str:
    """SHA-256 of bytes that could not be read as a frame, for a refusal to name them."""
    return hashlib.sha256(data).hexdigest()


def is_refusal(answer: bytes) -> bool:
    """Whether an answer says that the frame was refused; the node's door maps it to HTTP 422."""
    return answer[:200].find(REFUSAL_TYPE.encode()) >= 0


def read_answer(
    answer: bytes, sender: PublicKeys | Sequence[PublicKeys] | None, limits: Limits = LIMITS
) -> Receipt | Refusal:
    """The receipt or refusal, signed with one of the keys of `sender`; raises `ReceiptRefused`.

    Without `sender` the signature is not checked: only for finding out whose it claims to be.
    """
    if len(answer) > limits.receipt_bytes:
        raise ReceiptRefused("receipt_too_large", bytes=len(answer), limit=limits.receipt_bytes)
    try:
        envelope = read_envelope(answer)
        content = envelope.content
        keys = (sender,) if isinstance(sender, PublicKeys) else sender
        if keys is not None and not any(
            envelope.suite == public.suite and envelope.is_signed_by(public, content) for public in keys
        ):
            raise ReceiptRefused("receipt_bad_signature")
        kind: type[Receipt | Refusal] = _TYPES[envelope.payloadType]
        return msgspec.json.decode(content, type=kind)
    except KeyError:
        raise ReceiptRefused("receipt_other_type") from None
    except (EnvelopeRefused, msgspec.MsgspecError, UnicodeDecodeError, RecursionError, SuiteUnknown) as problem:
        raise ReceiptRefused("receipt_unreadable", problem=str(problem)[:200]) from None


_TYPES: dict[str, type[Receipt | Refusal]] = {RECEIPT_TYPE: Receipt, REFUSAL_TYPE: Refusal}
