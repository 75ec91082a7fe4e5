"""Suites: the named sets of algorithms that statements, keys and envelopes cite.

National lists of approved algorithms differ, so two suites ship and nothing outside their two files names an algorithm:
`sodium` (Ed25519, X25519, XChaCha20-Poly1305) is what a node has unless it asks for `p256` (ECDSA and ECDH on P-256,
AES-256-GCM). Nodes of different suites work together: each signs with its own and is written to in its own. A further
suite is one more class in `SUITES`.
"""

from typing import Protocol

from haemaru.signing.errors import SuiteUnknown
from haemaru.signing.p256 import P256Suite
from haemaru.signing.sodium import SodiumSuite


class Signer(Protocol):
    """A secret that signs."""

    @property
    def public(self) -> bytes:
        """The half that everybody may know."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature over exactly these bytes."""
        ...


class Suite(Protocol):
    """What a set of algorithms must be able to do for signing and sealing."""

    name: str
    nonce_bytes: int

    def new_secret(self) -> bytes:
        """A new secret of 32 bytes from the operating system's random source."""
        ...

    def signer(self, secret: bytes) -> Signer:
        """What signs with `secret`; raises `KeysUnreadable` when it is none."""
        ...

    def box_public(self, secret: bytes) -> bytes:
        """The public half of a secret to be written to; raises `KeysUnreadable` when it is none."""
        ...

    def is_public(self, key: bytes) -> bool:
        """Whether these bytes can be a public key of this suite."""
        ...

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether `signature` over `message` was made with the secret half of `public`."""
        ...

    def agree(self, secret: bytes, public: bytes) -> bytes:
        """The secret that two key halves share; raises `SealRefused` when `public` is no key."""
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


SUITES: tuple[Suite, ...] = (SodiumSuite(), P256Suite())
SUITE_NAMES = tuple(suite.name for suite in SUITES)


def suite_named(name: str) -> Suite:
    """The suite that calls itself `name`; raises `SuiteUnknown`."""
    for suite in SUITES:
        if suite.name == name:
            return suite
    raise SuiteUnknown("unknown_suite", name)
