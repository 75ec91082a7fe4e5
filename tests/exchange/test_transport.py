"""HTTP: receipts and refusals are answers, everything else is a failure that is tried again."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.exchange.nodes import Node, report

from haemaru.exchange import HttpTransport, Limits, TransportFailed

Answer = Callable[[bytes], tuple[int, bytes]]


class _Door(BaseHTTPRequestHandler):
    answer: Answer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        assert self.path == "/x/v1/frames"
        status, data = type(self).answer(body)
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass


@pytest.fixture
def door() -> Iterator[tuple[type[_Door], str]]:
    handler = type("Door", (_Door,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield handler, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_a_frame_goes_there_and_its_receipt_comes_back(pair: tuple[Node, Node], door: tuple[type[_Door], str]) -> None:
    north, south = pair
    handler, url = door
    handler.answer = staticmethod(lambda body: (200, south.exchange.accept(body)))
    line = HttpTransport(url)
    north.put(report(), "south")

    north.exchange.take_receipt("south", line.post(north.frame("south")))
    line.close()

    assert north.counts("south")["acknowledged"] == 1


def test_a_refusal_is_an_answer_and_a_broken_server_is_not(door: tuple[type[_Door], str]) -> None:
    handler, url = door
    line = HttpTransport(url, Limits(receipt_bytes=100))
    handler.answer = staticmethod(lambda body: (422, b"refused"))
    assert line.post(b"frame") == b"refused"

    for status, data, code in (
        (500, b"", "transport_status"),
        (404, b"", "transport_status"),
        (200, b"x" * 101, "transport_answer_too_large"),
    ):
        handler.answer = staticmethod(lambda body, found=(status, data): found)
        with pytest.raises(TransportFailed, match=code):
            line.post(b"frame")
    line.close()


def test_nobody_there_is_a_failure() -> None:
    for url in ("http://127.0.0.1:1", "no address"):
        line = HttpTransport(url)
        with pytest.raises(TransportFailed, match="transport_failed"):
            line.post(b"frame")
        line.close()
