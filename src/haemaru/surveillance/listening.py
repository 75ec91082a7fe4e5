"""Live AIS: `tcp://HOST:PORT` and `udp://HOST:PORT`, in batches of a second.

UDP listens at the address, in a process of its own (`datagrams.py`). TCP connects to a receiver that serves there,
again and again when the line drops; where nobody serves at an address of this machine it listens itself, for receivers
that come to us. A thread reads, the caller takes batches; a flood waits in a bounded queue, and TCP slows down. Lines
are decoded in the order they come; where the stream tells no time the moment of reception counts.
"""

import errno
import os
import queue
import select
import selectors
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from threading import Event, Thread
from urllib.parse import urlsplit

from haemaru.clock import to_ms
from haemaru.surveillance import datagrams
from haemaru.surveillance.feeds.ais_nmea.parse import AisDecoder
from haemaru.surveillance.reading import LineCutter
from haemaru.surveillance.replay import Batch, Shift
from haemaru.wording import Fault

_QUEUE_CHUNKS = 10_000
_TICK_S = 0.2
_RECEIVE_BYTES = 65_536
_LONGEST_BACKOFF_S = 5.0


class Listener:
    """Reads one address in a thread of its own until it is stopped; `lines` gives what has come in."""

    def __init__(
        self, url: str, stop: Event, patience_s: float | None = None, cutter: Callable[[], LineCutter] = LineCutter
    ) -> None:
        """Starts listening; raises `feed_bad_address` where the address is none or cannot be had.

        With `patience_s` a TCP source that cannot be reached for so long ends the feed; without it never. `cutter`
        makes what cuts one connection into lines.
        """
        self._cutter = cutter
        self._scheme, self._host, self._port = _parse(url)
        self._url = url
        self._stop = stop
        self._patience_s = patience_s
        self._queue: queue.Queue[bytes] = queue.Queue(_QUEUE_CHUNKS)
        self.ended = Event()
        self._sockets = ExitStack()
        source = self._open_udp if self._scheme == "udp" else self._open_tcp
        self._thread = Thread(target=self._run, args=(source(),), name=f"feed {url}", daemon=True)
        self._thread.start()

    def lines(self, wait_s: float) -> bytes:
        """The lines that came in within `wait_s`; at once everything when the source has ended."""
        waited = 0.0
        while waited < wait_s and not self._stop.is_set():
            if self.ended.is_set() and self._queue.empty():
                break
            self._stop.wait(min(_TICK_S, wait_s))
            waited += min(_TICK_S, wait_s)
        return b"".join(self._queue.get_nowait() for _ in range(self._queue.qsize()))

    def close(self) -> None:
        """Ends the thread and frees the address."""
        self._stop.set()
        self._thread.join(timeout=5)
        self._sockets.close()

    def _run(self, read: Callable[[], None]) -> None:
        try:
            read()
        finally:
            self.ended.set()

    def _put(self, lines: bytes) -> None:
        while lines and not self._stop.is_set():
            try:
                self._queue.put(lines, timeout=_TICK_S)
            except queue.Full:
                continue
            return

    def _bound(self) -> socket.socket:
        try:
            family, kind, _, _, address = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)[0]
            made = self._sockets.enter_context(socket.socket(family, kind))
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
        except OSError as problem:
            self._sockets.close()
            raise Fault("feed_bad_address", self._url, problem=problem.strerror or str(problem)) from problem
        made.settimeout(_TICK_S)
        return made

    def _open_udp(self) -> Callable[[], None]:
        command = [sys.executable, "-I", datagrams.__file__, self._host, str(self._port)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)  # noqa: S603 - own
        assert child.stdin is not None  # noqa: S101 - both are pipes
        assert child.stdout is not None  # noqa: S101
        self._sockets.callback(_end, child)
        answer = b""
        while not answer.endswith(b"\n") and (byte := child.stdout.read(1)):
            answer += byte
        if answer != b"ready\n":
            self._sockets.close()
            problem = answer.decode("utf-8", "replace").removeprefix("refused").strip()
            raise Fault("feed_bad_address", self._url, problem=problem or "-")
        pipe = child.stdout.fileno()

        def read() -> None:
            cutter = self._cutter()
            while not self._stop.is_set():
                if not select.select([pipe], [], [], _TICK_S)[0]:
                    continue
                data = os.read(pipe, _RECEIVE_BYTES)
                if not data:
                    return
                self._put(cutter.cut(data))

        return read

    def _open_tcp(self) -> Callable[[], None]:
        connection = self._connect()
        if connection is None and _is_here(self._host):
            server = self._bound()
            server.listen()
            return lambda: self._serve(server)
        return lambda: self._follow(connection)

    def _connect(self) -> socket.socket | None:
        try:
            made = socket.create_connection((self._host, self._port), timeout=2)
        except OSError:
            return None
        if made.getsockname() == made.getpeername():  # a free local port can answer itself
            made.close()
            return None
        made.settimeout(_TICK_S)
        return made

    def _follow(self, connection: socket.socket | None) -> None:
        """Reads from a receiver and calls again when it hangs up."""
        failures, waited = 0, 0.0
        while not self._stop.is_set():
            if connection is not None:
                failures, waited = 0, 0.0
                self._drain(connection)
            pause = min(0.2 * 2**failures, _LONGEST_BACKOFF_S)
            if self._patience_s is not None and waited + pause > self._patience_s:
                return
            self._stop.wait(pause)
            failures, waited = min(failures + 1, 10), waited + pause
            connection = self._connect()
        if connection is not None:
            connection.close()

    def _drain(self, connection: socket.socket) -> None:
        cutter = self._cutter()
        with connection:
            while not self._stop.is_set():
                try:
                    data = connection.recv(_RECEIVE_BYTES)
                except TimeoutError:
                    continue
                except OSError:
                    break
                if not data:
                    break
                self._put(cutter.cut(data))
        self._put(cutter.end())

    def _serve(self, server: socket.socket) -> None:
        """Takes in whoever connects."""
        with selectors.DefaultSelector() as selector, ExitStack() as guests:
            selector.register(server, selectors.EVENT_READ, None)
            while not self._stop.is_set():
                for ready, _ in selector.select(_TICK_S):
                    if ready.data is None:
                        guest = guests.enter_context(server.accept()[0])
                        guest.setblocking(False)
                        selector.register(guest, selectors.EVENT_READ, self._cutter())
                        continue
                    guest = ready.fileobj  # type: ignore[assignment]
                    try:
                        data = guest.recv(_RECEIVE_BYTES)
                    except BlockingIOError:
                        continue
                    except OSError:
                        data = b""
                    self._put(ready.data.cut(data) if data else ready.data.end())
                    if not data:
                        selector.unregister(guest)
                        guest.close()


