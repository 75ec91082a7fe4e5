"""Where the parts of a node are put together, and nowhere else."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

import msgspec

from haemaru.clock import Clock, Ids
from haemaru.exchange import Exchange, exchange_projections
from haemaru.exchange import Settings as ExchangeSettings
from haemaru.exchange.erasing import settle_restored
from haemaru.ledger import Ledger
from haemaru.node.agreements import AgreementDesk
from haemaru.node.backup import PutBack, remove_leftovers
from haemaru.node.backups import note_restored
from haemaru.node.contacts import ContactDesk
from haemaru.node.home import Home, Settings
from haemaru.node.keykeeping import KeyKeeper
from haemaru.node.passphrase import open_folder
from haemaru.node.positions import SurveillanceDesk
from haemaru.node.tallies import TallyView
from haemaru.signing import KeyChain, KeyFolder, Passphrase, Vault
from haemaru.storage import Database

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a node is made of."""

    home: Home
    settings: Settings
    keys: KeyChain
    keeper: KeyKeeper
    clock: Clock
    ids: Ids
    lock: IO[str]
    database: Database
    ledger: Ledger
    agreements: AgreementDesk
    exchange: Exchange
    surveillance: SurveillanceDesk
    contacts: ContactDesk


def wire(home: Home, clock: Clock, ids: Ids, passphrase: Passphrase) -> Parts:
    """Opens the parts of the node that lives in `home`; gives the lock back where one of them fails."""
    settings = home.settings()
    lock = home.lock()
    try:
        return _wire(home, settings, lock, clock, ids, passphrase)
    except BaseException:
        lock.close()
        raise


def _wire(home: Home, settings: Settings, lock: IO[str], clock: Clock, ids: Ids, passphrase: Passphrase) -> Parts:
    remove_leftovers(home)
    folder = open_folder(home, passphrase)
    database = Database.open(home.database(settings), alone=True)
    try:
        return _wire_to(database, home, settings, lock, clock, ids, folder)
    except BaseException:
        database.close()
        raise


def _wire_to(
    database: Database, home: Home, settings: Settings, lock: IO[str], clock: Clock, ids: Ids, folder: KeyFolder
) -> Parts:
    keys = folder.load()
    database.migrate(MIGRATIONS)
    projections = (*exchange_projections(Vault(keys.vault)), TallyView())
    ledger = Ledger(database, keys, clock, settings.party, settings.realm, projections)
    agreements = AgreementDesk(ledger)
    chosen = ExchangeSettings(
        disposes_alone=settings.disposal == "automatic", answer_due=timedelta(hours=settings.answer_due_h)
    )
    exchange = Exchange(ledger, keys, settings.party, settings.realm, clock, ids, agreements, chosen)
    keeper = KeyKeeper(home, settings, folder, keys, exchange, clock)
    keeper.begin()
    if home.put_back.exists():
        mark = msgspec.json.decode(home.put_back.read_bytes() or b"{}", type=PutBack)
        note_restored(ledger, mark.id, mark.key, mark.size, mark.upto)
        settle_restored(ledger, {int(index): bytes.fromhex(text) for index, text in mark.erased.items()})
        exchange.epochs.put_back()
        home.put_back.unlink()
    surveillance = SurveillanceDesk(home, settings, keys, clock, ledger, agreements, exchange)
    contacts = ContactDesk(home, keys, clock, ledger)
    return Parts(
        home, settings, keys, keeper, clock, ids, lock, database, ledger, agreements, exchange, surveillance, contacts
    )
