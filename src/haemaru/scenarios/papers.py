"""Papers of an invented world: records as each party holds them, about its own ships.

Every name of a person is invented; nationalities are the codes that ISO 3166 leaves to users (XA, XB ...), because no
real country belongs in an invented crew list.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from haemaru.clock import FakeClock, Ids, format_time, to_ms
from haemaru.scenarios.ships import Ship

INVENTED = "invented data; demonstration only"

PORTS: dict[str, str] = {
    "KROKK": "Okgye", "KRTGH": "Donghae", "KRTJI": "Dangjin", "KRPUS": "Busan", "KRUSN": "Ulsan", "KRKPO": "Pohang",
    "KRKAN": "Gwangyang", "KRINC": "Incheon", "CNZAP": "Zhapu", "CNZJG": "Zhangjiagang", "PABLB": "Balboa",
    "PECLL": "Callao", "SGSIN": "Singapore", "CNSHA": "Shanghai", "CNTAO": "Qingdao", "JPHKT": "Hakata",
    "RUVVO": "Vladivostok",
}  # fmt: skip


_SENSORS = {"VTS": "radar A", "coastal radar": "radar B", "aircraft": "camera"}


@dataclass(slots=True)
class Desk:
    """One party's desk: writes records of its own, each with a name that is the same for the same seed."""

    party: str
    ids: Ids
    level: str = "restricted"

    @classmethod
    def seeded(cls, party: str, seed: int, now: datetime) -> "Desk":
        """A desk whose record names follow from party, seed and time."""
        return cls(party, Ids(FakeClock(now), random.Random(f"{party}:{seed}")))  # noqa: S311 - no secret

    def record(
        self,
        kind: str,
        subject: dict[str, Any],
        at: datetime,
        body: dict[str, Any],
        *,
        level: str | None = None,
        caveats: Sequence[str] = (),
    ) -> dict[str, Any]:
        """A record of this party, marked as invented."""
        return {
            "rid": self.ids.new(),
            "kind": kind,
            "subject": dict(subject),
            "event_time": format_time(at.replace(microsecond=0)),
            "handling": {"level": level or self.level, "caveats": list(caveats)},
            "origin": self.party,
            "body": {**body, "note": INVENTED},
        }


def port_call(port: str, arrived: datetime, departed: datetime | None, source: str, **more: object) -> dict[str, Any]:
    """The body of a port call, as declared by the ship or as observed from the shore."""
    times = {"arrived": format_time(arrived), "departed": format_time(departed) if departed else None}
    return {"port": port, "port_name": PORTS[port], **times, "source": source, **more}


def sighting(ship: Ship, at: datetime, platform: str, what: str, **more: object) -> dict[str, Any]:
    """The body of a sighting of a ship where it was at that moment."""
    place = ship.motion.place(to_ms(at))
    spot = {"lat": round(place.lat, 4), "lon": round(place.lon, 4), "sensor": _SENSORS.get(platform, "eye")}
    return {"platform": platform, **spot, "what": what, "at": format_time(at.replace(microsecond=0)), **more}


def background_papers(desk: Desk, ships: Sequence[Ship], now: datetime, source: random.Random) -> list[dict[str, Any]]:
    """What a party happens to hold about ships that have nothing to do with the story."""
    records = []
    for ship in ships:
        if desk.party == "kcg":
            records.extend(_seen(desk, ship, now, source))
        elif ship.imo is not None:
            records.extend(_declared(desk, ship, now, source))
    return records


def _seen(desk: Desk, ship: Ship, now: datetime, source: random.Random) -> list[dict[str, Any]]:
    if source.random() > 0.5:
        return []
    at = now - timedelta(hours=source.uniform(3, 1400))
    platform = source.choice(("patrol vessel", "aircraft", "VTS", "coastal radar"))
    level = "confidential" if ship.vessel_class in ("military", "law_enforcement") else None
    what = source.choice(("passing", "at anchor", "fishing gear out", "course and speed normal"))
    body = sighting(ship, at, platform, what, night=source.random() < 0.4, photos=source.randint(0, 3))
    return [desk.record("surveillance.sighting", ship.subject(), at, body, level=level)]


def _declared(desk: Desk, ship: Ship, now: datetime, source: random.Random) -> list[dict[str, Any]]:
    records = []
    if source.random() < 0.7:
        arrived = now - timedelta(hours=source.uniform(30, 1600))
        departed = min(arrived + timedelta(hours=source.uniform(8, 60)), now - timedelta(hours=6))
        before, port, after = source.sample(sorted(PORTS), 3)
        body = port_call(
            port, arrived, departed, "declared", berth=f"berth {source.randint(1, 9)}", previous_port=before,
            next_port=after, purpose="cargo", agent="Invented Shipping Agency",
        )  # fmt: skip
        records.append(desk.record("surveillance.port_call", ship.subject(), arrived, body))
    if source.random() < 0.25:
        at = now - timedelta(hours=source.uniform(48, 4000))
        body = {
            "port": "KRPUS", "place": "berth", "nature": "administrative", "spaces": ["accommodation", "stores"],
            "method": ["search by hand"], "result": "nothing_found", "officers": source.randint(3, 8),
        }  # fmt: skip
        records.append(desk.record("surveillance.inspection", ship.subject(), at, body))
    return records
