"""Comparing what was sent with what is held: nightly, or when an officer asks; over the cable or by courier.

The sender of the streams asks; the receiver answers with digests of ranges (`ranges`) and decides nothing. Each round
cuts what differs into sixteen, so one altered record among 100,000 is found in five rounds. What the receiver lacks
although its receipt covers it is sent again under its number (`resending`); what it holds otherwise is an alarm on both
sides, with evidence (`evidence`); what it holds and the sender does not know was sent before the sender was put back to
an older state: the sender may have its own words back (`recovering`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from haemaru.clock import format_time, from_ms, to_ms
from haemaru.exchange.comparison import COMPARED, ComparedFacts, Number, parts_of
from haemaru.exchange.entries import entry_bytes
from haemaru.exchange.errors import EnvelopeRefused
from haemaru.exchange.house import Heard, House
from haemaru.exchange.messages import DigestAnswer, DigestAsk, DigestFound, Held, Message, Part
from haemaru.exchange.outbox import Outbox
from haemaru.exchange.peers import Peer, PeerBook
from haemaru.exchange.ranges import NOTHING, Range, Row, answered, cut, digests_in, digests_of, is_fair, rows_of
from haemaru.exchange.recovering import Recovering
from haemaru.ledger import Batch
from haemaru.records import CHANNELS
from haemaru.storage import Tx
from haemaru.wording import Fault

MOST_RANGES = 2_000
"""How many ranges one round may ask for, and how many it follows; what is beyond is found the next time."""
MOST_NUMBERS = 50_000
"""How many numbers of a stream may be listed as missing, as altered and as unknown at any time."""
MOST_ANSWERS = 16
"""How many answers may be on their way to a partner: it asks for the next round when it has the one before."""
_GIVE_UP = timedelta(days=3)
_CODES = ("missing", "altered", "unknown")


@dataclass(slots=True)
class _Round:
    """What one answer brought."""

    listed: dict[str, int]
    """How many numbers are listed already, by code."""
    cut: bool
    newest: int
    """The newest epoch."""
    digests: int = 0
    next: dict[tuple[str, int], list[Range]] = field(default_factory=dict)
    numbers: dict[str, list[Number]] = field(default_factory=lambda: {code: [] for code in _CODES})

    def follow(self, channel: str, epoch: int, found: Range) -> None:
        if sum(map(len, self.next.values())) >= MOST_RANGES:
            self.cut = True
        else:
            self.next.setdefault((channel, epoch), []).append(found)

    def note(self, code: str, channel: str, epoch: int, seqs: Iterable[int]) -> None:
        into = self.numbers[code]
        for seq in seqs:
            if len(into) + self.listed.get(code, 0) >= MOST_NUMBERS:
                self.cut = True
                return
            into.append((channel, epoch, seq))

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(
            Part(channel=where[0], epoch=where[1], ranges=tuple(sorted(found))) for where, found in self.next.items()
        )


class Digests:
    """Compares the streams of one node with its partners."""

    def __init__(self, house: House, peers: PeerBook, outbox: Outbox, recovering: Recovering) -> None:
        self._recovering = recovering
        self._house = house
        self._peers = peers
        self._outbox = outbox
        self._night: datetime | None = None
        house.hears[DigestAsk] = self._answer
        house.hears[DigestAnswer] = self._go_on
        house.hears[DigestFound] = self._told

    def compare(self, peer: str, *, turn: bool = True) -> str:
        """Begins to compare every stream towards a partner, which does the same in its `turn`; tells the session."""
        with self._house.ledger.write() as batch:
            self._peers.get(batch.tx, peer)
            return self._open(batch.tx, peer) or self._begin(batch, peer, turn=turn)

    def tick(self) -> None:
        """Begins the comparisons of the night, once."""
        now = self._house.clock.now()
        night = now.replace(hour=self._house.settings.compare_hour, minute=0, second=0, microsecond=0)
        night -= timedelta(days=night > now)
        if self._night == night:
            return
        self._night = night
        with self._house.ledger.read() as tx:
            peers = [row[0] for row in tx.all(_DUE, night=to_ms(night))]
        for peer in peers:
            self.compare(peer, turn=False)

    def session(self, name: str) -> dict[str, Any]:
        """How a comparison stands; raises `Fault("comparison_unknown")`."""
        with self._house.ledger.read() as tx:
            row = tx.one(f"SELECT {_COLUMNS} FROM exchange_comparisons WHERE session = :name", name=name)
        if row is None:
            raise Fault("comparison_unknown", "session", session=name)
        return _told(row)

    def latest(self, tx: Tx, peer: str, asker: str = "own") -> dict[str, Any] | None:
        """The last comparison with a partner: `own` of what was sent to it, `peer` of what came from it."""
        row = tx.one(
            f"SELECT {_COLUMNS} FROM exchange_comparisons WHERE peer = :peer AND asker = :asker"
            " ORDER BY started_ms DESC, session DESC LIMIT 1",
            peer=peer,
            asker=asker,
        )
        return None if row is None else _told(row)

    def differences(self, tx: Tx, peer: str) -> list[dict[str, Any]]:
        """The numbers that differ now, of both directions."""
        rows = tx.all(
            "SELECT asker, channel, epoch, seq, code FROM exchange_differences WHERE peer = :peer AND state <> 'done'"
            " ORDER BY asker, channel, epoch, seq",
            peer=peer,
        )
        return [
            {"direction": "out" if asker == "own" else "in", "channel": channel, "epoch": epoch, "seq": seq}
            | {"code": "unknown_here" if (asker, code) == ("own", "unknown") else code}
            for asker, channel, epoch, seq, code in rows
        ]

    def counts(self, tx: Tx, peer: str) -> dict[str, int]:
        """How many numbers differ now, of both directions, by code."""
        rows = tx.all(
            "SELECT code, count(*) FROM exchange_differences WHERE peer = :peer AND state <> 'done' GROUP BY code",
            peer=peer,
        )
        return dict(rows)

    def _open(self, tx: Tx, peer: str) -> str | None:
        since = to_ms(self._house.clock.now() - _GIVE_UP)
        row = tx.one(
            "SELECT session FROM exchange_comparisons WHERE peer = :peer AND asker = 'own' AND state = 'open'"
            " AND started_ms > :since ORDER BY started_ms DESC LIMIT 1",
            peer=peer,
            since=since,
        )
        return None if row is None else str(row[0])

    def _begin(self, batch: Batch, peer: str, *, turn: bool) -> str:
        session = self._house.ids.new()
        rows = batch.tx.all(
            "SELECT channel, epoch, acked FROM exchange_streams WHERE direction = 'out' AND peer = :peer AND acked > 0"
            " ORDER BY epoch DESC, channel LIMIT :most",
            peer=peer,
            most=MOST_RANGES,
        )
        parts = tuple(Part(channel=channel, epoch=epoch, ranges=((1, acked),)) for channel, epoch, acked in rows)
        batch.append(COMPARED, entry_bytes(ComparedFacts(session=session, peer=peer)))
        self._ask(batch, peer, session, 1, parts, turn=turn)
        return session

    def _ask(
        self, batch: Batch, peer: str, session: str, round_: int, parts: tuple[Part, ...], *, turn: bool = False
    ) -> None:
        message = DigestAsk(**self._house.head(peer), session=session, round=round_, parts=parts, turn=turn)
        self._outbox.send_message(batch, peer, message)

    def _answer(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, DigestAsk)  # noqa: S101 - registered for this type
        tx = batch.tx
        if not (is_fair(message.parts, MOST_RANGES) and _is_few(message.wanted)):
            return Heard("digest_ranges_wrong")
        if self._outbox.unacknowledged(tx, peer.party, DigestAnswer.kind) >= MOST_ANSWERS:
            return Heard("digests_too_often")
        if message.round:
            held = tx.all(
                "SELECT channel, epoch, last FROM exchange_streams WHERE direction = 'in' AND peer = :peer"
                " ORDER BY channel, epoch",
                peer=peer.party,
            )
            answer = DigestAnswer(
                **self._house.head(peer.party),
                session=message.session,
                round=message.round,
                parts=tuple(answered(tx, "exchange_in", peer.party, part) for part in message.parts),
                held=tuple(Held(channel=channel, epoch=epoch, last=last) for channel, epoch, last in held),
            )
            self._outbox.send_message(batch, peer.party, answer)
        if message.wanted:
            self._recovering.give_back(batch, peer.party, message.session, message.wanted)
        if message.turn and self._open(tx, peer.party) is None:
            self._begin(batch, peer.party, turn=False)
        return Heard()

    def _go_on(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, DigestAnswer)  # noqa: S101 - registered for this type
        row = batch.tx.one(
            "SELECT rounds, digests, cut FROM exchange_comparisons WHERE session = :session AND peer = :peer"
            " AND asker = 'own' AND state = 'open'",
            session=message.session,
            peer=peer.party,
        )
        if row is None or message.round != row[0] + 1:
            return Heard("digests_not_asked")
        if not is_fair(message.parts, MOST_RANGES):
            return Heard("digest_ranges_wrong")
        found = _Round(self._listed(batch.tx, peer.party), bool(row[2]), _newest(batch.tx, peer.party))
        try:
            for part in message.parts:
                self._compare(batch.tx, peer.party, part, found)
        except EnvelopeRefused as refused:
            return Heard(refused.code)
        if message.round == 1:
            self._compare_ends(batch.tx, peer.party, message.held, found)
        parts = found.parts
        if not parts:
            self._note_forgotten(batch.tx, peer.party, found)
        facts = ComparedFacts(
            session=message.session,
            peer=peer.party,
            rounds=message.round,
            digests=found.digests,
            cut=found.cut,
            done=not parts,
            missing=parts_of(found.numbers["missing"]),
            altered=parts_of(found.numbers["altered"]),
            unknown=parts_of(found.numbers["unknown"]),
        )
        batch.append(COMPARED, entry_bytes(facts))
        if parts:
            self._ask(batch, peer.party, message.session, message.round + 1, parts)
        else:
            self._end(batch, peer.party, message.session)
        return Heard()

    def _compare(self, tx: Tx, peer: str, part: Part, found: _Round) -> None:
        theirs = iter(digests_in(part))
        read = rows_of(tx, "exchange_out", peer, part.channel, part.epoch)
        for first, last in part.ranges:
            own = digests_of(read(first, last), first, last)
            found.digests += len(own)
            for (begin, end), mine, other in zip(cut(first, last), own, theirs, strict=False):
                if mine == other:
                    continue
                place = (part.channel, part.epoch)
                if other == NOTHING:
                    found.note("missing", *place, (row.seq for row in read(begin, end) if row.state != "moved"))
                elif mine == NOTHING:
                    found.note("unknown", *place, range(begin, end + 1))
                elif begin == end:
                    _differs(next(read(begin, begin)), place, found)
                else:
                    found.follow(*place, (begin, end))

    def _compare_ends(self, tx: Tx, peer: str, held: Iterable[Held], found: _Round) -> None:
        """What the receiver holds beyond the last receipt: of an epoch that is over, or of a future this node lost."""
        rows = tx.all(
            "SELECT channel, epoch, last, acked FROM exchange_streams WHERE direction = 'out' AND peer = :peer",
            peer=peer,
        )
        own = {(channel, epoch): (last, acked) for channel, epoch, last, acked in rows}
        for each in held:
            if each.channel not in CHANNELS:
                continue
            last, acked = own.get((each.channel, each.epoch), (0, 0))
            if each.epoch < found.newest and acked < min(each.last, last):
                found.follow(each.channel, each.epoch, (acked + 1, min(each.last, last)))
            found.note("unknown", each.channel, each.epoch, range(last + 1, each.last + 1))

    def _note_forgotten(self, tx: Tx, peer: str, found: _Round) -> None:
        """What is equal and was erased here by the key file of a backup: what it was is not known any more."""
        other = {*found.numbers["missing"], *found.numbers["altered"]}
        for number in self._recovering.forgotten(tx, peer):
            if number not in other:
                found.note("unknown", *number[:2], number[2:])

    def _end(self, batch: Batch, peer: str, session: str) -> None:
        row = batch.tx.one("SELECT rounds, digests FROM exchange_comparisons WHERE session = :session", session=session)
        rounds, digests = row or (0, 0)
        places: dict[str, list[Number]] = {code: [] for code in _CODES}
        for code, channel, epoch, seq in batch.tx.all(
            "SELECT code, channel, epoch, seq FROM exchange_differences WHERE asker = 'own' AND peer = :peer"
            " AND (state = 'open' OR session = :session)",
            peer=peer,
            session=session,
        ):
            places[code].append((channel, epoch, seq))
        end = DigestFound(
            **self._house.head(peer),
            session=session,
            rounds=rounds,
            digests=digests,
            missing=parts_of(places["missing"][:MOST_NUMBERS]),
            altered=parts_of(places["altered"][:MOST_NUMBERS]),
            unknown=parts_of(places["unknown"][:MOST_NUMBERS]),
        )
        self._outbox.send_message(batch, peer, end)
        newest = _newest(batch.tx, peer)
        wanted = parts_of(place for place in places["unknown"] if place[1] < newest)
        if wanted:
            ask = DigestAsk(**self._house.head(peer), session=session, round=0, parts=(), wanted=wanted)
            self._outbox.send_message(batch, peer, ask)
        batch.after_commit(lambda: self._house.woken(peer))

    def _listed(self, tx: Tx, peer: str) -> dict[str, int]:
        """How many numbers of the own streams are listed as differing, by code."""
        rows = tx.all(
            "SELECT code, count(*) FROM exchange_differences WHERE asker = 'own' AND peer = :peer AND state <> 'done'"
            " GROUP BY code",
            peer=peer,
        )
        return dict(rows)

    def _is_held(self, tx: Tx, peer: str, parts: tuple[Part, ...]) -> bool:
        """Whether every number lies within what is held of the partner's streams."""
        rows = tx.all(
            "SELECT channel, epoch, last FROM exchange_streams WHERE direction = 'in' AND peer = :peer", peer=peer
        )
        held = {(channel, epoch): last for channel, epoch, last in rows}
        return all(part.ranges[-1][1] <= held.get((part.channel, part.epoch), 0) for part in parts if part.ranges)

    def _told(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, DigestFound)  # noqa: S101 - registered for this type
        found = (message.missing, message.altered, message.unknown)
        if not all(map(_is_few, found)) or not self._is_held(batch.tx, peer.party, message.altered):
            return Heard("digest_ranges_wrong")
        if batch.tx.one("SELECT 1 FROM exchange_comparisons WHERE session = :session", session=message.session):
            return Heard("digests_not_asked")
        facts = ComparedFacts(
            session=message.session,
            peer=peer.party,
            asker="peer",
            rounds=message.rounds,
            digests=message.digests,
            missing=message.missing,
            altered=message.altered,
            unknown=message.unknown,
            done=True,
        )
        batch.append(COMPARED, entry_bytes(facts))
        return Heard()


