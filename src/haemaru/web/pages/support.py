"""Support: dog teams, devices, boats and divers asked for, offered, committed by their owner, deployed, returned."""

from typing import Any

from litestar import Response

from haemaru.web import moments, shapes
from haemaru.web.console import back
from haemaru.web.routes import Form, Here, InPath, Reader, shows, takes
from haemaru.wording import Fault

CAPABILITIES = (
    "k9.narcotics",
    "device.ion_scanner",
    "divers.hull",
    "drone.underwater",
    "boat.patrol",
    "xray.vehicle",
)


@shows("/support")
def support(console: Here, visit: Reader) -> Response[Any]:
    """What is asked for and what is lent, each with the steps that are ours to take."""
    rows = console.reading.many(console.desk.supports(), shapes.Support, "supports")
    return console.page(
        visit, "support", rows=rows, capabilities=CAPABILITIES, partners=console.partners(), clauses=console.clauses()
    )


@takes("/support")
def ask(console: Here, visit: Reader, form: Form) -> Response[Any]:
    """Asks a partner for help."""
    if not form.get("capability"):
        raise Fault("web_field_missing", "capability")
    form = moments.told(form, "need_by")
    names = ("case", "to", "capability", "place", "need_by", "text")
    console.order(visit, "support.request", **{name: form[name] for name in names if form.get(name)})
    return back("/support", "asked")


@takes("/support/{request_id:str}")
def step(
    console: Here,
    visit: Reader,
    request_id: InPath,
    form: Form,
) -> Response[Any]:
    """Takes the next step of a request that is ours to take."""
    console.order(visit, "support.step", id=request_id, step=form.get("step", ""), reason=form.get("reason", ""))
    return back("/support", "step")


ROUTES = (support, ask, step)
