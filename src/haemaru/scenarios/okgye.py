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
from haemaru.scenarios.okgye_cast import MISSPELT, cast, yard
from haemaru.scenarios.okgye_papers import coast_guard_papers, correction, customs_papers, reports
from haemaru.scenarios.papers import INVENTED, Desk, background_papers
from haemaru.scenarios.ships import Ship
from haemaru.scenarios.story import okgye_steps
from haemaru.scenarios.traffic import Traffic
from haemaru.scenarios.world import Record, Truth, World

COAST_GUARD, CUSTOMS = "kcg", "kcs"
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
        need=_need(eta, now),
        dog_teams=_dog_teams(now),
        session=_session(now),
        seats=_seats(),
        outcome=_outcome(eta),
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


def _need(eta: datetime, now: datetime) -> dict[str, Any]:
    return {
        "capability": "narcotics_dog",
        "substances": ["cocaine"],
        "teams": 2,
        "port": "KROKK",
        "need_by": format_time(eta),
        "until": format_time(eta + timedelta(hours=8)),
        "asked_at": format_time(now.replace(microsecond=0)),
    }


_TEAMS = (
    # id, dog, handler, base, minutes to Okgye, substances, certificate days left
    (
        "kcs-dog-1",
        "누리 / Nuri",
        "한가람 (가상) / Han Garam (invented)",
        "KRTGH",
        40,
        ("cocaine", "methamphetamine"),
        200,
    ),
    ("kcs-dog-2", "보라 / Bora", "서다온 (가상) / Seo Daon (invented)", "KRTGH", 40, ("cocaine", "ketamine"), 91),
    ("kcs-dog-3", "해나 / Haena", "윤슬기 (가상) / Yun Seulgi (invented)", "KRPUS", 290, ("cocaine", "cannabis"), 150),
    ("kcs-dog-4", "단비 / Danbi", "문새벽 (가상) / Mun Saebyeok (invented)", "KRTGH", 40, ("cocaine",), -3),
    ("kcs-dog-5", "가온 / Gaon", "오름해 (가상) / Oh Reumhae (invented)", "KRINC", 200, ("cannabis",), 300),
)


def _dog_teams(now: datetime) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "id": team,
            "agency": CUSTOMS,
            "dog": dog,
            "handler": handler,
            "base": base,
            "capabilities": ["narcotics_dog"],
            "substances": list(substances),
            "minutes": minutes,
            "certificate_until": format_time((now + timedelta(days=days)).replace(microsecond=0)),
            "note": INVENTED,
        }
        for team, dog, handler, base, minutes, substances, days in _TEAMS
    )


def _session(now: datetime) -> dict[str, Any]:
    starts = (now + timedelta(days=21)).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "session": "bulk-carrier-search-1",
        "title": {"ko": "벌크선 은닉 공간 수색 과정", "en": "Searching the hidden spaces of a bulk carrier"},
        "place": {"ko": "동해세관 교육장 (가상)", "en": "Donghae customs training room (invented)"},
        "starts": format_time(starts),
        "ends": format_time(starts + timedelta(days=2)),
        "seats": 6,
        "quotas": {COAST_GUARD: 3, CUSTOMS: 3},
        "release_at": format_time(starts - timedelta(days=7)),
        "prerequisites": ["boarding_safety"],
        "note": INVENTED,
    }


def _seats() -> tuple[dict[str, Any], ...]:
    people = (
        ("강나래 (가상) / Kang Narae (invented)", "kcg-officer-17"),
        ("임하늘 (가상) / Im Haneul (invented)", "kcg-officer-22"),
    )
    return tuple(
        {"session": "bulk-carrier-search-1", "person": person, "name": name, "competencies": ["boarding_safety"]}
        for name, person in people
    )


def _outcome(eta: datetime) -> dict[str, Any]:
    return {
        "result": "seizure",
        "at": format_time(eta + timedelta(hours=4)),
        "spaces": ["engine room", "cofferdam"],
        "substance": "cocaine",
        "quantities": [
            {"kg": 2000, "basis": "estimated", "by": COAST_GUARD},
            {"kg": 1690, "basis": "gross", "by": CUSTOMS},
        ],
        "credit": [COAST_GUARD, CUSTOMS],
        "note": INVENTED,
    }
