"""The node object: one home, one ledger, one registry of commands.

`Node.open` takes the home's lock and wires the parts; `start` begins what works by itself (pushing to partners,
answering cases, checkpoints, the picture file); `do` carries out one command. Commands may be called from any thread:
everything that writes goes through the ledger's single writer.
"""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from haemaru.clock import Clock, Ids
from haemaru.exchange import Notice
from haemaru.ledger import Batch
from haemaru.node.accounts import Accounts
from haemaru.node.agreements import AgreementDesk
from haemaru.node.answer import Answer
from haemaru.node.backups import Backups
from haemaru.node.coverage import CoverageDesk
from haemaru.node.derived import Derived
from haemaru.node.findings import FindingDesk
from haemaru.node.home import Home
from haemaru.node.passphrase import from_environment
from haemaru.node.upkeep import Upkeep
from haemaru.node.wiring import Parts, wire
from haemaru.node.witnessing import Witnessing
from haemaru.node.workers import Workers
from haemaru.signing import Passphrase
from haemaru.wording import Fault


class Node:
    """An agency's installation."""

    def __init__(self, parts: Parts) -> None:
        self.home = parts.home
        self.settings = parts.settings
        self.party = parts.settings.party
        self.realm = parts.settings.realm
        self.keys = parts.keys
        self.keeper = parts.keeper
        self.clock = parts.clock
        self.ids = parts.ids
        self.database = parts.database
        self.ledger = parts.ledger
        self.agreements: AgreementDesk = parts.agreements
        self.exchange = parts.exchange
        self.surveillance = parts.surveillance
        self.contacts = parts.contacts
        self.coverage = CoverageDesk(self)
        self.findings = FindingDesk(self)
        self.accounts = Accounts(parts.ledger)
        self.backups = Backups(parts.ledger, parts.exchange)
        self.pid = os.getpid()
        self.started = parts.clock.now()
        self.stopping = threading.Event()
        self.upkeep = Upkeep(parts.database, parts.ledger, parts.clock)
        self._lock = parts.lock
        self.witnessing = Witnessing(self)
        self.workers = Workers(self)
        self.exchange.on_notice(self._noticed)
        self.exchange.house.on_recall.append(Derived(self).recalled)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        passphrase: Passphrase = from_environment,
    ) -> Self:
        """Opens the node of a home; raises `Fault("home_locked")` where another process has it."""
        home = Home(folder)
        clock = clock or home.clock()
        return cls(wire(home, clock, ids or Ids(clock), passphrase))

    def _noticed(self, batch: Batch, party: str, notice: Notice) -> None:
        change = self.agreements.suspend if notice.what == "suspend" else self.agreements.resume
        # Each agreement by its id; a notice that names none is about all that bind its sender.
        for name in [notice.agreement] if notice.agreement else [each.id for each in self.agreements.between(party)]:
            change(batch, name, party, notice.reason, notice.created)

    def start(self) -> None:
        """Begins the work that goes on by itself."""
        self.workers.start()
        self.findings.start()

    def stop(self) -> None:
        """Ends that work; what was under way is finished or will be taken up again at the next start."""
        self.stopping.set()
        self.findings.stop()
        self.workers.stop()

    def close(self) -> None:
        """Gives the home back."""
        self.stop()
        self.surveillance.close()
        self.database.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def do(self, command: str, params: Mapping[str, Any]) -> Answer:
        """Carries out one command of the registry; raises `Fault` where it cannot."""
        from haemaru.node.commands import COMMANDS

        found = COMMANDS.get(command)
        if found is None:
            raise Fault("unknown_command", command)
        return found(self, dict(params))
