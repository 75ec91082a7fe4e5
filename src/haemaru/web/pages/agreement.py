"""Each agreement, readable: article by article, clause by clause, in the reader's language."""

from typing import Any

from litestar import Response

from haemaru.web import shapes
from haemaru.web.routes import Here, InPath, Reader, shows


@shows("/agreement")
def agreement(console: Here, visit: Reader) -> Response[Any]:
    """The whole text of each; an empty page says how to adopt one."""
    return console.page(visit, "agreement", agreements=console.reading.agreements())


@shows("/agreement/{name:str}")
def clause(console: Here, visit: Reader, name: InPath) -> Response[Any]:
    """One clause and what it did at this node: released, withheld, referred, and how it kept its promise."""
    deeds = console.reading.one(console.desk.clause(name, visit.asked("of")), shapes.ClauseDeeds, f"clause {name}")
    return console.page(visit, "clause", deeds=deeds, clauses=console.clauses())


ROUTES = (agreement, clause)
