"""Leases: without a fresh one from a partner nothing leaves to it, so that a suspension also works with the cable cut.

Each side asks the other every third of the time; the other grants while nobody whom it knows of has suspended the
agreement. Clocks are never compared: who asks counts from the moment it asked, on its own clock, so an answer that took
long has little left to give, and one that is repeated has nothing. A clock that was put back before the question makes
the lease count for nothing. The signatures under the agreement are the first lease: it runs from the adoption.

What the end of a lease stops is the leaving, not the sealing; the control channel goes on, by cable and by courier, and
brings question and answer before every queue.
"""

from datetime import datetime, timedelta

from haemaru.agreement import Agreement
from haemaru.clock import format_time, from_ms, to_ms
from haemaru.exchange.entries import entry_bytes
from haemaru.exchange.house import Heard, House
from haemaru.exchange.leasing import LEASE_ASKED, LEASED, MINUTE_MS, LeaseAskedFacts, LeasedFacts
from haemaru.exchange.messages import Lease, LeaseAsk, Message
from haemaru.exchange.outbox import Outbox
from haemaru.exchange.peers import Peer, PeerBook
from haemaru.ledger import Batch
from haemaru.storage import Tx
from haemaru.wording import Reason

# What was asked and not granted is asked again after so long, then twice as long, up to a third of the time.
_FIRST_WAIT_MS = 5_000
# A question that the partner has not taken in yet waits in the queue; beside it the next one may wait at most so often.
_MOST_DOUBLINGS = 12

_Key = tuple[str, str]


