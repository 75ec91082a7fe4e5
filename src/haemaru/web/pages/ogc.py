"""OGC API - Features (part 1, core, GeoJSON): the picture for chart programs of the own agency, read with an account.

The shapes are those of OGC 17-069r4: landing page, conformance, collections, items with `bbox`, `datetime`, `limit` and
`offset`, and single items. A program signs in by HTTP Basic; a browser that is signed in needs nothing more.
"""

from typing import Any

from litestar import Response

from haemaru.clock import format_time, to_ms
from haemaru.surveillance.features import Feature, collection
from haemaru.values.instant import parse_time
from haemaru.web.routes import Here, InPath, Reader, shows
from haemaru.web.visits import AnyRequest, Visit
from haemaru.wording import Fault, say

_OPT = {"basic": True}
_GEOJSON = "application/geo+json"
_OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_CONFORMS = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" for part in ("core", "geojson", "oas30")
)
LIMIT, MOST = 100, 10_000
NAMES = ("vessels", "tracks", "contacts", "findings", "ports", "zones")


@shows("/ogc", opt=_OPT)
def landing(request: AnyRequest, visit: Reader) -> dict[str, Any]:
    """The landing page."""
    links = [
        _link(request, "", "self"),
        _link(request, "/api", "service-desc", _OPENAPI),
        _link(request, "/conformance", "conformance"),
        _link(request, "/collections", "data"),
    ]
    return {"title": "Haemaru", "description": say("web.ogc.about", visit.lang), "links": links}


@shows("/ogc/conformance", opt=_OPT)
def conformance() -> dict[str, Any]:
    """What of the standard is kept."""
    return {"conformsTo": list(_CONFORMS)}


@shows("/ogc/api", opt=_OPT)
def description(request: AnyRequest) -> Response[Any]:
    """The OpenAPI document of these pages."""
    answer = {"200": {"description": "as OGC 17-069r4 says"}}
    paths = {
        path: {"get": {"responses": answer, "parameters": parameters}}
        for path, parameters in (
            ("/", []),
            ("/conformance", []),
            ("/collections", []),
            ("/collections/{collection}", [_IN_PATH]),
            ("/collections/{collection}/items", [_IN_PATH, *_QUERY]),
            ("/collections/{collection}/items/{item}", [_IN_PATH, {**_IN_PATH, "name": "item"}]),
        )
    }
    about = {"title": "Haemaru features", "version": "1"}
    body = {"openapi": "3.0.3", "info": about, "servers": [{"url": _address(request)}], "paths": paths}
    return Response(body, media_type=_OPENAPI)


@shows("/ogc/collections", opt=_OPT)
def collections(request: AnyRequest, visit: Reader) -> dict[str, Any]:
    """What can be read."""
    listed = [_about(request, visit, name) for name in NAMES]
    return {"collections": listed, "links": [_link(request, "/collections", "self")]}


@shows("/ogc/collections/{name:str}", opt=_OPT)
def one_collection(request: AnyRequest, visit: Reader, name: InPath) -> dict[str, Any]:
    """What one collection holds."""
    return _about(request, visit, _known(name))


@shows("/ogc/collections/{name:str}/items", opt=_OPT)
def items(request: AnyRequest, console: Here, visit: Reader, name: InPath) -> Response[Any]:
    """The features in a box and a span of time, a page of them."""
    found = [each for each in console.desk.features(_known(name)) if _inside(each, visit) and _during(each, visit)]
    limit = min(max(1, _number(visit, "limit", LIMIT)), MOST)
    offset = _number(visit, "offset", 0)
    links = [_link(request, f"/collections/{name}/items", "self", _GEOJSON)]
    if offset + limit < len(found):
        after = visit.link(offset=str(offset + limit), limit=str(limit)).partition("?")[2]
        links.append(_link(request, f"/collections/{name}/items?{after}", "next", _GEOJSON))
    page = found[offset : offset + limit]
    told = {"numberMatched": len(found), "numberReturned": len(page), "timeStamp": format_time(console.clock.now())}
    return Response(collection(page, **told, links=links), media_type=_GEOJSON)


@shows("/ogc/collections/{name:str}/items/{item:str}", opt=_OPT)
def one_item(request: AnyRequest, console: Here, name: InPath, item: InPath) -> Response[Any]:
    """One feature by its id."""
    found = next((each for each in console.desk.features(_known(name)) if each.id == item), None)
    if found is None:
        raise Fault("web_not_found", item[:120])
    links = [_link(request, f"/collections/{name}/items/{item}", "self", _GEOJSON)]
    links.append(_link(request, f"/collections/{name}", "collection"))
    return Response({**found.as_geojson(), "links": links}, media_type=_GEOJSON)


def _known(name: str) -> str:
    if name not in NAMES:
        raise Fault("web_not_found", name[:120])
    return name


def _about(request: AnyRequest, visit: Visit, name: str) -> dict[str, Any]:
    links = [
        _link(request, f"/collections/{name}", "self"),
        _link(request, f"/collections/{name}/items", "items", _GEOJSON),
    ]
    told = {"id": name, "title": say(f"web.ogc.{name}", visit.lang), "itemType": "feature", "crs": [_CRS84]}
    return {**told, "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]], "crs": _CRS84}}, "links": links}


def _address(request: AnyRequest) -> str:
    return str(request.base_url).rstrip("/") + "/ogc"


def _link(request: AnyRequest, path: str, rel: str, kind: str = "application/json") -> dict[str, str]:
    return {"href": _address(request) + path, "rel": rel, "type": kind}


def _number(visit: Visit, name: str, fallback: int) -> int:
    text = visit.asked(name)
    if not text:
        return fallback
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Fault("web_ogc_parameter", name, text=text[:60])
    return int(text)


def _inside(feature: Feature, visit: Visit) -> bool:
    """Whether a corner of the feature lies in the box asked for; a box may cross the antimeridian."""
    text = visit.asked("bbox")
    if not text:
        return True
    try:
        numbers = [float(part) for part in text.split(",")]
        west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    except ValueError:
        raise Fault("web_ogc_parameter", "bbox", text=text[:60]) from None
    points = list(feature.points())
    low, high = min(lat for _, lat in points), max(lat for _, lat in points)
    first, last = min(lon for lon, _ in points), max(lon for lon, _ in points)
    if high < south or low > north:
        return False
    return (first <= east and last >= west) if west <= east else (last >= west or first <= east)


def _during(feature: Feature, visit: Visit) -> bool:
    text = visit.asked("datetime")
    if not text or feature.since_ms is None or feature.until_ms is None:
        return True
    begin, slash, end = text.partition("/")
    since = None if begin in ("", "..") else to_ms(parse_time(begin, "datetime"))
    until = since if not slash else None if end in ("", "..") else to_ms(parse_time(end, "datetime"))
    return (since is None or feature.until_ms >= since) and (until is None or feature.since_ms <= until)


_TEXT = {"type": "string"}
_IN_PATH = {"name": "collection", "in": "path", "required": True, "schema": _TEXT}
_QUERY = (
    {"name": "bbox", "in": "query", "schema": _TEXT},
    {"name": "datetime", "in": "query", "schema": _TEXT},
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}},
    {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
)

ROUTES = (landing, conformance, description, collections, one_collection, items, one_item)
