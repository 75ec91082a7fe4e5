"""What every long-running command shares: where it listens, the server that carries it, and its one ready line."""

import contextlib
import socket
import sys
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from haemaru.node.home import LOOPBACK, read_address
from haemaru.wording import Fault

_GRACE_S = 10


def loopback(listen: str) -> tuple[str, int]:
    """Host and port of an address of this machine; without TLS no other one is served."""
    host, port = read_address(listen)
    if host not in LOOPBACK:
        raise Fault("plain_http_not_loopback", listen)
    return host, port


def listen_on(address: tuple[str, int]) -> socket.socket:
    """A socket bound to that address; raises `Fault("cannot_listen")`."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    # The protocol is named because asyncio turns Nagle off only on sockets that say they are TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        raise Fault("cannot_listen", f"{address[0]}:{address[1]}", detail=str(error)) from None
    return listener


def quiet_server(app: Any, lifespan: Literal["on", "off"]) -> Any:
    """A server for an ASGI application that leaves the signals to the command, and logs no requests."""
    import uvicorn

    class Server(uvicorn.Server):
        """A uvicorn that leaves the signals to the command."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Signals belong to the command, which exits 0 on them."""
            yield

    return Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan=lifespan,
            ws="none",
            timeout_graceful_shutdown=_GRACE_S,
        )
    )


def say_ready(line: dict[str, Any]) -> None:
    """Prints the one line that tells that the server answers, at once."""
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()
