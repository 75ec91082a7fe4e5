"""Keys under a passphrase: nothing of a secret lies open, a wrong one opens nothing, a crash leaves keys that load."""

import base64
import contextlib
import unicodedata
from pathlib import Path

import pytest

from haemaru.signing import KeyFolder, KeysUnreadable, NodeKeys, files
from haemaru.signing import passphrase as module
from haemaru.signing.passphrase import Cost

CHEAP = Cost(1, 8192)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COST", CHEAP)


def folder(path: Path, passphrase: bytes | None = b"correct horse") -> KeyFolder:
    return KeyFolder(path, lambda: passphrase)


@pytest.fixture
def keys(tmp_path: Path, suite: str) -> NodeKeys:
    made = NodeKeys.generate(suite)
    folder(tmp_path).create(made, b"correct horse")
    return made


def secrets_in(path: Path, keys: NodeKeys) -> bool:
    wanted = [base64.b64encode(each) for each in (keys.vault, keys.box.secret)]
    return any(each in file.read_bytes() for file in path.rglob("*") if file.is_file() for each in wanted)


def test_keys_open_with_their_passphrase_and_no_other(tmp_path: Path, keys: NodeKeys) -> None:
    assert folder(tmp_path).load().public == keys.public
    assert folder(tmp_path).load().vault == keys.vault
    assert not secrets_in(tmp_path, keys)
    for given, code in ((b"wrong horse", "passphrase_wrong"), (None, "passphrase_needed")):
        with pytest.raises(KeysUnreadable, match=code):
            folder(tmp_path, given)


def test_hangul_may_be_typed_in_either_form(tmp_path: Path) -> None:
    text = "바다를 지키다"
    folder(tmp_path).create(NodeKeys.generate(), unicodedata.normalize("NFD", text).encode())

    assert folder(tmp_path, text.encode()).load()


def test_a_later_pair_is_locked_too(tmp_path: Path, keys: NodeKeys) -> None:
    place = folder(tmp_path)
    later = place.make(keys.suite, keys.vault)

    assert not secrets_in(tmp_path, later)
    assert set(folder(tmp_path).load().names) == {keys.keyid, later.keyid}


def test_a_passphrase_is_given_changed_and_taken_away(tmp_path: Path) -> None:
    keys = NodeKeys.generate()
    folder(tmp_path).create(keys)
    assert secrets_in(tmp_path, keys)

    folder(tmp_path).protect(b"one")
    assert not secrets_in(tmp_path, keys)
    folder(tmp_path, b"one").protect(b"two")
    with pytest.raises(KeysUnreadable, match="passphrase_wrong"):
        folder(tmp_path, b"one")
    folder(tmp_path, b"two").protect(None)

    assert KeyFolder(tmp_path).load().public == keys.public
    assert [file.name for file in tmp_path.iterdir() if "passphrase" in file.name] == []


@pytest.mark.parametrize("gone", [b"one", None], ids=["giving", "taking away"])
def test_a_crash_between_two_files_leaves_keys_that_load(
    tmp_path: Path, gone: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = files.replace_file
    for stop_at in range(4):
        path = tmp_path / str(stop_at)
        keys = NodeKeys.generate()
        folder(path).create(keys, None if gone else b"old")
        left = [stop_at]

        def stop(target: Path, content: bytes, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            original(target, content)

        with monkeypatch.context() as patch:
            patch.setattr("haemaru.signing.files.replace_file", stop)
            patch.setattr("haemaru.signing.folder.replace_file", stop)
            with contextlib.suppress(KeyboardInterrupt):
                folder(path, b"old").protect(gone)

        is_open = not (path / "passphrase.json").exists()
        again = folder(path, None if is_open else gone or b"old")
        assert again.load().public == keys.public
        assert again.load().vault == keys.vault


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b'{"v":1,"kdf":"argon2id13","operations":1,"memory_bytes":9000000000,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","locked":""}',
    ],
)
def test_a_broken_passphrase_file_is_refused(tmp_path: Path, keys: NodeKeys, text: bytes) -> None:
    (tmp_path / "passphrase.json").write_bytes(text)

    with pytest.raises(KeysUnreadable, match="key_broken"):
        folder(tmp_path)


def test_a_locked_file_is_of_one_role_and_suite(tmp_path: Path, keys: NodeKeys) -> None:
    text = (tmp_path / "box.key").read_text().split()
    (tmp_path / "sign.key").write_text(" ".join([*text[:2], "sign", text[3]]) + "\n")

    with pytest.raises(KeysUnreadable, match="key_broken"):
        folder(tmp_path).load()
