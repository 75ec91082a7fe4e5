"""Records: search, and one record with the reason for every field that is shown and every field that is not."""

from typing import Any

from litestar import Response

from haemaru.web import shapes, typed
from haemaru.web.console import back
from haemaru.web.routes import Form, Here, InPath, Reader, shows, takes
from haemaru.wording import Fault

FILTERS = ("text", "kind", "origin", "state")
STATES = ("held", "kept", "retracted", "expired", "quarantined")
LISTED = 200


@shows("/records")
def records(console: Here, visit: Reader) -> Response[Any]:
    """The list, filtered as asked."""
    asked = {name: value for name in FILTERS if (value := visit.asked(name))}
    rows = console.reading.many(console.desk.records({**asked, "limit": LISTED}), shapes.RecordRow, "records")
    return console.page(visit, "records", rows=rows, asked=asked, states=STATES, listed=LISTED)


@shows("/records/{rid:str}")
def record(console: Here, visit: Reader, rid: InPath) -> Response[Any]:
    """One record. From a partner: why we see each field, and why others stayed there. Our own: what would leave."""
    found = console.reading.one(console.desk.record(rid), shapes.Record, rid)
    return console.page(visit, "record", record=found, clauses=console.clauses())


@takes("/records/{rid:str}/correct")
def correct(console: Here, visit: Reader, rid: InPath, form: Form) -> Response[Any]:
    """Replaces the body of our own record, here and at every partner that has it."""
    if not form.get("body"):
        raise Fault("web_field_missing", "body")
    answer = console.order(visit, "records.correct", rid=rid, body=typed.json_object(form["body"], "body"))
    return back(f"/records/{rid}", "corrected" if answer.get("receivers") else "corrected_here")


@takes("/records/{rid:str}/retract")
def retract(console: Here, visit: Reader, rid: InPath, form: Form) -> Response[Any]:
    """Takes our own record back, here and from every partner that has it."""
    if not form.get("reason"):
        raise Fault("web_field_missing", "reason")
    answer = console.order(visit, "records.retract", rid=rid, reason=form["reason"])
    return back(f"/records/{rid}", "retracted" if answer.get("receivers") else "retracted_here")


ROUTES = (records, record, correct, retract)
