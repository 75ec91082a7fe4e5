"""The pull: one thread for a partner that cannot connect: asks for its frames, takes them in, brings the receipts.

The request waits at the partner until there is something; a refusal of ours makes only that channel wait.
"""

import logging
import random
import threading
import time

from haemaru.exchange.errors import TransportFailed
from haemaru.exchange.exchange import Exchange
from haemaru.exchange.frame import MAGIC, read_outer
from haemaru.exchange.peers import Peer
from haemaru.exchange.pulling import LONGEST_WAIT_S
from haemaru.exchange.pusher import Backoff
from haemaru.exchange.receipt import is_refusal, read_answer
from haemaru.exchange.transport import PullTransport
from haemaru.records import CHANNELS

_JOIN_S = 5.0
_PAUSE_S = 1.0

_log = logging.getLogger(__name__)


class Puller:
    """Fetches what one partner has waiting, on a thread of its own, until it is stopped."""

    def __init__(
        self, exchange: Exchange, peer: Peer, transport: PullTransport, *, wait_s: int = LONGEST_WAIT_S
    ) -> None:
        self.party = peer.party
        self.url = peer.url
        self._exchange = exchange
        self._transport = transport
        self._wait_s = wait_s
        jitter = random.Random()  # noqa: S311 - jitter, no secret
        self._link = Backoff(jitter)
        self._channels = {channel: Backoff(jitter) for channel in CHANNELS}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"pull-{peer.party}", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stops the thread; what is on its way is fetched again after the next start."""
        self._stopping.set()
        self._transport.close()
        if self._thread.ident is not None:
            self._thread.join(_JOIN_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.round()
            except TransportFailed as failed:
                self._exchange.house.tally.told[self.party, "control"] = failed.code
                self._link.fail(time.monotonic())
            except Exception:  # noqa: BLE001 - a thread that ended would be a cable cut for good, and nobody told
                if not self._stopping.is_set():
                    _log.exception("pull from %s", self.party)
                self._link.fail(time.monotonic())
            self._stopping.wait(max(0.0, self._link.until - time.monotonic()))

    def round(self) -> bool:
        """Fetches one frame, takes it in, and brings its receipt; False where there was none."""
        now = time.monotonic()
        channels = tuple(channel for channel in CHANNELS if self._channels[channel].until <= now)
        wait_s = self._wait_s if len(channels) == len(CHANNELS) else min(self._wait_s, 1)
        answer = self._transport.pull(self._exchange.pulls.ask(self.party, channels, wait_s))
        self._link.clear()
        if not answer.startswith(MAGIC):
            if answer:
                # The partner refused the request itself.
                known = self._exchange.peer(self.party).keys
                code = getattr(read_answer(answer, known), "code", "")
                self._exchange.house.tally.told[self.party, "control"] = code
                self._link.fail(time.monotonic())
            return False
        channel = read_outer(answer).header.channel
        receipt = self._exchange.accept(answer)
        if is_refusal(receipt) and channel in self._channels:
            self._channels[channel].fail(time.monotonic())
        elif channel in self._channels:
            self._channels[channel].clear()
        self._transport.give(receipt)
        return True
