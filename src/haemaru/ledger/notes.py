"""Checkpoints: a party's signed word for how long its ledger is and what its root is.

The text is a C2SP tlog-checkpoint in a signed note: origin, size, root in base64, one extension line with the time, an
empty line, then signature lines. A partner that has checked the checkpoint adds a line of its own (C2SP
tlog-cosignature: the signature covers the moment of signing and the whole text).

    haemaru/demo/kcg
    1024
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    at 2026-08-01T00:00:00Z

    — haemaru/demo/kcg Az3grl...
    — haemaru/demo/kcs x7yQ9A...

A restart is a note of the same shape whose first line no checkpoint can have. By it a party declares that its ledger
was put back to an older state, and from which size and root it goes on.

    haemaru-restart/v1
    haemaru/demo/kcg
    1000
    YPp29PX31NCdbcDIsge24fJq/sJCxoN/svttoeNfWDc=
    at 2026-08-01T00:00:00Z
    id 019a3f0e-...
    reason disk failed, backup of 02:00
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Mapping, Sequence

import msgspec

from haemaru.ledger.merkle import HASH_BYTES
from haemaru.signing import SUITE, Keys, PublicKeys
from haemaru.wording import Fault

NOTE_MAX_BYTES = 4096
RESTART = "haemaru-restart/v1"
REASON_MAX = 500
_DASH = "— "
_SIGNED = b"\x01"  # key types of the signed-note format: Ed25519 signature, Ed25519 cosignature
_COSIGNED = b"\x04"


class Checkpoint(msgspec.Struct, frozen=True):
    """A checkpoint as it was signed: whose, how long, which root, when, and the exact note with its signatures."""

    origin: str
    size: int
    root: bytes
    at: str
    note: bytes

    @property
    def text(self) -> bytes:
        """The part that is signed."""
        return _text_of(self.note)


class Restart(msgspec.Struct, frozen=True):
    """A declared restart as it was signed: whose ledger, from which size and root it goes on, when, its name, why."""

    origin: str
    size: int
    root: bytes
    at: str
    id: str
    reason: str
    note: bytes

    @property
    def text(self) -> bytes:
        """The part that is signed."""
        return _text_of(self.note)


Claim = Checkpoint | Restart
"""What a party signs about its ledger; either says which root its first `size` entries have."""


def origin_of(realm: str, party: str) -> str:
    """The name of a party's ledger, which is also the name of its key in signature lines."""
    return f"haemaru/{realm}/{party}"


def write_checkpoint(keys: Keys, origin: str, size: int, root: bytes, at: str) -> Checkpoint:
    """Signs a checkpoint."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\nat {at}\n".encode()
    return Checkpoint(origin, size, root, at, _signed(keys, origin, text))


def write_restart(keys: Keys, origin: str, size: int, root: bytes, at: str, name: str, reason: str) -> Restart:
    """Signs a restart; the reason becomes one line of at most 500 letters."""
    reason = " ".join(reason.split())[:REASON_MAX] or "-"
    head = f"{RESTART}\n{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    text = f"{head}at {at}\nid {name}\nreason {reason}\n".encode()
    return Restart(origin, size, root, at, name, reason, _signed(keys, origin, text))


def read_checkpoint(note: bytes) -> Checkpoint:
    """Reads a note's text; raises `Fault("checkpoint_unreadable")`. Says nothing about its signatures."""
    try:
        origin, size, root, *rest = _lines_of(note)
        return Checkpoint(origin, _size(size), _root(root), _value(rest, "at"), note)
    except (ValueError, binascii.Error) as error:
        raise Fault("checkpoint_unreadable", "checkpoint", problem=str(error)) from None


def read_restart(note: bytes) -> Restart:
    """Reads the text of a restart; raises `Fault("restart_unreadable")`. Says nothing about its signatures."""
    try:
        first, origin, size, root, *rest = _lines_of(note)
        if first != RESTART:
            raise ValueError("first line")
        at, name, reason = (_value(rest, each) for each in ("at", "id", "reason"))
        return Restart(origin, _size(size), _root(root), at, name, reason, note)
    except (ValueError, binascii.Error) as error:
        raise Fault("restart_unreadable", "restart", problem=str(error)) from None


def read_claim(note: bytes) -> Claim:
    """Reads a checkpoint or a restart, whichever it is."""
    return read_restart(note) if note.startswith(RESTART.encode() + b"\n") else read_checkpoint(note)


def is_signed_by(claim: Claim, public: PublicKeys) -> bool:
    """Whether the owner of the ledger signed it with these keys."""
    return any(_holds(claim, claim.origin, public, blob) for blob in _blobs(claim, claim.origin))


def countersign(keys: Keys, name: str, checkpoint: Checkpoint, at_seconds: int) -> bytes:
    """The line by which `name` says that it has checked the checkpoint."""
    signature = keys.sign(_cosigned_text(checkpoint, at_seconds))
    blob = _key_hash(name, _COSIGNED, keys.public) + struct.pack(">Q", at_seconds) + signature
    return _line(name, blob)


