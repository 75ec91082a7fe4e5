"""Positions on the track channel: whole batches decided by column, sealed once, handed over exactly once.

`surveillance` cuts observed rows into groups that were released under the same clauses; each group becomes one item
whose body is Arrow. At the receiver the batch waits in the spool until `on_positions` has returned without an error;
only then the ledger notes that it is stored. After a crash in between it is handed over again, so whoever stores
positions must be able to take the same batch twice.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from haemaru.agreement import Agreement
from haemaru.clock import format_time
from haemaru.exchange import entries
from haemaru.exchange.entries import BatchFacts, JudgedFacts, ReceivedFacts, SealedFacts, entry_bytes, read_entry
from haemaru.exchange.envelope import POSITIONS_TYPE, digest_of, join, read_envelope, split, write_envelope
from haemaru.exchange.errors import EnvelopeRefused
from haemaru.exchange.house import House
from haemaru.exchange.outbox import Outbox, PutResult
from haemaru.exchange.peers import PeerBook
from haemaru.exchange.spool import Spool
from haemaru.ledger import Batch
from haemaru.records import AgreementRef, Header, Marking, Redacted, Released, header_bytes, read_header
from haemaru.wording import Fault

KIND = "surveillance.position"
OnPositions = Callable[[dict[str, Any], bytes], None]

_log = logging.getLogger(__name__)


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parts of a header that the batch decision gives: `paths` are [(path, clause, treatment)]."""

    paths: tuple[tuple[str, str, str], ...]
    event_time: str
    handling: Marking
    clauses: tuple[str, ...] = ()
    redacted: tuple[Redacted, ...] = ()
    retain_until: str | None = None
    onward: str = "none"
    onward_to: tuple[str, ...] = ()


