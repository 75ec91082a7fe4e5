"""A sealed message opens for one receiver, in one context, unchanged."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.signing import NodeKeys, Sealed, SealRefused, SuiteUnknown, open_sealed, seal_to


def sealed_to(keys: NodeKeys, plain: bytes, aad: bytes) -> Sealed:
    return seal_to(keys.public.box, plain, aad, keys.suite)


@given(plain=st.binary(max_size=300), aad=st.binary(max_size=50))
def test_the_receiver_reads_what_was_sealed(bob: NodeKeys, plain: bytes, aad: bytes) -> None:
    assert open_sealed(bob, sealed_to(bob, plain, aad), aad) == plain


def test_nobody_else_reads_it_and_not_the_sender_either(alice: NodeKeys, bob: NodeKeys) -> None:
    sealed = sealed_to(bob, b"plain", b"")

    with pytest.raises(SealRefused):
        open_sealed(alice, sealed, b"")


def test_it_opens_in_its_own_context_only(bob: NodeKeys) -> None:
    sealed = sealed_to(bob, b"plain", b"stream 1")

    with pytest.raises(SealRefused):
        open_sealed(bob, sealed, b"stream 2")


@pytest.mark.parametrize("part", ["epk", "nonce", "cipher"])
def test_one_changed_bit_anywhere_is_refused(bob: NodeKeys, part: str) -> None:
    sealed = sealed_to(bob, b"plain", b"")
    value = getattr(sealed, part)

    for at in range(len(value)):
        changed = value[:at] + bytes([value[at] ^ 4]) + value[at + 1 :]
        with pytest.raises(SealRefused):
            open_sealed(bob, msgspec.structs.replace(sealed, **{part: changed}), b"")


@pytest.mark.parametrize("part", ["epk", "nonce", "cipher"])
@pytest.mark.parametrize("value", [b"", b"x", bytes(200)])
def test_parts_of_a_wrong_length_are_refused(bob: NodeKeys, part: str, value: bytes) -> None:
    sealed = sealed_to(bob, b"plain", b"")

    with pytest.raises(SealRefused):
        open_sealed(bob, msgspec.structs.replace(sealed, **{part: value}), b"")


def test_an_unknown_suite_is_named(bob: NodeKeys) -> None:
    sealed = sealed_to(bob, b"plain", b"")

    with pytest.raises(SuiteUnknown, match="rot13"):
        open_sealed(bob, msgspec.structs.replace(sealed, suite="rot13"), b"")


@pytest.mark.parametrize("box", [b"", bytes(31), bytes(32), bytes(65)])
def test_a_public_key_that_is_none_is_refused(suite: str, box: bytes) -> None:
    with pytest.raises(SealRefused):
        seal_to(box, b"plain", b"", suite)


def test_two_seals_of_one_message_have_nothing_in_common(bob: NodeKeys) -> None:
    one, two = (sealed_to(bob, b"plain", b"") for _ in range(2))

    assert one.epk != two.epk
    assert one.cipher != two.cipher
    assert isinstance(one, Sealed)
