"""The folder of a node's keys: the first pair and the store's secret at its top, later pairs in folders of their own.

A new pair is written whole before anybody hears of it, and nothing is written over. Which pair is the present one the
ledger says, so a crash at any moment leaves a folder that can be read: at most one with a pair that nobody uses.
"""

import re
import shutil
from collections.abc import Container
from pathlib import Path

from haemaru.signing.chain import KeyChain
from haemaru.signing.files import Lock, Unlock, read_secret, sync_folder
from haemaru.signing.keys import NodeKeys

_KEYID = re.compile(r"[0-9a-f]{16}")
_UNFINISHED = "new-"


class KeyFolder:
    """Reads and writes the pairs of one node."""

    def __init__(self, path: Path, lock: Lock | None = None, unlock: Unlock | None = None) -> None:
        self.path = path
        self._lock = lock
        self._unlock = unlock

    def load(self) -> KeyChain:
        """Every pair in the folder; raises `KeysUnreadable`."""
        vault = read_secret(self.path / "vault.key", self._unlock)[1]
        folders = [self.path, *self._later()]
        pairs = [self._pair(folder, vault) for folder in folders if folder != self.path or self._has_first(folders)]
        return KeyChain(pairs, vault)

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
