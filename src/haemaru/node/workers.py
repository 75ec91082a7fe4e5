"""What a running node does by itself: pushes to partners, reacts to what came in, keeps the picture and the witness.

Nothing here decides anything that a restart could not take up again: queues are read from the ledger's views, and a
case that was received but not answered when the node was killed is answered at the next start.
"""

import logging
import queue
import threading
from typing import TYPE_CHECKING

from haemaru.exchange import Held, HttpTransport, Pusher
from haemaru.node.reactions import react, unanswered
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.node.node import Node

_log = logging.getLogger(__name__)
_TICK_S = 1.0


class Workers:
    """The threads of one node; before `start` they only note what there is to do."""

    def __init__(self, node: "Node") -> None:
        self._node = node
        self._pushers: dict[str, Pusher] = {}
        self._arrived: queue.Queue[Held | None] = queue.Queue()
        self._threads: list[threading.Thread] = []
        self._is_running = False
        node.exchange.on_received(self._arrived.put)

    @property
    def is_running(self) -> bool:
        """Whether partners are being pushed to and answers can be expected."""
        return self._is_running

    def start(self) -> None:
        """Starts the threads."""
        self._is_running = True
        self.peers_changed()
        for name, work in (("reactions", self._react), ("ticker", self._tick)):
            thread = threading.Thread(target=work, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Stops the threads and waits for what is under way."""
        if not self._is_running:
            return
        self._is_running = False
        self._arrived.put(None)
        for pusher in self._pushers.values():
            pusher.stop()
        for thread in self._threads:
            thread.join(10)

    def peers_changed(self) -> None:
        """Pushes to every partner that is known by now."""
        if not self._is_running:
            return
        for peer in self._node.exchange.peers():
            known = self._pushers.get(peer.party)
            if known is None or known.url != peer.url:
                if known is not None:
                    known.stop()
                self._pushers[peer.party] = Pusher(self._node.exchange, peer, HttpTransport(peer.url))
                self._pushers[peer.party].start()

    def wake(self) -> None:
        """Something waits for partners."""
        for pusher in list(self._pushers.values()):
            pusher.wake()

    def links(self) -> dict[str, str]:
        """Whether each partner answered last time: up, down or never."""
        return {party: pusher.link for party, pusher in self._pushers.items()}

    def _react(self) -> None:
        for waiting in unanswered(self._node):
            self._arrived.put(waiting)
        while (held := self._arrived.get()) is not None:
            try:
                react(self._node, held)
            except Fault as fault:
                _log.warning("no reaction to a %s: %s", held.kind, fault.code)
            except Exception:  # noqa: BLE001 - one bad record must not end all reactions
                _log.exception("a reaction failed")

    def _tick(self) -> None:
        while not self._node.stopping.wait(_TICK_S):
            try:
                self._node.surveillance.tick()
                self._node.exchange.tick()
            except Exception:  # noqa: BLE001 - the next tick tries again
                _log.exception("a tick failed")
