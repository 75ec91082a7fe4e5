"""The sea tonight: what was found on it, what both agencies together do not see, and the form for what somebody saw."""

from typing import Any

from litestar import Response

from haemaru.surveillance.detection.rules import RULES
from haemaru.surveillance.features import collection
from haemaru.surveillance.watch_coverage import corners_of
from haemaru.web import measures, moments, render, shapes
from haemaru.web.console import Console, back
from haemaru.web.routes import Form, Here, InPath, Reader, shows, takes
from haemaru.wording import Fault

PLATFORMS = ("patrol", "beach", "aircraft", "camera", "caller")
ASKED = ("platform", "what", "at", "place", "lat", "lon", "distance_m", "vessel_name", "mmsi")
LISTED = 200
_GEOJSON = "application/geo+json"


@shows("/sea")
def sea(console: Here, visit: Reader) -> Response[Any]:
    """Findings above, alerts first; coverage and the form below."""
    cover = console.reading.one(console.desk.coverage(), shapes.Cover, "coverage")
    found = _findings(console)
    asked = {name: visit.asked(name)[:100] for name in ("rule", "ship", "state")}
    rows = [row for row in found.findings if _fits(row, **asked)]
    return console.page(
        visit,
        "sea",
        cover=cover,
        platforms=PLATFORMS,
        found=found,
        rows=rows[:LISTED],
        fitting=len(rows),
        asked=asked,
        rules=RULES,
        sign=measures.sign,
        worth=measures.worth,
    )


def _findings(console: Console) -> shapes.Findings:
    return console.reading.one(console.desk.findings(), shapes.Findings, "findings")


def _fits(row: shapes.FindingRow, rule: str, ship: str, state: str) -> bool:
    wanted = ship.strip().casefold()
    named = any(wanted in f"{each.mmsi} {each.name}".casefold() for each in row.ships)
    return (not rule or row.rule == rule) and (not state or row.state == state) and (not wanted or named)


@shows("/sea/news")
def news(console: Here, visit: Reader) -> Response[Any]:
    """How many findings are new or changed since those that the page shows: told, never pushed under the reader."""
    known = visit.asked("entry")
    since = int(known) if known.isascii() and known.isdigit() and len(known) < 16 else -1
    fresh = sum(row.entry > since for row in _findings(console).findings)
    return console.bare(visit, "parts/sea_news.html", fresh=fresh)


@shows("/sea/findings/{rid:str}")
def finding(console: Here, visit: Reader, rid: InPath) -> Response[Any]:
    """One finding explained: its rule, its rows, every version, and who told it under which clause."""
    found = console.reading.one(console.desk.finding(rid), shapes.Finding, rid[:120])
    return console.page(
        visit, "finding", finding=found, clauses=console.clauses(), measure=measures.measure, worth=measures.worth,
        sign=measures.sign,
    )  # fmt: skip


@shows("/sea/findings.json")
def findings_json(console: Here, visit: Reader) -> Response[Any]:
    """The findings of the last day for the map: GeoJSON, each with its sign, its words and its page."""
    features = console.desk.features("findings")
    drawn = collection(features)
    for each in drawn["features"]:
        told = each["properties"]
        told["sign"] = measures.sign(told.get("rule", ""))
        told["title"] = render.word(visit.lang, "rule", told.get("rule", ""))
        told["page"] = f"/sea/findings/{each['id']}"
    return Response(drawn, media_type=_GEOJSON)


@shows("/sea/coverage.json")
def coverage_json(console: Here) -> Response[Any]:
    """The cells that nobody covers in the hours ahead, for the map: GeoJSON, with how many hours each is blind."""
    cover = console.reading.one(console.desk.coverage(), shapes.Cover, "coverage")
    cells = [
        {
            "type": "Feature",
            "properties": {"hours": len(spot.hours), "of": cover.hours},
            "geometry": {"type": "Polygon", "coordinates": [corners_of(spot.cell)]},
        }
        for spot in cover.blind
        if spot.cell >= 0
    ]
    return Response({"type": "FeatureCollection", "features": cells}, media_type=_GEOJSON)


@takes("/sea")
def sight(console: Here, visit: Reader, form: Form) -> Response[Any]:
    """Takes a sighting and goes to its record."""
    for name in ("platform", "what"):
        if not form.get(name):
            raise Fault("web_field_missing", name)
    form = moments.told(form, "at")
    given = {name: form[name] for name in ASKED if form.get(name)}
    answer = console.order(visit, "surveillance.sight", **given)
    return back(f"/records/{answer['rid']}", "sighting")


ROUTES = (sea, news, finding, findings_json, coverage_json, sight)
