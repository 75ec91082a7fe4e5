"""What waits is decided again before it leaves: as it was, otherwise, not at all, or not now.

Between sealing and sending an agreement may be replaced or suspended, a clause may have run out, a record may have been
taken back. A suspended agreement holds what was sealed under it. Where another agreement works in the same stream, what
is held does not stand in its way: it is released under that one, or its number goes as a void and it is owed a new one.
"""

from datetime import datetime
from typing import NamedTuple

import msgspec

from haemaru.agreement import Agreement
from haemaru.exchange import entries
from haemaru.exchange.clauses import keepers
from haemaru.exchange.entries import SealedFacts, VoidFacts, entry_bytes, read_entry
from haemaru.exchange.envelope import VOID_TYPE, write_envelope
from haemaru.exchange.house import House
from haemaru.exchange.keeping import OwnErasedFacts
from haemaru.exchange.messages import Void, message_bytes
from haemaru.exchange.naming import as_named
from haemaru.exchange.outbox import Outbox
from haemaru.exchange.release import SILENT, Ask, Judgement, granted_under, judge_under, release_digest, seal
from haemaru.exchange.spool import Spool
from haemaru.storage import Tx
from haemaru.wording import Reason


class Change(NamedTuple):
    """What must be written before an item may leave: a void, or the envelope sealed anew."""

    kind: str
    epoch: int
    seq: int
    body: bytes
    owed: "Held | None" = None
    rest: tuple[bytes, bytes, int] | None = None
    withheld: SealedFacts | None = None


class Held(NamedTuple):
    """An item that waits, because the agreement it was sealed under may not release anything now."""

    facts: SealedFacts
    judgement: Judgement


Waits = dict[str, Reason | None]
"""For each agreement with a partner, by its id, why what was sealed under it waits."""