class Leases:
    """Asks for leases and grants them, for one node."""

    def __init__(self, house: House, peers: PeerBook, outbox: Outbox) -> None:
        self._house = house
        self._peers = peers
        self._outbox = outbox
        # Only the rhythm of asking: what is lost with the process is asked again at once.
        self._waits_ms: dict[_Key, int] = {}
        house.leases = self
        house.hears[LeaseAsk] = self._grant
        house.hears[Lease] = self._take

    def over(self, agreement: Agreement, peer: str, at: datetime) -> Reason | None:
        """Why nothing may leave to a partner for want of a fresh lease; None while there is one."""
        now_ms = to_ms(at)
        spans = self._spans(agreement, peer)
        if any(from_ms <= now_ms < until_ms for from_ms, until_ms in spans):
            return None
        until = max((until_ms for _, until_ms in spans), default=0)
        params: dict[str, str | int | float] = {
            "party": peer,
            "agreement": agreement.id,
            "until": format_time(from_ms(until)),
        }
        return Reason("lease_ended", params)

    def until(self, agreement: Agreement, peer: str) -> str:
        """When the newest lease from a partner ends, or ended, on this node's clock."""
        return format_time(from_ms(max((until_ms for _, until_ms in self._spans(agreement, peer)), default=0)))

    def renew(self) -> int:
        """Asks every partner for the leases that are due; tells how many were asked for."""
        house, at = self._house, self._house.clock.now()
        with house.ledger.read() as tx:
            due = [
                (peer.party, agreement)
                for peer in self._peers.all(tx)
                for agreement in house.agreements.between(peer.party)
                if house.agreements.refusal_of(agreement, at) is None and self._is_due(tx, agreement, peer.party, at)
            ]
        if due:
            with house.ledger.write() as batch:
                for peer, agreement in due:
                    self._ask(batch, peer, agreement, at)
        return len(due)

    def press(self, peer: str) -> None:
        """Asks a partner again at once where a lease is over: it resumed, or something else changed there."""
        self._waits_ms = {key: wait for key, wait in self._waits_ms.items() if key[0] != peer}

    def _spans(self, agreement: Agreement, peer: str) -> list[tuple[int, int]]:
        """The first lease and the newest: from when until when on this node's clock."""
        found = []
        adopted = self._house.agreements.adopted_at(agreement)
        if adopted is not None:
            found.append((to_ms(adopted), to_ms(adopted + timedelta(minutes=agreement.lease_minutes))))
        with self._house.ledger.read() as tx:
            row = tx.one(
                "SELECT from_ms, until_ms FROM exchange_leases WHERE peer = :peer AND agreement = :agreement",
                peer=peer,
                agreement=agreement.hash,
            )
        return found if row is None else [*found, (int(row[0]), int(row[1]))]

    def _is_due(self, tx: Tx, agreement: Agreement, peer: str, at: datetime) -> bool:
        row = tx.one(
            "SELECT asked_ms FROM exchange_leases WHERE peer = :peer AND agreement = :agreement",
            peer=peer,
            agreement=agreement.hash,
        )
        is_over = self.over(agreement, peer, at) is not None
        adopted = self._house.agreements.adopted_at(agreement)
        if row is None and (is_over or adopted is None):
            return True
        asked_ms = int(row[0]) if row is not None else to_ms(adopted or at)
        passed_ms, whole_ms = to_ms(at) - asked_ms, agreement.lease_minutes * MINUTE_MS
        if passed_ms < 0:
            return is_over
        on_its_way = self._outbox.unacknowledged(tx, peer, LeaseAsk.kind, agreement.hash)
        if on_its_way:
            # It may be lost (a courier file), or the cable is cut for days: asked again, but ever more seldom.
            return passed_ms >= whole_ms << min(on_its_way - 1, _MOST_DOUBLINGS)
        third_ms = whole_ms // 3
        return passed_ms >= (min(self._waits_ms.get((peer, agreement.hash), 0), third_ms) if is_over else third_ms)

    def _ask(self, batch: Batch, peer: str, agreement: Agreement, at: datetime) -> None:
        house, key = self._house, (peer, agreement.hash)
        message = LeaseAsk(
            id=house.ids.new(),
            realm=house.realm,
            from_=house.party,
            to=peer,
            created=format_time(at),
            agreement=agreement.hash,
            asked_at=format_time(at),
        )
        facts = LeaseAskedFacts(
            id=message.id,
            peer=peer,
            agreement=agreement.hash,
            asked_ms=to_ms(at),
            minutes=agreement.lease_minutes,
        )
        batch.append(LEASE_ASKED, entry_bytes(facts))
        self._outbox.send_message(batch, peer, message, agreement.hash)
        self._waits_ms = {**self._waits_ms, key: max(_FIRST_WAIT_MS, 2 * self._waits_ms.get(key, 0))}

    def _grant(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        """Answers a partner's question; where the agreement does not hold, by silence: the lease then runs out."""
        assert isinstance(message, LeaseAsk)  # noqa: S101 - registered for this type
        house = self._house
        agreement = house.in_force(message.agreement)
        if agreement is None or agreement.hash != message.agreement or peer.party not in agreement.party_ids:
            return Heard("agreement_unknown")
        refusal = house.agreements.refusal_of(agreement, house.clock.now())
        if refusal is not None:
            return Heard(refusal.code)
        lease = Lease(
            id=house.ids.new(),
            realm=house.realm,
            from_=house.party,
            to=peer.party,
            created=house.now(),
            asked=message.id,
            agreement=agreement.hash,
            minutes=agreement.lease_minutes,
        )
        self._outbox.send_message(batch, peer.party, lease, agreement.hash)
        return Heard()

    def _take(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        """Takes a lease in, once, for the question it answers; it never lasts longer than the agreement says."""
        assert isinstance(message, Lease)  # noqa: S101 - registered for this type
        row = batch.tx.one(
            "SELECT asked_ms, minutes FROM exchange_lease_asks WHERE id = :id AND peer = :peer"
            " AND agreement = :agreement",
            id=message.asked,
            peer=peer.party,
            agreement=message.agreement,
        )
        if row is None or message.minutes < 1:
            return Heard("lease_unasked")
        facts = LeasedFacts(
            asked=message.asked,
            peer=peer.party,
            agreement=message.agreement,
            from_ms=int(row[0]),
            until_ms=int(row[0]) + min(message.minutes, int(row[1])) * MINUTE_MS,
        )
        batch.append(LEASED, entry_bytes(facts))
        if facts.from_ms <= to_ms(self._house.clock.now()) < facts.until_ms:
            batch.after_commit(lambda: self._taken((peer.party, message.agreement)))
        return Heard()

    def _taken(self, key: _Key) -> None:
        self._waits_ms = {known: wait for known, wait in self._waits_ms.items() if known != key}
        self._house.woken(key[0])
