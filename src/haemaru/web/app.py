"""`create_app`: one node's console, and the door through which partners' frames come in.

Handlers are plain functions that run in worker threads, because a node answers synchronously; the event loop only
moves bytes. Every answer carries the same strict headers. Nothing is decided here: what may be shown is what the node
tells, and what an officer orders is handed to the node with the officer's name.
"""

import logging
from typing import Any

from litestar import Litestar, asgi
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.response import Response
from litestar.types import Message, Receive, Scope, Send
from starlette.staticfiles import StaticFiles

from haemaru.clock import Clock, SystemClock
from haemaru.storage import StorageError
from haemaru.web import gate
from haemaru.web.console import STATIC, Console
from haemaru.web.desk import Desk
from haemaru.web.pages import PAGES
from haemaru.web.visits import AnyRequest, Visit
from haemaru.wording import Fault, say_fault

LARGEST_FORM = 256 * 1024
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # Not no-referrer: browsers then send `Origin: null` with our own forms.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
)
_log = logging.getLogger(__name__)


def create_app(desk: Desk, exchange_route: bool = True, clock: Clock | None = None) -> Litestar:
    """The console of the node behind `desk`; with `exchange_route`, its door for partners as well."""
    console = Console(desk, clock or SystemClock())

    handlers = _Faults(console)
    return Litestar(
        route_handlers=[*PAGES, *(gate.ROUTES if exchange_route else ()), _static()],
        before_request=console.door.check,
        before_send=[_Headers(console)],
        dependencies={
            "console": Provide(lambda: console, sync_to_thread=False),
            "visit": Provide(_visit, sync_to_thread=False),
            "form": Provide(_form),
        },
        exception_handlers={
            Fault: handlers.fault,
            HTTPException: handlers.http,
            StorageError: handlers.stored_nothing,
            Exception: handlers.broken,
        },
        request_max_body_size=LARGEST_FORM,
        openapi_config=None,
        logging_config=None,  # it would set the root logger to INFO, and httpx2 would tell every request
        debug=False,
    )


def _visit(request: AnyRequest) -> Visit:
    found: Visit = request.state.visit
    return found


async def _form(request: AnyRequest) -> dict[str, str]:
    return {key: value.strip() for key, value in (await request.form()).items() if isinstance(value, str)}


class _Headers:
    """Adds the strict headers, and the cookies that the visit gathered, to every answer."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def __call__(self, message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = [*message["headers"], *HEADERS]
        visit = scope.get("state", {}).get("visit")
        if isinstance(visit, Visit):
            secure = scope.get("scheme") == "https"
            headers += [(b"set-cookie", value) for value in self._console.door.cookie_headers(visit, secure)]
            headers.append((b"cache-control", b"no-store"))
        message["headers"] = headers


class _Faults:
    """Answers where a handler could not: a page for people, a document for machines."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def _answer(self, request: AnyRequest, fault: Fault, code: int) -> Response[Any]:
        if request.url.path.startswith("/x/"):
            return Response({"error": say_fault(fault, "en")}, status_code=code)
        return self._console.wrong(self._console.door.visit(request), fault, code)

    def fault(self, request: AnyRequest, fault: Fault) -> Response[Any]:
        """What a handler refused, with its reason."""
        codes = {"web_not_found": 404, "web_foreign_form": 403, "web_desk_answer": 500}
        if fault.code == "web_desk_answer":
            _log.error("the node's answer does not fit the page: %s", fault)
        return self._answer(request, fault, codes.get(fault.code, 400))

    def http(self, request: AnyRequest, error: HTTPException) -> Response[Any]:
        """What the framework refused: no such page, wrong method, too large."""
        codes = {404: "web_not_found", 405: "web_not_found", 413: "web_too_large"}
        code = codes.get(error.status_code, "web_broken")
        # Partners' machines get the same bytes wherever they knock: no path is worth guessing.
        where = "/x/" if request.url.path.startswith("/x/") else request.url.path
        return self._answer(request, Fault(code, where), error.status_code)

    def stored_nothing(self, request: AnyRequest, error: StorageError) -> Response[Any]:
        """The database took nothing in, for want of room for instance: nothing was signed, ask again later."""
        _log.error("%s: %s", request.url.path, " ".join(str(error).split()))
        return self._answer(request, Fault("web_not_stored", request.url.path), 503)

    def broken(self, request: AnyRequest, error: Exception) -> Response[Any]:
        """A mistake of ours: told as such, with nothing of its inside; the program log has the rest."""
        _log.error("page failed: %s", request.url.path, exc_info=error)
        return self._answer(request, Fault("web_broken", request.url.path), 500)


def _static() -> Any:
    files = StaticFiles(directory=STATIC)

    @asgi("/static", is_mount=True, copy_scope=True)
    async def static(scope: Scope, receive: Receive, send: Send) -> None:
        await files(scope, receive, send)  # type: ignore[arg-type]

    return static
