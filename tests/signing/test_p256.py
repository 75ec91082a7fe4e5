"""The second suite: published vectors, one form for every key and signature, and openssl's own opinion."""

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haemaru.exchange.envelope import RECORD_TYPE, read_envelope, write_envelope
from haemaru.signing import (
    P256_SUITE,
    SUITE,
    KeysUnreadable,
    NodeKeys,
    PublicKeys,
    SealRefused,
    StatementRefused,
    make_statement,
    open_sealed,
    pae,
    read_statement,
    seal_to,
)
from haemaru.signing.p256 import ORDER, P256Suite, hkdf_sha256

# RFC 6979, A.2.5: secret, public point, and (message, r, s) with SHA-256
SECRET = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
PUBLIC = (
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
)
ECDSA = [
    (
        b"sample",
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    ),
    (
        b"test",
        "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
        "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
    ),
]

# RFC 5903, 8.1: both secrets, both points, the x coordinate they share
ALICE, ALICE_PUBLIC = (
    "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
    "04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
    "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
)
BOB, BOB_PUBLIC = (
    "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
    "04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
    "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
)
SHARED = "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"

KEYS = NodeKeys(bytes.fromhex(ALICE), bytes.fromhex(BOB), bytes(32), P256_SUITE)


@pytest.mark.parametrize(("message", "r", "s"), ECDSA)
def test_signatures_are_those_of_rfc_6979_with_the_lower_s(message: bytes, r: str, s: str) -> None:
    keys = NodeKeys(bytes.fromhex(SECRET), bytes.fromhex(ALICE), bytes(32), P256_SUITE)
    low = min(int(s, 16), ORDER - int(s, 16))
    high = ORDER - low
    wanted = bytes.fromhex(r) + low.to_bytes(32, "big")

    assert keys.public.sign.hex() == PUBLIC
    assert keys.sign(message) == wanted
    assert keys.public.verify(message, wanted)
    assert not keys.public.verify(message, bytes.fromhex(r) + high.to_bytes(32, "big"))


@pytest.mark.parametrize(
    ("secret", "public", "other"), [(ALICE, ALICE_PUBLIC, BOB_PUBLIC), (BOB, BOB_PUBLIC, ALICE_PUBLIC)]
)
def test_agreement_is_that_of_rfc_5903(secret: str, public: str, other: str) -> None:
    keys = NodeKeys(bytes.fromhex(SECRET), bytes.fromhex(secret), bytes(32), P256_SUITE)

    assert keys.public.box.hex() == public
    assert keys.agree(bytes.fromhex(other)).hex() == SHARED


def test_the_message_key_is_derived_as_rfc_5869_says() -> None:
    """Test case 3 (no salt, no info); the first 32 of its 42 bytes."""
    made = hkdf_sha256(b"\x0b" * 22, b"")

    assert made.hex() == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"


def test_encryption_is_that_of_the_gcm_specification() -> None:
    """McGrew and Viega, The Galois/Counter Mode of Operation, test case 16."""
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    nonce = bytes.fromhex("cafebabefacedbaddecaf888")
    context = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )

    cipher = P256Suite().encrypt(key, nonce, plain, context)

    assert cipher.hex() == (
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )
    assert P256Suite().decrypt(key, nonce, cipher, context) == plain


@settings(max_examples=25)
@given(message=st.binary(max_size=300))
def test_a_signature_is_sixty_four_bytes_and_the_same_each_time(message: bytes) -> None:
    signature = KEYS.sign(message)

    assert len(signature) == 64
    assert signature == KEYS.sign(message)
    assert KEYS.public.verify(message, signature)


def test_signatures_out_of_range_or_in_another_form_are_refused() -> None:
    signature = KEYS.sign(b"m")
    r, s = signature[:32], signature[32:]
    order = ORDER.to_bytes(32, "big")

    forms = (r + bytes(32), bytes(32) + s, r + order, order + s, s + r, signature + b"\0", b"\x30\x44" + signature)
    assert [form for form in forms if KEYS.public.verify(b"m", form)] == []


def changed_points() -> dict[str, bytes]:
    """What is no public key of this suite, although it looks like one."""
    point = KEYS.public.sign
    x, y = point[1:33], point[33:]
    return {
        "empty": b"",
        "infinity": b"\0",
        "no point": bytes(65),
        "compressed": bytes([2 + (y[-1] & 1)]) + x,
        "hybrid": bytes([6 + (y[-1] & 1)]) + x + y,
        "off the curve": point[:-1] + bytes([point[-1] ^ 1]),
        "out of the field": b"\x04" + b"\xff" * 32 + y,
        "too long": point + b"\0",
        "of the other suite": NodeKeys.generate().public.sign,
    }


