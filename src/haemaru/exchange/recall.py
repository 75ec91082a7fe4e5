"""Taking back: correct, regrade, retract, expire.

Each is a new revision of an own record and reaches every receiver that was ever sent one. A correction is decided like
any record; where it is no longer released, the copy is taken back instead. Retractions and expiries travel on the
control channel, before any queue and also while the agreement is suspended: they take away, they release nothing.
A partner that leaves is asked for everything it holds. What was taken back is erased at its origin too (`erasing`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import msgspec

from haemaru.exchange import entries
from haemaru.exchange.answering import derived_from
from haemaru.exchange.entries import JudgedFacts, RuledFacts, SealedFacts, entry_bytes, read_entry
from haemaru.exchange.envelope import RECORD_TYPE, digest_of, join, read_envelope, split, write_envelope
from haemaru.exchange.erasing import erase_own
from haemaru.exchange.house import House
from haemaru.exchange.items import TAKING_BACK
from haemaru.exchange.naming import as_named
from haemaru.exchange.outbox import Outbox, Own, PutResult
from haemaru.exchange.release import Ask
from haemaru.ledger import Batch
from haemaru.records import Record, header_bytes, read_header, read_record
from haemaru.storage import Tx
from haemaru.wording import Fault

Back = Literal["retract", "expire"]
Revision = Literal["correct", "regrade"]


_BACK: dict[str, Back] = {"retracted": "retract", "expired": "expire"}
_WITHHELD = {"correct": "correction_withheld", "regrade": "regrade_withheld"}


class Recall:
    """Corrects, regrades and takes back own records."""

    def __init__(self, house: House, outbox: Outbox) -> None:
        self._house = house
        self._outbox = outbox

    def correct(
        self,
        batch: Batch,
        rid: str,
        body: Mapping[str, Any],
        subject: Mapping[str, Any] | None = None,
        handling: Mapping[str, Any] | None = None,
        *,
        rev: int | None = None,
    ) -> list[PutResult]:
        """Writes the next revision of an own record and sends it to whoever has the earlier one.

        With `rev`, only when that is still the newest revision: of two officers the second learns of the first.
        """
        parts = {"body": body, "subject": subject, "handling": handling}
        changed = {name: dict(part) for name, part in parts.items() if part is not None}
        return self._revise(batch, rid, changed, "correct", rev)

    def regrade(
        self, batch: Batch, rid: str, level: str, caveats: Sequence[str], rev: int | None = None
    ) -> list[PutResult]:
        """Changes how an own record must be handled; who may no longer hold it gives its copy back."""
        return self._revise(batch, rid, {"handling": {"level": level, "caveats": list(caveats)}}, "regrade", rev)

    def _revise(
        self, batch: Batch, rid: str, changed: Mapping[str, Any], op: Revision, rev: int | None
    ) -> list[PutResult]:
        own = self._own(batch.tx, rid)
        if rev is not None and rev != own.rev:
            raise Fault("revision_outdated", "rev", rid=rid, rev=rev, newest=own.rev)
        record = read_record({**self._outbox.record_at(batch.tx, own.entry), **changed})
        revised = self._outbox.keep_revision(batch, own, record, op)
        derived_from(self._house, batch, rid)
        waiting = self._waiting(batch.tx, rid)
        receivers = self._receivers(batch.tx, rid)
        results = [self._revise_at(batch, facts, record, revised, op) for facts in receivers]
        return results + self._asked_anew(batch, waiting, record, revised, {facts.peer for facts in receivers})

    def take_back(self, batch: Batch, rid: str, op: Back, reason: str = "") -> list[PutResult]:
        """Retracts or expires an own record everywhere; what still waits here never leaves."""
        own = self._own(batch.tx, rid)
        record = self._outbox.record_at(batch.tx, own.entry)
        gone = self._outbox.keep_revision(batch, own, record, op, reason)
        self._close_referrals(batch, rid)
        derived_from(self._house, batch, rid)
        results = [self._back_at(batch, facts, gone, op, reason) for facts in self._receivers(batch.tx, rid)]
        erase_own(self._house, batch, rid)
        return results

    def recall_all(self, batch: Batch, peer: str, reason: str) -> list[PutResult]:
        """Asks one partner to give back everything it was sent: it leaves the agreement, or was suspended for good."""
        rows = batch.tx.all(
            "SELECT max(o.entry) FROM exchange_out o WHERE o.peer = :peer AND o.state IN ('sealed', 'delivered')"
            " AND o.channel NOT IN ('control', 'track') AND NOT EXISTS (SELECT 1 FROM exchange_out t WHERE"
            " t.rid = o.rid AND t.peer = o.peer AND t.op IN ('retract', 'expire') AND t.rev >= o.rev) GROUP BY o.rid",
            peer=peer,
        )
        results = []
        for (entry,) in sorted(rows):
            facts = read_entry(self._house.ledger.body(batch.tx, entry), SealedFacts)[0]
            own = self._outbox.latest(batch.tx, facts.rid)
            if own is not None:
                results.append(self._back_at(batch, facts, own, "retract", reason))
        return results

    def bury(self, batch: Batch, rid: str, own: Own, rev: int) -> Own:
        """Takes an own record back that a backup's key file had erased: its name, and `rev`, are known again."""
        newest = replace(own, rev=max(own.rev, rev))
        gone = self._outbox.keep_revision(batch, newest, {"rid": rid}, "retract", "taken_back")
        derived_from(self._house, batch, rid)
        return gone

    def came_back(self, batch: Batch, facts: SealedFacts) -> None:
        """Does for a partner that turns out to have a record what was done without knowing of it.

        `facts` tell what this node had forgotten. What was taken back here is asked for, what was corrected is sent;
        and where it had been taken back, so it is from everybody.
        """
        own = self._outbox.latest(batch.tx, facts.rid)
        if own is None or not facts.rid:
            return
        known = [facts]
        if facts.op in TAKING_BACK:
            self._close_referrals(batch, facts.rid)
            derived_from(self._house, batch, facts.rid)
            known = self._receivers(batch.tx, facts.rid)
        for each in known:
            self._catch_up(batch, each, own)

    def _catch_up(self, batch: Batch, facts: SealedFacts, own: Own) -> None:
        tx = batch.tx
        if own.state == "held":
            if own.rev > facts.rev and not self._outbox.is_sealed(tx, facts.rid, facts.peer, own.rev):
                self._revise_at(batch, facts, self._outbox.record_at(tx, own.entry), own, "correct")
            return
        asked = tx.one(
            "SELECT 1 FROM exchange_out WHERE rid = :rid AND peer = :peer AND op IN ('retract', 'expire')"
            " AND rev >= :rev AND state <> 'void' LIMIT 1",
            rid=self._house.vault.blind(facts.rid),
            peer=facts.peer,
            rev=facts.rev,
        )
        if asked is None and own.state in _BACK:
            last = replace(own, rev=max(own.rev, facts.rev))
            self._back_at(batch, facts, last, _BACK[own.state], "taken_back")

    def _own(self, tx: Tx, rid: str) -> Own:
        own = self._outbox.latest(tx, rid)
        if own is None:
            is_received = tx.one("SELECT 1 FROM exchange_in WHERE rid = :rid LIMIT 1", rid=self._house.vault.blind(rid))
            raise Fault("record_of_other_origin_held" if is_received else "rid_unknown", "rid", rid=rid)
        if own.state in ("retracted", "expired"):
            raise Fault("rid_taken_back", "rid", rid=rid, state=own.state)
        return own

    def _receivers(self, tx: Tx, rid: str) -> list[SealedFacts]:
        """What was sealed last under this rid for each receiver that may have a copy or a number of it."""
        rows = tx.all(
            "SELECT peer, entry FROM exchange_out WHERE rid = :rid AND state <> 'void'"
            " AND op NOT IN ('retract', 'expire') ORDER BY rev, epoch, seq",
            rid=self._house.vault.blind(rid),
        )
        latest = dict(rows)
        for peer in [*latest]:
            # Who was asked for everything back is not sent the next revision.
            if self._is_recalled(tx, rid, peer, latest[peer]):
                del latest[peer]
        return [read_entry(self._house.ledger.body(tx, latest[peer]), SealedFacts)[0] for peer in sorted(latest)]

    def _is_recalled(self, tx: Tx, rid: str, peer: str, entry: int) -> bool:
        sql = (
            "SELECT 1 FROM exchange_out t JOIN exchange_out s ON s.entry = :entry WHERE t.rid = :rid"
            " AND t.peer = :peer AND t.op = 'retract' AND t.rev = s.rev AND t.entry > s.entry LIMIT 1"
        )
        return tx.one(sql, rid=self._house.vault.blind(rid), peer=peer, entry=entry) is not None

    def _revise_at(self, batch: Batch, facts: SealedFacts, record: Record, revised: Own, op: Revision) -> PutResult:
        ask = self._ask(facts, record, revised, op)
        if self._shows_nothing_new(batch.tx, ask, facts):
            return PutResult(outcome="known", rid=facts.rid, to=facts.peer)
        result = self._outbox.settle(batch, ask)
        if result.outcome == "withheld" and result.decision is not None:
            # The partner holds an earlier revision that is known to be wrong and may not have the right one.
            self._back_at(batch, facts, revised, "retract", _WITHHELD[op])
        return result

    def _ask(self, facts: SealedFacts | JudgedFacts, record: Record, revised: Own, op: str) -> Ask:
        """The question about a new revision, as it was asked about the earlier one."""
        agreement = self._house.agreements.find(facts.agreement)
        name = "" if agreement is None else agreement.id
        return Ask(
            record=record,
            rev=revised.rev,
            source=revised.entry,
            to=facts.peer,
            purpose=facts.purpose,
            op=op,
            refs=facts.refs,
            demanded=facts.demanded,
            approved=facts.approved,
            only=name if facts.is_only else "",
            granted=name,
        )

    def withheld_later(self, batch: Batch, rid: str, peer: str, op: str) -> None:
        """Takes the earlier copy back where a correction that an agreement kept waiting is withheld when it may go."""
        own = self._outbox.latest(batch.tx, rid)
        if own is None or own.state != "held" or op not in _WITHHELD:
            return
        there = batch.tx.one(
            "SELECT 1 FROM exchange_out WHERE rid = :rid AND peer = :peer AND op = 'retract' AND rev = :rev LIMIT 1",
            rid=self._house.vault.blind(rid),
            peer=peer,
            rev=own.rev,
        )
        if there is not None:
            return
        for facts in self._receivers(batch.tx, rid):
            if facts.peer == peer:
                self._back_at(batch, facts, own, "retract", _WITHHELD[op])

    def _waiting(self, tx: Tx, rid: str) -> list[JudgedFacts]:
        """The releases of a record that wait for a person."""
        rows = tx.all(
            "SELECT entry FROM exchange_rulings WHERE rid = :rid AND state = 'waiting' ORDER BY entry",
            rid=self._house.vault.blind(rid),
        )
        return [read_entry(self._house.ledger.body(tx, entry), JudgedFacts)[0] for (entry,) in rows]

    def _asked_anew(
        self, batch: Batch, waiting: list[JudgedFacts], record: Record, revised: Own, reached: set[str]
    ) -> list[PutResult]:
        """What waited in an earlier revision is asked about in this one: an approval never outlives a correction."""
        asks: dict[tuple[str, str, str], Ask] = {}
        for facts in waiting:
            ruled = RuledFacts(id=facts.id, state="outdated", reason="revised")
            batch.append(entries.RULED, entry_bytes(ruled))
            if facts.peer not in reached and facts.op not in _WITHHELD:
                ask = self._ask(facts, record, revised, facts.op)
                asks.setdefault((ask.to, ask.purpose, ask.only), ask)
        return [self._outbox.settle(batch, ask) for ask in asks.values()]

    def _shows_nothing_new(self, tx: Tx, ask: Ask, facts: SealedFacts) -> bool:
        """Whether all that changed are references that this partner may not see: a correction would tell of them."""
        at = self._house.clock.now()
        shown = as_named(self._house, self._outbox, tx, ask, at)
        if shown is ask:
            return False
        before = as_named(
            self._house, self._outbox, tx, replace(ask, record=self._outbox.record_at(tx, facts.source)), at
        )
        return before.record == shown.record

    def _back_at(self, batch: Batch, facts: SealedFacts, own: Own, op: Back, reason: str) -> PutResult:
        house = self._house
        header = msgspec.structs.replace(
            self._header_of(batch.tx, facts),
            id=house.ids.new(),
            rev=own.rev,
            prev=facts.digest,
            op=op,
            clauses=(),
            redacted=(),
            paths=(),
            refs=(),
            event_time=None,
            created=house.now(),
        )
        content = join(header_bytes(header), msgspec.json.encode({"reason": reason}))
        back = SealedFacts(
            peer=facts.peer,
            channel="control",
            epoch=0,
            seq=0,
            rid=facts.rid,
            rev=own.rev,
            op=op,
            kind=facts.kind,
            source=own.entry,
            digest=digest_of(content),
        )
        channel, seq = self._outbox.append(batch, back, write_envelope(house.keys, RECORD_TYPE, content))
        return PutResult(outcome="sealed", rid=facts.rid, to=facts.peer, channel=channel, seq=seq)

    def _header_of(self, tx: Tx, facts: SealedFacts) -> Any:
        _, envelope = read_entry(self._house.ledger.body(tx, self._outbox.sealed_in(tx, facts)), SealedFacts)
        if facts.spool:
            return read_header(envelope)
        return read_header(split(read_envelope(envelope).content)[0])

    def _close_referrals(self, batch: Batch, rid: str) -> None:
        rows = batch.tx.all(
            "SELECT id FROM exchange_rulings WHERE rid = :rid AND state IN ('waiting', 'demand', 'owed')",
            rid=self._house.vault.blind(rid),
        )
        for (name,) in rows:
            batch.append(entries.RULED, entry_bytes(RuledFacts(id=name, state="refused", reason="taken_back")))
