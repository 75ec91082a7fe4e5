"""A passphrase for the folder of keys: Argon2id makes a key of it, and that locks the key that locks every secret.

`passphrase.json` holds the cost, the salt and the locked key. So a new passphrase rewrites one file and no secret, and
whoever has an earlier copy of the folder still opens it with the earlier passphrase. Every guess costs an attacker what
it costs the owner: see `COST`.
"""

import base64
import binascii
import os
import unicodedata
from collections.abc import Callable

import msgspec
import nacl.bindings as sodium
import nacl.pwhash.argon2id as argon2id
from nacl.exceptions import CryptoError

from haemaru.signing.errors import KeysUnreadable
from haemaru.signing.sodium import KEY_BYTES, NONCE_BYTES

FILE = "passphrase.json"
_CONTEXT = b"haemaru-passphrase-v1"
_KDF = "argon2id13"
_MOST_OPERATIONS = 64
_MOST_MEMORY_BYTES = 4 * 2**30

Passphrase = Callable[[], bytes | None]
"""Asks for the passphrase of a home when it has one; None where nobody can be asked."""


class Cost(msgspec.Struct, frozen=True):
    """What one guess costs."""

    operations: int
    memory_bytes: int


COST = Cost(argon2id.OPSLIMIT_MODERATE, argon2id.MEMLIMIT_MODERATE)
"""Three passes over 256 MiB: under a second on a desktop computer, and as much memory for each guess made at once."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: int
    kdf: str
    operations: int
    memory_bytes: int
    salt: str
    locked: str


class Wrapping:
    """Locks and unlocks the secrets of one folder."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def lock(self, secret: bytes, context: bytes) -> bytes:
        """Nonce and cipher text, bound to the context."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(secret, context, nonce, self._key)

    def unlock(self, content: bytes, context: bytes) -> bytes:
        """The secret again; raises `KeysUnreadable("key_broken")`."""
        try:
            return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
                content[NONCE_BYTES:], context, content[:NONCE_BYTES], self._key
            )
        except (CryptoError, TypeError, ValueError):
            raise KeysUnreadable("key_broken", context.decode(errors="replace")) from None

    def file(self, passphrase: bytes, cost: Cost | None = None) -> bytes:
        """What `passphrase.json` holds under this passphrase."""
        cost = cost or COST
        salt = os.urandom(argon2id.SALTBYTES)
        locked = Wrapping(_stretch(passphrase, salt, cost)).lock(self._key, _CONTEXT)
        texts = (base64.b64encode(salt).decode(), base64.b64encode(locked).decode())
        return msgspec.json.encode(_File(1, _KDF, cost.operations, cost.memory_bytes, *texts)) + b"\n"


def new_wrapping() -> Wrapping:
    """A wrapping with a key of its own."""
    return Wrapping(os.urandom(KEY_BYTES))


def open_wrapping(data: bytes, passphrase: bytes) -> Wrapping:
    """The wrapping of a folder; raises `KeysUnreadable`: `passphrase_wrong`, or `key_broken` for an altered file."""
    try:
        file = msgspec.json.decode(data, type=_File)
        salt = base64.b64decode(file.salt, validate=True)
        locked = base64.b64decode(file.locked, validate=True)
    except (msgspec.MsgspecError, UnicodeDecodeError, binascii.Error, ValueError):
        raise KeysUnreadable("key_broken", FILE) from None
    is_bounded = 0 < file.operations <= _MOST_OPERATIONS and 8192 <= file.memory_bytes <= _MOST_MEMORY_BYTES
    if (file.v, file.kdf) != (1, _KDF) or not is_bounded or len(salt) != argon2id.SALTBYTES:
        raise KeysUnreadable("key_broken", FILE)
    try:
        key = Wrapping(_stretch(passphrase, salt, Cost(file.operations, file.memory_bytes))).unlock(locked, _CONTEXT)
    except KeysUnreadable:
        raise KeysUnreadable("passphrase_wrong", FILE) from None
    return Wrapping(key)


def _stretch(passphrase: bytes, salt: bytes, cost: Cost) -> bytes:
    # One form for letters that can be typed in two ways, as Hangul can.
    text = unicodedata.normalize("NFC", passphrase.decode(errors="surrogateescape"))
    typed = text.encode(errors="surrogateescape")
    return argon2id.kdf(KEY_BYTES, typed, salt, opslimit=cost.operations, memlimit=cost.memory_bytes)
