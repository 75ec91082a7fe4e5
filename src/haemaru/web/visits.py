"""What every page knows about its reader, and the door that each request passes first.

`Door.check` runs before every handler. It finds the session, the language and the day or night look; sends whoever is
not signed in to the sign-in page; and refuses every form that does not carry the session's own token. A route is shut
unless it says `opt={"open": True}`, so a forgotten mark locks people out and never lets them in.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from litestar import Request, Response
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from litestar.response import Redirect

from haemaru.clock import Clock
from haemaru.web.desk import Accounts
from haemaru.web.sessions import Lockout, Passes, Session, Sessions
from haemaru.wording import LANGUAGES, Fault

THEMES = ("auto", "day", "night")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
AnyRequest = Request[Any, Any, Any]


@dataclass(slots=True)
class Visit:
    """One request's reader."""

    path: str
    query: tuple[tuple[str, str], ...]
    lang: str
    theme: str
    session: Session | None
    form_token: str
    partial: bool
    cookies: dict[str, str] = field(default_factory=dict)  # to be set with the answer

    @property
    def officer(self) -> str:
        """The name of the signed-in officer, empty before."""
        return self.session.officer if self.session else ""

    def link(self, **changes: str) -> str:
        """The address of this page with some of its parameters changed."""
        dropped = {"lang", "theme", "done", *changes}
        kept = [(key, value) for key, value in self.query if key not in dropped]
        return self.path + "?" + urlencode([*kept, *changes.items()])

    def asked(self, name: str) -> str:
        """What the address asks for under a name, empty where it does not."""
        return next((value for key, value in self.query if key == name), "")


class Door:
    """Lets requests in, or not."""

    def __init__(self, sessions: Sessions, lockout: Lockout, accounts: Accounts, clock: Clock, node: bytes) -> None:
        self._accounts = accounts
        self._lockout = lockout
        self._passes = Passes()
        self._sessions = sessions
        self._clock = clock
        # Two consoles on one host share a cookie jar (ports do not separate cookies): each names its own.
        self.prefix = "haemaru_" + hashlib.sha256(node).hexdigest()[:8] + "_"

    def cookie(self, request: AnyRequest, name: str) -> str:
        """What the browser sent for one of this console's cookies."""
        return str(request.cookies.get(self.prefix + name, ""))

    async def check(self, request: AnyRequest) -> Response[Any] | None:
        """Prepares the visit; an answer instead of None means that the request goes no further."""
        if request.route_handler.opt.get("machine"):
            return None
        visit = self.visit(request)
        request.state.visit = visit
        if visit.session is None and request.route_handler.opt.get("basic"):
            return await sync_to_thread(self._known_by_password, request)
        if visit.session is None and not request.route_handler.opt.get("open"):
            return _to_sign_in(visit)
        if request.method not in SAFE:
            await _refuse_foreign_forms(request, visit)
        return None

    def _known_by_password(self, request: AnyRequest) -> Response[Any] | None:
        """Lets a program in that sends an account's name and password with each request; others are asked for them."""
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        now = self._clock.now()
        if kind.lower() == "basic" and self._passes.holds(given, self._accounts, now):
            return None
        name, password = _name_and_password(given if kind.lower() == "basic" else "")
        address = request.client.host if request.client else ""
        wait = self._lockout.begin(name, address, now) if name else 0
        officer = self._accounts.check(name, password) if name and not wait else None
        if officer is not None:
            self._lockout.passed(name, address)
            self._passes.keep(given, officer, now)
            return None
        headers = {"WWW-Authenticate": 'Basic realm="haemaru", charset="UTF-8"'} | (
            {"Retry-After": str(wait)} if wait else {}
        )
        return Response("", status_code=429 if wait else 401, media_type="text/plain", headers=headers)

    def visit(self, request: AnyRequest) -> Visit:
        """Who asks, in which language, by what light."""
        query = tuple(parse_qsl(request.scope["query_string"].decode("latin-1")))
        asked = dict(query)
        cookies: dict[str, str] = {}
        lang = _first(asked.get("lang"), self.cookie(request, "lang"), _preferred(request), among=LANGUAGES)
        theme = _first(asked.get("theme"), self.cookie(request, "theme"), among=THEMES)
        for name, value in (("lang", lang), ("theme", theme)):
            if asked.get(name) == value:
                cookies[name] = value
        session = self._sessions.find(self.cookie(request, "session"), self._clock.now())
        if session is not None and self._accounts.standing(session.officer) != session.standing:
            session = None
        visitor = self.cookie(request, "visitor")
        if session is None and not visitor:
            visitor = cookies["visitor"] = secrets.token_urlsafe(16)
        token = session.form_token if session else self._sessions.visitor_token(visitor)
        partial = request.headers.get("hx-request") == "true"
        return Visit(request.url.path, query, lang, theme, session, token, partial, cookies)

    def cookie_headers(self, visit: Visit, secure: bool) -> list[bytes]:
        """The `Set-Cookie` values of what the visit gathered; an empty value takes the cookie away."""
        made = []
        for name, value in visit.cookies.items():
            lasting = 31_536_000 if name in ("lang", "theme") else None
            cookie = Cookie(
                key=self.prefix + name,
                value=value,
                httponly=True,
                samesite="strict",
                secure=secure,
                max_age=lasting if value else 0,
            )
            made.append(cookie.to_header(header="").strip().encode("latin-1"))
        return made


def _name_and_password(given: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return name[:200], password[:1_024]


def _first(*wanted: str | None, among: tuple[str, ...]) -> str:
    return next((value for value in wanted if value in among), among[0])


def _preferred(request: AnyRequest) -> str:
    asked = request.headers.get("accept-language", "").lower()
    return min(LANGUAGES, key=lambda lang: position if (position := asked.find(lang)) >= 0 else len(asked))


def _to_sign_in(visit: Visit) -> Response[Any]:
    if visit.partial or visit.path.endswith(".bin"):
        # A part of a page cannot show the sign-in form in its place: the script loads the whole page anew.
        return Response("", status_code=401, media_type="text/plain", headers={"HX-Refresh": "true"})
    wanted = visit.path if visit.path != "/" else ""
    return Redirect("/login" + (f"?next={quote(wanted)}" if wanted else ""), status_code=303)


async def _refuse_foreign_forms(request: AnyRequest, visit: Visit) -> None:
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise Fault("web_foreign_form", visit.path)
    form = await request.form()
    given = str(form.get("form_token") or request.headers.get("x-form-token") or "")
    if not hmac.compare_digest(given.encode(), visit.form_token.encode()):
        raise Fault("web_foreign_form", visit.path)


def local_path(wanted: str) -> str:
    """The page to go to after signing in: a path of this console, else the watch page."""
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else "/"
