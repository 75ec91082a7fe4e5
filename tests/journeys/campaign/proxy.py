"""A cable that lies: it carries HTTP requests one way and answers back, and does one armed fault to each.

Every request goes to the home over a connection of its own, so that what is held back can be delivered later. Faults
wait in `armed` until a request comes along that they can happen to.
"""

import contextlib
import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import BinaryIO

from tests.journeys.campaign.faults import Fault

_REMEMBERED = 64
_PATIENCE_S = 40.0
_PORTAL = b"<html><body>Welcome to the invented harbour's guest network</body></html>"


class Proxy:
    """Listens on a port of its own and carries what comes there to `target`."""

    def __init__(self) -> None:
        self.target = ("127.0.0.1", 0)
        self.armed: deque[Fault] = deque()
        self.done: Counter[str] = Counter()
        self.carried = 0
        self._requests: deque[bytes] = deque(maxlen=_REMEMBERED)
        self._answers: deque[bytes] = deque(maxlen=_REMEMBERED)
        self._kept: list[tuple[int, bytes]] = []
        self._clients: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._cut_until = 0.0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def arm(self, fault: Fault) -> None:
        """Does the fault at the next chance; a cut cable at once."""
        if fault.kind == "cable":
            self._cut_until = time.monotonic() + fault.seconds
            with self._lock:
                clients = [*self._clients]
            for client in clients:
                _reset(client)
            self.done["cable"] += 1
        else:
            self.armed.append(fault)

    def close(self) -> None:
        self._door.close()

    def deliver_kept(self) -> None:
        """Delivers everything that is still held back, late as it is."""
        with self._lock:
            kept, self._kept = self._kept, []
        for _, request in kept:
            self._forward(request)

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(_PATIENCE_S)
        with self._lock:
            self._clients.add(client)
        try:
            with client, client.makefile("rb") as stream:
                while time.monotonic() >= self._cut_until:
                    request = read_message(stream)
                    if request is None or not self._carry(client, request):
                        break
                _reset(client)
        except OSError:
            pass
        finally:
            with self._lock:
                self._clients.discard(client)

    def _carry(self, client: socket.socket, request: bytes) -> bool:
        """Carries one request with the fault that is due; False ends the connection."""
        self._deliver_overtaken()
        fault = None
        with contextlib.suppress(IndexError):
            fault = self.armed.popleft()
        self._requests.append(request)
        self.carried += 1
        if fault is None:
            answer = self._forward(request)
            if answer is None:
                return False
            self._answers.append(answer)
            client.sendall(answer)
            return True
        act: Callable[[socket.socket, bytes, Fault], bool] = getattr(self, f"_{fault.kind}")
        try:
            return act(client, request, fault)
        finally:
            self.done[fault.kind] += 1

    def _deliver_overtaken(self) -> None:
        with self._lock:
            due = [request for left, request in self._kept if left <= 0]
            self._kept = [(left - 1, request) for left, request in self._kept if left > 0]
        for request in due:
            self._forward(request)

    def _forward(self, request: bytes, pieces: Callable[[bytes], list[bytes]] | None = None) -> bytes | None:
        """The home's answer to the request, or None where there is none."""
        try:
            with socket.create_connection(self.target, _PATIENCE_S) as upstream, upstream.makefile("rb") as stream:
                for piece in pieces(request) if pieces else [request]:
                    upstream.sendall(piece)
                    if pieces:
                        time.sleep(0.002)
                return read_message(stream)
        except OSError:
            return None

    def _give(self, client: socket.socket, answer: bytes | None) -> bool:
        if answer is None:
            return False
        client.sendall(answer)
        return True

    # What can happen to a request. Each has the name of its fault.

    def _cut_request(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(self.target, _PATIENCE_S) as upstream:
            upstream.sendall(request[: int(len(request) * fault.share)])
            _reset(upstream)
        return False

    def _cut_answer(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        answer = self._forward(request) or b""
        client.sendall(answer[: int(len(answer) * fault.share)])
        return False

    def _lose_answer(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        self._forward(request)
        return False

    def _drip(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        size = max(1, len(request) // (40 * fault.count))
        return self._give(
            client, self._forward(request, lambda data: [data[at : at + size] for at in range(0, len(data), size)])
        )

    def _stall_request(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        time.sleep(fault.seconds)
        return self._give(client, self._forward(request))

    def _stall_answer(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        answer = self._forward(request)
        time.sleep(fault.seconds)
        return self._give(client, answer)

    def _flip_head(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        end = request.index(b"\r\n\r\n")
        return self._give(client, self._forward(flipped(request, int(end * fault.share), fault.count)))

    def _flip_request(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        return self._give(client, self._forward(flipped(request, in_body(request, fault.share), fault.count)))

    def _flip_answer(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        answer = self._forward(request)
        return answer is not None and self._give(client, flipped(answer, in_body(answer, fault.share), fault.count))

    def _short_request(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        return self._give(client, self._forward(shortened(request, fault.share)))

    def _short_answer(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        answer = self._forward(request)
        return answer is not None and self._give(client, shortened(answer, fault.share))

    def _repeat(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        for _ in range(fault.count):
            self._forward(request)
        return self._give(client, self._forward(request))

    def _twin(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        twin = threading.Thread(target=self._forward, args=(request,))
        twin.start()
        answer = self._forward(request)
        twin.join()
        return self._give(client, answer)

    def _repeat_old(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        for at in range(fault.count):
            self._forward(self._requests[(int(fault.share * 1e6) + at) % len(self._requests)])
        return self._give(client, self._forward(request))

    def _old_answer(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        return self._give(client, self._old(fault))

    def _swap_answer(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        self._forward(request)
        return self._give(client, self._old(fault))

    def _overtake(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        with self._lock:
            self._kept.append((fault.count, request))
        return False

    def _refuse(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        return False

    def _broken_gateway(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        return self._give(client, b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: %d\r\n\r\n" % len(_PORTAL) + _PORTAL)

    def _wrong_page(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        return self._give(client, b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(_PORTAL) + _PORTAL)

    def _old(self, fault: Fault) -> bytes | None:
        answers = [*self._answers]
        return answers[int(fault.share * len(answers))] if answers else None


def read_message(stream: BinaryIO) -> bytes | None:
    """One HTTP request or answer with its body; None where the other side hung up before its end."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline(65536)
        if not line or len(head) > 65536:
            return None
        head += line
    size = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    body = stream.read(size)
    return None if len(body) < size else head + body


def in_body(message: bytes, share: float) -> int:
    """A place in the body of a message; in its head where it has no body."""
    begin = message.index(b"\r\n\r\n") + 4
    return begin + int((len(message) - begin) * share) if len(message) > begin else 0


def flipped(message: bytes, place: int, bit: int) -> bytes:
    """The message with one bit turned over."""
    return message[:place] + bytes([message[place] ^ 1 << bit]) + message[place + 1 :]


def shortened(message: bytes, share: float) -> bytes:
    """The message with only a part of its body, and a head that says so."""
    head, _, body = message.partition(b"\r\n\r\n")
    body = body[: int(len(body) * share)]
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*lines, b"content-length: %d" % len(body), b"", body])


def _reset(connection: socket.socket) -> None:
    """Closes hard: the other side gets a reset in the middle of what it reads."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
