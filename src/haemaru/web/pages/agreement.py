"""The agreement, readable: article by article, clause by clause, in the reader's language."""

from typing import Any

from litestar import Response

from haemaru.web.routes import Here, Reader, shows


@shows("/agreement")
def agreement(console: Here, visit: Reader) -> Response[Any]:
    """The whole text; an empty page says how to adopt one."""
    return console.page(visit, "agreement", agreement=console.reading.agreement())


ROUTES = (agreement,)
