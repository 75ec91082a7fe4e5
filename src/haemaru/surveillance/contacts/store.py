"""Where contacts are kept: encrypted Parquet by UTC day, each track and moment once.

A batch is one small file, on the disk when `append` returns; a day of many files is merged into one. A batch that comes
again (a feed that was read twice) adds nothing.
"""

import threading
from pathlib import Path

import pyarrow as pa

from haemaru.clock import to_ms
from haemaru.surveillance.contacts.contact import CONTACT_SCHEMA, Contact, as_table, contacts_of
from haemaru.surveillance.day_index import DAY_MS
from haemaru.surveillance.sealed_parquet import read_sealed, remove, remove_leftovers, write_sealed
from haemaru.surveillance.store import day_of
from haemaru.values.instant import parse_time

_PARTS_LIMIT = 64


class ContactStore:
    """The contacts of one node; safe to use from several threads."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """Opens the store in `folder` under a 32-byte key, creating it where it is not there."""
        self._folder, self._key = folder, key
        self._lock = threading.RLock()
        self._known: dict[str, set[tuple[str, int]]] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        remove_leftovers(folder)

    def append(self, contacts: list[Contact]) -> list[Contact]:
        """Keeps the contacts that are new and returns them; they are on the disk then."""
        with self._lock:
            days: dict[str, list[Contact]] = {}
            for contact in contacts:
                days.setdefault(day_of(contact.t), []).append(contact)
            return [new for day, rows in sorted(days.items()) for new in self._append_day(day, rows)]

    def read(self, since_ms: int, until_ms: int) -> list[Contact]:
        """The contacts with `since_ms <= t < until_ms`, by track and time."""
        with self._lock:
            found = []
            for day in self.days():
                start = to_ms(parse_time(f"{day}T00:00:00Z"))
                if start < until_ms and since_ms < start + DAY_MS:
                    found += [row for row in contacts_of(self._table(day)) if since_ms <= row.t < until_ms]
            return sorted(found, key=lambda row: (row.track, row.t))

    def days(self) -> list[str]:
        """The UTC days that hold contacts, oldest first."""
        return sorted(path.name for path in self._folder.iterdir() if path.is_dir())

    def _append_day(self, day: str, rows: list[Contact]) -> list[Contact]:
        if day not in self._known:
            self._known[day] = {(row.track, row.t) for row in contacts_of(self._table(day))}
        known, new = self._known[day], []
        for row in rows:
            if (row.track, row.t) not in known:
                known.add((row.track, row.t))
                new.append(row)
        if not new:
            return []
        try:
            self._write(day, as_table(new))
        except BaseException:
            self._known.pop(day, None)  # not on the disk, so not known: they must be taken when they come again
            raise
        files = self._files(day)
        if len(files) > _PARTS_LIMIT:
            self._write(day, as_table(contacts_of(self._table(day))))
            remove(files)
        return new

    def _table(self, day: str) -> pa.Table:
        tables = [read_sealed(path, self._place(path), self._key, None) for path in self._files(day)]
        return pa.concat_tables([CONTACT_SCHEMA.empty_table(), *tables])

    def _write(self, day: str, table: pa.Table) -> None:
        folder = self._folder / day
        folder.mkdir(exist_ok=True, mode=0o700)
        number = max((int(path.stem) for path in self._files(day)), default=0) + 1
        path = folder / f"{number:08d}.parquet"
        write_sealed(path, self._place(path), table, self._key)

    def _files(self, day: str) -> list[Path]:
        return sorted((self._folder / day).glob("*.parquet"))

    @staticmethod
    def _place(path: Path) -> str:
        return f"contacts/{path.parent.name}/{path.name}"
