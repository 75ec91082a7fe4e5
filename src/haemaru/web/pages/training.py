"""Training: sessions of both agencies, and the seats that our people have in them."""

from typing import Any

from litestar import Response

from haemaru.web import shapes
from haemaru.web.console import back
from haemaru.web.routes import Form, Here, InPath, Reader, shows, takes
from haemaru.wording import Fault


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
    console.order(visit, "training.apply", session=session, person=form["person"])
    return back("/training", "applied")


ROUTES = (training, apply)
