"""Verifying a home that may be damaged: no node is opened, and nothing that is broken in it raises."""

from typing import Any

import msgspec

from haemaru.exchange.keyring import KeyHistory, read_history
from haemaru.ledger import FirstBad, Verification, verify_database
from haemaru.node.home import Home
from haemaru.node.passphrase import from_environment, open_folder
from haemaru.signing import Keys, Passphrase
from haemaru.storage import Database, StorageError


def verify_home(home: Home, passphrase: Passphrase = from_environment) -> dict[str, Any]:
    """What `haemaru ledger verify` prints, of a home that no process owns."""
    settings = home.settings()
    lock = home.lock()
    try:
        keys = open_folder(home, passphrase).load()
        url = home.database(settings)
        times = _history(url, keys)
        found = verify_database(url, keys, settings.party, settings.realm, times.partners, times.own)
    finally:
        lock.close()
    return told(found)


def told(found: Verification) -> dict[str, Any]:
    """The finding as it is printed. `init` writes a home's first entries, so a ledger without any lost them all."""
    if found.ok and not found.entries:
        found = msgspec.structs.replace(found, ok=False, first_bad=FirstBad(0, "entry", "idx", "entry_missing"))
    body: dict[str, Any] = msgspec.to_builtins(found)
    return body


def key_history(database: Database, keys: Keys) -> KeyHistory:
    """Whose keys counted when, as far as it can be read; where it cannot, the ledger is damaged and says so itself."""
    try:
        with database.read() as tx:
            return read_history(tx, keys)
    except StorageError:
        return KeyHistory()


def _history(url: str, keys: Keys) -> KeyHistory:
    try:
        database = Database.open(url, existing=True)
    except StorageError:
        return KeyHistory()
    try:
        return key_history(database, keys)
    finally:
        database.close()
