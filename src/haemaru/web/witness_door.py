"""The door of a witness: offers in, a signature line out; and for everybody the newest note and the proofs it keeps.

No page, no session, no framework beyond Starlette's routes. Who offers is decided by the signature on the note. The
work of an offer is done in a thread, because it ends with a commit.
"""

from collections.abc import Callable
from typing import Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from haemaru.ledger.offers import OFFER_MAX_BYTES
from haemaru.storage import StorageError

_Answer = tuple[int, bytes]


class Witnessing(Protocol):
    """What the door needs of a witness."""

    def add_checkpoint(self, data: bytes) -> _Answer:
        """The answer to an offer."""
        ...

    def take_restart(self, data: bytes) -> _Answer:
        """The answer to a declared restart."""
        ...

    def take_keys(self, data: bytes) -> _Answer:
        """The answer to a handover of keys."""
        ...

    def watched(self, party: str) -> _Answer:
        """What is known of a party's ledger."""
        ...

    def statement(self) -> bytes:
        """The witness's public keys."""
        ...


def witness_app(witness: Witnessing) -> Starlette:
    """The application that `haemaru witness run` serves."""

    async def add_checkpoint(request: Request) -> Response:
        return await _taken(request, witness.add_checkpoint)

    async def restart(request: Request) -> Response:
        return await _taken(request, witness.take_restart)

    async def keys(request: Request) -> Response:
        return await _taken(request, witness.take_keys)

    async def watched(request: Request) -> Response:
        party = str(request.path_params["party"])
        return await _answered(lambda: witness.watched(party))

    async def statement(_request: Request) -> Response:
        return await _answered(lambda: (200, witness.statement()))

    return Starlette(
        routes=[
            Route("/w/v1/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/w/v1/restart", restart, methods=["POST"]),
            Route("/w/v1/keys", keys, methods=["POST"]),
            Route("/w/v1/checkpoints/{party}", watched, methods=["GET"]),
            Route("/w/v1/statement", statement, methods=["GET"]),
        ]
    )


async def _taken(request: Request, take: Callable[[bytes], _Answer]) -> Response:
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > OFFER_MAX_BYTES:
            return _response(413, b'{"code":"offer_unreadable","held":""}')
    return await _answered(lambda: take(bytes(data)))


async def _answered(work: Callable[[], _Answer]) -> Response:
    try:
        return _response(*await run_in_threadpool(work))
    except StorageError:
        # Nothing was signed: the node asks again.
        return _response(503, b'{"code":"witness_cannot_store","held":""}')


def _response(status: int, body: bytes) -> Response:
    kind = "application/json" if body.startswith(b"{") else "text/plain; charset=utf-8"
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(body, status, headers, kind)
