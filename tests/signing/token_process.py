"""A token: keys that live in a process of their own and never leave it, behind the two operations a module offers.

Written without `haemaru.signing`'s suites, on another library's primitives, as a PKCS#11 module would be: it signs with
ECDSA over a digest (and does not care which of the two values of s comes out) or Ed25519, and derives a shared secret.
"""

import hashlib
import multiprocessing
import os
from multiprocessing.connection import Connection
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils, x25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from haemaru.signing import P256_SUITE, PublicKeys, SealRefused, keyid_of

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _serve(line: Connection, suite: str) -> None:
    sign: Any
    box: Any
    if suite == P256_SUITE:
        sign, box = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        form = (Encoding.X962, PublicFormat.UncompressedPoint)
    else:
        sign, box = ed25519.Ed25519PrivateKey.generate(), x25519.X25519PrivateKey.generate()
        form = (Encoding.Raw, PublicFormat.Raw)
    line.send((sign.public_key().public_bytes(*form), box.public_key().public_bytes(*form), os.urandom(32)))
    while True:
        try:
            asked, data = line.recv()
        except EOFError:
            return
        try:
            line.send(_answer(suite, sign, box, asked, data))
        except ValueError:
            line.send(None)


def _answer(suite: str, sign: Any, box: Any, asked: str, data: bytes) -> bytes:
    if asked == "sign" and suite == P256_SUITE:  # CKM_ECDSA over a digest
        r, s = utils.decode_dss_signature(sign.sign(data, ec.ECDSA(utils.Prehashed(SHA256()))))
        return bytes(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    if asked == "sign":  # CKM_EDDSA
        return bytes(sign.sign(data))
    if suite == P256_SUITE:  # CKM_ECDH1_DERIVE, CKD_NULL
        return bytes(box.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)))
    return bytes(box.exchange(x25519.X25519PublicKey.from_public_bytes(data)))


class TokenKeys:
    """`Keys` on a token; what it may ask of it is what docs/reference/keys.md says."""

    def __init__(self, suite: str, vault: bytes | None = None) -> None:
        self._line, other = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("fork").Process(target=_serve, args=(other, suite), daemon=True)
        self._process.start()
        other.close()
        sign, box, own = self._line.recv()
        self.suite = suite
        self.public = PublicKeys(suite, sign, box)
        self.keyid = self.public.keyid
        self.vault = vault or own
        self.signed = self.agreed = 0

    def sign(self, message: bytes) -> bytes:
        """The token's signature; of the two that ECDSA allows the one with the smaller s."""
        self.signed += 1
        if self.suite != P256_SUITE:
            return self._ask("sign", message)
        found = self._ask("sign", hashlib.sha256(message).digest())
        s = int.from_bytes(found[32:], "big")
        return found[:32] + min(s, ORDER - s).to_bytes(32, "big")

    def agree(self, ephemeral: bytes) -> bytes:
        """The secret the token derives with the other half of `ephemeral`."""
        self.agreed += 1
        return self._ask("derive", ephemeral)

    def held(self, keyid: str) -> "TokenKeys | None":
        """This token, if its signing key has that name."""
        return self if keyid == self.keyid else None

    def for_box(self, keyid: str) -> "TokenKeys | None":
        """This token, if its box key has that name."""
        return self if keyid == keyid_of(self.public.box) else None

    def close(self) -> None:
        """Ends the process."""
        self._line.close()
        self._process.join(5)

    def _ask(self, what: str, data: bytes) -> bytes:
        self._line.send((what, data))
        answer = self._line.recv()
        if answer is None:
            raise SealRefused("bad_public_key")
        return bytes(answer)
