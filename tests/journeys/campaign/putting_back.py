"""A home that is put back to a backup in the middle of everything, and what officers and agency do about it.

Everything that the home did since the backup is gone: its numbers, its receipts, what it held of its partner, its
ships. The node must say so before it sends a record; the officers open its streams anew and look into the restart; the
partner gives back what it holds; then the agency does again what its own books say it did since.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.journeys.campaign.homes import Away, CampaignHome, Refused
from tests.journeys.campaign.load import Load

_PATIENCE_S = 120.0


@dataclass
class PuttingBack:
    """One backup of a home, and the day it is needed."""

    due: int
    """The number of the fault before which the backup is made."""
    file: Path
    load: Load
    began: float = 0.0
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def home(self) -> CampaignHome:
        return self.load.home

    def back_up(self) -> None:
        """Makes the backup, between two orders of the agency, and opens its books."""
        with self.load.paused():
            self.home.back_up(self.file)
            self.load.open_books()
        self.began = time.monotonic()

    def put_back(self) -> None:
        """Puts the home back, and has it all done that has to be done then."""
        peer = self.load.other.party
        with self.load.paused():
            self.home.put_back(self.file)
            _until(
                lambda: "home_restored" in _alarms(self.home), f"{self.home.party} does not know that it was put back"
            )
            epoch = _asked(self.home, "exchange.reopen", peer=peer)["epoch"]
            _until(lambda: "home_restored" not in _alarms(self.home), f"{self.home.party} is not open again")
            _until(lambda: self._has_all_back(peer), f"{peer} does not give back what it holds")
            again = self.load.do_again()
        acknowledge(self.load.other)
        self.told = {
            "home": self.home.party,
            "seconds": round(time.monotonic() - self.began, 1),
            "epoch": epoch,
            "done_again": again,
        }

    def _has_all_back(self, peer: str) -> bool:
        told = self.home.ask("exchange.compare", peer=peer, wait_s=20)
        own = [each for each in told["differences"] if each["direction"] == "out"]
        return told["out"]["done"] and not own


def acknowledge(home: CampaignHome) -> int:
    """An officer looks into every restart that a partner has declared to this home; tells how many there were."""
    waiting = [each for each in _asked(home, "ledger.restarts")["restarts"] if each["acknowledged"] is None]
    for each in waiting:
        _asked(home, "ledger.acknowledge", id=each["id"], reason="an invented call to their duty officer", by="officer")
    return len(waiting)


def become_equal(home: CampaignHome, peer: str) -> bool:
    """Whether in the end a comparison finds no difference either way; what it finds is sent again or given back."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        with contextlib.suppress(Away, Refused):
            if home.ask("exchange.compare", peer=peer, wait_s=20)["equal"]:
                return True
        time.sleep(0.5)
    return False


def _alarms(home: CampaignHome) -> list[str]:
    found: list[str] = home.ask("status")["peers"][0]["alarms"]
    return found


def _asked(home: CampaignHome, command: str, **params: Any) -> Any:
    """Asks until there is an answer."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return home.ask(command, **params)
        except Away:
            assert time.monotonic() < end, f"{home.party} does not answer {command}"
            time.sleep(0.3)


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            if holds():
                return
        except (Away, Refused):
            pass
        assert time.monotonic() < end, otherwise
        time.sleep(0.3)