class Positions:
    """Seals batches of positions, and hands received ones over."""

    def __init__(self, house: House, peers: PeerBook, outbox: Outbox, spool: Spool) -> None:
        self._house = house
        self._peers = peers
        self._outbox = outbox
        self._spool = spool
        self.on_positions: OnPositions | None = None
        self._handing = threading.Lock()

    def put(
        self,
        batch: Batch,
        to: str,
        purpose: str,
        groups: Sequence[tuple[Mapping[str, Any], bytes, int]],
        agreement: Agreement | None = None,
        at: datetime | None = None,
    ) -> list[PutResult]:
        """Seals groups (header parts, Arrow bytes, rows) that an agreement released at a moment.

        Without an agreement it is the first that binds both and is in force; without a moment it is now.
        """
        house = self._house
        self._peers.get(batch.tx, to)
        now = house.clock.now() if at is None else at
        between = house.agreements.between(to) if agreement is None else (agreement,)
        refusals = {each: house.agreements.refusal_of(each, now) for each in between}
        agreement = next((each for each, refusal in refusals.items() if refusal is None), None)
        if agreement is None:
            reason = next(iter(refusals.values()), house.none_between(to))
            return [PutResult(outcome="withheld", rid="", to=to, reason=reason) for _ in groups]
        ref = AgreementRef(agreement.id, agreement.version, agreement.hash)
        results = []
        for parts, arrow, rows in groups:
            if rows > house.limits.position_rows:
                raise Fault("positions_too_many_rows", "positions", rows=rows, limit=house.limits.position_rows)
            group = msgspec.convert(dict(parts), Group)
            header = self._header(to, purpose, ref, group, format_time(now))
            results.append(self._put(batch, header, arrow, rows))
        return results

    def _header(self, to: str, purpose: str, ref: AgreementRef, group: Group, created: str) -> Header:
        house = self._house
        return Header(
            id=house.ids.new(),
            rid=house.ids.new(),
            rev=1,
            op="put",
            kind=KIND,
            origin=house.party,
            audience=(to,),
            agreement=ref,
            clauses=group.clauses or tuple(dict.fromkeys(clause for _, clause, _ in group.paths)),
            handling=group.handling,
            purpose=purpose,
            onward=group.onward,  # type: ignore[arg-type]  # the header is read back below its own checks
            onward_to=group.onward_to,
            retain_until=group.retain_until,
            event_time=group.event_time,
            created=created,
            redacted=group.redacted,
            realm=house.realm,
            paths=tuple(Released(*path) for path in group.paths),
        )

    def put_again(self, batch: Batch, head: bytes, arrow: bytes, rows: int) -> PutResult:
        """Seals rows that were released before, under the same clauses and a number of their own.

        `created` stays: it is the moment for which the clauses were asked, and the receiver asks them for it again.
        """
        house = self._house
        header = msgspec.structs.replace(read_header(head), id=house.ids.new(), rid=house.ids.new())
        return self._put(batch, header, arrow, rows)

    def share_anew(self, batch: Batch, owed: JudgedFacts) -> None:
        """Seals what may still leave of a batch that stepped aside for a suspension, unless it arrived."""
        tx, spool = batch.tx, self._spool
        facts, head = read_entry(self._house.ledger.body(tx, owed.source), SealedFacts)
        data = spool.find(tx, facts.spool)
        agreement = self._house.in_force(facts.agreement)
        if data is None or self._outbox.is_sealed(tx, facts.rid, facts.peer, facts.rev):
            return
        at = self._house.clock.now()
        code = "agreement_replaced" if agreement is None else spool.recheck(tx, facts, agreement, at)
        if code is None:
            self.put_again(batch, head, split(read_envelope(data).content)[1], facts.rows)
        elif (rest := spool.rest(tx, facts.spool, at)) is not None:
            self.put_again(batch, *rest)
        spool.drop(tx, facts.spool)

    def _put(self, batch: Batch, header: Header, arrow: bytes, rows: int) -> PutResult:
        head = header_bytes(header)
        content = join(head, arrow)
        digest = digest_of(content)
        self._spool.keep(batch.tx, digest, write_envelope(self._house.keys, POSITIONS_TYPE, content, signed=False))
        to = header.audience[0]
        facts = SealedFacts(
            peer=to,
            channel="track",
            epoch=0,
            seq=0,
            rid=header.rid,
            rev=1,
            op="put",
            kind=KIND,
            purpose=header.purpose,
            digest=digest,
            release=header.agreement.hash,
            spool=digest,
            rows=rows,
            event_time=header.event_time or "",
            kept_by=tuple(dict.fromkeys(item.clause for item in header.redacted)),
            agreement=header.agreement.hash,
        )
        channel, seq = self._outbox.append(batch, facts, head)
        return PutResult(outcome="sealed", rid=header.rid, to=to, channel=channel, seq=seq)

    def hand_over(self) -> int:
        """Gives every received batch that is not yet stored to `on_positions`, and notes those it took."""
        with self._handing:
            return 0 if self.on_positions is None else self._hand_over(self.on_positions)

    def newest(self) -> dict[str, dict[str, Any]]:
        """The header of the newest batch that each partner shared, as far as it is still held."""
        found: dict[str, dict[str, Any]] = {}
        with self._house.ledger.read() as tx:
            for peer, entry in tx.all(
                "SELECT peer, max(entry) FROM exchange_in WHERE kind = :kind AND state = 'held'"
                " AND entry IN (SELECT idx FROM body) GROUP BY peer",
                kind=KIND,
            ):
                head = read_entry(self._house.ledger.body(tx, entry), ReceivedFacts)[1]
                found[peer] = msgspec.json.decode(head)
        return found

    def _hand_over(self, take: OnPositions) -> int:
        with self._house.ledger.read() as tx:
            rows = tx.all("SELECT entry, digest FROM exchange_batches WHERE state = 'waiting' ORDER BY entry")
        done: list[tuple[BatchFacts, str]] = []
        for entry, digest in rows:
            with self._house.ledger.read() as tx:
                line = self._spool.find(tx, digest)
                body = self._house.ledger.body(tx, entry)
            facts, head = read_entry(body, ReceivedFacts)
            code = ""
            if line is not None:
                arrow = split(read_envelope(line).content)[1]
                try:
                    take({**msgspec.json.decode(head), "peer": facts.peer}, arrow)
                except (Fault, EnvelopeRefused) as refused:
                    # Its values are no positions: trying again would stop every batch behind it.
                    code = refused.code
                except (OSError, RuntimeError):
                    # It stays in the spool and is handed over again.
                    _log.exception("a batch of positions could not be stored")
                    break
            done.append((BatchFacts(entry=entry, code=code), digest))
        if done:
            with self._house.ledger.write() as batch:
                for stored, digest in done:
                    batch.append(entries.BATCH_STORED, entry_bytes(stored))
                    self._spool.drop(batch.tx, digest)
        return len(done)
