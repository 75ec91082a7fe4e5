"""What the Okgye story needs beside papers: dog teams, the call for two of them, and the course held afterwards.

Dogs and handlers are invented. A handler is a reference, not a name; the name beside it stays with the owner.
"""

from datetime import datetime, timedelta
from typing import Any

from haemaru.clock import format_time
from haemaru.resources import Need, team_json
from haemaru.scenarios.okgye_cast import COAST_GUARD, CUSTOMS
from haemaru.scenarios.papers import INVENTED, Desk

DOG = "k9.narcotics"

_TEAMS = (
    # id, dog, handler's name, base, substances, days that the certificate still holds
    ("kcs-dog-1", "누리 / Nuri", "한가람 (가상) / Han Garam (invented)", "KRTGH", ("cocaine", "methamphetamine"), 200),
    ("kcs-dog-2", "보라 / Bora", "서다온 (가상) / Seo Daon (invented)", "KRTGH", ("cocaine", "ketamine"), 91),
    ("kcs-dog-3", "해나 / Haena", "윤슬기 (가상) / Yun Seulgi (invented)", "KRPUS", ("cocaine", "cannabis"), 150),
    ("kcs-dog-4", "단비 / Danbi", "문새벽 (가상) / Mun Saebyeok (invented)", "KRTGH", ("cocaine",), -3),
    ("kcs-dog-5", "가온 / Gaon", "오름해 (가상) / Oh Reumhae (invented)", "KRINC", ("cannabis",), 300),
)


def team_papers(desk: Desk, now: datetime) -> tuple[dict[str, Any], ...]:
    """The dog teams of customs as its own records; no clause names the kind `resources.team`, so they never leave.

    Each body is a team as `resources.read_team` reads it; one certificate has just run out.
    """
    teams = [_team(now, *row) for row in _TEAMS]
    return tuple(desk.record("resources.team", {"type": "team", "id": team["id"]}, now, team) for team in teams)


def _team(
    now: datetime, team: str, dog: str, name: str, base: str, substances: tuple[str, ...], days: int
) -> dict[str, Any]:
    handler = f"{team}-handler"
    until = (now + timedelta(days=days)).replace(microsecond=0)
    certificate = {
        "id": f"{team}-certificate",
        "holder": team,
        "capability": DOG,
        "issued": format_time(until - timedelta(days=365)),
        "until": format_time(until),
        "issuer": CUSTOMS,
        "substances": list(substances),
        "handler": handler,
    }
    known = {"id": team, "owner": CUSTOMS, "handler": handler, "base": base, "capabilities": [DOG], "boarding_ok": True}
    return {**known, "certificates": [certificate], "dog": dog, "handler_name": name}


def needs(eta: datetime) -> tuple[dict[str, Any], ...]:
    """Two dog teams trained on cocaine at the berth, from an hour before the ship is due until eight hours after."""
    need = Need(
        capability=DOG,
        since=format_time(eta - timedelta(hours=1)),
        until=format_time(eta + timedelta(hours=8)),
        substances=("cocaine",),
        place="KROKK",
        boarding=True,
    )
    return (team_json(need), team_json(need))


def session(now: datetime) -> dict[str, Any]:
    """The course that customs publishes once the search is over, as `training.SessionPlan` reads it."""
    since = (now + timedelta(days=21)).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "course": "bulk-carrier-search",
        "title_ko": "벌크선 은닉 공간 수색 과정 (가상)",
        "title_en": "Searching the hidden spaces of a bulk carrier (invented)",
        "place": "KRTGH",
        "since": format_time(since),
        "until": format_time(since + timedelta(days=2)),
        "seats": 6,
        "quotas": {COAST_GUARD: 3, CUSTOMS: 3},
        "release_at": format_time(since - timedelta(days=7)),
        "prerequisites": ["boarding_safety"],
        "note": INVENTED,
    }


def seats() -> tuple[dict[str, Any], ...]:
    """The two officers of the coast guard who take a seat: the reference that travels, and the name that stays."""
    people = (
        ("kcg-officer-17", "강나래 (가상) / Kang Narae (invented)"),
        ("kcg-officer-22", "임하늘 (가상) / Im Haneul (invented)"),
    )
    return tuple({"person": person, "name": name, "competencies": ["boarding_safety"]} for person, name in people)
