"""What the two agencies hold about the ship of the Okgye story before the telephone rings, and what they write later.

The halves only make sense together: the coast guard saw a launch alongside at night and knows of a stop off Peru, the
customs service knows who signed off at Dangjin and what was declared. Where the two contradict each other, they do so
on purpose (arrival times, quantities): both claims are kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from haemaru.clock import format_time
from haemaru.intelligence import correct
from haemaru.scenarios.papers import INVENTED, Desk, port_call, sighting
from haemaru.scenarios.ships import Ship
from haemaru.scenarios.world import Correction

CREW_OFF = (
    ("Aurel Quinby (invented)", "able seaman", "XA"),
    ("Tobias Marrow (invented)", "able seaman", "XA"),
    ("Ilan Verrall (invented)", "oiler", "XB"),
    ("Milo Castane (invented)", "bosun", "XC"),
)
CREW_ON = (
    ("Pell Okander (invented)", "able seaman", "XB"),
    ("Rune Sallow (invented)", "able seaman", "XD"),
    ("Davin Thorne (invented)", "oiler", "XD"),
    ("Emre Lindqvar (invented)", "bosun", "XC"),
)


@dataclass(frozen=True, slots=True)
class Dates:
    """When the story's earlier chapters happened, counted back from the arrival."""

    loaded: datetime  # off the coast of Peru
    dangjin_in: datetime
    dangjin_out: datetime
    zhangjiagang: datetime
    zhapu_out: datetime
    hull_checked: datetime

    @classmethod
    def before(cls, eta: datetime) -> "Dates":
        """The dates that lead to an arrival at `eta`."""
        days = [timedelta(days=d) for d in (53, 12.4, 10.1, 6.0, 2.0, 410)]
        return cls(*(eta - d for d in days))


def coast_guard_papers(desk: Desk, ship: Ship, eta: datetime) -> list[dict[str, Any]]:
    """What the coast guard holds about the ship."""
    dates, subject = Dates.before(eta), ship.subject()
    stop = {
        "platform": "partner AIS history", "lat": -12.62, "lon": -77.86,
        "what": "stopped 3 h at sea, 30 miles off Peru",
        "at": format_time(dates.loaded), "night": True, "photos": 0,
    }  # fmt: skip
    launch = {
        "platform": "patrol vessel", "place": "Dangjin anchorage", "lat": 37.12, "lon": 126.44,
        "what": "launch without lights alongside for 20 min", "at": format_time(dates.dangjin_in + timedelta(hours=19)),
        "distance_m": 90, "night": True, "photos": 2,
    }  # fmt: skip
    hull = {
        "port": "KRKAN", "place": "anchorage", "nature": "administrative", "spaces": ["sea chests", "hull bottom"],
        "method": ["divers", "underwater drone"], "result": "nothing_found", "officers": 11,
    }  # fmt: skip
    observed = port_call(
        "KRTJI", dates.dangjin_in - timedelta(hours=2, minutes=30), dates.dangjin_out, "observed", berth="anchorage 3"
    )
    # Marked as part of a covert measure: the partner must not learn that it exists.
    covert = sighting(ship, eta - timedelta(hours=20), "aircraft", "followed on orders of the prosecution", photos=4)
    lookout = sighting(
        ship, eta - timedelta(hours=26), "VTS", "in the lane, course and speed normal", night=True, photos=0
    )
    return [
        desk.record("surveillance.sighting", subject, dates.loaded, stop, caveats=("third_party",)),
        desk.record("surveillance.sighting", subject, dates.dangjin_in + timedelta(hours=19), launch),
        desk.record("surveillance.inspection", subject, dates.hull_checked, hull),
        desk.record("surveillance.port_call", subject, dates.dangjin_in, observed),
        desk.record("surveillance.sighting", subject, eta - timedelta(hours=26), lookout),
        desk.record("surveillance.sighting", subject, eta - timedelta(hours=20), covert, caveats=("covert_measure",)),
    ]