def is_countersigned_by(checkpoint: Checkpoint, name: str, public: PublicKeys) -> bool:
    """Whether a line of `name`, made with these keys, stands under the checkpoint."""
    return any(_holds(checkpoint, name, public, blob, _COSIGNED) for blob in _blobs(checkpoint, name))


def lines_under(checkpoint: Checkpoint, keys: Mapping[str, Sequence[PublicKeys]]) -> dict[str, bool | None]:
    """Every signature line by its signer's name: whether it was made with the keys given for that name; None where none
    are given for it and it bears the mark of none of them. False where any line of that name is broken."""
    marks = {_key_hash(name, _kind_of(checkpoint, name), public) for name, every in keys.items() for public in every}
    found: dict[str, bool | None] = {}
    for line in checkpoint.note[len(checkpoint.text) + 1 :].decode(errors="replace").splitlines():
        name, _, text = line.removeprefix(_DASH).partition(" ")
        blob = _blob(text) if line.startswith(_DASH) else b""
        if name in keys:
            holds = any(_holds(checkpoint, name, public, blob) for public in keys[name])
            found[name] = holds and found.get(name) is not False
        else:
            found[name] = None if blob and blob[:4] not in marks and found.get(name) is not False else False
    return found


def line_of(checkpoint: Claim, name: str) -> bytes:
    """The last signature line of `name` under the note, or nothing."""
    start = f"{_DASH}{name} ".encode()
    lines = checkpoint.note[len(checkpoint.text) + 1 :].splitlines(keepends=True)
    return next((line for line in reversed(lines) if line.startswith(start)), b"")


def with_lines(checkpoint: Checkpoint, *lines: bytes) -> Checkpoint:
    """The checkpoint with more signature lines under it."""
    return msgspec.structs.replace(checkpoint, note=checkpoint.note + b"".join(lines))


def _text_of(note: bytes) -> bytes:
    return note[: note.index(b"\n\n") + 1]


def _signed(keys: Keys, origin: str, text: bytes) -> bytes:
    return text + b"\n" + _line(origin, _key_hash(origin, _SIGNED, keys.public) + keys.sign(text))


def _lines_of(note: bytes) -> list[str]:
    if len(note) > NOTE_MAX_BYTES or not note.endswith(b"\n") or b"\n\n" not in note:
        raise ValueError("length")
    return note.decode().partition("\n\n")[0].split("\n")


def _size(text: str) -> int:
    if not text.isascii() or not text.isdigit() or str(int(text[:15])) != text:
        raise ValueError("size")
    return int(text)


def _root(text: str) -> bytes:
    root = base64.b64decode(text, validate=True)
    if len(root) != HASH_BYTES or base64.b64encode(root).decode() != text:
        raise ValueError("root")
    return root


def _value(lines: list[str], name: str) -> str:
    for line in lines:
        if line.startswith(f"{name} "):
            return line.removeprefix(f"{name} ")
    raise ValueError({"at": "time"}.get(name, name))


def _cosigned_text(checkpoint: Claim, at_seconds: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % at_seconds + checkpoint.text


def _key_hash(name: str, kind: bytes, public: PublicKeys) -> bytes:
    # Suites other than Ed25519 have no number in the format: 0xff, then their name.
    label = kind if public.suite == SUITE else b"\xff" + kind + public.suite.encode()
    return hashlib.sha256(name.encode() + b"\n" + label + public.sign).digest()[:4]


def _line(name: str, blob: bytes) -> bytes:
    return f"{_DASH}{name} {base64.b64encode(blob).decode()}\n".encode()


def _kind_of(claim: Claim, name: str) -> bytes:
    return _SIGNED if name == claim.origin else _COSIGNED


def _holds(claim: Claim, name: str, public: PublicKeys, blob: bytes, kind: bytes = b"") -> bool:
    """Whether the bytes of a line of `name` were made with these keys: by the owner, or by one who countersigns."""
    kind = kind or _kind_of(claim, name)
    if blob[:4] != _key_hash(name, kind, public):
        return False
    if kind == _SIGNED:
        return public.verify(claim.text, blob[4:])
    if len(blob) <= 12:
        return False
    (seconds,) = struct.unpack(">Q", blob[4:12])
    return public.verify(_cosigned_text(claim, seconds), blob[12:])


def _blobs(claim: Claim, name: str) -> list[bytes]:
    start = f"{_DASH}{name} "
    lines = claim.note[len(claim.text) + 1 :].decode().splitlines()
    return [blob for line in lines if line.startswith(start) and (blob := _blob(line.removeprefix(start)))]


def _blob(text: str) -> bytes:
    """The bytes of a line, none where they cannot be read."""
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