@pytest.mark.parametrize("name", sorted(changed_points()))
def test_a_point_in_another_form_or_off_the_curve_is_no_key(name: str) -> None:
    point = changed_points()[name]

    assert not PublicKeys(P256_SUITE, point, KEYS.public.box).verify(b"m", KEYS.sign(b"m"))
    with pytest.raises(SealRefused, match="bad_public_key"):
        seal_to(point, b"plain", b"", P256_SUITE)
    with pytest.raises(SealRefused, match="bad_public_key"):
        KEYS.agree(point)


@pytest.mark.parametrize("name", sorted(changed_points()))
@pytest.mark.parametrize("field", ["sign", "box"])
def test_a_statement_with_such_a_key_is_refused(name: str, field: str) -> None:
    fields = json.loads(make_statement(KEYS, "kcg", "demo", "2026-08-01T00:00:00Z"))
    fields[field] = base64.b64encode(changed_points()[name]).decode()

    with pytest.raises(StatementRefused, match="statement_bad_key"):
        read_statement(json.dumps(fields).encode())


@pytest.mark.parametrize("number", [0, ORDER, ORDER + 1, (1 << 256) - 1])
@pytest.mark.parametrize("place", [0, 1])
def test_a_secret_out_of_range_is_refused(number: int, place: int) -> None:
    secrets = [bytes.fromhex(ALICE), bytes.fromhex(BOB)]
    secrets[place] = number.to_bytes(32, "big")

    with pytest.raises(KeysUnreadable, match="key_broken"):
        NodeKeys(secrets[0], secrets[1], bytes(32), P256_SUITE)


def test_nothing_of_one_suite_passes_in_the_other() -> None:
    other = NodeKeys.generate(SUITE)
    signature = KEYS.sign(b"m")

    assert not other.public.verify(b"m", signature)
    assert not KEYS.public.verify(b"m", other.sign(b"m"))
    assert not PublicKeys(SUITE, KEYS.public.sign, KEYS.public.box).verify(b"m", signature)
    with pytest.raises(SealRefused, match="sealed_in_other_suite"):
        open_sealed(other, seal_to(KEYS.public.box, b"plain", b"", P256_SUITE), b"")
    with pytest.raises(SealRefused, match="sealed_in_other_suite"):
        open_sealed(KEYS, seal_to(other.public.box, b"plain", b""), b"")
    with pytest.raises(SealRefused, match="bad_public_key"):
        seal_to(KEYS.public.box, b"plain", b"", SUITE)


def test_keys_of_two_suites_in_one_folder_are_refused(tmp_path: Path) -> None:
    KEYS.save(tmp_path)
    for name in ("box.key", "vault.key"):
        path = tmp_path / name
        text = path.read_text()
        path.write_text(text.replace(P256_SUITE, SUITE))

        with pytest.raises(KeysUnreadable, match=f"key_of_other_suite.*{name}"):
            NodeKeys.load(tmp_path)
        path.write_text(text)

    assert NodeKeys.load(tmp_path).public == KEYS.public


@pytest.fixture
def openssl(tmp_path: Path) -> Callable[[bytes, bytes, bytes], bool]:
    """Whether openssl holds r || s for a signature of the point over the message."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no openssl command on this machine")

    def ask(point: bytes, message: bytes, signature: bytes) -> bool:
        (tmp_path / "key.der").write_bytes(
            bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + point
        )
        (tmp_path / "message").write_bytes(message)
        numbers = "\n".join(
            f"{name}=INTEGER:0x{half.hex()}" for name, half in zip("rs", halves(signature), strict=True)
        )
        (tmp_path / "asn1").write_text(f"asn1=SEQUENCE:both\n[both]\n{numbers}\n")
        commands = (
            "asn1parse -genconf asn1 -noout -out signature.der",
            "dgst -sha256 -verify key.der -keyform DER -signature signature.der message",
        )
        said = [
            subprocess.run([program, *line.split()], cwd=tmp_path, capture_output=True, text=True, check=False)
            for line in commands
        ]
        assert said[0].returncode == 0, said[0].stderr
        return said[1].returncode == 0 and said[1].stdout == "Verified OK\n"

    return ask


def halves(signature: bytes) -> tuple[bytes, bytes]:
    return signature[:32], signature[32:]


def test_openssl_verifies_an_envelope_and_refuses_a_changed_one(openssl: Callable[[bytes, bytes, bytes], bool]) -> None:
    envelope = read_envelope(write_envelope(KEYS, RECORD_TYPE, b'{"v":1}\n{"rid":"r-1"}'))
    message = pae(envelope.payloadType, envelope.content)
    signature = base64.b64decode(envelope.signatures[0].sig)

    assert envelope.suite == P256_SUITE
    assert openssl(KEYS.public.sign, message, signature)
    assert not openssl(KEYS.public.sign, message + b" ", signature)
    assert not openssl(KEYS.public.box, message, signature)
