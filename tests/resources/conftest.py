"""One invented dog team of `kcs`, one need of `kcg`, and a played support between the two."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from haemaru.records import Certificate, Stamp
from haemaru.resources import DogTeam, Need, Support, build, eligibility, fold
from haemaru.values import Handling

START = datetime(2025, 4, 1, 14, 0, tzinfo=UTC)
SUBJECT = {"type": "case", "id": "kcg-case-1"}


class Play:
    """Plays a support message by message, keeping every record."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.minutes = 0

    def stamp(self, origin: str) -> Stamp:
        self.minutes += 1
        at = START + timedelta(minutes=self.minutes)
        return Stamp(f"{origin}-m{self.minutes}", origin, at, Handling("restricted"))

    def keep(self, record: dict[str, Any]) -> Support:
        self.records.append(record)
        return self.now

    @property
    def now(self) -> Support:
        return fold(self.records)[0]

    def raw(self, origin: str, name: str, **body: Any) -> dict[str, Any]:
        """A record that no builder has checked."""
        full = {"support": self.records[0]["rid"] if self.records else "nothing", **body}
        return self.stamp(origin).record(f"resources.{name}", SUBJECT, full)


def certificate(**changes: Any) -> Certificate:
    plain = {
        "id": "kcs-cert-3",
        "holder": "kcs-k9-3",
        "capability": "k9.narcotics",
        "issued": "2025-01-01T00:00:00Z",
        "until": "2025-12-31T00:00:00Z",
        "issuer": "kcs",
        "substances": ("cocaine", "methamphetamine"),
        "handler": "handler-3",
    }
    return Certificate(**{**plain, **changes})


TEAM = DogTeam(id="kcs-k9-3", owner="kcs", handler="handler-3", base="busan", certificates=(certificate(),))
NEED = Need(
    capability="k9.narcotics",
    since="2025-04-01T20:00:00Z",
    until="2025-04-02T08:00:00Z",
    substances=("cocaine",),
    place="KROKK",
    boarding=True,
)


@pytest.fixture
def play() -> Play:
    return Play()


@pytest.fixture
def played() -> Callable[[str], Play]:
    """Plays up to a state, the way of the table of states."""

    def up_to(last: str) -> Play:
        play = Play()
        support = play.keep(build.request_resource(play.stamp("kcg"), SUBJECT, NEED, "kcs"))
        found = eligibility(TEAM, NEED, NEED.window)
        steps: list[tuple[str, Callable[[Support], dict[str, Any]]]] = [
            ("offered", lambda now: build.offer(play.stamp("kcs"), now, TEAM, found)),
            ("requisitioned", lambda now: build.requisition(play.stamp("kcg"), now)),
            ("committed", lambda now: build.commit(play.stamp("kcs"), now)),
            ("deployed", lambda now: build.report_status(play.stamp("kcs"), now, "deployed")),
            ("return_requested", lambda now: build.ask_return(play.stamp("kcs"), now, "needed at home")),
            ("released", lambda now: build.release(play.stamp("kcg"), now, "nothing found")),
        ]
        for state, make in steps:
            if support.state == last:
                break
            support = play.keep(make(support))
            assert support.state == state
        return play

    return up_to
