"""How far each side is, told to each other outside the streams: at the start, after each silence, once a minute.

A standing is signed by one node for another: what it sent (the last number and the partner's receipt, for each
channel), what it holds of the partner's streams, and its clock. It is answered with the other's standing, which names
it by digest and so cannot be an old one. By it a node that was put back to an older state is found before it sends one
record: its partner holds numbers that it never gave (`cursor_in_future`: it stops), or holds fewer than it signed for
(`receiver_behind`: the cursor goes back and the rest is sent again). And clocks that differ are found, on which nothing
else depends.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from haemaru.exchange import entries
from haemaru.exchange.entries import ReceiptFacts, entry_bytes
from haemaru.exchange.envelope import digest_of, write_envelope
from haemaru.exchange.epochs import Epochs
from haemaru.exchange.errors import EnvelopeRefused
from haemaru.exchange.house import House
from haemaru.exchange.introducing import keys_towards
from haemaru.exchange.limits import Whole
from haemaru.exchange.outside import read_told
from haemaru.exchange.peers import Peer, PeerBook
from haemaru.exchange.receipt import Refusal, frame_digest, write_refusal
from haemaru.records import CHANNELS
from haemaru.storage import Tx
from haemaru.values import parse_time
from haemaru.wording import Fault

STANDING_TYPE = "application/vnd.haemaru.standing.v1+json"


class Sent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last number given in a stream, and the partner's receipt."""

    channel: str
    epoch: Whole
    last: Whole
    acked: Whole


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last number held of a partner's stream."""

    channel: str
    epoch: Whole
    last: Whole


