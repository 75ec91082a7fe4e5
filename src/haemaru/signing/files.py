"""One secret, one file, one line: mode 0600, never overwritten, locked with the home's passphrase where there is one.

haemaru-key SUITE ROLE BASE64               the secret itself
haemaru-locked-key SUITE ROLE BASE64        nonce (24) and XChaCha20-Poly1305 of it, bound to suite and role
"""

import base64
import binascii
import os
import stat
from collections.abc import Callable
from pathlib import Path

from haemaru.signing.errors import KeysUnreadable
from haemaru.signing.suites import SUITE_NAMES

OPEN, LOCKED = "haemaru-key", "haemaru-locked-key"

Lock = Callable[[bytes, bytes], bytes]
"""Locks a secret in a context (the beginning of its line)."""
Unlock = Callable[[bytes, bytes], bytes]
"""Gives the secret again; raises `KeysUnreadable` when it was locked otherwise."""


def make_private(folder: Path) -> None:
    """Makes a folder that only its owner may enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def write_secret(path: Path, suite: str, secret: bytes, lock: Lock | None = None, *, replace: bool = False) -> None:
    """Writes a secret durably; raises `KeysUnreadable` where the file is there already, unless it shall be replaced."""
    head = f"{LOCKED if lock else OPEN} {suite} {path.stem}"
    content = secret if lock is None else lock(secret, head.encode())
    line = f"{head} {base64.b64encode(content).decode()}\n".encode()
    if replace:
        replace_file(path, line)
        return
    _write_new(path, line)
    sync_folder(path.parent)


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file of mode 0600 whole, durably, in the place of the one that may be there."""
    beside = path.with_name(path.name + ".part")
    beside.unlink(missing_ok=True)
    _write_new(beside, content)
    beside.replace(path)
    sync_folder(path.parent)


def _write_new(path: Path, content: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeysUnreadable("key_exists", str(path)) from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_secret(path: Path, unlock: Unlock | None = None) -> tuple[str, bytes]:
    """Suite and secret of a file; raises `KeysUnreadable`, also when other users may read it."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeysUnreadable("key_open_to_others", str(path))
        magic, suite, role, text = path.read_text(encoding="ascii").split()
        content = base64.b64decode(text, validate=True)
    except OSError as error:
        raise KeysUnreadable("key_missing", f"{path}: {error.strerror}") from None
    except (ValueError, binascii.Error):
        raise KeysUnreadable("key_broken", str(path)) from None
    if magic not in (OPEN, LOCKED) or role != path.stem:
        raise KeysUnreadable("key_broken", str(path))
    if suite not in SUITE_NAMES:
        raise KeysUnreadable("key_of_other_suite", str(path))
    if magic == OPEN:
        return suite, content
    if unlock is None:
        raise KeysUnreadable("passphrase_needed", str(path))
    return suite, unlock(content, f"{magic} {suite} {role}".encode())


def is_locked(path: Path) -> bool:
    """Whether the file needs the passphrase."""
    return path.read_bytes().startswith(LOCKED.encode())


def sync_folder(folder: Path) -> None:
    """Makes names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
