"""The vault: each record under its own key, bound to its place; identifiers blinded."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.signing import Locked, Vault, VaultRefused

MASTER = bytes(range(32))
VAULT = Vault(MASTER)


@given(plain=st.binary(max_size=300), aad=st.binary(max_size=50))
def test_what_was_locked_unlocks(plain: bytes, aad: bytes) -> None:
    assert Vault(MASTER).unlock(VAULT.lock(plain, aad), aad) == plain


def test_a_locked_record_does_not_show_its_text() -> None:
    locked = VAULT.lock(b"a name nobody may read", b"")

    assert b"name" not in locked.cipher + locked.wrapped_key


def test_another_master_key_unlocks_nothing() -> None:
    with pytest.raises(VaultRefused):
        Vault(bytes(32)).unlock(VAULT.lock(b"plain", b""), b"")


def test_a_record_moved_to_another_place_is_refused() -> None:
    with pytest.raises(VaultRefused):
        VAULT.unlock(VAULT.lock(b"plain", b"body:1"), b"body:2")


@pytest.mark.parametrize("part", ["wrapped_key", "cipher"])
def test_the_changed_part_is_named(part: str) -> None:
    locked = VAULT.lock(b"plain", b"")
    value: bytes = getattr(locked, part)

    for at in range(len(value)):
        changed = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
        with pytest.raises(VaultRefused, match=part):
            VAULT.unlock(msgspec.structs.replace(locked, **{part: changed}), b"")


@pytest.mark.parametrize("locked", [Locked(b"", b""), Locked(bytes(10), bytes(10)), Locked(bytes(72), b"")])
def test_stumps_are_refused(locked: Locked) -> None:
    with pytest.raises(VaultRefused):
        VAULT.unlock(locked, b"")


def test_blinded_identifiers_are_equal_only_for_equal_text_and_node() -> None:
    assert VAULT.blind("440000001") == Vault(MASTER).blind("440000001")
    assert VAULT.blind("440000001") != VAULT.blind("440000002")
    assert VAULT.blind("440000001") != Vault(bytes(32)).blind("440000001")
    assert len(VAULT.blind("")) == 32


def test_a_master_key_of_a_wrong_length_is_refused() -> None:
    with pytest.raises(VaultRefused):
        Vault(b"short")
