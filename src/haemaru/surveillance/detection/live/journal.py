"""What live detection needs after a kill: a snapshot of what it knew, and every batch that came after it, encrypted.

`journal-N` holds the batches since `snapshot-N`, each locked by itself; a batch that a kill cut short at the end of the
file was not answered for by anybody and is left out. A new snapshot is whole before the old one and its journal go.
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from haemaru.signing import Vault
from haemaru.signing.errors import VaultRefused
from haemaru.signing.vault import Locked
from haemaru.wording import Fault

_HEAD = struct.Struct("<QI")  # bytes of the cipher, bytes of the wrapped key
_LARGEST = 1 << 34


class Journal:
    """The files of one folder; one process writes them."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        """Opens the folder, creating it where it is not there; a half-written snapshot of a crash is removed."""
        self._folder, self._vault = folder, vault
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in folder.glob("*.tmp"):
            path.unlink()
        self._number = max([0, *self._numbers("snapshot"), *self._numbers("journal")])
        self._count = 0
        self._open: IO[bytes] | None = None

    def snapshot(self) -> bytes | None:
        """The newest snapshot; None where there is none. Raises `state_unusable` where it does not open."""
        numbers = self._numbers("snapshot")
        if not numbers:
            return None
        path = self._folder / f"snapshot-{numbers[-1]}"
        with path.open("rb") as handle:
            for place, plain in self._blocks(handle, f"snapshot-{numbers[-1]}"):
                if place == 0:
                    return plain
        raise Fault("state_unusable", str(path), problem="damaged")

    def batches(self) -> Iterator[bytes]:
        """The batches since the newest snapshot, in their order."""
        since = max(self._numbers("snapshot"), default=0)
        for number in self._numbers("journal"):
            if number >= since:
                with (self._folder / f"journal-{number}").open("rb") as handle:
                    for _, plain in self._blocks(handle, f"journal-{number}"):
                        yield plain

    def append(self, plain: bytes) -> None:
        """Adds a batch; it outlives the process once this returns (a power cut may take the last moments)."""
        if self._open is None:
            # A file of its own: what a kill cut short at the end of the last one must not stand before new batches.
            self._number += 1
            self._count = 0
            self._open = (self._folder / f"journal-{self._number}").open("ab")
        self._open.write(self._block(plain, f"journal-{self._number}", self._count))
        self._open.flush()
        self._count += 1

    def replace(self, plain: bytes) -> None:
        """Makes `plain` the snapshot that stands for everything so far, and removes what it stands for."""
        self.close()
        number = self._number + 1
        path = self._folder / f"snapshot-{number}"
        beside = path.with_name(path.name + ".tmp")
        with beside.open("wb") as handle:
            handle.write(self._block(plain, path.name, 0))
            handle.flush()
            os.fsync(handle.fileno())
        beside.replace(path)
        self._number = number
        for kind in ("snapshot", "journal"):
            for old in self._numbers(kind):
                if old < number:
                    (self._folder / f"{kind}-{old}").unlink()

    def close(self) -> None:
        """Ends the file that is open; the next batch begins another."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _numbers(self, kind: str) -> list[int]:
        return sorted(int(path.name.rpartition("-")[2]) for path in self._folder.glob(f"{kind}-[0-9]*"))

    def _block(self, plain: bytes, name: str, place: int) -> bytes:
        locked = self._vault.lock(plain, f"live/{name}/{place}".encode())
        return _HEAD.pack(len(locked.cipher), len(locked.wrapped_key)) + locked.wrapped_key + locked.cipher

    def _blocks(self, handle: IO[bytes], name: str) -> Iterator[tuple[int, bytes]]:
        place = 0
        while len(head := handle.read(_HEAD.size)) == _HEAD.size:
            cipher_size, key_size = _HEAD.unpack(head)
            if cipher_size > _LARGEST or key_size > 1 << 16:
                return
            wrapped, cipher = handle.read(key_size), handle.read(cipher_size)
            try:
                yield place, self._vault.unlock(Locked(wrapped, cipher), f"live/{name}/{place}".encode())
            except VaultRefused:
                return  # cut short by a kill; nothing stands behind it
            place += 1
