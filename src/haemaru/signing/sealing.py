"""Envelopes: what is signed (DSSE's pre-authentication encoding) and what only the receiver can read.

A message is sealed to the receiver's public key with a key pair that lives for this one message, so that the sender
itself cannot read it again and a stolen signing key opens nothing.
"""

import os

import msgspec

from haemaru.signing.errors import SealRefused
from haemaru.signing.keys import Keys
from haemaru.signing.sodium import SUITE
from haemaru.signing.suites import suite_named


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE v1 pre-authentication encoding: the exact bytes a signature covers, type included.

    >>> pae("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


class Sealed(msgspec.Struct, frozen=True):
    """A message that only the holder of one secret box key can read."""

    epk: bytes
    nonce: bytes
    cipher: bytes
    suite: str = SUITE


def seal_to(public_box: bytes, plain: bytes, aad: bytes, suite: str = SUITE) -> Sealed:
    """Encrypts `plain` to the holder of `public_box`; it opens only in the same context `aad`."""
    algorithms = suite_named(suite)
    key, ephemeral = algorithms.send_key(public_box)
    nonce = os.urandom(algorithms.nonce_bytes)
    return Sealed(ephemeral, nonce, algorithms.encrypt(key, nonce, plain, aad), suite)


def open_sealed(keys: Keys, sealed: Sealed, aad: bytes) -> bytes:
    """The plain bytes of a message sealed to these keys; raises `SealRefused` when a bit or the context differs."""
    algorithms = suite_named(sealed.suite)
    if sealed.suite != keys.suite:
        raise SealRefused("sealed_in_other_suite", sealed.suite)
    key = algorithms.found_key(keys.agree(sealed.epk), sealed.epk, keys.public.box)
    return algorithms.decrypt(key, sealed.nonce, sealed.cipher, aad)