_COLUMNS = "session, peer, asker, state, rounds, digests, missing, altered, unknown, cut, started_ms, at_ms"
# A partner that was there before the night, has signed for something, and was not compared with since.
_DUE = (
    "SELECT p.party FROM exchange_peers p WHERE p.at_ms < :night AND EXISTS (SELECT 1 FROM exchange_streams s"
    " WHERE s.direction = 'out' AND s.peer = p.party AND s.acked > 0 AND s.channel <> 'control')"
    " AND NOT EXISTS (SELECT 1 FROM exchange_comparisons c WHERE c.peer = p.party AND c.asker = 'own'"
    " AND c.started_ms >= :night) ORDER BY p.party"
)


def _told(row: tuple[Any, ...]) -> dict[str, Any]:
    session, peer, asker, state, rounds, digests, missing, altered, unknown, is_cut, started_ms, at_ms = row
    return {
        "session": session,
        "peer": peer,
        "direction": "out" if asker == "own" else "in",
        "done": state == "done",
        "rounds": rounds,
        "digests": digests,
        "missing": missing,
        "altered": altered,
        "unknown_here" if asker == "own" else "unknown_there": unknown,
        "cut": bool(is_cut),
        "started": format_time(from_ms(started_ms)),
        "at": format_time(from_ms(at_ms)),
    }


def _newest(tx: Tx, peer: str) -> int:
    row = tx.one("SELECT max(epoch) FROM exchange_streams WHERE direction = 'out' AND peer = :peer", peer=peer)
    return 1 if row is None else int(row[0] or 1)


def _differs(own: Row, place: tuple[str, int], found: _Round) -> None:
    if own.state == "moved" or (own.state == "erased" and place[1] < found.newest):
        # The number was given twice: before this node was put back, and after; the latter has another number now. Or
        # the key file of a backup erased what stood there then, and not what this node put in its place before it left.
        found.note("unknown", *place, (own.seq,))
    elif own.state != "delivered":
        found.note("altered", *place, (own.seq,))


def _is_few(parts: tuple[Part, ...]) -> bool:
    """Whether ranges are fair and name no more numbers than one comparison may list."""
    size = sum(last - first + 1 for part in parts for first, last in part.ranges)
    return is_fair(parts, MOST_NUMBERS) and size <= MOST_NUMBERS
