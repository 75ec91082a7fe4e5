"""Signing in and out."""

from typing import Any

from litestar import Response
from litestar.response import Redirect

from haemaru.web.routes import Form, Here, Reader, shows, takes
from haemaru.web.visits import AnyRequest, local_path

LONGEST_PASSWORD = 1_024


@shows("/login", opt={"open": True})
def form_page(console: Here, visit: Reader) -> Response[Any]:
    """The form; who is signed in already is sent on."""
    if visit.session is not None:
        return Redirect("/", status_code=303)
    return console.bare(visit, "pages/login.html", wanted=local_path(visit.asked("next")), wrong_name="", wait=0)


@takes("/login", opt={"open": True})
def sign_in(
    request: AnyRequest,
    console: Here,
    visit: Reader,
    form: Form,
) -> Response[Any]:
    """Opens a session where name and password are right; wrong ones cost time, more each time."""
    name, password = form.get("name", "")[:200], form.get("password", "")[:LONGEST_PASSWORD]
    wanted = local_path(form.get("next", "/"))
    address = request.client.host if request.client else ""
    wait = console.lockout.begin(name, address, console.clock.now())
    officer = console.desk.accounts.check(name, password) if not wait else None
    if officer is None:
        code = 429 if wait else 401
        return console.bare(visit, "pages/login.html", code, wanted=wanted, wrong_name=name, wait=wait)
    console.lockout.passed(name, address)
    visit.cookies["session"] = console.sessions.open(officer.name, officer.role, officer.standing, console.clock.now())
    visit.cookies["visitor"] = ""
    return Redirect(wanted, status_code=303)


@takes("/logout")
def sign_out(request: AnyRequest, console: Here, visit: Reader) -> Response[Any]:
    """Closes the session."""
    console.sessions.close(console.door.cookie(request, "session"))
    visit.cookies["session"] = ""
    return Redirect("/login", status_code=303)


ROUTES = (form_page, sign_in, sign_out)
