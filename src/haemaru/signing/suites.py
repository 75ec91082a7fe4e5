"""Suites: the named sets of algorithms that statements, keys and envelopes cite.

One suite ships today, libsodium's: Ed25519 signatures, X25519 agreement and XChaCha20-Poly1305 encryption. National
lists of approved algorithms differ, so nothing outside this module names an algorithm: a second suite is one more
class in `SUITES`.
"""

import hashlib
import os
from typing import Protocol

import nacl.bindings as sodium
from nacl.exceptions import CryptoError

from haemaru.signing.errors import SealRefused, SuiteUnknown

SUITE = "ed25519-x25519-xchacha20poly1305"
NONCE_BYTES = 24
KEY_BYTES = 32
_SEAL_KEY = b"haemaru-seal-v1"


class Suite(Protocol):
    """What a set of algorithms must be able to do for signing and sealing."""

    name: str
    nonce_bytes: int

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether `signature` over `message` was made with the secret half of `public`."""
        ...

    def send_key(self, public_box: bytes) -> tuple[bytes, bytes]:
        """A fresh key for one message to the holder of `public_box`, and the bytes the holder finds it with."""
        ...

    def found_key(self, shared: bytes, ephemeral: bytes, public_box: bytes) -> bytes:
        """The same key at the receiver, from the agreed secret `shared`."""
        ...

    def encrypt(self, key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        """The authenticated cipher text of `plain` in the context `aad`."""
        ...

    def decrypt(self, key: bytes, nonce: bytes, cipher: bytes, aad: bytes) -> bytes:
        """The plain text again; raises `SealRefused` when text, key or context differ by one bit."""
        ...


def agree(secret: bytes, public: bytes) -> bytes:
    """The X25519 secret of two key halves; raises `SealRefused` for a key of another length or of small order."""
    # PyNaCl does not look at the length and libsodium would read past the end of a short key.
    if len(public) != KEY_BYTES:
        raise SealRefused("bad_public_key")
    try:
        return sodium.crypto_scalarmult(secret, public)
    except (CryptoError, TypeError, ValueError):
        raise SealRefused("bad_public_key") from None


class SodiumSuite:
    """Ed25519, X25519 and XChaCha20-Poly1305 by libsodium."""

    name = SUITE
    nonce_bytes = NONCE_BYTES

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the Ed25519 signature holds (RFC 8032, libsodium's strict rules)."""
        if len(signature) != sodium.crypto_sign_BYTES or len(public) != sodium.crypto_sign_PUBLICKEYBYTES:
            return False
        try:
            sodium.crypto_sign_open(signature + message, public)
        except CryptoError:
            return False
        return True

    def send_key(self, public_box: bytes) -> tuple[bytes, bytes]:
        """An X25519 agreement with a key pair that lives for one message."""
        secret = os.urandom(sodium.crypto_scalarmult_SCALARBYTES)
        ephemeral = sodium.crypto_scalarmult_base(secret)
        return self.found_key(agree(secret, public_box), ephemeral, public_box), ephemeral

    def found_key(self, shared: bytes, ephemeral: bytes, public_box: bytes) -> bytes:
        """BLAKE2b over the agreed secret, bound to the suite and to both public halves."""
        material = ephemeral + public_box + SUITE.encode()
        return hashlib.blake2b(material, digest_size=KEY_BYTES, key=shared, person=_SEAL_KEY).digest()

    def encrypt(self, key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        """XChaCha20-Poly1305: 24-byte nonces may be drawn at random without counting."""
        return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, aad, nonce, key)

    def decrypt(self, key: bytes, nonce: bytes, cipher: bytes, aad: bytes) -> bytes:
        """The plain text again, or `SealRefused`."""
        try:
            return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(cipher, aad, nonce, key)
        except (CryptoError, TypeError, ValueError):
            raise SealRefused("does_not_open") from None


SUITES: tuple[Suite, ...] = (SodiumSuite(),)


def suite_named(name: str) -> Suite:
    """The suite that calls itself `name`; raises `SuiteUnknown`."""
    for suite in SUITES:
        if suite.name == name:
            return suite
    raise SuiteUnknown("unknown_suite", name)
