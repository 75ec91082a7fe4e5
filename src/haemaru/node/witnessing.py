"""What a node says to the witnesses it trusts: checkpoints and restarts out, lines in, and news of partners' ledgers.

One thread does it, so that a witness that does not answer delays nobody: partners are offered the checkpoint without
its line after a few seconds. Everything that counts is in the ledger; here is only the link.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from haemaru.exchange import TransportFailed
from haemaru.exchange.oversight import OTHER_START, Overseer
from haemaru.exchange.pusher import Backoff
from haemaru.ledger.offers import ANSWER_MAX_BYTES, Refused, Watched
from haemaru.values import parse_time
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.node.node import Node

_log = logging.getLogger(__name__)
_PATH = "/w/v1"
_STRANGE_KEY = 403
_LOOK_S = 1.0
_WATCH_EVERY_S = 30.0
_FRESH = timedelta(minutes=10)
"""A ledger without partners' traffic is shown to the witness so often, whatever was written in it."""

_refused = msgspec.json.Decoder(Refused).decode
_watched = msgspec.json.Decoder(Watched).decode


class Door(Protocol):
    """The way to one witness."""

    def call(self, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Status and answer; raises `TransportFailed` where there is none."""
        ...

    def close(self) -> None:
        """Lets the connection go."""
        ...


class HttpDoor:
    """HTTP/1.1 to a witness; knows no proxy, follows no redirect, reads no answer beyond its limit."""

    def __init__(self, url: str) -> None:
        import httpx2

        self._http = httpx2
        base = url.rstrip("/")
        self._url = base if base.endswith(_PATH) else base + _PATH
        self._client = httpx2.Client(timeout=httpx2.Timeout(10.0, connect=3.0), trust_env=False)

    def call(self, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Posts the body, or gets where there is none."""
        try:
            method = "GET" if body is None else "POST"
            with self._client.stream(method, self._url + path, content=body) as answer:
                found = bytearray()
                for piece in answer.iter_bytes():
                    found += piece
                    if len(found) > ANSWER_MAX_BYTES:
                        raise TransportFailed("transport_answer_too_large", limit=ANSWER_MAX_BYTES)
                return answer.status_code, bytes(found)
        except (self._http.HTTPError, self._http.InvalidURL, self._http.StreamError, RuntimeError, OSError) as problem:
            raise TransportFailed("transport_failed", problem=str(problem)[:200]) from None

    def close(self) -> None:
        """Closes the connection."""
        self._client.close()


class _Link:
    """One witness as this process knows it: whether it answered, what it told, when it is asked again."""

    def __init__(self, url: str, door: Door) -> None:
        self.url = url
        self.door = door
        self.state = "never"
        self.told: str | None = None
        self.backoff = Backoff(random.Random())  # noqa: S311 - jitter, no secret
        self.watched = float("-inf")
        self.handed_over = 0


class Witnessing:
    """The node's side of every witness it trusts."""

    def __init__(self, node: "Node", door: Callable[[str], Door] = HttpDoor) -> None:
        self._node = node
        self._door = door
        self._links: dict[str, _Link] = {}
        self._woken = threading.Event()

    def run(self) -> None:
        """Works until the node stops."""
        while not self._node.stopping.is_set():
            self._woken.wait(_LOOK_S)
            self._woken.clear()
            try:
                self.round()
            except Exception:  # noqa: BLE001 - a full disk, a mistake of ours: the next round tries again
                _log.exception("the witness was not asked")
        for link in self._links.values():
            link.door.close()

    def wake(self) -> None:
        """Looks at once."""
        self._woken.set()

    def round(self) -> None:
        """Says to each witness what is due to it, and hears from it."""
        for witness in self._trusted():
            link = self._link(witness)
            now = time.monotonic()
            if now < link.backoff.until:
                continue
            try:
                self._serve(witness, link)
                if now - link.watched >= _WATCH_EVERY_S:
                    link.watched = now
                    self._watch(witness, link)
            except TransportFailed as failed:
                link.state, link.told = "down", failed.code
                link.backoff.fail(time.monotonic())

    def told(self) -> dict[str, dict[str, Any]]:
        """Whether each witness answered last time (up, down, never), and what it told where it was no signature."""
        return {party: {"link": link.state, "told": link.told} for party, link in self._links.items()}

    def _trusted(self) -> list[Overseer]:
        with self._node.ledger.read() as tx:
            return self._node.exchange.oversight.all(tx)

    def _link(self, witness: Overseer) -> _Link:
        link = self._links.get(witness.party)
        if link is None or link.url != witness.url:
            link = self._links[witness.party] = _Link(witness.url, self._door(witness.url))
        return link

    def _serve(self, witness: Overseer, link: _Link) -> None:
        oversight = self._node.exchange.oversight
        restart = oversight.restart(witness)
        if restart is not None:
            status, body = link.door.call("/restart", restart[1])
            if self._heard(link, status, (200, 409)):
                oversight.take_restart_answer(witness, restart[0], "" if status == 200 else _code(body).code)
            return
        self._refresh()
        offer = oversight.offer(witness)
        if offer is None:
            return
        size, body = offer
        status, answer = link.door.call("/add-checkpoint", body)
        if status == _STRANGE_KEY and self._hand_over(link):
            status, answer = link.door.call("/add-checkpoint", body)
        if not self._heard(link, status, (200, 409)):
            return
        if status == 200:
            self._take_line(witness, link, size, answer)
        else:
            said = _code(answer)
            oversight.take_refusal(witness, said.code, said.held)
            link.told = None if said.code == OTHER_START else said.code

    def _hand_over(self, link: _Link) -> bool:
        """Shows a witness how our keys followed each other; False where it has seen all of that before."""
        handovers = self._node.exchange.keys.handovers()
        if len(handovers) <= link.handed_over:
            return False
        for handover in handovers:
            link.door.call("/keys", handover)
        link.handed_over = len(handovers)
        return True

    def _take_line(self, witness: Overseer, link: _Link, size: int, line: bytes) -> None:
        try:
            self._node.exchange.oversight.take_line(witness, size, line)
        except Fault as fault:
            link.told = fault.code
            link.backoff.fail(time.monotonic())

    def _watch(self, witness: Overseer, link: _Link) -> None:
        for peer in self._node.exchange.peers():
            status, body = link.door.call(f"/checkpoints/{peer.party}")
            if status == 200:
                try:
                    found = _watched(body)
                except msgspec.MsgspecError:
                    continue
                self._node.exchange.oversight.take_watched(witness, peer.party, found.note.encode(), found.proofs)

    def _heard(self, link: _Link, status: int, expected: tuple[int, ...]) -> bool:
        link.state = "up"
        if status in expected:
            link.told = None
            link.backoff.clear()
            return True
        link.told = {404: "witness_does_not_know_us", _STRANGE_KEY: "checkpoint_signature_wrong"}.get(
            status, f"http_{status}"
        )
        link.backoff.fail(time.monotonic())
        return False

    def _refresh(self) -> None:
        ledger, now = self._node.ledger, self._node.clock.now()
        newest = ledger.latest_checkpoint()
        if newest is None or now - parse_time(newest.at, "at") >= _FRESH:
            with ledger.write() as batch:
                ledger.checkpoint(batch)


def _code(body: bytes) -> Refused:
    try:
        return _refused(body)
    except msgspec.MsgspecError:
        return Refused("offer_unreadable")
