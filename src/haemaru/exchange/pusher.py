"""The push: one thread for a partner, the most urgent channel first, one frame on its way at a time.

A frame is sent, its receipt moves the cursor, then the channels are looked at again from the top: a queue of a hundred
thousand reports never stands in front of one retraction. A lost frame or answer is tried again after 0.2 s, doubling
to 30 s, with jitter; a partner that sends something itself is there again, so its wait ends at once. A refusal makes
only its own channel wait. What is sealed wakes the thread after its commit.
"""

import logging
import random
import threading
import time

from haemaru.exchange.errors import ReceiptRefused, TransportFailed
from haemaru.exchange.exchange import Exchange
from haemaru.exchange.peers import Peer
from haemaru.exchange.receipt import Receipt
from haemaru.exchange.transport import Transport
from haemaru.records import CHANNELS

FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 30.0
_IDLE_S = 1.0
_STANDING_S = 60.0
_GRACE_S = 1.0
_JOIN_S = 5.0

_log = logging.getLogger(__name__)


class Backoff:
    """How long to wait after each failure in a row: doubling, and never the same for two nodes."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._failures = 0
        self.until = 0.0

    def fail(self, now: float) -> None:
        """Waits twice as long as the last time, between half and the whole of it."""
        wait: float = min(FIRST_WAIT_S * 2.0**self._failures, LONGEST_WAIT_S)
        self._failures = min(self._failures + 1, 20)
        self.until = now + wait * (0.5 + self._source.random() / 2)

    def clear(self) -> None:
        """Begins anew."""
        self._failures = 0
        self.until = 0.0


class Pusher:
    """Sends what waits for one partner, on a thread of its own, until it is stopped."""

    def __init__(
        self,
        exchange: Exchange,
        peer: Peer,
        transport: Transport,
        *,
        rows: int = 500,
        source: random.Random | None = None,
    ) -> None:
        self.party = peer.party
        self.url = peer.url
        self.link = "never"
        """Whether the partner answered the last time: never, up or down."""
        self._exchange = exchange
        self._transport = transport
        self._rows = rows
        jitter = source if source is not None else random.Random()  # noqa: S311 - jitter, no secret
        self._link = Backoff(jitter)
        self._channels = {channel: Backoff(jitter) for channel in CHANNELS}
        self._greet_at = 0.0
        self._event = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"push-{peer.party}", daemon=True)
        exchange.on_waiting(self._woken)
        exchange.on_heard(self._heard)
        exchange.standings.on_doubt.append(self._doubted)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Looks at the queues at once; a wait after a failure still holds."""
        self._event.set()

    def heard(self) -> None:
        """The partner is there: no wait is due any more."""
        for backoff in (self._link, *self._channels.values()):
            backoff.clear()
        self._event.set()

    def stop(self) -> None:
        """Stops the thread; what is on its way is sent again after the next start."""
        self._stopping = True
        self._event.set()
        if self._thread.ident is not None:
            self._thread.join(_GRACE_S)
        self._transport.close()
        if self._thread.ident is not None:
            self._thread.join(_JOIN_S)

    def _woken(self, party: str) -> None:
        if party == self.party:
            self.wake()

    def _heard(self, party: str) -> None:
        if party == self.party:
            self.heard()

    def _doubted(self, party: str) -> None:
        if party == self.party:
            self._greet_at = 0.0
            self.heard()

    def _run(self) -> None:
        while not self._stopping:
            self._event.clear()
            try:
                is_busy = self._round()
            except Exception:  # noqa: BLE001 - a thread that ended would be a cable cut for good, and nobody told
                # The store refused (a full disk, a lock), or a mistake of ours: nothing was lost, so it is tried again.
                if not self._stopping:
                    _log.exception("push to %s", self.party)
                self._link.fail(time.monotonic())
                self.link = "down"
                is_busy = False
            if not is_busy and not self._stopping:
                self._event.wait(self._pause(time.monotonic()))

    def _round(self) -> bool:
        """Sends the most urgent frame there is; False when nothing can be sent now."""
        now = time.monotonic()
        if now < self._link.until:
            return False
        if now >= self._greet_at:
            return self._greet(now)
        for channel in CHANNELS:
            if now < self._channels[channel].until:
                continue
            frame = self._exchange.next_frame(self.party, channel, self._rows)
            if frame is not None:
                return self._send(channel, frame)
        return False

    def _greet(self, now: float) -> bool:
        """Tells the partner how far this node is, and hears how far it is; before anything else, then once a minute."""
        asked = self._exchange.standings.ask(self.party)
        try:
            answer = self._transport.post(asked.data)
        except TransportFailed:
            self._link.fail(time.monotonic())
            self.link = "down"
            return False
        self._link.clear()
        self.link = "up"
        self._greet_at = now + _STANDING_S
        self._exchange.standings.take(self.party, asked, answer)
        return True

    def _send(self, channel: str, frame: bytes) -> bool:
        tally = self._exchange.house.tally
        try:
            answer = self._transport.post(frame)
        except TransportFailed as failed:
            tally.told[self.party, channel] = failed.code
            self._link.fail(time.monotonic())
            self.link = "down"
            return False
        self._link.clear()
        if self.link == "down":
            self._greet_at = 0.0
        self.link = "up"
        try:
            receipt = self._exchange.take_receipt(self.party, answer)
            code = receipt.code
        except ReceiptRefused as refused:
            receipt, code = None, refused.code
        if isinstance(receipt, Receipt) and code != "gap":
            tally.told.pop((self.party, channel), None)
            self._channels[channel].clear()
        else:
            tally.told[self.party, channel] = code
            self._channels[channel].fail(time.monotonic())
        return True

    def _pause(self, now: float) -> float:
        if now < self._link.until:
            return self._link.until - now
        waits = [backoff.until - now for backoff in self._channels.values() if backoff.until > now]
        return min([_IDLE_S, *waits])
