"""Tips: the form that takes a minute while the caller is still on the line, and the tips taken so far."""

from typing import Any

from litestar import Response

from haemaru.web import moments, shapes
from haemaru.web.console import back
from haemaru.web.routes import Form, Here, Reader, shows, takes
from haemaru.wording import Fault

ASKED = ("caller", "vessel_name", "ship_type", "port", "last_port", "area", "cargo", "heard_at")


@shows("/tips")
def tips(console: Here, visit: Reader) -> Response[Any]:
    """The form above, the list below."""
    rows = console.reading.many(console.desk.tips(), shapes.TipRow, "tips")
    return console.page(visit, "tips", rows=rows, given={}, asked=ASKED)


@takes("/tips")
def take(console: Here, visit: Reader, form: Form) -> Response[Any]:
    """Takes a tip and goes to the case that it opened."""
    if not form.get("text"):
        raise Fault("web_field_missing", "text")
    form = moments.told(form, "heard_at")
    given = {name: form[name] for name in ASKED if form.get(name)}
    answer = console.order(visit, "operations.tip", text=form["text"], **given)
    return back(f"/cases/{answer['case']}", "tip")


ROUTES = (tips, take)
