"""The sea tonight: what both agencies together do not see, and the form for what somebody saw."""

from typing import Any

from litestar import Response

from haemaru.web import moments, shapes
from haemaru.web.console import back
from haemaru.web.routes import Form, Here, Reader, shows, takes
from haemaru.wording import Fault

PLATFORMS = ("patrol", "beach", "aircraft", "camera", "caller")
ASKED = ("platform", "what", "at", "place", "lat", "lon", "distance_m", "vessel_name", "mmsi")


@shows("/sea")
def sea(console: Here, visit: Reader) -> Response[Any]:
    """Coverage above, the form below."""
    cover = console.reading.one(console.desk.coverage(), shapes.Cover, "coverage")
    return console.page(visit, "sea", cover=cover, platforms=PLATFORMS)


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


ROUTES = (sea, sight)
