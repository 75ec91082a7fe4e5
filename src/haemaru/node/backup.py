"""A backup is one encrypted file; its key is a second file, to be kept elsewhere.

The file holds a tar of the home (a consistent copy of the database, keys, positions, agreements, settings), packed by
zstd and sealed in chunks by libsodium's secretstream (XChaCha20-Poly1305), so a cut or altered file never opens.
Layout: magic `HMB1`, the 24-byte stream header, then chunks, each behind its length (4 bytes, big-endian).
After a restore the streams of the node are older than the partners know: `haemaru exchange reopen` starts new ones.
"""

import io
import os
import secrets
import shutil
import struct
import tarfile
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import msgspec
import zstandard
from nacl import bindings
from nacl.exceptions import CryptoError

from haemaru.node.home import Home
from haemaru.wording import Fault

_MAGIC = b"HMB1"
_CHUNK = 1 << 20
_LONGEST_CHUNK = _CHUNK + bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_FOLDERS = ("keys", "agreements")
_SCRATCH = "backup-"
_FILES = ("haemaru.toml", "statement.json")


def write_backup(home: Home, file: Path, still: AbstractContextManager[object]) -> dict[str, Any]:
    """Writes the home to `file`, and the key that opens it to `file`.key (0600); nothing is fed in while it is `still`.

    What is packed goes straight into the sealed file: no key and no paper is written anywhere else.
    """
    settings = home.settings()
    if not settings.database.startswith("sqlite:///"):
        raise Fault("backup_needs_sqlite", settings.database.partition("://")[0])
    key = secrets.token_bytes(32)
    key_file = file.with_name(file.name + ".key")
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=home.folder) as scratch:
        with still:
            # Links cost nothing and stay what they are while the store goes on merging its files.
            _copy_database(Path(settings.database.removeprefix("sqlite:///")), Path(scratch) / "node.db")
            if home.positions.exists():
                shutil.copytree(home.positions, Path(scratch) / "positions", copy_function=_link)
        beside = file.with_name(file.name + ".part")
        with beside.open("wb") as out:
            _pack(home, Path(scratch), out, key)
            out.flush()
            os.fsync(out.fileno())
            size = out.tell()
    key_beside = key_file.with_name(key_file.name + ".part")
    with os.fdopen(os.open(key_beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as text:
        text.write(key.hex() + "\n")
        text.flush()
        os.fsync(text.fileno())
    key_beside.replace(key_file)
    beside.replace(file)
    return {"file": str(file), "key": str(key_file), "bytes": size}


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # positions may lie on a volume of their own
        shutil.copyfile(source, target)


def remove_leftovers(home: Home) -> None:
    """Removes the copies that a backup left behind when it was killed; only whoever holds the lock may."""
    for folder in home.folder.glob(f"{_SCRATCH}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _pack(home: Home, scratch: Path, out: IO[bytes], key: bytes) -> None:
    sealing = _Sealing(out, key)
    with (
        zstandard.ZstdCompressor().stream_writer(cast(IO[bytes], sealing), closefd=False) as stream,
        tarfile.open(fileobj=stream, mode="w|") as tar,
    ):
        for name in ("node.db", "positions", *_FOLDERS, *_FILES):
            source = scratch / name if name in ("node.db", "positions") else home.folder / name
            if source.exists():
                tar.add(source, name)
    sealing.finish()


def _copy_database(source: Path, target: Path) -> None:
    from pysqlite3 import dbapi2

    with dbapi2.connect(str(source)) as origin, dbapi2.connect(str(target)) as copy:
        origin.backup(copy)
    origin.close()
    copy.close()


class _Sealing(io.RawIOBase):
    """Seals what is written into it, chunk by chunk."""

    def __init__(self, out: IO[bytes], key: bytes) -> None:
        self._out = out
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        self._waiting = bytearray()
        out.write(_MAGIC + bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key))

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Takes bytes; a chunk is sealed once more than a chunk waits."""
        self._waiting += data
        while len(self._waiting) > _CHUNK:
            self._push(bytes(self._waiting[:_CHUNK]), bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE)
            del self._waiting[:_CHUNK]
        return len(data)

    def finish(self) -> None:
        """Seals the rest as the last chunk."""
        self._push(bytes(self._waiting), bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL)

    def _push(self, chunk: bytes, tag: int) -> None:
        sealed = bindings.crypto_secretstream_xchacha20poly1305_push(self._state, chunk, None, tag)
        self._out.write(struct.pack(">I", len(sealed)) + sealed)


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


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Writes one plain file of the tar, for its owner alone; tarfile's own `filter` begins with Python 3.11.4."""
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts or not name.parts:
        raise Fault("backup_refused", member.name[:200], detail="a name that no backup holds")
    plain = tar.extractfile(member) if member.isfile() else None
    if plain is None:
        return
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with plain, target.open("xb") as out:
        target.chmod(0o600)
        shutil.copyfileobj(plain, out)


def restore_home(file: Path, key_file: Path, folder: Path) -> dict[str, Any]:
    """Makes a new home from a backup; refuses a folder that is a home already, a wrong key and an altered file."""
    home = Home(folder)
    if home.settings_file.exists():
        raise Fault("home_exists", str(folder))
    try:
        packed = _unseal(file, bytes.fromhex(key_file.read_text().strip()))
    except (OSError, ValueError, CryptoError, RuntimeError) as error:
        raise Fault("backup_refused", str(file), detail=str(error)) from None
    home.make()
    with (
        zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)) as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        for member in tar:
            _unpack(tar, member, folder)
    settings = home.settings()
    moved = msgspec.structs.replace(settings, database=f"sqlite:///{folder / 'node.db'}")
    home.write_settings(moved)
    home.put_back.touch(mode=0o600)
    return {"home": str(folder), "party": moved.party, "realm": moved.realm, "reopen_streams": True}
