"""Training: sessions of both agencies, and the seats that our people have in them."""

from typing import Any

from litestar import Response

from haemaru.web import shapes
from haemaru.web.console import back
from haemaru.web.routes import Form, Here, InPath, Reader, shows, takes
from haemaru.wording import Fault

HAS = "has."


@shows("/training")
def training(console: Here, visit: Reader) -> Response[Any]:
    """The sessions, next one first."""
    rows = console.reading.many(console.desk.sessions(), shapes.Session, "sessions")
    return console.page(visit, "training", rows=rows, clauses=console.clauses())


@takes("/training/{session:str}")
def apply(
    console: Here,
    visit: Reader,
    session: InPath,
    form: Form,
) -> Response[Any]:
    """Applies for a seat for one of our people."""
    if not form.get("person"):
        raise Fault("web_field_missing", "person")
    # One box for each thing that the session asks for beforehand; only ticked ones are sent.
    has = sorted(name.removeprefix(HAS) for name, value in form.items() if name.startswith(HAS) and value)
    console.order(visit, "training.apply", session=session, person=form["person"], competencies=has)
    return back("/training", "applied")


ROUTES = (training, apply)