class Reconsidering:
    """Decides queued items again for one node."""

    def __init__(self, house: House, outbox: Outbox, spool: Spool) -> None:
        self._house = house
        self._outbox = outbox
        self._spool = spool

    def waits(self, peer: str) -> Waits:
        """For each agreement with a partner why what was sealed under it waits at this moment."""
        at = self._house.clock.now()
        between = self._house.agreements.between(peer)
        return {agreement.id: self._house.held_back(agreement, peer, at) for agreement in between}

    def is_free_behind(self, tx: Tx, held: SealedFacts, seq: int, waits: Waits) -> bool:
        """Whether anything beyond number `seq` may go, so that what is held has to step aside."""
        free = [each for each in self._house.agreements.between(held.peer) if waits.get(each.id) is None]
        sql = (
            "SELECT 1 FROM exchange_out WHERE peer = :peer AND channel = :channel AND epoch = :epoch"
            " AND seq > :seq AND state = 'sealed' AND agreement = :agreement LIMIT 1"
        )
        place = {"peer": held.peer, "channel": held.channel, "epoch": held.epoch, "seq": seq}
        return any(tx.one(sql, **place, agreement=agreement.hash) is not None for agreement in free)

    def aside(self, held: Held) -> Change:
        """A void in place of what is held, which is owed a new number."""
        return self.void(held.facts, held.judgement.code)._replace(owed=held)

    def reconsider(self, tx: Tx, facts: SealedFacts, at: datetime, waits: Waits) -> Change | Held | None:
        """What has to be done before an item may leave; None where it may go as it was sealed."""
        mine = self._house.in_force(facts.agreement)
        if mine is not None and mine.id not in waits:
            mine = None
        if not facts.spool:
            return self._record_change(tx, facts, at, waits, mine)
        if mine is None:
            return self.void(facts, "agreement_replaced")
        if waits[mine.id] is not None:
            return Held(facts, Judgement(mine, None, waits[mine.id]))
        code = self._spool.recheck(tx, facts, mine, at)
        if code is None:
            return None
        # Its oldest rows have outlived their clause; the younger ones are sealed anew, behind everything else.
        return self.void(facts, code)._replace(rest=self._spool.rest(tx, facts.spool, at))

    def _record_change(
        self, tx: Tx, facts: SealedFacts, at: datetime, waits: Waits, mine: Agreement | None
    ) -> Change | Held | None:
        own = self._outbox.latest(tx, facts.rid)
        if own is None or own.state in ("retracted", "expired"):
            return self.void(facts, own.state if own is not None else "record_gone")
        if self._is_recalled(tx, facts):
            return self.void(facts, "retracted")
        ask = Ask(
            record=self._outbox.record_at(tx, facts.source),
            rev=facts.rev,
            source=facts.source,
            to=facts.peer,
            purpose=facts.purpose,
            op=facts.op,
            refs=facts.refs,
            demanded=facts.demanded,
            approved=facts.approved,
            granted="-" if mine is None else mine.id,
        )
        ask = as_named(self._house, self._outbox, tx, ask, at)
        others = () if facts.is_only else self._house.agreements.between(facts.peer)
        code = "agreement_replaced"
        for agreement in dict.fromkeys((*(() if mine is None else (mine,)), *others)):
            if waits[agreement.id] is not None:
                continue
            judgement = judge_under(self._house, agreement, ask, at)
            if judgement.is_release:
                return self._resealed(tx, facts, ask, judgement, at)
            code = judgement.code if agreement is mine else code
        if mine is not None and waits[mine.id] is not None:
            return Held(facts, Judgement(mine, None, waits[mine.id]))
        # Where this was the newest revision, the partner holds an earlier one that is known to be wrong.
        return self.void(facts, code)._replace(withheld=facts if facts.rev == own.rev else None)

    def _resealed(self, tx: Tx, facts: SealedFacts, ask: Ask, judgement: Judgement, at: datetime) -> Change | None:
        if judgement.agreement is None or judgement.decision is None:
            raise AssertionError("only a release is sealed")
        if release_digest(judgement.agreement, judgement.decision) == facts.release:
            return None
        previous = self._outbox.previous(tx, facts.rid, facts.peer, before=facts.rev)
        sealed = seal(self._house, ask, judgement, previous, at)
        demanded, approved = granted_under(self._house, judgement.agreement, ask)
        anew = msgspec.structs.replace(
            facts,
            digest=sealed.digest,
            release=sealed.release,
            retain=sealed.retain,
            agreement=judgement.hash,
            kept_by=keepers(judgement.decision),
            demanded=demanded,
            approved=approved,
        )
        return Change(entries.RESEALED, facts.epoch, facts.seq, entry_bytes(anew, sealed.envelope))

    def void_of_erased(self, tx: Tx, place: tuple[str, str, int, int], erasure: int) -> Change:
        """A void for a number (peer, channel, epoch, seq) whose record is erased: its receiver lost its ledger."""
        peer, channel, epoch, seq = place
        rid = read_entry(self._house.ledger.body(tx, erasure), OwnErasedFacts)[0].rid
        facts = SealedFacts(peer=peer, channel=channel, epoch=epoch, seq=seq, rid=rid, op="void", kind="", digest="")
        return self.void(facts, "retracted")

    def _is_recalled(self, tx: Tx, facts: SealedFacts) -> bool:
        """Whether this receiver was asked to give this revision back while it still waited."""
        sql = (
            "SELECT 1 FROM exchange_out WHERE rid = :rid AND peer = :peer AND op IN ('retract', 'expire')"
            " AND rev >= :rev LIMIT 1"
        )
        blind = self._house.vault.blind(facts.rid)
        return tx.one(sql, rid=blind, peer=facts.peer, rev=facts.rev) is not None

    def void(self, facts: SealedFacts, code: str) -> Change:
        """A void in place of an item."""
        house = self._house
        void = Void(
            realm=house.realm,
            from_=house.party,
            to=facts.peer,
            channel=facts.channel,
            epoch=facts.epoch,
            seq=facts.seq,
            # A refusal by a silent clause must not tell which record there is.
            rid=house.ids.new() if code == SILENT else facts.rid,
            code=code,
            at=house.now(),
        )
        why = VoidFacts(peer=facts.peer, channel=facts.channel, epoch=facts.epoch, seq=facts.seq, code=code)
        envelope = write_envelope(house.keys, VOID_TYPE, message_bytes(void))
        return Change(entries.VOIDED, facts.epoch, facts.seq, entry_bytes(why, envelope))
