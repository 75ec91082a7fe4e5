"""A backup is one encrypted file; its key is a second file, to be kept elsewhere.

The file holds a tar of the home (a consistent copy of the database, keys, positions, agreements, settings), packed by
zstd and sealed in chunks by libsodium's secretstream (XChaCha20-Poly1305), so a cut or altered file never opens.
Layout: magic `HMB1`, the 24-byte stream header, then chunks, each behind its length (4 bytes, big-endian).
After a restore the streams of the node are older than the partners know: `haemaru exchange reopen` starts new ones.
"""

import io
import secrets
import struct
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import zstandard
from nacl import bindings
from nacl.exceptions import CryptoError

from haemaru.node.home import Home
from haemaru.wording import Fault

_MAGIC = b"HMB1"
_CHUNK = 1 << 20
_LONGEST_CHUNK = _CHUNK + bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_FOLDERS = ("keys", "agreements", "positions")
_FILES = ("haemaru.toml", "statement.json")


def write_backup(home: Home, file: Path) -> dict[str, Any]:
    """Writes the home to `file`, and the key that opens it to `file`.key (0600)."""
    settings = home.settings()
    if not settings.database.startswith("sqlite:///"):
        raise Fault("backup_needs_sqlite", settings.database.partition("://")[0])
    key = secrets.token_bytes(32)
    with tempfile.TemporaryDirectory(dir=home.folder) as scratch:
        copy = Path(scratch) / "node.db"
        _copy_database(Path(settings.database.removeprefix("sqlite:///")), copy)
        packed = Path(scratch) / "home.tar.zst"
        with (
            packed.open("wb") as out,
            zstandard.ZstdCompressor().stream_writer(out) as stream,
            tarfile.open(fileobj=stream, mode="w|") as tar,
        ):
            tar.add(copy, "node.db")
            for name in (*_FOLDERS, *_FILES):
                if (home.folder / name).exists():
                    tar.add(home.folder / name, name)
        size = _seal(packed, file, key)
    key_file = file.with_name(file.name + ".key")
    key_file.touch(mode=0o600)
    key_file.write_text(key.hex() + "\n")
    return {"file": str(file), "key": str(key_file), "bytes": size}


def _copy_database(source: Path, target: Path) -> None:
    from pysqlite3 import dbapi2

    with dbapi2.connect(str(source)) as origin, dbapi2.connect(str(target)) as copy:
        origin.backup(copy)
    origin.close()
    copy.close()


def _seal(source: Path, target: Path, key: bytes) -> int:
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    header = bindings.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    more = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
    last = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
    with source.open("rb") as plain, target.open("wb") as out:
        out.write(_MAGIC + header)
        chunk = plain.read(_CHUNK)
        while True:
            following = plain.read(_CHUNK)
            sealed = bindings.crypto_secretstream_xchacha20poly1305_push(
                state, chunk, None, more if following else last
            )
            out.write(struct.pack(">I", len(sealed)) + sealed)
            if not following:
                return out.tell()
            chunk = following


def _unseal(source: Path, key: bytes) -> bytes:
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    out = io.BytesIO()
    with source.open("rb") as sealed:
        if sealed.read(4) != _MAGIC:
            raise Fault("backup_refused", str(source), detail="HMB1")
        header = sealed.read(bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES)
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
        while True:
            length = sealed.read(4)
            size = struct.unpack(">I", length)[0] if len(length) == 4 else 0
            if not 0 < size <= _LONGEST_CHUNK:
                raise Fault("backup_refused", str(source), detail="truncated")
            chunk, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, sealed.read(size))
            out.write(chunk)
            if tag == bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL:
                return out.getvalue()


def restore_home(file: Path, key_file: Path, folder: Path) -> dict[str, Any]:
    """Makes a new home from a backup; refuses a folder that is a home already, a wrong key and an altered file."""
    home = Home(folder)
    if home.settings_file.exists():
        raise Fault("home_exists", str(folder))
    try:
        packed = _unseal(file, bytes.fromhex(key_file.read_text().strip()))
    except (OSError, ValueError, CryptoError, RuntimeError) as error:
        raise Fault("backup_refused", str(file), detail=str(error)) from None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)) as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        tar.extractall(folder, filter="data")
    settings = home.settings()
    moved = type(settings)(
        settings.party, settings.realm, settings.listen, f"sqlite:///{folder / 'node.db'}", settings.agreement
    )
    home.write_settings(moved)
    return {"home": str(folder), "party": moved.party, "realm": moved.realm, "reopen_streams": True}
