"""The door for partners' machines: frames in, a signed receipt out. No cookies, no pages, no session.

Who sent the frames is decided by their signature and never by the connection they came over.
"""

import asyncio
import time
from typing import Any

from litestar import Request, Response, post
from litestar.concurrency import sync_to_thread

from haemaru.exchange import is_refusal
from haemaru.web.routes import Here, shows
from haemaru.wording import Fault, say_fault

# Larger than any batch a sender makes; `exchange` checks its own, narrower limits before it decodes anything.
LARGEST_BATCH = 32 * 1024 * 1024
LARGEST_PULL = 64 * 1024
LARGEST_RECEIPT = 1024 * 1024
LOOK_S = 0.25


@post(
    "/x/v1/frames",
    opt={"open": True, "machine": True},
    request_max_body_size=LARGEST_BATCH,
    status_code=200,
)
async def frames(request: Request[Any, Any, Any], console: Here) -> Response[Any]:
    """Takes a batch of frames; answers with the receipt, or with an error document."""
    data = await request.body()
    try:
        receipt = await sync_to_thread(console.desk.exchange_accept, data)
    except Fault as fault:
        return Response({"error": say_fault(fault, "en")}, status_code=400)
    code = 422 if is_refusal(receipt) else 200
    return Response(receipt, media_type="application/octet-stream", status_code=code)


@post("/x/v1/pull", opt={"open": True, "machine": True}, request_max_body_size=LARGEST_PULL, status_code=200)
async def pull(request: Request[Any, Any, Any], console: Here) -> Response[Any]:
    """Gives a partner the frame that waits for it, now or within the time it is willing to wait; 204 for nothing."""
    desk = console.desk
    pulled = await sync_to_thread(desk.exchange_pull, await request.body())
    until = time.monotonic() + pulled.wait_s
    # No thread is held while nothing waits: one look at the queues every quarter of a second for each partner.
    while pulled.answer is None and pulled.is_current() and time.monotonic() < until:
        await asyncio.sleep(LOOK_S)
        pulled.answer = await sync_to_thread(desk.exchange_next, pulled)
    if pulled.answer is None:
        return Response(b"", media_type="application/octet-stream", status_code=204)
    code = 422 if is_refusal(pulled.answer) else 200
    return Response(pulled.answer, media_type="application/octet-stream", status_code=code)


@post("/x/v1/receipts", opt={"open": True, "machine": True}, request_max_body_size=LARGEST_RECEIPT, status_code=200)
async def receipts(request: Request[Any, Any, Any], console: Here) -> Response[Any]:
    """Takes the receipt for a frame that was pulled; 204, or a signed refusal where it is not believed."""
    refusal = await sync_to_thread(console.desk.exchange_receipt, await request.body())
    return Response(refusal, media_type="application/octet-stream", status_code=422 if refusal else 204)


@shows("/x/v1/statement", opt={"open": True, "machine": True})
def statement(console: Here) -> Response[bytes]:
    """This node's statement: its public keys, signed by itself. Its fingerprint is to be read aloud."""
    return Response(console.desk.statement(), media_type="application/json")


ROUTES = (frames, pull, receipts, statement)
