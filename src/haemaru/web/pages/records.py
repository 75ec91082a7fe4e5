"""Records: search, and one record with the reason for every field that is shown and every field that is not."""

from typing import Any

from litestar import Response

from haemaru.web import shapes
from haemaru.web.routes import Here, InPath, Reader, shows

FILTERS = ("text", "kind", "origin", "state")
STATES = ("held", "retracted", "expired", "quarantined")
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


ROUTES = (records, record)
