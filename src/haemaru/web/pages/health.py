"""Health of the node: its feed, its links, its machine, and every count of what was refused or quarantined."""

from typing import Any

from litestar import Response

from haemaru.web.routes import Here, Reader, shows


@shows("/health")
def health(console: Here, visit: Reader) -> Response[Any]:
    """All counts on one page."""
    return console.page(visit, "health")


ROUTES = (health,)