def customs_papers(desk: Desk, ship: Ship, eta: datetime) -> list[dict[str, Any]]:
    """What the customs service holds about the ship."""
    dates, subject = Dates.before(eta), ship.subject()
    calls = (
        ("PECLL", dates.loaded - timedelta(days=3), dates.loaded - timedelta(hours=9), "PECLL", "PABLB"),
        ("PABLB", dates.loaded + timedelta(days=5), dates.loaded + timedelta(days=6), "PECLL", "KRTJI"),
        ("KRTJI", dates.dangjin_in, dates.dangjin_out, "PABLB", "CNZJG"),
        ("CNZJG", dates.zhangjiagang, dates.zhangjiagang + timedelta(days=2), "KRTJI", "CNZAP"),
        ("CNZAP", dates.zhapu_out - timedelta(days=1.2), dates.zhapu_out, "CNZJG", "KROKK"),
    )
    records = [
        desk.record(
            "surveillance.port_call",
            subject,
            arrived,
            port_call(
                port, arrived, departed, "declared", previous_port=before, next_port=after, purpose="cargo",
                agent="Invented Shipping Agency",
            ),
        )
        for port, arrived, departed, before, after in calls
    ]  # fmt: skip
    crew_at, search_at = dates.dangjin_out - timedelta(hours=5), dates.dangjin_in + timedelta(hours=7)
    crew = {"port": "KRTJI", "aboard": 20, "at": format_time(crew_at), "changes": _changes(crew_at)}
    search = {
        "port": "KRTJI", "place": "berth", "nature": "administrative", "spaces": ["accommodation", "stores", "galley"],
        "method": ["search by hand"], "result": "nothing_found", "officers": 5,
    }  # fmt: skip
    records.append(desk.record("surveillance.crew_change", subject, crew_at, crew))
    records.append(desk.record("surveillance.inspection", subject, search_at, search))
    records.extend(_clearance(desk, subject, dates, eta))
    return records


def _changes(at: datetime) -> list[dict[str, Any]]:
    rows = [(person, "sign_off") for person in CREW_OFF] + [(person, "sign_on") for person in CREW_ON]
    return [
        {
            "name": name, "rank": rank, "nationality": nationality, "document": f"INVENTED-{1040 + number}",
            "change": change, "at": format_time(at),
        }
        for number, ((name, rank, nationality), change) in enumerate(rows)
    ]  # fmt: skip


def _clearance(desk: Desk, subject: dict[str, Any], dates: Dates, eta: datetime) -> list[dict[str, Any]]:
    inbound = {
        "declaration": "INVENTED-2604-0117", "declared_at": format_time(eta - timedelta(hours=30)), "port": "KROKK",
        "cargo": [
            {
                "description": "cement clinker", "hs": "252310", "gross_kg": 30_500_000, "unit_price": 41,
                "shipper": "Invented Minerals Trading", "consignee": "Invented Cement, Okgye works",
            }
        ],
        "last_ports": ["PECLL", "PABLB", "KRTJI", "CNZJG", "CNZAP"], "amount": 1_250_500,
        "stores": ["paint 400 l", "lubricating oil 2,000 l"],
    }  # fmt: skip
    stores = {
        "declaration": "INVENTED-2603-0882", "declared_at": format_time(dates.dangjin_in), "port": "KRTJI",
        "cargo": [],
        "last_ports": ["PECLL", "PABLB"],
        "stores": ["mooring rope 220 m, unopened", "ring buoys 14", "self-igniting lights 12"],
    }  # fmt: skip
    return [
        desk.record("customs.clearance", subject, eta - timedelta(hours=30), inbound, level="confidential"),
        desk.record("customs.clearance", subject, dates.dangjin_in, stores, level="confidential"),
    ]


def reports(coast_guard: Desk, customs: Desk, ship: Ship, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """The two graded reports of the story: the coast guard's on the load, the customs service's on the route."""
    load = report_body(
        "Load reported by a partner service", "about one tonne of cocaine, taken over at sea off Peru", "B2"
    )
    load["quantity"] = {"kg": 1000, "basis": "estimated"}
    route = report_body("Route and crew", "source-region call, then four of the crew signed off at Dangjin", "B2")
    return (
        coast_guard.record("intelligence.report", ship.subject(), now - timedelta(minutes=20), load),
        customs.record("intelligence.report", ship.subject(), now - timedelta(days=8), route),
    )


def correction(load: dict[str, Any], at: datetime) -> Correction:
    """The coast guard's report put right once the partner service had counted again: two tonnes, a better grade."""
    changes = {
        "text": "about two tonnes of cocaine in 56 sacks, in a cofferdam behind the engine room",
        "quantity": {"kg": 2000, "basis": "estimated"},
        "grade": {"scheme": "admiralty", "code": "B1"},
    }
    why = "the partner service counted again"
    return Correction(load["rid"], load["origin"], at, changes, why, correct(load, changes, why, at))


def report_body(title: str, text: str, grade: str) -> dict[str, Any]:
    """The body of an intelligence report, graded in the Admiralty scheme."""
    return {"title": title, "text": text, "grade": {"scheme": "admiralty", "code": grade}, "note": INVENTED}
