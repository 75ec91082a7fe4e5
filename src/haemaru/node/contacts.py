"""What the node's sensors see without a name: kept encrypted, each batch noted in the ledger by its digest.

Contacts stay at home: they reach a partner only as findings or sightings, which pass the agreement like any record.
"""

import hashlib
import threading
from typing import Any

import msgspec

from haemaru.clock import Clock, format_time, from_ms, to_ms
from haemaru.ledger import Ledger
from haemaru.node.home import Home
from haemaru.signing import Keys
from haemaru.surveillance.contacts import Contact, ContactStore

NOTED = "surveillance.contacts"
_SHOWN_MS = 15 * 60_000


class ContactNote(msgspec.Struct, frozen=True):
    """The ledger's note of one batch of new contacts; `digest` is the SHA-256 of its rows as JSON, `basis` its law."""

    rows: int
    digest: str
    source: str
    basis: str = ""


class ContactDesk:
    """Takes contacts in and tells what is there now."""

    def __init__(self, home: Home, keys: Keys, clock: Clock, ledger: Ledger) -> None:
        self._clock, self._ledger = clock, ledger
        self._lock = threading.Lock()
        key = hashlib.sha256(b"haemaru-contacts-v1" + keys.vault).digest()
        self._store = ContactStore(home.folder / "contacts", key)

    def take(self, contacts: list[Contact], source: str, basis: str = "") -> int:
        """Keeps a batch and notes it; how many contacts were new."""
        with self._lock:
            fresh = self._store.append(contacts)
            if fresh:
                digest = hashlib.sha256(msgspec.json.encode(fresh)).hexdigest()
                with self._ledger.write() as batch:
                    batch.append(NOTED, msgspec.json.encode(ContactNote(len(fresh), digest, source, basis)))
            return len(fresh)

    def read(self, since_ms: int, until_ms: int) -> list[Contact]:
        """The contacts of a time, by track and time."""
        return self._store.read(since_ms, until_ms)

    def newest(self) -> list[Contact]:
        """The newest contact of each track of the last quarter of an hour."""
        now_ms = to_ms(self._clock.now())
        return list({row.track: row for row in self._store.read(now_ms - _SHOWN_MS, now_ms + 1)}.values())

    def status(self) -> dict[str, Any]:
        """How many tracks are there now, and when the newest was seen."""
        rows = self.newest()
        last = max((row.t for row in rows), default=None)
        return {"tracks": len(rows), "last": None if last is None else format_time(from_ms(last))}
