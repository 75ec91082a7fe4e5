"""The ledger: how long it is, who countersigned it, and a button that reads all of it."""

from typing import Any

from litestar import Response

from haemaru.web import shapes
from haemaru.web.console import Console
from haemaru.web.routes import Here, Reader, shows, takes
from haemaru.web.visits import Visit

LISTED = 50


@shows("/ledger")
def ledger(console: Here, visit: Reader) -> Response[Any]:
    """State and newest entries."""
    return _page(console, visit, None)


@takes("/ledger/verify")
def verify(console: Here, visit: Reader) -> Response[Any]:
    """Reads every entry, body, salt, checkpoint and countersignature, and shows the verdict."""
    return _page(console, visit, dict(console.order(visit, "ledger.verify")))


def _page(console: Console, visit: Visit, verdict: dict[str, Any] | None) -> Response[Any]:
    rows = console.reading.many(console.desk.entries(LISTED), shapes.EntryRow, "entries")
    histories = console.reading.one(console.desk.histories(), shapes.Histories, "histories")
    return console.page(visit, "ledger", rows=rows, verdict=verdict, histories=histories)


ROUTES = (ledger, verify)
