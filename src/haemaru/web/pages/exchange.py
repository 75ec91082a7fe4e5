"""The exchange: streams and what became of their records, decisions that wait for a person, demands to answer."""

from typing import Any

from litestar import Response

from haemaru.web import shapes
from haemaru.web.console import Console, back
from haemaru.web.routes import Form, Here, InPath, Reader, shows, takes
from haemaru.web.visits import Visit
from haemaru.wording import Fault


@shows("/exchange")
def exchange(console: Here, visit: Reader) -> Response[Any]:
    """All of it on one page."""
    read, desk = console.reading, console.desk
    return console.page(
        visit,
        "exchange",
        referred=read.many(desk.referred(), shapes.Referred, "referred"),
        demands=read.many(desk.demands(), shapes.Demand, "demands"),
        clauses=console.clauses(),
        duties=read.one(desk.duties(), shapes.Duties, "duties"),
    )


@takes("/referred/{waiting:str}")
def rule(
    console: Here,
    visit: Reader,
    waiting: InPath,
    form: Form,
) -> Response[Any]:
    """Approves or refuses a release that a clause refers to a person."""
    if form.get("ruling") == "approve":
        answer = console.order(visit, "agreement.approve", id=waiting)
        return back("/exchange", "approved_first" if answer.get("outcome") == "waiting" else "approved")
    console.order(visit, "agreement.refuse", id=waiting, reason=_reason(form))
    return back("/exchange", "refused")


@takes("/disposals/{name:str}")
def dispose(console: Here, visit: Reader, name: InPath, form: Form) -> Response[Any]:
    """Approves the disposal of a record whose time is over, or keeps it with a reason."""
    return _decide(console, visit, "records.disposals", name, form)


@takes("/onward/{name:str}")
def pass_on(console: Here, visit: Reader, name: InPath, form: Form) -> Response[Any]:
    """Lets a partner pass a record of ours on, or not."""
    return _decide(console, visit, "records.onward", name, form)


def _decide(console: Console, visit: Visit, command: str, name: str, form: dict[str, str]) -> Response[Any]:
    if form.get("ruling") == "approve":
        console.order(visit, command, approve=name)
        return back("/exchange", "decided")
    console.order(visit, command, refuse=name, reason=_reason(form))
    return back("/exchange", "refused")


@takes("/demands/{demand:str}")
def answer(console: Here, visit: Reader, demand: InPath, form: Form) -> Response[Any]:
    """Answers a partner's demand: release, or refuse with a reason."""
    release = form.get("ruling") == "release"
    reason = form.get("reason", "") if release else _reason(form)
    console.order(visit, "demand.answer", id=demand, release=release, reason=reason)
    return back("/exchange", "released" if release else "refused")


@takes("/exchange/standing")
def standing(console: Here, visit: Reader, form: Form) -> Response[Any]:
    """Suspends or resumes the agreement; queued records are held from the next decision on."""
    command = "agreement.resume" if form.get("ruling") == "resume" else "agreement.suspend"
    console.order(visit, command, reason=_reason(form))
    return back("/exchange", "resumed" if command.endswith("resume") else "suspended")


def _reason(form: dict[str, str]) -> str:
    if not form.get("reason"):
        raise Fault("web_field_missing", "reason")
    return form["reason"]


ROUTES = (exchange, rule, dispose, pass_on, answer, standing)
