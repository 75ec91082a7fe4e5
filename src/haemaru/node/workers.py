"""What a running node does by itself: pushes to partners, reacts to what came in, keeps the picture and the witness.

What a partner asks is looked at in one tick and answered in a later one, and ticks stand on a grid: when the answer
leaves tells nothing of how much there was to look at.

Nothing here decides anything that a restart could not take up again: queues are read from the ledger's views, and what
a partner asked while the node was killed, suspended, or without room on its disk is answered as soon as it can be.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from haemaru.exchange import Held, HttpTransport, Peer, Puller, Pusher
from haemaru.node.reactions import prepare, unanswered
from haemaru.storage import StorageError
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.node.node import Node

_log = logging.getLogger(__name__)
_TICK_S = 1.0

Worker = TypeVar("Worker", Pusher, Puller)


class Workers:
    """The threads of one node; before `start` they only note what there is to do."""

    def __init__(self, node: "Node") -> None:
        self._node = node
        self._pushers: dict[str, Pusher] = {}
        self._pullers: dict[str, Puller] = {}
        self._changing = threading.Lock()
        self._owes = True
        self._arrived: queue.Queue[Held] = queue.Queue()
        self._prepared: list[tuple[Held, Callable[[], None]]] = []
        self._refused: frozenset[str] = frozenset()
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
        for name, work in (("ticker", self._tick), ("witness", self._node.witnessing.run)):
            thread = threading.Thread(target=work, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Stops the threads and waits for what is under way."""
        if not self._is_running:
            return
        self._is_running = False
        self._node.witnessing.wake()
        with self._changing:
            for pusher in self._pushers.values():
                pusher.stop()
            for puller in self._pullers.values():
                puller.stop()
        for thread in self._threads:
            thread.join(10)

    def peers_changed(self) -> None:
        """Pushes to every partner that is known by now, and pulls from it, as its mode says."""
        with self._changing:
            for peer in self._node.exchange.peers() if self._is_running else ():
                with self._node.ledger.read() as tx:
                    mode = self._node.exchange.pulls.mode(tx, peer.party)
                self._work_for(self._pushers, peer, Pusher, is_wanted=mode != "wait")
                self._work_for(self._pullers, peer, Puller, is_wanted=mode == "pull")

    def _work_for(self, workers: dict[str, Worker], peer: Peer, kind: type[Worker], *, is_wanted: bool) -> None:
        known = workers.get(peer.party)
        if known is not None and (not is_wanted or known.url != peer.url):
            workers.pop(peer.party).stop()
            known = None
        if is_wanted and known is None:
            workers[peer.party] = kind(self._node.exchange, peer, HttpTransport(peer.url))
            workers[peer.party].start()

    def wake(self) -> None:
        """Something waits for partners."""
        for pusher in list(self._pushers.values()):
            pusher.wake()

    def links(self) -> dict[str, str]:
        """Whether each partner answered last time: up, down or never."""
        return {party: pusher.link for party, pusher in list(self._pushers.items())}

    def _react(self) -> None:
        """Answers what was prepared in an earlier tick, then prepares what came since."""
        prepared, self._prepared = self._prepared, []
        for held, act in prepared:
            self._guarded(held, act)
        for _ in range(self._arrived.qsize()):
            held = self._arrived.get()
            self._guarded(held, lambda held=held: self._prepare(held))  # type: ignore[misc]

    def _prepare(self, held: Held) -> None:
        act = prepare(self._node, held)
        if act is not None:
            self._prepared.append((held, act))

    def _guarded(self, held: Held, work: Callable[[], None]) -> None:
        try:
            work()
        except Fault as fault:
            _log.warning("no reaction to a %s: %s", held.kind, fault.code)
        except (StorageError, OSError):
            # The store refused (a full disk, a lock): what was asked stays asked.
            self._owes = True
            _log.exception("a reaction waits")
        except Exception:  # noqa: BLE001 - one bad record must not end all reactions
            _log.exception("a reaction failed")

    def _tick(self) -> None:
        # On a grid: how long the work of one tick took must not show in the moment of the next, where answers leave.
        begun = time.monotonic()
        while not self._node.stopping.wait(_TICK_S - (time.monotonic() - begun) % _TICK_S):
            for work in (
                self._node.exchange.tell_received,
                self._take_up,
                self._react,
                self._node.surveillance.tick,
                self._node.exchange.tick,
                self._node.backups.tick,
                self._node.upkeep.tick,
            ):
                try:
                    work()
                except Exception:  # noqa: BLE001 - the next tick tries again
                    _log.exception("a tick failed")

    def _take_up(self) -> None:
        """Queues what is still asked of this node: after a start, a suspension, or a store that refused."""
        # What resumed since the last look may be answered now.
        refused = self._node.agreements.refused(self._node.clock.now())
        self._owes, self._refused = self._owes or bool(self._refused - refused), refused
        if self._owes and self._node.agreements.refusal(self._node.clock.now()) is None:
            self._owes = False
            for waiting in unanswered(self._node):
                self._arrived.put(waiting)
