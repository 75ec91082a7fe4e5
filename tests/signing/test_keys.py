"""Keys in a folder: private to their owner, complete, and never overwritten."""

import stat
from pathlib import Path

import pytest

from haemaru.signing import KeysUnreadable, NodeKeys, PublicKeys, SuiteUnknown, keyid_of


def test_saved_keys_load_as_the_same_keys(tmp_path: Path, suite: str) -> None:
    keys = NodeKeys.generate(suite)

    keys.save(tmp_path / "keys")
    loaded = NodeKeys.load(tmp_path / "keys")

    assert loaded.public == keys.public
    assert loaded.public.suite == suite
    assert loaded.vault == keys.vault
    assert loaded.sign(b"m") == keys.sign(b"m")


def test_key_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "keys"

    NodeKeys.generate().save(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    NodeKeys.generate().save(tmp_path)
    before = (tmp_path / "sign.key").read_bytes()

    with pytest.raises(KeysUnreadable, match="key_exists"):
        NodeKeys.generate().save(tmp_path)

    assert (tmp_path / "sign.key").read_bytes() == before


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    NodeKeys.generate().save(tmp_path)
    (tmp_path / "vault.key").chmod(0o640)

    with pytest.raises(KeysUnreadable, match="key_open_to_others"):
        NodeKeys.load(tmp_path)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    NodeKeys.generate().save(tmp_path)
    (tmp_path / "box.key").unlink()

    with pytest.raises(KeysUnreadable, match=r"key_missing.*box\.key"):
        NodeKeys.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "key_broken"),
        ("haemaru-key ed25519-x25519-xchacha20poly1305 sign !!!!", "key_broken"),
        ("haemaru-key ed25519-x25519-xchacha20poly1305 box " + "A" * 43 + "=", "key_broken"),
        ("haemaru-key p256-aes sign " + "A" * 43 + "=", "key_of_other_suite"),
        ("haemaru-key ed25519-x25519-xchacha20poly1305 sign AAAA", "bad_key_length"),
        ("\u00e9", "key_broken"),
    ],
)
def test_a_broken_key_file_is_refused(tmp_path: Path, text: str, code: str) -> None:
    NodeKeys.generate().save(tmp_path)
    (tmp_path / "sign.key").write_text(text)

    with pytest.raises(KeysUnreadable, match=code):
        NodeKeys.load(tmp_path)


def test_printing_keys_shows_no_secret() -> None:
    keys = NodeKeys(b"s" * 32, b"b" * 32, b"v" * 32)

    assert repr(keys) == f"NodeKeys({keys.keyid})"
    assert repr(keys.box) == f"KeyPair({keys.box.keyid})"


def test_the_key_id_is_the_start_of_the_hash_of_the_public_key() -> None:
    keys = NodeKeys.generate()

    assert keys.keyid == keyid_of(keys.public.sign) == keys.public.keyid
    assert len(keys.keyid) == 16


def test_the_fingerprint_covers_suite_and_both_keys() -> None:
    public = NodeKeys.generate().public
    other = NodeKeys.generate().public

    prints = {
        public.fingerprint,
        PublicKeys(public.suite, other.sign, public.box).fingerprint,
        PublicKeys(public.suite, public.sign, other.box).fingerprint,
        PublicKeys("another", public.sign, public.box).fingerprint,
        PublicKeys(public.suite, public.sign + public.box[:1], public.box[1:]).fingerprint,
    }

    assert len(prints) == 5


def test_a_changed_message_or_signature_does_not_verify(suite: str) -> None:
    keys = NodeKeys.generate(suite)
    signature = keys.sign(b"message")

    assert not keys.public.verify(b"messagf", signature)
    assert not keys.public.verify(b"message", signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not keys.public.verify(b"message", signature[:-1])
    assert not keys.public.verify(b"message", b"")
    assert not NodeKeys.generate(suite).public.verify(b"message", signature)
    assert not PublicKeys(keys.suite, b"short", keys.public.box).verify(b"message", signature)


def test_keys_of_an_unknown_suite_verify_nothing() -> None:
    with pytest.raises(SuiteUnknown):
        PublicKeys("rot13", bytes(32), bytes(32)).verify(b"m", bytes(64))
    with pytest.raises(SuiteUnknown):
        NodeKeys.generate("rot13")
