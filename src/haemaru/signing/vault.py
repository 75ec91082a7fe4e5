"""The vault: a node's own store, in which each record is locked with a key of its own.

The record's key is itself locked with the node's master key and kept beside the record: erase those few bytes and the
record is gone everywhere it was ever copied to, backups included. `blind` turns an identifier into bytes that can be
looked up but not read back without the master key. What is at rest never leaves the node, so it is XChaCha20-Poly1305
whatever suite the node shows to others.
"""

import hashlib
import hmac
import os

import msgspec
import nacl.bindings as sodium
from nacl.exceptions import CryptoError

from haemaru.signing.errors import VaultRefused
from haemaru.signing.sodium import KEY_BYTES, NONCE_BYTES

_WRAP = b"haemaru-wrap-v1"
_BLIND = b"haemaru-blind-v1"
_KEY_AND_NONCES = KEY_BYTES + 2 * NONCE_BYTES
_encrypt = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt
_decrypt = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt


class Locked(msgspec.Struct, frozen=True):
    """A locked record: its wrapped key, and its cipher text; each begins with its nonce."""

    wrapped_key: bytes
    cipher: bytes


class Vault:
    """Locks and unlocks records under one master key, and blinds identifiers."""

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise VaultRefused("bad_key_length")
        self._wrapping = hashlib.blake2b(digest_size=KEY_BYTES, key=master, person=_WRAP).digest()
        self._blinding = hashlib.blake2b(digest_size=KEY_BYTES, key=master, person=_BLIND).digest()

    def lock(self, plain: bytes, aad: bytes) -> Locked:
        """Locks `plain` with a new key; it unlocks only in the same context `aad` (say, table and row)."""
        drawn = os.urandom(_KEY_AND_NONCES)
        key, nonce, other = drawn[:KEY_BYTES], drawn[KEY_BYTES:-NONCE_BYTES], drawn[-NONCE_BYTES:]
        wrapped = other + _encrypt(key, aad, other, self._wrapping)
        return Locked(wrapped, nonce + _encrypt(plain, aad, nonce, key))

    def unlock(self, locked: Locked, aad: bytes) -> bytes:
        """The plain bytes again; raises `VaultRefused` with the part that was changed: `wrapped_key` or `cipher`."""
        key = _open(locked.wrapped_key, aad, self._wrapping, "wrapped_key")
        return _open(locked.cipher, aad, key, "cipher")

    def blind(self, text: str) -> bytes:
        """HMAC-SHA256 of `text`: equal texts give equal bytes, and only this node can make them."""
        return hmac.digest(self._blinding, text.encode(), "sha256")


def _open(boxed: bytes, aad: bytes, key: bytes, part: str) -> bytes:
    try:
        return _decrypt(boxed[NONCE_BYTES:], aad, boxed[:NONCE_BYTES], key)
    except (CryptoError, TypeError, ValueError):
        raise VaultRefused("does_not_unlock", part) from None
