"""The second suite: ECDSA and ECDH on P-256 with SHA-256, HKDF-SHA256 and AES-256-GCM, by OpenSSL.

For agencies whose list of approved algorithms has the NIST curves and AES and not the first suite's. Everything has one
form only: a public key is the 65 bytes of its uncompressed point, checked to lie on the curve; a secret is the 32 bytes
of its number, big-endian; a signature is the 64 bytes r || s with s in the lower half of its range, so that nobody can
make a second signature out of a first one. Signing draws no random number (RFC 6979): a weak source cannot give the key
away, and the same message has the same signature.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from haemaru.signing.errors import KeysUnreadable, SealRefused

P256_SUITE = "p256-aes256gcm"
NONCE_BYTES = 12
POINT_BYTES = 65
SIGNATURE_BYTES = 64
_NUMBER_BYTES = 32
_UNCOMPRESSED = 4
_SEAL_KEY = b"haemaru-seal-v1"
_CURVE = SECP256R1()
_VERIFYING = ECDSA(SHA256())
_SIGNING = ECDSA(SHA256(), deterministic_signing=True)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve's group, SP 800-186


class P256Signer:
    """One ECDSA secret, read once."""

    def __init__(self, secret: bytes) -> None:
        self._key = _secret_key(secret)
        self.public = _point_of(self._key)

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes r || s over exactly these bytes, the smaller of the two values of s."""
        r, s = decode_dss_signature(self._key.sign(message, _SIGNING))
        return r.to_bytes(_NUMBER_BYTES, "big") + min(s, ORDER - s).to_bytes(_NUMBER_BYTES, "big")


class P256Suite:
    """ECDSA P-256, ECDH P-256, HKDF-SHA256 and AES-256-GCM by OpenSSL."""

    name = P256_SUITE
    nonce_bytes = NONCE_BYTES

    def new_secret(self) -> bytes:
        """A number from 1 to one less than the order of the curve."""
        return generate_private_key(_CURVE).private_numbers().private_value.to_bytes(_NUMBER_BYTES, "big")

    def signer(self, secret: bytes) -> P256Signer:
        """What signs with `secret`; raises `KeysUnreadable` for a number out of range."""
        return P256Signer(secret)

    def box_public(self, secret: bytes) -> bytes:
        """The point of a secret; raises `KeysUnreadable` for a number out of range."""
        return _point_of(_secret_key(secret))

    def is_public(self, key: bytes) -> bool:
        """Whether these bytes are an uncompressed point of the curve."""
        try:
            _public_key(key)
        except ValueError:
            return False
        return True

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether r || s holds over the message (FIPS 186-5), with s in the lower half of its range."""
        if len(signature) != SIGNATURE_BYTES:
            return False
        r, s = (int.from_bytes(half, "big") for half in (signature[:_NUMBER_BYTES], signature[_NUMBER_BYTES:]))
        if not (0 < r < ORDER and 0 < s <= ORDER // 2):
            return False
        try:
            _public_key(public).verify(encode_dss_signature(r, s), message, _VERIFYING)
        except (InvalidSignature, ValueError):
            return False
        return True

    def agree(self, secret: bytes, public: bytes) -> bytes:
        """The x coordinate both halves arrive at (SP 800-56A); raises `SealRefused` for a point off the curve."""
        return _shared(_secret_key(secret), public)

    def send_key(self, public_box: bytes) -> tuple[bytes, bytes]:
        """An ECDH agreement with a key pair that lives for one message."""
        secret = generate_private_key(_CURVE)
        ephemeral = _point_of(secret)
        return self.found_key(_shared(secret, public_box), ephemeral, public_box), ephemeral

    def found_key(self, shared: bytes, ephemeral: bytes, public_box: bytes) -> bytes:
        """HKDF-SHA256 over the agreed secret, bound to the suite and to both public halves."""
        return hkdf_sha256(shared, _SEAL_KEY + ephemeral + public_box + P256_SUITE.encode())

    def encrypt(self, key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        """AES-256-GCM, the 16-byte tag at the end; each key is used for one message, so no nonce comes twice."""
        return AESGCM(key).encrypt(nonce, plain, aad)

    def decrypt(self, key: bytes, nonce: bytes, cipher: bytes, aad: bytes) -> bytes:
        """The plain text again, or `SealRefused`."""
        if len(nonce) != NONCE_BYTES:
            raise SealRefused("does_not_open")
        try:
            return AESGCM(key).decrypt(nonce, cipher, aad)
        except (InvalidTag, ValueError):
            raise SealRefused("does_not_open") from None


def hkdf_sha256(secret: bytes, info: bytes) -> bytes:
    """The 32 bytes of HKDF-SHA256 (RFC 5869) without salt."""
    return HKDF(algorithm=SHA256(), length=_NUMBER_BYTES, salt=None, info=info).derive(secret)


def _secret_key(secret: bytes) -> EllipticCurvePrivateKey:
    number = int.from_bytes(secret, "big")
    if len(secret) != _NUMBER_BYTES or not 0 < number < ORDER:
        raise KeysUnreadable("key_broken")
    return derive_private_key(number, _CURVE)


def _point_of(key: EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@lru_cache(maxsize=64)
def _public_key(point: bytes) -> EllipticCurvePublicKey:
    # One form only, or one key would have two fingerprints; `from_encoded_point` refuses what is not on the curve.
    if len(point) != POINT_BYTES or point[0] != _UNCOMPRESSED:
        raise ValueError("not an uncompressed point")
    return EllipticCurvePublicKey.from_encoded_point(_CURVE, point)


def _shared(secret: EllipticCurvePrivateKey, public: bytes) -> bytes:
    try:
        return secret.exchange(ECDH(), _public_key(public))
    except ValueError:
        raise SealRefused("bad_public_key") from None
