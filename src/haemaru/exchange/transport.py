"""How frames get to one partner and their answers back: by HTTP, or within one process where tests need no network."""

from collections.abc import Callable
from typing import Protocol

from haemaru.exchange.errors import TransportFailed
from haemaru.exchange.limits import LIMITS, Limits

_CONNECT_S = 3.0
_ANSWER_S = 30.0
_PATH = "/x/v1"


class Transport(Protocol):
    """Carries one frame and brings one answer."""

    def post(self, frame: bytes) -> bytes:
        """The partner's answer; raises `TransportFailed` when frame or answer was lost."""
        ...

    def close(self) -> None:
        """Lets connections go; a frame on its way may fail."""
        ...


class PullTransport(Protocol):
    """Asks one partner for its frames, and brings the receipts."""

    def pull(self, request: bytes) -> bytes:
        """A frame, a refusal, or nothing; raises `TransportFailed` when request or answer was lost."""
        ...

    def give(self, receipt: bytes) -> bytes:
        """Brings the answer to a frame that was pulled; raises `TransportFailed`."""
        ...

    def close(self) -> None:
        """Lets connections go."""
        ...


def exchange_url(url: str) -> str:
    """Where a partner's exchange answers, with or without its path.

    >>> exchange_url("http://127.0.0.1:8001/")
    'http://127.0.0.1:8001/x/v1'
    """
    base = url.rstrip("/")
    return base if base.endswith(_PATH) else base + _PATH


class HttpTransport:
    """HTTP/1.1 with kept connections; knows no proxy, follows no redirect, reads no answer beyond its limit."""

    def __init__(self, url: str, limits: Limits = LIMITS) -> None:
        # Imported here: a node that only reads courier files needs no HTTP.
        import httpx2

        self._http = httpx2
        self._base = exchange_url(url)
        self._limits = limits
        self._client = httpx2.Client(timeout=httpx2.Timeout(_ANSWER_S, connect=_CONNECT_S), trust_env=False)

    def post(self, frame: bytes) -> bytes:
        """Posts the frame; receipts and refusals are both answers, whatever the status says."""
        return self._post("frames", frame, self._limits.receipt_bytes)

    def pull(self, request: bytes) -> bytes:
        """Asks for a frame; the partner may take a while to answer."""
        return self._post("pull", request, self._limits.frame_bytes)

    def give(self, receipt: bytes) -> bytes:
        """Posts a receipt or a refusal for a frame that was pulled."""
        return self._post("receipts", receipt, self._limits.receipt_bytes)

    def _post(self, where: str, data: bytes, limit: int) -> bytes:
        headers = {"content-type": "application/vnd.haemaru.frame"}
        try:
            with self._client.stream("POST", f"{self._base}/{where}", content=data, headers=headers) as answer:
                if answer.status_code >= 500 or answer.status_code in (404, 405):
                    raise TransportFailed("transport_status", status=answer.status_code)
                found = bytearray()
                for piece in answer.iter_bytes():
                    found += piece
                    if len(found) > limit:
                        raise TransportFailed("transport_answer_too_large", limit=limit)
                return bytes(found)
        except (self._http.HTTPError, self._http.InvalidURL, self._http.StreamError, RuntimeError, OSError) as problem:
            raise TransportFailed("transport_failed", problem=str(problem)[:200]) from None

    def close(self) -> None:
        """Closes all connections."""
        self._client.close()


class MemoryTransport:
    """Carries frames within one process; `is_cut` loses what goes there, `is_mute` loses the answers."""

    def __init__(self, accept: Callable[[bytes], bytes]) -> None:
        self._accept = accept
        self.is_cut = False
        self.is_mute = False
        self.carried = 0

    def post(self, frame: bytes) -> bytes:
        """The answer of the partner's own `accept`."""
        if self.is_cut:
            raise TransportFailed("transport_failed", problem="cut")
        self.carried += 1
        answer = self._accept(frame)
        if self.is_mute:
            raise TransportFailed("transport_failed", problem="answer lost")
        return answer

    def close(self) -> None:
        """Nothing to let go."""
