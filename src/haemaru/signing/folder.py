"""The folder of a node's keys: the first pair and the store's secret at its top, later pairs in folders of their own.

A new pair is written whole before anybody hears of it, and nothing is written over. Which pair is the present one the
ledger says, so a crash at any moment leaves a folder that can be read: at most one with a pair that nobody uses.
"""

import re
import shutil
from collections.abc import Container
from pathlib import Path

from haemaru.signing.chain import KeyChain
from haemaru.signing.errors import KeysUnreadable
from haemaru.signing.files import (
    Lock,
    Unlock,
    is_locked,
    make_private,
    read_secret,
    replace_file,
    sync_folder,
    write_secret,
)
from haemaru.signing.keys import NodeKeys
from haemaru.signing.passphrase import FILE, Passphrase, Wrapping, new_wrapping, open_wrapping

_KEYID = re.compile(r"[0-9a-f]{16}")
_UNFINISHED = "new-"


class KeyFolder:
    """Reads and writes the pairs of one node; asks for the passphrase where the folder has one."""

    def __init__(self, path: Path, passphrase: Passphrase | None = None) -> None:
        self.path = path
        self._wrapping: Wrapping | None = None
        if self._passphrase_file.exists():
            given = passphrase() if passphrase is not None else None
            if given is None:
                raise KeysUnreadable("passphrase_needed", str(path))
            self._wrapping = open_wrapping(self._passphrase_file.read_bytes(), given)

    @property
    def has_passphrase(self) -> bool:
        """Whether the secrets are locked with a passphrase."""
        return self._wrapping is not None

    def create(self, keys: NodeKeys, passphrase: bytes | None = None) -> None:
        """Writes the first pair and the secret of the store, locked where a passphrase is given."""
        make_private(self.path)
        if passphrase is not None:
            self._wrapping = new_wrapping()
            self._write_passphrase(passphrase)
        keys.save(self.path, self._lock)

    def load(self) -> KeyChain:
        """Every pair in the folder; raises `KeysUnreadable`. What a crash left unlocked is locked first."""
        if self._wrapping is not None:
            self._rewrite(self._wrapping.lock, only_open=True)
        vault = read_secret(self.path / "vault.key", self._unlock)[1]
        folders = [self.path, *self._later()]
        pairs = [self._pair(folder, vault) for folder in folders if folder != self.path or self._has_first(folders)]
        return KeyChain(pairs, vault)

    def protect(self, passphrase: bytes | None) -> None:
        """Locks the secrets with a passphrase, gives it another one, or takes it away.

        The passphrase is there before the first secret is locked, and goes after the last one was opened.
        """
        if passphrase is not None:
            self._wrapping = self._wrapping or new_wrapping()
            self._write_passphrase(passphrase)
            self._rewrite(self._wrapping.lock, only_open=True)
        elif self._wrapping is not None:
            self._rewrite(None)
            self._passphrase_file.unlink()
            sync_folder(self.path)
            self._wrapping = None

    @property
    def _passphrase_file(self) -> Path:
        return self.path / FILE

    @property
    def _lock(self) -> Lock | None:
        return None if self._wrapping is None else self._wrapping.lock

    @property
    def _unlock(self) -> Unlock | None:
        return None if self._wrapping is None else self._wrapping.unlock

    def _write_passphrase(self, passphrase: bytes) -> None:
        if self._wrapping is not None:
            replace_file(self._passphrase_file, self._wrapping.file(passphrase))

    def _rewrite(self, lock: Lock | None, *, only_open: bool = False) -> None:
        files = [self.path / "vault.key"]
        files += [folder / name for folder in (self.path, *self._later()) for name in ("sign.key", "box.key")]
        for file in files:
            if file.exists() and not (only_open and is_locked(file)):
                suite, secret = read_secret(file, self._unlock)
                write_secret(file, suite, secret, lock, replace=True)

    def make(self, suite: str, vault: bytes) -> NodeKeys:
        """A new pair, durably written beside the others."""
        drawn = NodeKeys.generate(suite)
        beside = self.path / f"{_UNFINISHED}{drawn.keyid}"
        drawn.save_pair(beside, self._lock)
        beside.rename(self.path / drawn.keyid)
        sync_folder(self.path)
        return self._pair(self.path / drawn.keyid, vault)

    def remove(self, keyid: str) -> None:
        """Deletes the secrets of a pair; the store's own secret stays."""
        folder = self.path / keyid
        if folder.is_dir():
            shutil.rmtree(folder)
        elif self._has_first([self.path]) and self._pair(self.path, b"\0" * 32).keyid == keyid:
            for name in ("sign.key", "box.key"):
                (self.path / name).unlink(missing_ok=True)
        sync_folder(self.path)

    def tidy(self, known: Container[str]) -> None:
        """Deletes pairs that nobody was told of: a crash came between their making and their first entry."""
        for folder in self.path.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(folder)
        for folder in self._later():
            if folder.name not in known:
                shutil.rmtree(folder)

    def _has_first(self, folders: list[Path]) -> bool:
        # Without any later pair the first must be there: its absence is then named.
        return (self.path / "sign.key").exists() or (self.path / "box.key").exists() or len(folders) == 1

    def _later(self) -> list[Path]:
        return [folder for folder in sorted(self.path.iterdir()) if _KEYID.fullmatch(folder.name) and folder.is_dir()]

    def _pair(self, folder: Path, vault: bytes) -> NodeKeys:
        return NodeKeys.load_pair(folder, vault, self._unlock)
