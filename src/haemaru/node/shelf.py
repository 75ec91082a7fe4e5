"""The key file of a backup: the key that opens it, and the shelf of the record keys that it does not hold itself.

A backup file holds every record locked and no record's key; those stand here, one slot for each ledger body, each
locked with the node's own key, which only the backup file holds. Erasing a record in a backup overwrites its slot in
place: no second copy of the shelf is made, and the record is gone from that backup wherever the big file was copied to.
In place of the key the slot then keeps the commitment, with which the leaf can still be proved.
Layout: magic `HMK1`, id (16), key (32), then slots of 81 bytes in order of index: index (8, big-endian), state (1: a
key, 2: erased), then the wrapped key (72), or the commitment (32) and zeros.
"""

import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

from haemaru.wording import Fault

_MAGIC = b"HMK1"
_HEAD = 52
_SLOT = struct.Struct(">QB72s")
_KEY, _ERASED = 1, 2


def write_shelf(file: Path, name: bytes, key: bytes, wrapped: Iterator[tuple[int, bytes]]) -> None:
    """Writes a new key file for its owner alone; the slots come in order of index."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(_MAGIC + name + key)
        for index, held in wrapped:
            out.write(_SLOT.pack(index, _KEY, held))
        out.flush()
        os.fsync(out.fileno())


def read_head(file: Path) -> tuple[bytes, bytes]:
    """Id and key of a backup; raises `Fault("backup_refused")` where this is no key file."""
    try:
        with file.open("rb") as handle:
            head = handle.read(_HEAD)
            size = os.fstat(handle.fileno()).st_size
    except OSError as error:
        raise Fault("backup_refused", str(file), detail=str(error)) from None
    if len(head) != _HEAD or not head.startswith(_MAGIC) or (size - _HEAD) % _SLOT.size:
        raise Fault("backup_refused", str(file), detail="HMK1")
    return head[4:20], head[20:]


def read_slots(file: Path) -> Iterator[tuple[int, bytes | None, bytes]]:
    """Every slot: index, wrapped key or None, commitment or nothing."""
    with file.open("rb") as handle:
        handle.seek(_HEAD)
        while slot := handle.read(_SLOT.size):
            index, state, held = _SLOT.unpack(slot)
            yield (index, held, b"") if state == _KEY else (index, None, held[:32])


def erase_slots(file: Path, erased: Mapping[int, bytes]) -> int:
    """Overwrites the slots of these records by their commitments, in place; tells how many held a key until now."""
    changed = 0
    with file.open("r+b") as handle:
        slots = (os.fstat(handle.fileno()).st_size - _HEAD) // _SLOT.size
        for index, commitment in erased.items():
            place = _find(handle.fileno(), slots, index)
            if place is None:
                continue
            handle.seek(_HEAD + place * _SLOT.size)
            was = handle.read(_SLOT.size)
            changed += was[8] == _KEY
            handle.seek(_HEAD + place * _SLOT.size)
            handle.write(_SLOT.pack(index, _ERASED, commitment))
        handle.flush()
        os.fsync(handle.fileno())
    return changed


def _find(handle: int, slots: int, index: int) -> int | None:
    low, high = 0, slots
    while low < high:
        middle = (low + high) // 2
        found = struct.unpack(">Q", os.pread(handle, 8, _HEAD + middle * _SLOT.size))[0]
        if found == index:
            return middle
        low, high = (middle + 1, high) if found < index else (low, middle)
    return None
