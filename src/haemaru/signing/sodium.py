"""The first suite: Ed25519 signatures, X25519 agreement and XChaCha20-Poly1305 encryption, by libsodium."""

import hashlib
import os

import nacl.bindings as sodium
from nacl.exceptions import CryptoError

from haemaru.signing.errors import SealRefused

SUITE = "ed25519-x25519-xchacha20poly1305"
NONCE_BYTES = 24
KEY_BYTES = 32
_SEAL_KEY = b"haemaru-seal-v1"


class SodiumSigner:
    """One Ed25519 secret, expanded once."""

    def __init__(self, secret: bytes) -> None:
        self.public, self._expanded = sodium.crypto_sign_seed_keypair(secret)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature over exactly these bytes."""
        return sodium.crypto_sign(message, self._expanded)[: sodium.crypto_sign_BYTES]


class SodiumSuite:
    """Ed25519, X25519 and XChaCha20-Poly1305 by libsodium."""

    name = SUITE
    nonce_bytes = NONCE_BYTES

    def new_secret(self) -> bytes:
        """Any 32 bytes are a secret, to sign with and to be written to."""
        return os.urandom(KEY_BYTES)

    def signer(self, secret: bytes) -> SodiumSigner:
        """What signs with `secret`."""
        return SodiumSigner(secret)

    def box_public(self, secret: bytes) -> bytes:
        """The public half of an X25519 secret."""
        return sodium.crypto_scalarmult_base(secret)

    def is_public(self, key: bytes) -> bool:
        """Whether these bytes can be a public key: points of small order are refused where they are used."""
        return len(key) == KEY_BYTES

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the Ed25519 signature holds (RFC 8032, libsodium's strict rules)."""
        if len(signature) != sodium.crypto_sign_BYTES or len(public) != sodium.crypto_sign_PUBLICKEYBYTES:
            return False
        try:
            sodium.crypto_sign_open(signature + message, public)
        except CryptoError:
            return False
        return True

    def agree(self, secret: bytes, public: bytes) -> bytes:
        """The X25519 secret of two key halves; raises `SealRefused` for a key of another length or of small order."""
        # PyNaCl does not look at the length and libsodium would read past the end of a short key.
        if len(public) != KEY_BYTES:
            raise SealRefused("bad_public_key")
        try:
            return sodium.crypto_scalarmult(secret, public)
        except (CryptoError, TypeError, ValueError):
            raise SealRefused("bad_public_key") from None

    def send_key(self, public_box: bytes) -> tuple[bytes, bytes]:
        """An X25519 agreement with a key pair that lives for one message."""
        secret = self.new_secret()
        ephemeral = self.box_public(secret)
        return self.found_key(self.agree(secret, public_box), ephemeral, public_box), ephemeral

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
