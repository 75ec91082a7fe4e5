"""From a case to the dogs that are needed for it, and which of our teams could go.

A case knows the ship, the port and the hour; a need says what is asked for and for how long. One support is one team,
so two teams are two needs. Which team may go is computed by `resources` with every reason; here the teams that may are
put in the order of their way to the place, and the others stay on the list with their reasons.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from haemaru.clock import format_time
from haemaru.geography import find_ports
from haemaru.operations.hand import Hand
from haemaru.records import Record
from haemaru.resources import Commitment, DogTeam, Eligibility, Need, eligibility, request_resource
from haemaru.values.instant import parse_time

DOG = "k9.narcotics"
_BEFORE = timedelta(hours=1)  # briefing at the berth
_WITHOUT_ETA = timedelta(hours=6)  # a case without an hour: the next watch


@dataclass(frozen=True, slots=True)
class Possible:
    """One of our teams for a need: whether it may go, and how many kilometres as the crow flies (None: unknown)."""

    team: DogTeam
    eligibility: Eligibility
    km: int | None


def needs_of(
    case: Mapping[str, Any], now: datetime, *, teams: int = 2, substances: Sequence[str] = (), hours: float = 8.0
) -> list[Need]:
    """What a case needs: one need for each team, from an hour before the ship is due until `hours` after."""
    eta = case["body"].get("eta")
    due = max(parse_time(eta, "case.eta"), now + _BEFORE) if isinstance(eta, str) else now + _WITHOUT_ETA
    need = Need(
        capability=DOG,
        since=format_time(due - _BEFORE),
        until=format_time(due + timedelta(hours=hours)),
        substances=tuple(substances),
        place=str(case["body"].get("port") or ""),
        boarding=True,
    )
    return [need] * teams


def ask(case: Record, need: Need, asked: str, hand: Hand, text: str = "") -> Record:
    """A request to the party `asked` for one team, tied to the case and handled at least as strictly."""
    # The ship stays out of the request: whoever sends a dog must know where and when, not whom it is about.
    subject = {"type": "case", "id": case["rid"]}
    return request_resource(hand.stamp, subject, need, asked, text, sources=[case])


def possible(need: Need, teams: Iterable[DogTeam], promised: Sequence[Commitment] = ()) -> list[Possible]:
    """Every team with its eligibility for the need: those that may go first, the shortest way first among them."""
    found = []
    for team in teams:
        found.append(Possible(team, eligibility(team, need, need.window, promised), _km(team.base, need.place)))
    return sorted(found, key=lambda one: (not one.eligibility.ok, one.km if one.km is not None else 10**6, one.team.id))


def _km(base: str, place: str) -> int | None:
    here, there = find_ports(base), find_ports(place)
    return round(here[0].position.distance_m(there[0].position) / 1000) if here and there else None
