"""Verifying a home that may be damaged: no node is opened, and nothing that is broken in it raises."""

from typing import Any

import msgspec

from haemaru.exchange.peers import partner_keys
from haemaru.ledger import FirstBad, Verification, verify_database
from haemaru.node.home import Home
from haemaru.signing import Keys, NodeKeys, PublicKeys
from haemaru.storage import Database, StorageError
from haemaru.wording import Fault


def verify_home(home: Home) -> dict[str, Any]:
    """What `haemaru ledger verify` prints, of a home that no process owns."""
    settings = home.settings()
    keys = NodeKeys.load(home.keys)
    lock = home.lock()
    try:
        partners = _partners(settings.database, keys)
        found = verify_database(settings.database, keys, settings.party, settings.realm, partners)
    finally:
        lock.close()
    return told(found)


def told(found: Verification) -> dict[str, Any]:
    """The finding as it is printed. `init` writes a home's first entries, so a ledger without any lost them all."""
    if found.ok and not found.entries:
        found = msgspec.structs.replace(found, ok=False, first_bad=FirstBad(0, "entry", "idx", "entry_missing"))
    body: dict[str, Any] = msgspec.to_builtins(found)
    return body


def known_partners(database: Database, keys: Keys) -> dict[str, PublicKeys]:
    """The keys of partners as far as they can be read; where they cannot, the ledger is damaged and says so itself."""
    try:
        with database.read() as tx:
            return partner_keys(tx, keys)
    except (StorageError, Fault, msgspec.MsgspecError, ValueError, KeyError):
        return {}


def _partners(url: str, keys: NodeKeys) -> dict[str, PublicKeys]:
    try:
        database = Database.open(url, existing=True)
    except StorageError:
        return {}
    try:
        return known_partners(database, keys)
    finally:
        database.close()
