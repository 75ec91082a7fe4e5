"""The Okgye story of April 2025 retold with invented ships, people and numbers.

In the real case a foreign partner's tip came in the afternoon; the next morning at 06:30 the coast guard and the
customs service went aboard a bulk carrier at Okgye with two dog teams and found cocaine behind the engine room. Here
the ship, its sisters, the crew, the officers and all papers are invented, and the moment is whenever the world is
built: the tip comes `now`, the ship is due sixteen and a half hours later.
"""

import random
from datetime import datetime, timedelta
from typing import Any

from haemaru.clock import format_time
from haemaru.scenarios.fleet import background
from haemaru.scenarios.okgye_cast import COAST_GUARD, CUSTOMS, MISSPELT, cast, yard
from haemaru.scenarios.okgye_papers import coast_guard_papers, correction, customs_papers, reports
from haemaru.scenarios.okgye_support import needs, seats, session, team_papers
from haemaru.scenarios.papers import INVENTED, Desk, background_papers
from haemaru.scenarios.ships import Ship
from haemaru.scenarios.story import okgye_steps
from haemaru.scenarios.traffic import Traffic
from haemaru.scenarios.world import Record, Truth, World

LEAD = timedelta(hours=16, minutes=30)  # tip at 14:00, boarding at 06:30 the next morning


def build(seed: int, now: datetime) -> World:
    """The whole world of the story; the same seed and moment give the same world to the byte."""
    ships_yard = yard(seed)
    eta = _half_hour(now + LEAD)
    around = background(ships_yard)
    ship, others = cast(ships_yard, eta)
    around.extend(others)
    fleet = tuple(sorted((ship, *around), key=lambda one: one.name))
    luck = random.Random(f"okgye papers:{seed}")  # noqa: S311 - an invented world, no secret
    coast_guard, customs = (Desk.seeded(party, seed, now) for party in (COAST_GUARD, CUSTOMS))
    load, route = reports(coast_guard, customs, ship, now)
    return World(
        id="okgye",
        seed=seed,
        now=now,
        traffic=Traffic(fleet, seed),
        holdings={
            COAST_GUARD: _in_time(
                [*coast_guard_papers(coast_guard, ship, eta), load, *background_papers(coast_guard, around, now, luck)]
            ),
            CUSTOMS: _in_time(
                [*customs_papers(customs, ship, eta), route, *background_papers(customs, around, now, luck)]
            ),
        },
        corrections=(correction(load, now + timedelta(hours=5)),),
        tip=_tip(luck.choice(MISSPELT), eta, now),
        demand=_demand(ship, now),
        needs=needs(eta),
        teams={CUSTOMS: team_papers(customs, now)},
        session=session(now),
        seats=seats(),
        outcome=_outcome(),
        steps=okgye_steps(now, eta),
        truth=Truth(ship.mmsi, ship.imo or 0, ship.name, "cofferdam", 1690, tuple(other.mmsi for other in others)),
    )


def _half_hour(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)


def _in_time(records: list[Record]) -> tuple[Record, ...]:
    return tuple(sorted(records, key=lambda record: (record["event_time"], record["rid"])))


def _tip(heard_name: str, eta: datetime, now: datetime) -> dict[str, Any]:
    return {
        "vessel_name": heard_name,
        "port": "옥계",
        "eta": format_time(eta),
        "cargo": "cocaine",
        "text": "벌크선. 기관실 뒤쪽에 다량의 코카인. 옥계항 입항 예정. (가상 제보) / "
        "Bulk carrier; a large load of cocaine behind the engine room; due at Okgye. (invented tip)",
        "caller": "연락관 (가상) / liaison officer of a partner service (invented)",
        "received_at": format_time(now.replace(microsecond=0)),
        "channel": "phone",
        "grade": {"scheme": "admiralty", "code": "B2"},
    }


def _demand(ship: Ship, now: datetime) -> dict[str, Any]:
    return {
        "statute": "관세법 제116조 제1항 제1호 (법률 검토 필요) / "
        "Customs Act Art. 116 (1) item 1 (to be confirmed by counsel)",
        "letter": "KCG-INVENTED-2604-031",
        "officer": "경위 이로운 (가상) / Inspector Lee Roun (invented)",
        "kinds": ["customs.clearance"],
        "subject": ship.subject(),
        "purpose": "narcotics_case",
        "reply_by": format_time((now + timedelta(hours=4)).replace(microsecond=0)),
    }


def _outcome() -> dict[str, Any]:
    return {
        "result": "seizure",
        "spaces": ["engine room", "cofferdam"],
        "substance": "cocaine",
        "quantities": [
            {"kg": 2000, "basis": "estimated", "by": COAST_GUARD},
            {"kg": 1690, "basis": "gross", "by": CUSTOMS},
        ],
        "credit": [COAST_GUARD, CUSTOMS],
        "note": INVENTED,
    }