class Standing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far a node is with a partner; `answers` is the SHA-256 of the standing it answers, or empty."""

    v: int = 1
    id: str
    realm: str
    from_: str = msgspec.field(name="from")
    to: str
    at: str
    answers: str
    sent: tuple[Sent, ...]
    held: tuple[Kept, ...]


class Asked(msgspec.Struct, frozen=True):
    """A standing on its way: its bytes, its digest, what was held when it was written, and when that was."""

    data: bytes
    digest: str
    held: dict[str, tuple[int, int]]
    acked: dict[str, tuple[int, int]]
    at: datetime


class Standings:
    """Tells and hears standings for one node."""

    def __init__(self, house: House, peers: PeerBook, epochs: Epochs) -> None:
        self._house = house
        self._peers = peers
        self._epochs = epochs
        self._held: dict[str, dict[str, tuple[int, int]]] = {}
        self.on_doubt: list[Callable[[str], None]] = []

    def ask(self, peer: str) -> Asked:
        """The standing to send to a partner."""
        return self._write(peer, "")

    def accept(self, data: bytes) -> bytes:
        """The answer to a partner's standing, or a signed refusal; never raises for bad input."""
        house = self._house
        try:
            standing, peer, digest = self._read(data)
        except (EnvelopeRefused, Fault) as refused:
            house.tally.refused["", "", refused.code] += 1
            return write_refusal(
                house.keys,
                Refusal(by=house.party, realm=house.realm, frame=frame_digest(data), code=refused.code, at=house.now()),
            )
        # What was held a while ago: since it told this, the partner may have sent more.
        before = self._held.get(peer.party)
        self._look(standing, before)
        self._skew(peer.party, standing.at, house.clock.now())
        answer = self._write(peer.party, digest)
        self._held[peer.party] = answer.held
        sent = {each.channel: (each.epoch, each.last) for each in standing.sent}
        held = {each.channel: (each.epoch, each.last) for each in standing.held}
        if _is_less(sent, answer.held) or _is_less(held, answer.acked):
            # It may have sent that since, or have forgotten it: its answer to a question of ours will tell.
            for listener in self.on_doubt:
                listener(peer.party)
        return answer.data

    def take(self, peer: str, asked: Asked, answer: bytes) -> bool:
        """Draws the conclusions from a partner's answer; False where it is none to this question."""
        try:
            standing, known, _ = self._read(answer)
        except (EnvelopeRefused, Fault):
            return False
        if known.party != peer or standing.answers != asked.digest:
            return False
        now = self._house.clock.now()
        self._skew(peer, standing.at, asked.at + (now - asked.at) / 2)
        self._look(standing, asked.held, asked.acked, answer)
        return True

    def _write(self, peer: str, answers: str) -> Asked:
        house = self._house
        with house.ledger.read() as tx:
            self._peers.get(tx, peer)
            sent = self._newest(tx, "out", peer)
            held = self._newest(tx, "in", peer)
            keys = keys_towards(house, tx, peer)
        standing = Standing(
            id=house.ids.new(),
            realm=house.realm,
            from_=house.party,
            to=peer,
            at=house.now(),
            answers=answers,
            sent=tuple(Sent(channel, *found) for channel, found in sent.items()),
            held=tuple(Kept(channel, *found[:2]) for channel, found in held.items()),
        )
        content = msgspec.json.encode(standing)
        here = {channel: (epoch, last) for channel, (epoch, last, _) in held.items()}
        acked = {channel: (epoch, upto) for channel, (epoch, _, upto) in sent.items()}
        data = write_envelope(keys, STANDING_TYPE, content)
        return Asked(data, digest_of(content), here, acked, house.clock.now())

    def _newest(self, tx: Tx, direction: str, peer: str) -> dict[str, tuple[int, int, int]]:
        rows = tx.all(
            "SELECT channel, epoch, last, acked FROM exchange_streams WHERE direction = :direction AND peer = :peer"
            " ORDER BY channel, epoch",
            direction=direction,
            peer=peer,
        )
        return {channel: (epoch, last, acked) for channel, epoch, last, acked in rows}

    def _read(self, data: bytes) -> tuple[Standing, Peer, str]:
        house = self._house
        standing, peer, content = read_told(
            house, self._peers, data, STANDING_TYPE, Standing, house.limits.receipt_bytes
        )
        parse_time(standing.at)
        return standing, peer, digest_of(content)

    def _look(
        self,
        standing: Standing,
        held: dict[str, tuple[int, int]] | None,
        acked: dict[str, tuple[int, int]] | None = None,
        data: bytes = b"",
    ) -> None:
        """Compares what the partner tells with what was held, and acknowledged, before it told it."""
        peer, alarms = standing.from_, self._house.tally.alarms
        theirs = {each.channel: (each.epoch, each.last) for each in standing.held}
        with self._house.ledger.read() as tx:
            own = self._newest(tx, "out", peer)
        back: list[tuple[str, int, int]] = []
        for channel, (epoch, last, _) in own.items():
            their_epoch, their_last = theirs.get(channel, (epoch, 0))
            upto = their_last if their_epoch == epoch else 0
            if (their_epoch, their_last) > (epoch, last):
                self._epochs.remember(peer, their_epoch)
                alarms[peer, channel] = "cursor_in_future"
            elif acked is not None and (epoch, upto) < acked.get(channel, (0, 0)):
                back.append((channel, epoch, upto))
            elif alarms.get((peer, channel)) == "receiver_behind" and upto == last:
                alarms.pop((peer, channel))
        self._go_back(peer, back, data)
        self._look_behind(peer, standing.sent, held)

    def _go_back(self, peer: str, back: Iterable[tuple[str, int, int]], data: bytes) -> None:
        """The partner holds less than it signed for: the cursor goes back, and what it lost is sent again."""
        for channel, epoch, upto in back:
            self._house.tally.alarms[peer, channel] = "receiver_behind"
            facts = ReceiptFacts(peer=peer, channel=channel, epoch=epoch, upto=upto)
            with self._house.ledger.write() as batch:
                batch.append(entries.RECEIPT, entry_bytes(facts, data))

    def _look_behind(self, peer: str, sent: Iterable[Sent], held: dict[str, tuple[int, int]] | None) -> None:
        """The partner gave fewer numbers than are held of it: it was put back to an older state."""
        behind = self._house.tally.behind
        told = {each.channel: (each.epoch, each.last) for each in sent}
        if held is None:
            return
        for channel in CHANNELS:
            if channel not in held or told.get(channel, (0, 0)) >= held[channel]:
                behind.pop((peer, channel), None)
            else:
                behind[peer, channel] = "sender_behind"

    def _skew(self, peer: str, theirs: str, ours: datetime) -> None:
        self._house.tally.skew_s[peer] = (parse_time(theirs) - ours).total_seconds()


def _is_less(told: dict[str, tuple[int, int]], known: dict[str, tuple[int, int]]) -> bool:
    return any(told.get(channel, (0, 0)) < found for channel, found in known.items() if found[1])
