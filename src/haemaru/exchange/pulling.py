"""Pull, for one-way firewalls: the node that can reach the other asks for frames, and brings the receipts.

A pull is a signed request; the answer is the same frame a push would carry, sealed to whoever asked, or nothing. It may
wait a while for something to send (long poll); each partner has one such place, and a newer request takes it. The
receipt is posted back. The node that is asked never connects: its partner pushes to it and pulls from it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from haemaru.exchange.entries import entry_bytes
from haemaru.exchange.envelope import write_envelope
from haemaru.exchange.errors import EnvelopeRefused, ReceiptRefused
from haemaru.exchange.house import House
from haemaru.exchange.introducing import keys_towards
from haemaru.exchange.outside import read_told
from haemaru.exchange.peers import Peer, PeerBook
from haemaru.exchange.pulling_modes import MODE, MODES, ModeFacts
from haemaru.exchange.receipt import Receipt, Refusal, frame_digest, read_answer, write_refusal
from haemaru.exchange.sending import Sending
from haemaru.ledger import Batch
from haemaru.records import CHANNELS
from haemaru.storage import Tx
from haemaru.wording import Fault

PULL_TYPE = "application/vnd.haemaru.pull.v1+json"
LONGEST_WAIT_S = 20
_REMEMBERED = 1_000


class Pull(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for: the channels, the most urgent first, and how long the answer may wait."""

    v: int = 1
    id: str
    realm: str
    from_: str = msgspec.field(name="from")
    to: str
    at: str
    channels: tuple[str, ...]
    wait_s: int


@dataclass(slots=True)
class Pulled:
    """A request that was taken in: what to answer at once, or for whom to wait."""

    party: str = ""
    channels: tuple[str, ...] = ()
    wait_s: int = 0
    answer: bytes | None = None
    is_current: Callable[[], bool] = lambda: False


class Pulls:
    """Asks for frames, and answers such requests, for one node."""

    def __init__(self, house: House, peers: PeerBook, sending: Sending) -> None:
        self._house = house
        self._peers = peers
        self._sending = sending
        self._seen: dict[str, deque[str]] = {}
        self._places: dict[str, str] = {}

    def mode(self, tx: Tx, peer: str) -> str:
        """How frames get to a partner and from it: push, pull or wait."""
        row = tx.one("SELECT mode FROM exchange_modes WHERE peer = :peer", peer=peer)
        return "push" if row is None else str(row[0])

    def set_mode(self, batch: Batch, peer: str, mode: str) -> None:
        """Changes it; raises `Fault` for an unknown partner or mode."""
        self._peers.get(batch.tx, peer)
        if mode not in MODES:
            raise Fault("peer_mode_unknown", "mode", mode=mode[:50], known=", ".join(MODES))
        if self.mode(batch.tx, peer) != mode:
            batch.append(MODE, entry_bytes(ModeFacts(peer=peer, mode=mode)))

    def ask(self, peer: str, channels: tuple[str, ...] = CHANNELS, wait_s: int = LONGEST_WAIT_S) -> bytes:
        """The signed request for the next frame of a partner."""
        house = self._house
        with house.ledger.read() as tx:
            keys = keys_towards(house, tx, peer)
        pull = Pull(
            id=house.ids.new(),
            realm=house.realm,
            from_=house.party,
            to=peer,
            at=house.now(),
            channels=channels,
            wait_s=wait_s,
        )
        return write_envelope(keys, PULL_TYPE, msgspec.json.encode(pull))

    def take(self, data: bytes) -> Pulled:
        """Takes a request in; its answer is a frame, a signed refusal, or None while nothing waits."""
        try:
            pull, peer = self._read(data)
        except EnvelopeRefused as refused:
            self._house.tally.refused["", "", refused.code] += 1
            return Pulled(answer=self._refusal(data, refused.code))
        self._places[peer.party] = pull.id
        pulled = Pulled(
            party=peer.party,
            channels=pull.channels,
            wait_s=max(0, min(pull.wait_s, LONGEST_WAIT_S)),
            is_current=lambda: self._places.get(peer.party) == pull.id,
        )
        pulled.answer = self.next(pulled)
        return pulled

    def next(self, pulled: Pulled) -> bytes | None:
        """The most urgent frame for a request that was taken in, or None."""
        for channel in pulled.channels:
            frame = self._sending.next_frame(pulled.party, channel)
            if frame is not None:
                return frame
        return None

    def take_receipt(self, data: bytes) -> tuple[Receipt | Refusal | None, bytes]:
        """Takes the answer to a frame that was pulled: what it was, and a signed refusal where it is not believed."""
        try:
            claimed = read_answer(data, None, self._house.limits)
            return self._sending.take_receipt(claimed.by, data), b""
        except (ReceiptRefused, Fault) as refused:
            return None, self._refusal(data, refused.code)

    def _read(self, data: bytes) -> tuple[Pull, Peer]:
        house = self._house
        pull, peer, _ = read_told(house, self._peers, data, PULL_TYPE, Pull, house.limits.header_bytes)
        if not set(pull.channels) <= set(CHANNELS) or len(set(pull.channels)) < len(pull.channels):
            raise EnvelopeRefused("frame_other_channel")
        seen = self._seen.setdefault(peer.party, deque(maxlen=_REMEMBERED))
        if pull.id in seen:
            # Whoever repeats it would get nothing that it can open; but it would take the partner's place.
            raise EnvelopeRefused("pull_repeated")
        seen.append(pull.id)
        return pull, peer

    def _refusal(self, data: bytes, code: str) -> bytes:
        house = self._house
        refusal = Refusal(by=house.party, realm=house.realm, frame=frame_digest(data), code=code, at=house.now())
        return write_refusal(house.keys, refusal)
