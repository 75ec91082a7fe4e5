"""Published vectors: the algorithms under the suite are the ones their standards describe."""

import nacl.bindings as sodium
import pytest

from haemaru.signing import NodeKeys, SealRefused, pae
from haemaru.signing.sodium import SodiumSuite

# RFC 8032, section 7.1: secret, public, message, signature
ED25519 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
]

# RFC 7748, section 6.1: Alice's and Bob's secrets, their public keys and what they share
ALICE, ALICE_PUBLIC = (
    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
)
BOB, BOB_PUBLIC = (
    "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
    "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
)
SHARED = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"


@pytest.mark.parametrize(("secret", "public", "message", "signature"), ED25519)
def test_signatures_are_those_of_rfc_8032(secret: str, public: str, message: str, signature: str) -> None:
    keys = NodeKeys(bytes.fromhex(secret), bytes(range(32)), bytes(32))

    assert keys.public.sign.hex() == public
    assert keys.sign(bytes.fromhex(message)).hex() == signature
    assert keys.public.verify(bytes.fromhex(message), bytes.fromhex(signature))


@pytest.mark.parametrize(
    ("secret", "public", "other"), [(ALICE, ALICE_PUBLIC, BOB_PUBLIC), (BOB, BOB_PUBLIC, ALICE_PUBLIC)]
)
def test_agreement_is_that_of_rfc_7748(secret: str, public: str, other: str) -> None:
    keys = NodeKeys(bytes(32), bytes.fromhex(secret), bytes(32))

    assert keys.public.box.hex() == public
    assert keys.agree(bytes.fromhex(other)).hex() == SHARED


@pytest.mark.parametrize("point", [bytes(32), b"\x01" + bytes(31)])
def test_agreement_with_a_point_of_small_order_is_refused(point: bytes) -> None:
    with pytest.raises(SealRefused):
        NodeKeys.generate().agree(point)


def test_encryption_is_that_of_the_xchacha_draft() -> None:
    """draft-irtf-cfrg-xchacha-03, appendix A.3.1."""
    plain = (
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
        b"sunscreen would be it."
    )
    key = bytes(range(0x80, 0xA0))
    nonce = bytes(range(0x40, 0x58))
    context = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")

    cipher = SodiumSuite().encrypt(key, nonce, plain, context)

    assert cipher.hex() == (
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
        "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
        "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49"
    )
    assert SodiumSuite().decrypt(key, nonce, cipher, context) == plain


def test_the_signed_encoding_is_that_of_the_dsse_protocol() -> None:
    """The example of the DSSE v1 protocol document."""
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_the_signed_encoding_counts_bytes_and_not_letters() -> None:
    assert pae("해", b"") == b"DSSEv1 3 \xed\x95\xb4 0 "


def test_libsodium_is_the_library_underneath() -> None:
    assert sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == 24
