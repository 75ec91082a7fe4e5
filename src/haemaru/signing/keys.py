"""A node's keys: one pair to sign with, one pair to be written to, and one secret for its own store.

Everything that uses keys takes the `Keys` protocol and never the secret bytes, so that a hardware module can hold them:
`sign`, `agree` and `vault` are all it has to offer. `NodeKeys` is the kind that lives in a folder: three files of one
line each (`files`), readable by their owner only, each of which names the suite.
"""

import hashlib
import os
from pathlib import Path
from typing import Protocol

import msgspec

from haemaru.signing.errors import KeysUnreadable
from haemaru.signing.files import Lock, Unlock, make_private, read_secret, write_secret
from haemaru.signing.sodium import KEY_BYTES, SUITE
from haemaru.signing.suites import suite_named


def keyid_of(public: bytes) -> str:
    """The short name of a public key: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


class PublicKeys(msgspec.Struct, frozen=True):
    """The halves of a node's keys that everybody may know."""

    suite: str
    sign: bytes
    box: bytes

    @property
    def keyid(self) -> str:
        """The short name of the signing key."""
        return keyid_of(self.sign)

    @property
    def fingerprint(self) -> str:
        """What officers read to each other aloud: SHA-256 over suite and both keys, each with its length before it."""
        parts = (self.suite.encode(), self.sign, self.box)
        return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).hexdigest()

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` over `message` was made by the holder of these keys."""
        return suite_named(self.suite).verify(self.sign, message, signature)


class Keys(Protocol):
    """What a holder of secret keys does for the rest of the house, in a folder or in a hardware module."""

    @property
    def suite(self) -> str:
        """The suite the keys belong to."""
        ...

    @property
    def keyid(self) -> str:
        """The short name of the signing key."""
        ...

    @property
    def public(self) -> PublicKeys:
        """The public halves."""
        ...

    @property
    def vault(self) -> bytes:
        """The secret that the node's own store is locked with."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature over exactly these bytes."""
        ...

    def agree(self, ephemeral: bytes) -> bytes:
        """The secret shared with the holder of the other half of `ephemeral`."""
        ...

    def held(self, keyid: str) -> "Keys | None":
        """The pair with this signing key, the present one or an earlier one that is still kept."""
        ...

    def for_box(self, keyid: str) -> "Keys | None":
        """The pair that is written to under this name of a box key."""
        ...


class KeyPair(msgspec.Struct, frozen=True):
    """One secret with its public half; printing it shows only its name."""

    secret: bytes
    public: bytes

    @property
    def keyid(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the public bytes."""
        return keyid_of(self.public)

    def __repr__(self) -> str:
        return f"KeyPair({self.keyid})"


class NodeKeys:
    """The keys of one node, held in memory and kept in a folder that only its owner may read."""

    def __init__(self, sign_secret: bytes, box_secret: bytes, vault: bytes, suite: str = SUITE) -> None:
        if any(len(secret) != KEY_BYTES for secret in (sign_secret, box_secret, vault)):
            raise KeysUnreadable("bad_key_length")
        self._algorithms = suite_named(suite)
        self._signer = self._algorithms.signer(sign_secret)
        self._sign_secret = sign_secret
        self.suite = suite
        self.box = KeyPair(box_secret, self._algorithms.box_public(box_secret))
        self.vault = vault
        self.public = PublicKeys(suite, self._signer.public, self.box.public)
        self.keyid = self.public.keyid

    def __repr__(self) -> str:
        return f"NodeKeys({self.keyid})"

    @classmethod
    def generate(cls, suite: str = SUITE) -> "NodeKeys":
        """New keys of a suite from the operating system's random source; raises `SuiteUnknown`."""
        algorithms = suite_named(suite)
        return cls(algorithms.new_secret(), algorithms.new_secret(), os.urandom(KEY_BYTES), suite)

    @classmethod
    def load(cls, folder: Path, unlock: Unlock | None = None) -> "NodeKeys":
        """Reads the keys that `save` wrote; raises `KeysUnreadable`, also when other users may read a file."""
        suite, vault = read_secret(folder / "vault.key", unlock)
        keys = cls.load_pair(folder, vault, unlock)
        if suite != keys.suite:
            raise KeysUnreadable("key_of_other_suite", str(folder / "vault.key"))
        return keys

    @classmethod
    def load_pair(cls, folder: Path, vault: bytes, unlock: Unlock | None = None) -> "NodeKeys":
        """Reads a pair that `save_pair` wrote; raises `KeysUnreadable`."""
        (suite, sign), (other, box) = (read_secret(folder / name, unlock) for name in ("sign.key", "box.key"))
        if other != suite:
            raise KeysUnreadable("key_of_other_suite", str(folder / "box.key"))
        return cls(sign, box, vault, suite)

    def save(self, folder: Path, lock: Lock | None = None) -> None:
        """Writes the keys as new files of mode 0600 in a folder of mode 0700; never overwrites a key."""
        self.save_pair(folder, lock)
        write_secret(folder / "vault.key", self.suite, self.vault, lock)

    def save_pair(self, folder: Path, lock: Lock | None = None) -> None:
        """`save` without the secret of the store, which every later pair shares with the first."""
        make_private(folder)
        for name, secret in (("sign.key", self._sign_secret), ("box.key", self.box.secret)):
            write_secret(folder / name, self.suite, secret, lock)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over exactly these bytes."""
        return self._signer.sign(message)

    def agree(self, ephemeral: bytes) -> bytes:
        """The secret shared with the holder of the other half of `ephemeral`."""
        return self._algorithms.agree(self.box.secret, ephemeral)

    def held(self, keyid: str) -> "NodeKeys | None":
        """These keys, if they have that name."""
        return self if keyid == self.keyid else None

    def for_box(self, keyid: str) -> "NodeKeys | None":
        """These keys, if their box key has that name."""
        return self if keyid == self.box.keyid else None
