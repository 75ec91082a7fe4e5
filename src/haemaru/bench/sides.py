"""Two nodes to measure with: real files and `synchronous=FULL`, under one small agreement, and a door over HTTP."""

import random
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any

from haemaru.agreement import Agreement
from haemaru.bench.agreement import bench_agreement
from haemaru.clock import Ids, SystemClock, format_time
from haemaru.exchange import Exchange, exchange_projections
from haemaru.ledger import Ledger
from haemaru.signing import SUITE, NodeKeys, Vault, make_statement
from haemaru.storage import Database
from haemaru.wording import Reason

_CLAUSES = """
[[clause]]
id = "1"
article = 1
effect = "release"
kinds = ["*"]
from = ["*"]
to = ["*"]
purposes = ["watch"]
legal_basis = { ko = "없음", en = "none" }
text = { ko = "측정", en = "measuring" }
retention_days = 30
onward = "none"
when = [{ test = "handling_at_most", level = "restricted" }]
fields = [{ path = "*" }]
"""


class _Standing:
    """One agreement, always in force."""

    def __init__(self, agreement: Agreement) -> None:
        self._agreement = agreement
        self._at = SystemClock().now()

    def current(self) -> Agreement:
        return self._agreement

    def between(self, peer: str) -> tuple[Agreement, ...]:
        return (self._agreement,)

    def named(self, name: str) -> Agreement | None:
        return self._agreement

    def find(self, digest: str) -> Agreement | None:
        return self._agreement if digest == self._agreement.hash else None

    def refusal_of(self, agreement: Agreement, at: datetime) -> Reason | None:
        return None

    def adopted_at(self, agreement: Agreement) -> datetime | None:
        return self._at


def keys_of(number: int, suite: str = SUITE) -> NodeKeys:
    """Keys for measuring only: the same for the same number."""
    seed = random.Random(number)  # noqa: S311 - keys for measuring only
    return NodeKeys(seed.randbytes(32), seed.randbytes(32), seed.randbytes(32), suite)


class Side:
    """One node's exchange in a folder of its own; its keys come from a number, so that both sides know them."""

    def __init__(self, party: str, number: int, folder: Path, suite: str = SUITE) -> None:
        self.party = party
        self.keys = keys_of(number, suite)
        clock = SystemClock()
        self.db = Database.open(f"sqlite:///{folder / party}.db")
        self.ledger = Ledger(self.db, self.keys, clock, party, "demo", exchange_projections(Vault(self.keys.vault)))
        standing = _Standing(bench_agreement(_CLAUSES))
        self.exchange = Exchange(self.ledger, self.keys, party, "demo", clock, Ids(clock), standing)

    def statement(self) -> bytes:
        """Its public keys, as a partner gets them."""
        return make_statement(self.keys, self.party, "demo", "2026-01-01T00:00:00Z")

    def knows(self, other: "Side", url: str = "") -> None:
        """Trusts the other side's keys."""
        with self.ledger.write() as batch:
            self.exchange.add_peer(batch, other.statement(), url, other.keys.public.fingerprint)


def record(number: int) -> dict[str, Any]:
    """An invented report of about 2 kB as JSON."""
    return {
        "rid": f"bench-{number}",
        "kind": "intelligence.report",
        "subject": {"type": "vessel", "mmsi": str(440_000_000 + number % 9_000), "name": f"INVENTED {number}"},
        "event_time": format_time(datetime(2026, 3, 2, tzinfo=UTC)),
        "handling": {"level": "restricted", "caveats": []},
        "origin": "north",
        "body": {"text": "seen at anchor with lights out. " * 50, "grade": "B2", "lat": 35.1, "lon": 129.04},
    }


def serve(side: Side, partner: NodeKeys, announce: Callable[[str], None]) -> None:
    """Serves the exchange of `side` behind the web server that nodes use, until the process ends."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    with side.ledger.write() as batch:
        statement = make_statement(partner, "north", "demo", "2026-01-01T00:00:00Z")
        side.exchange.add_peer(batch, statement, "", partner.public.fingerprint)

    async def frames(request: Request) -> Response:
        return Response(await run_in_threadpool(side.exchange.accept, await request.body()))

    # asyncio turns Nagle off only where the protocol is named; otherwise each answer waits 40 ms.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.bind(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/x/v1/frames", frames, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))

    def tell() -> None:
        while not server.started:
            sleep(0.01)
        announce(f"http://127.0.0.1:{door.getsockname()[1]}")

    threading.Thread(target=tell, daemon=True).start()
    server.run([door])
