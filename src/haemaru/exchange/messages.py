"""What the two nodes say to each other about the records, never on the wire in clear.

`Void` stands in for a record that was refused when it was about to leave; `Disposition` answers a correction, a
retraction or an expiry; `Checkpoint` and `Countersignature` let each side witness the other's ledger, a
`Restart` tells that the sender's was put back; a `Notice` tells that the sender suspends or resumes an agreement;
a `RecordAsk` asks for one record by its rid;
a `LeaseAsk` asks for leave to go on sending, and a `Lease` gives it.
`DigestAsk` and what follows it compare what one side sent with what the other holds; `Epoch` begins a new epoch. All
of them are payloads of envelopes, always signed one by one.
"""

from typing import ClassVar, Literal

import msgspec

from haemaru.exchange.errors import EnvelopeRefused
from haemaru.exchange.limits import Whole

Answer = Literal["corrected", "erased", "held", "unknown_rid_tombstoned", "refused"]
"""What became of a copy: corrected, erased, kept under a legal hold, never seen, or refused (not the origin)."""

Asked = Literal["sent", "withheld", "not_available"]
"""What became of a question for one record: it comes, an open clause keeps it, or nothing may be said of it."""


class Void(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Number `seq` of this stream will never carry its record, and why."""

    v: int = 1
    realm: str
    from_: str = msgspec.field(name="from")
    to: str
    channel: str
    epoch: Whole
    seq: Whole
    rid: str
    code: str
    at: str


class _Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    v: int = 1
    id: str
    realm: str
    from_: str = msgspec.field(name="from")
    to: str
    created: str


class Exported(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file or a printout that was made of a copy: what, when, for whom. It is told, never claimed back."""

    what: str
    when: str
    to: str = ""


class Disposition(_Message, frozen=True, kw_only=True, tag="disposition"):
    """The receiver's signed answer to an operation on a record it was sent, or to the end of its retention.

    `copies` were erased or are held; `derived` are records made of it that the asker was sent; `forwarded_to` got it
    from the originator at the receiver's asking; `backups` is how many older backups could still open it.
    """

    kind: ClassVar[str] = "control.disposition"
    rid: str
    rev: Whole
    op: str
    answer: Answer
    basis: str | None = None
    copies: Whole = 0
    exported: tuple[Exported, ...] = ()
    forwarded_to: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    backups: Whole = 0


class Past(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An earlier size of the sender's ledger, its root, and the hashes that lead from there to the checkpoint."""

    size: Whole
    root: str
    proof: tuple[str, ...]


class Checkpoint(_Message, frozen=True, kw_only=True, tag="checkpoint"):
    """The sender's ledger as it stands, with the proof that it still holds what the receiver saw at `old_size`.

    `also` leads from other sizes: the newest one that each witness signed, or one that the receiver asked for.
    """

    kind: ClassVar[str] = "control.checkpoint"
    checkpoint: str
    old_size: Whole
    proof: tuple[str, ...]
    old_root: str | msgspec.UnsetType = msgspec.UNSET
    also: tuple[Past, ...] | msgspec.UnsetType = msgspec.UNSET


class Countersignature(_Message, frozen=True, kw_only=True, tag="countersignature"):
    """The receiver's note with its own line under it; or nothing signed, why, and the sender's note that it holds."""

    kind: ClassVar[str] = "control.countersignature"
    size: Whole
    checkpoint: str | None = None
    refused: str | None = None
    held: str | msgspec.UnsetType = msgspec.UNSET


class Restart(_Message, frozen=True, kw_only=True, tag="restart"):
    """The sender's ledger was put back, and goes on from an earlier size: a signed note of its own."""

    kind: ClassVar[str] = "control.restart"
    restart: str


class RestartAnswer(_Message, frozen=True, kw_only=True, tag="restart_answer"):
    """The receiver took the restart of that name, or refuses it, and why."""

    kind: ClassVar[str] = "control.restart_answer"
    restart: str
    refused: str | None = None


class Notice(_Message, frozen=True, kw_only=True, tag="notice"):
    """The sender suspends an agreement (its id), or takes that back; it holds from the moment it is taken in."""

    kind: ClassVar[str] = "control.notice"
    what: Literal["suspend", "resume"]
    reason: str
    agreement: str = ""


class LeaseAsk(_Message, frozen=True, kw_only=True, tag="lease_ask"):
    """The sender asks for a lease under an agreement (its hash); it counts from `asked_at` on its own clock."""

    kind: ClassVar[str] = "control.lease_ask"
    agreement: str
    asked_at: str


class Lease(_Message, frozen=True, kw_only=True, tag="lease"):
    """The question `asked` is granted: for so many minutes from when it was asked."""

    kind: ClassVar[str] = "control.lease"
    asked: str
    agreement: str
    minutes: Whole


class RecordAsk(_Message, frozen=True, kw_only=True, tag="ask"):
    """The sender asks for one record by its rid, for a purpose that a clause names."""

    kind: ClassVar[str] = "control.ask"
    rid: str
    purpose: str


class RecordAnswer(_Message, frozen=True, kw_only=True, tag="answer"):
    """What becomes of that question; clause and reason only where an open clause refuses."""

    kind: ClassVar[str] = "control.answer"
    ask: str
    rid: str
    answer: Asked
    clause: str | None = None
    reason: str | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ranges of one stream; in an answer `digests` holds 32 bytes for each sixteenth of each range, in base64."""

    channel: str
    epoch: Whole
    ranges: tuple[tuple[Whole, Whole], ...]
    digests: str = ""


class Held(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far one stream is held."""

    channel: str
    epoch: Whole
    last: Whole


class DigestAsk(_Message, frozen=True, kw_only=True, tag="digest_ask"):
    """The sender of streams asks what the receiver holds of them; `wanted` are items it shall be given back."""

    kind: ClassVar[str] = "control.digest_ask"
    session: str
    round: Whole
    parts: tuple[Part, ...]
    wanted: tuple[Part, ...] = ()
    turn: bool = False


class DigestAnswer(_Message, frozen=True, kw_only=True, tag="digest_answer"):
    """The receiver's digests of the ranges asked for, and how far it holds each stream of that sender."""

    kind: ClassVar[str] = "control.digest_answer"
    session: str
    round: Whole
    parts: tuple[Part, ...]
    held: tuple[Held, ...]


class DigestFound(_Message, frozen=True, kw_only=True, tag="digest_found"):
    """What the sender of the streams found at the end: numbers the receiver lacks, holds otherwise, or holds alone."""

    kind: ClassVar[str] = "control.digest_found"
    session: str
    rounds: Whole
    digests: Whole
    missing: tuple[Part, ...]
    altered: tuple[Part, ...]
    unknown: tuple[Part, ...]


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item as it arrived, with what proves it: its leaf, the path to the root, the signed header of its frame.

    `line` is null where its content was erased, or lies elsewhere (positions).
    """

    channel: str
    epoch: Whole
    seq: Whole
    line: str | None
    digest: str
    leaf: str
    header: str = ""
    signature: str = ""
    path: tuple[str, ...] = ()


class Returned(_Message, frozen=True, kw_only=True, tag="returned"):
    """Items that the sender of a stream once sent and no longer knows, given back to it."""

    kind: ClassVar[str] = "control.returned"
    session: str
    lines: tuple[Line, ...]


class Epoch(_Message, frozen=True, kw_only=True, tag="epoch"):
    """The first item of a new epoch: all streams of the sender begin anew; `size` and `root` are of the last
    checkpoint under which it still has the receiver's signature."""

    kind: ClassVar[str] = "control.epoch"
    epoch: Whole
    size: Whole = 0
    root: str = ""
    reason: str = ""


class KeyNews(_Message, frozen=True, kw_only=True, tag="keys"):
    """The sender's newest statement of keys, signed with the key it follows; `revoked` counts no longer."""

    kind: ClassVar[str] = "control.keys"
    statement: str
    revoked: str = ""
    reason: str = ""


class OnwardAsk(_Message, frozen=True, kw_only=True, tag="onward_ask"):
    """The receiver of a record asks its originator to give it to a third party as well."""

    kind: ClassVar[str] = "control.onward_ask"
    rid: str
    rev: Whole
    receiver: str
    purpose: str
    reason: str


class OnwardAnswer(_Message, frozen=True, kw_only=True, tag="onward_answer"):
    """What the originator says to message `asked`: given, refused, or not available (whether it exists or not)."""

    kind: ClassVar[str] = "control.onward_answer"
    asked: str
    answer: Literal["given", "refused", "not_available", "receiver_unknown"]
    reason: str | None = None


Message = (
    Disposition
    | OnwardAsk
    | OnwardAnswer
    | Checkpoint
    | Countersignature
    | Restart
    | RestartAnswer
    | Notice
    | LeaseAsk
    | Lease
    | RecordAsk
    | RecordAnswer
    | DigestAsk
    | DigestAnswer
    | DigestFound
    | Returned
    | Epoch
    | KeyNews
)
_messages: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)
_read_void = msgspec.json.Decoder(Void).decode


def message_bytes(message: Message | Void) -> bytes:
    """The message as JSON, the fields in the order they are declared."""
    return msgspec.json.encode(message)


def read_message(content: bytes) -> Message:
    """The control message in a payload; raises `EnvelopeRefused("message_unreadable")`."""
    try:
        return _messages.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise EnvelopeRefused("message_unreadable", problem=str(problem)[:200]) from None


def read_void(content: bytes) -> Void:
    """The void in a payload; raises `EnvelopeRefused("void_unreadable")`."""
    try:
        return _read_void(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise EnvelopeRefused("void_unreadable", problem=str(problem)[:200]) from None
