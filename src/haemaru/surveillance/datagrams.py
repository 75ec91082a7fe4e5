"""A process of its own that does nothing but take datagrams in, so that none is missed while the node computes.

Run as `python -I datagrams.py HOST PORT`; imports nothing of haemaru. In the node's process a thread would have to wait
for its turn after every single datagram (measured: half of 20,000 a second were lost). This one empties the socket at
once, keeps in memory what is not yet read, up to a limit, and writes it to its standard output: first the line "ready"
or "refused WHY", then every datagram, ended by a line feed. It ends when its standard input does: with the node,
however that ends. What is dropped beyond the limit is told on standard error when it ends.
"""

import os
import selectors
import signal
import socket
import sys

_BUFFER = 32 << 20
_HELD_LIMIT = 256 << 20
_WRITE_BYTES = 1 << 16
_SO_RCVBUFFORCE = 33  # Linux: beyond the limit for ordinary users, where we may


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens at the address, with as large a buffer as the system gives."""
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    made = socket.socket(family, kind)
    try:
        made.bind(address)
    except OSError:
        made.close()
        raise
    try:
        made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
    except OSError:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    made.setblocking(False)
    return made


def carry(source: socket.socket, out: int, parent: int) -> int:
    """Carries datagrams from the socket to `out` until `parent` closes; how many were dropped."""
    held, dropped = bytearray(), 0
    os.set_blocking(out, False)
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        selector.register(parent, selectors.EVENT_READ)
        writing = False
        while True:
            if bool(held) != writing:
                writing = bool(held)
                _ = selector.register(out, selectors.EVENT_WRITE) if writing else selector.unregister(out)
            for ready, _ in selector.select():
                if ready.fileobj == parent:
                    return dropped
                if ready.fileobj is source:
                    dropped += _take(source, held)
                else:
                    try:
                        del held[: os.write(out, bytes(held[:_WRITE_BYTES]))]
                    except BlockingIOError:
                        continue
                    except OSError:
                        return dropped  # nobody reads any more


def _take(source: socket.socket, held: bytearray) -> int:
    """Everything that waits in the socket; how many datagrams did not fit."""
    dropped = 0
    for _ in range(10_000):
        try:
            data = source.recv(65_536)
        except OSError:
            break
        if len(held) > _HELD_LIMIT:
            dropped += 1
        else:
            held += data if data.endswith(b"\n") else data + b"\n"
    return dropped


def main() -> None:
    """The process: says whether it listens, then carries."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the node ends us
    try:
        source = bound(sys.argv[1], int(sys.argv[2]))
    except (OSError, OverflowError) as problem:
        os.write(1, f"refused {getattr(problem, 'strerror', None) or problem}\n".encode())
        return
    os.write(1, b"ready\n")
    with source:
        dropped = carry(source, 1, 0)
    if dropped:
        os.write(2, f"{dropped}\n".encode())


if __name__ == "__main__":
    main()
