"""The door for partners' machines: frames in, a signed receipt out. No cookies, no pages, no session.

Who sent the frames is decided by their signature and never by the connection they came over.
"""

from typing import Any

from litestar import Request, Response, post
from litestar.concurrency import sync_to_thread

from haemaru.exchange import is_refusal
from haemaru.web.routes import Here, shows
from haemaru.wording import Fault, say_fault

# Larger than any batch a sender makes; `exchange` checks its own, narrower limits before it decodes anything.
LARGEST_BATCH = 32 * 1024 * 1024


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


@shows("/x/v1/statement", opt={"open": True, "machine": True})
def statement(console: Here) -> Response[bytes]:
    """This node's statement: its public keys, signed by itself. Its fingerprint is to be read aloud."""
    return Response(console.desk.statement(), media_type="application/json")


ROUTES = (frames, statement)
