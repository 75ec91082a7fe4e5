"""A backup is one encrypted file; what opens it is a second file, to be kept elsewhere.

The file holds a tar of the home (a consistent copy of the database, keys, positions, agreements, settings), packed by
zstd and sealed in chunks by libsodium's secretstream (XChaCha20-Poly1305), so a cut or altered file never opens.
The database in it has no record's key: those stand in the second file (`shelf`), where a record can be erased later.
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
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import msgspec
import zstandard
from nacl import bindings
from nacl.exceptions import CryptoError

from haemaru.node.home import OWN_DATABASE, Home
from haemaru.node.shelf import read_head, read_slots, write_shelf
from haemaru.wording import Fault

_MAGIC = b"HMB1"
_CHUNK = 1 << 20
_LONGEST_CHUNK = _CHUNK + bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_FOLDERS = ("keys", "agreements")
_SCRATCH = "backup-"
_FILES = ("haemaru.toml", "statement.json")


def write_backup(
    home: Home, file: Path, still: AbstractContextManager[object], made: Callable[[str, Path, int, int], None]
) -> dict[str, Any]:
    """Writes the home to `file`, and what opens it to `file`.key (0600); nothing is fed in while it is `still`.

    `made` is told id, key file, how many entries it holds and its newest erasure, before the backup is in place.

    What is packed goes straight into the sealed file: no key and no paper is written anywhere else.
    """
    settings = home.settings()
    if not settings.database.startswith("sqlite:///"):
        raise Fault("backup_needs_sqlite", settings.database.partition("://")[0])
    name, key = secrets.token_bytes(16), secrets.token_bytes(32)
    key_file = file.with_name(file.name + ".key")
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=home.folder) as scratch:
        with still:
            # Links cost nothing and stay what they are while the store goes on merging its files.
            _copy_database(Path(home.database(settings).removeprefix("sqlite:///")), Path(scratch) / "node.db")
            if home.positions.exists():
                shutil.copytree(home.positions, Path(scratch) / "positions", copy_function=_link)
        keys, entries, newest = _clear_keys(Path(scratch) / "node.db")
        beside = file.with_name(file.name + ".part")
        with beside.open("wb") as out:
            _pack(home, Path(scratch), out, key)
            out.flush()
            os.fsync(out.fileno())
            size = out.tell()
    key_beside = key_file.with_name(key_file.name + ".part")
    write_shelf(key_beside, name, key, iter(keys))
    made(name.hex(), key_file, entries, newest)
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


class _Unsealing(io.RawIOBase):
    """Gives what was sealed, chunk by chunk; a cut file fails before its end is reached."""

    def __init__(self, source: IO[bytes], key: bytes) -> None:
        self._source = source
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        self._plain = b""
        self._is_over = False
        if source.read(4) != _MAGIC:
            raise ValueError("HMB1")
        header = source.read(bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES)
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(self._state, header, key)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer from the chunk at hand, or from the next one."""
        while not self._plain and not self._is_over:
            self._pull()
        size = min(len(buffer), len(self._plain))
        buffer[:size], self._plain = self._plain[:size], self._plain[size:]
        return size

    def drain(self) -> None:
        """Reads on to the last chunk: only with it the file is whole."""
        while not self._is_over:
            self._pull()

    def _pull(self) -> None:
        length = self._source.read(4)
        size = struct.unpack(">I", length)[0] if len(length) == 4 else 0
        if not 0 < size <= _LONGEST_CHUNK:
            raise ValueError("truncated")
        chunk, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(self._state, self._source.read(size))
        self._plain += chunk
        self._is_over = tag == bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


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


def _unpack_all(sealed: _Unsealing, folder: Path) -> None:
    plain = io.BufferedReader(sealed, _CHUNK)
    with (
        zstandard.ZstdDecompressor().stream_reader(plain) as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        for member in tar:
            _unpack(tar, member, folder)
    sealed.drain()


def _clear_keys(database: Path) -> tuple[list[tuple[int, bytes]], int, int]:
    """Takes the record keys out of a copy of the database, in place; gives them, its size and its newest erasure."""
    from pysqlite3 import dbapi2

    with dbapi2.connect(str(database), isolation_level=None) as copy:
        copy.execute("PRAGMA journal_mode = OFF").fetchall()
        copy.execute("PRAGMA secure_delete = ON").fetchall()
        keys = copy.execute("SELECT idx, wrapped_key FROM body ORDER BY idx").fetchall()
        # Zeros of the same length overwrite the keys where they lie: nothing is left in free pages.
        copy.execute("UPDATE body SET wrapped_key = zeroblob(length(wrapped_key))")
        [size] = copy.execute("SELECT size FROM head").fetchone()
        [newest] = copy.execute("SELECT coalesce(max(entry), -1) FROM erasure").fetchone()
    copy.close()
    return [(index, bytes(wrapped)) for index, wrapped in keys], size, newest


def _take_from_shelf(database: Path, key_file: Path) -> dict[str, str]:
    """Puts the record keys back; gives the commitments of what was erased since, by ledger index."""
    from pysqlite3 import dbapi2

    erased = {}
    with dbapi2.connect(str(database)) as home:
        for index, wrapped, commitment in read_slots(key_file):
            if wrapped is None:
                erased[str(index)] = commitment.hex()
            else:
                home.execute("UPDATE body SET wrapped_key = ? WHERE idx = ?", (wrapped, index))
    home.close()
    return erased


class PutBack(msgspec.Struct, frozen=True):
    """What a restore leaves for the node that is opened next: what was erased since, and the backup it came from."""

    erased: dict[str, str] = {}
    id: str = ""
    key: str = ""
    size: int = 0
    upto: int = -1


def _extent(database: Path) -> tuple[int, int]:
    """How many entries a ledger holds, and its newest erasure."""
    from pysqlite3 import dbapi2

    with dbapi2.connect(str(database)) as home:
        [size] = home.execute("SELECT size FROM head").fetchone()
        [newest] = home.execute("SELECT coalesce(max(entry), -1) FROM erasure").fetchone()
    home.close()
    return size, newest


def restore_home(file: Path, key_file: Path, folder: Path) -> dict[str, Any]:
    """Makes a new home from a backup; refuses a folder that is a home already, a wrong key and an altered file."""
    home = Home(folder)
    if home.settings_file.exists():
        raise Fault("home_exists", str(folder))
    is_new = not folder.exists()
    try:
        name, key = read_head(key_file)
        home.make()
        with file.open("rb") as source:
            _unpack_all(_Unsealing(source, key), folder)
        size, newest = _extent(folder / "node.db")
        erased = _take_from_shelf(folder / "node.db", key_file)
    except (OSError, ValueError, CryptoError, RuntimeError, tarfile.TarError, zstandard.ZstdError) as error:
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise Fault("backup_refused", str(file), detail=str(error)) from None
    settings = home.settings()
    moved = msgspec.structs.replace(settings, database=OWN_DATABASE)
    home.write_settings(moved)
    # What was erased after the backup was made is settled when the node is opened: only then its keys can be used. The
    # ledger in a backup does not know of that backup: the node is told, or nothing would be erased in it any more.
    home.put_back.touch(mode=0o600)
    home.put_back.write_bytes(
        msgspec.json.encode(PutBack(erased, name.hex(), str(key_file.resolve()), size=size, upto=newest))
    )
    return {"home": str(folder), "party": moved.party, "realm": moved.realm, "reopen_streams": True}
