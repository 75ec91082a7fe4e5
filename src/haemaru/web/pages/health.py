"""Health of the node: its feed, its links, its machine, and every count of what was refused or quarantined."""

from typing import Any

from litestar import Response

from haemaru.web.console import Console
from haemaru.web.routes import shows
from haemaru.web.visits import Visit


@shows("/health")
def health(console: Console, visit: Visit) -> Response[Any]:
    """All counts on one page."""
    return console.page(visit, "health")


ROUTES = (health,)