def feed_url(
    url: str,
    now: Callable[[], datetime],
    *,
    start: datetime | None = None,
    shift: bool = False,
    classes: Mapping[int, int] | None = None,
    stop: Event | None = None,
    seconds: float | None = None,
    idle_s: float | None = None,
    patience_s: float | None = None,
    batch_s: float = 1.0,
) -> Iterator[Batch]:
    """A live source as one batch a second, empty ones included, until `stop`, `seconds` or `idle_s` of silence.

    `shift` moves the times so that the first row is now (realm demo).
    """
    halted = Event()
    listener = Listener(url, halted, patience_s)
    decoder, moved = AisDecoder(start, classes, lasting=True), Shift(now if shift else None)
    passed = silent = 0.0
    try:
        while not ((stop is not None and stop.is_set()) or (seconds is not None and passed >= seconds)):
            last = listener.ended.is_set()
            lines = listener.lines(batch_s)
            passed += batch_s
            silent = 0.0 if lines else silent + batch_s
            fixes = decoder.feed_block(lines, received=None if start is not None else to_ms(now()))
            fixes, statics = moved.apply(fixes, decoder.take_statics())
            yield Batch(fixes, statics, decoder.stats, silent)
            if (last and not lines) or (idle_s is not None and silent >= idle_s):
                return
    finally:
        listener.close()


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Lets the process that takes datagrams in end, which it does when its input closes."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    try:
        child.wait(timeout=2)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _parse(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise Fault("feed_bad_address", url, problem=str(problem)) from problem
    if parts.scheme not in ("tcp", "udp") or not parts.hostname or not port:
        raise Fault("feed_bad_address", url, problem="tcp://HOST:PORT, udp://HOST:PORT")
    return parts.scheme, parts.hostname, port


def _is_here(host: str) -> bool:
    """Whether an address belongs to this machine: one can bind to it."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.bind(address)
    except OSError as problem:
        return problem.errno == errno.EADDRINUSE
    return True
