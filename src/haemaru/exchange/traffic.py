"""What has passed: when a record left and was acknowledged, what was given in reply, all of it for replays."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec

from haemaru.agreement.difference import Traffic as Passage
from haemaru.clock import format_time, from_ms
from haemaru.exchange import entries
from haemaru.exchange.counting import COUNTS
from haemaru.exchange.entries import JudgedFacts, ReceivedFacts, SealedFacts, StoredFacts, read_entry
from haemaru.exchange.envelope import read_envelope
from haemaru.exchange.house import House
from haemaru.exchange.messages import Disposition, Exported, read_message
from haemaru.ledger import Entry
from haemaru.storage import Tx

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """One revision of an own record on its way to one partner."""

    rev: int
    state: str
    sealed_at: str
    is_acknowledged: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What one partner signed when it was asked to correct or give up its copies; `answer` is pending until then."""

    party: str
    op: str
    rev: int
    answer: str
    basis: str
    asked_at: str
    at: str | None
    copies: int = 0
    exported: tuple[Exported, ...] = ()
    forwarded_to: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    backups: int = 0


class Traffic:
    """Reads what was sealed, acknowledged and judged out of the ledger and its views."""

    def __init__(self, house: House) -> None:
        self._house = house

    def sent(self, rid: str, to: str) -> Sent | None:
        """The newest revision of an own record that was sealed for a partner; None where none was."""
        with self._house.ledger.read() as tx:
            row = tx.one(
                "SELECT o.rev, o.state, o.at_ms, o.seq <= s.acked FROM exchange_out o JOIN exchange_streams s"
                " ON s.direction = 'out' AND s.peer = o.peer AND s.channel = o.channel AND s.epoch = o.epoch"
                " WHERE o.rid = :rid AND o.peer = :to ORDER BY o.rev DESC, o.epoch DESC LIMIT 1",
                rid=self._house.vault.blind(rid),
                to=to,
            )
        return None if row is None else Sent(row[0], row[1], format_time(from_ms(row[2])), bool(row[3]))

    def answers(self, rid: str) -> list[Answered]:
        """What every partner answered to the newest correction, retraction or expiry of an own record it was sent."""
        with self._house.ledger.read() as tx:
            rows = tx.all(
                "SELECT peer, op, rev, answer, entry, asked_ms, at_ms FROM exchange_answers WHERE rid = :rid"
                " ORDER BY peer, asked_ms, rev",
                rid=self._house.vault.blind(rid),
            )
            newest = {row[0]: row for row in rows}
            return [self._answered(tx, *row) for row in newest.values()]

    def _answered(
        self, tx: Tx, peer: str, op: str, rev: int, answer: str, entry: int, asked_ms: int, at_ms: int
    ) -> Answered:
        asked_at = format_time(from_ms(asked_ms))
        if not at_ms:
            return Answered(peer, op, rev, answer, "", asked_at, None)
        line = read_entry(self._house.ledger.body(tx, entry), ReceivedFacts)[1]
        told = read_message(read_envelope(line).content)
        assert isinstance(told, Disposition)  # noqa: S101 - the view takes nothing else for an answer
        return Answered(
            party=peer,
            op=op,
            rev=rev,
            answer=answer,
            basis=told.basis or "",
            asked_at=asked_at,
            at=format_time(from_ms(at_ms)),
            copies=told.copies,
            exported=told.exported,
            forwarded_to=told.forwarded_to,
            derived=told.derived,
            backups=told.backups,
        )

    def recalls(self, limit: int = 100) -> list[tuple[str, Answered]]:
        """What partners were asked to correct or give up, with the record's rid: unanswered first, then the newest."""
        with self._house.ledger.read() as tx:
            rows = tx.all(
                "SELECT peer, op, rev, answer, entry, asked_ms, at_ms FROM exchange_answers"
                " ORDER BY CASE WHEN at_ms = 0 THEN 0 ELSE 1 END, asked_ms DESC LIMIT :limit",
                limit=limit,
            )
            found = []
            for row in rows:
                # Where the record was erased since, the question stands without its name.
                is_there = tx.one("SELECT 1 FROM body WHERE idx = :idx", idx=row[4]) is not None
                line = self._house.ledger.body(tx, row[4]).partition(b"\n")[0] if is_there else b"{}"
                told = row if is_there else (*row[:6], 0)
                found.append((str(msgspec.json.decode(line).get("rid", "")), self._answered(tx, *told)))
            return found

    def replies(self) -> dict[str, list[str]]:
        """The rids of own records that left in reply, by the record they reply to."""
        with self._house.ledger.read() as tx:
            rows = tx.all("SELECT entry FROM exchange_out WHERE op = 'reply' AND state <> 'erased' ORDER BY entry")
            facts = [read_entry(self._house.ledger.body(tx, entry), SealedFacts)[0] for (entry,) in rows]
        given: dict[str, list[str]] = {}
        for each in facts:
            for asked in each.refs:
                given.setdefault(asked, []).append(each.rid)
        return given

    def history(self, rid: str) -> list[dict[str, Any]]:
        """Every revision and ruling under a rid: what was done, when, by whom, in which revision."""
        blind = self._house.vault.blind(rid)
        with self._house.ledger.read() as tx:
            own = tx.all("SELECT entry, rev, at_ms, state FROM exchange_own WHERE rid = :rid ORDER BY entry", rid=blind)
            came = tx.all(
                "SELECT op, rev, at_ms, peer, code FROM exchange_in WHERE rid = :rid ORDER BY entry", rid=blind
            )
            lines = []
            for entry, rev, at_ms, state in own:
                if state == "erased":
                    lines.append((at_ms, "put" if rev == 1 else "correct", rev, self._house.party, "erased"))
                    continue
                kept = read_entry(self._house.ledger.body(tx, entry), StoredFacts)[0]
                lines.append((at_ms, kept.op, rev, self._house.party, kept.reason))
            # From the rows alone: an erased copy has no body, but that it came stays part of the history.
            lines += [(at_ms, op, rev, peer, code) for op, rev, at_ms, peer, code in came]
        return [
            {"op": op, "at": format_time(from_ms(at_ms)), "rev": rev, "by": by, "reason": reason}
            for at_ms, op, rev, by, reason in sorted(lines, key=lambda line: line[0])
        ]

    def passages(self, about: str) -> Iterator[Passage]:
        """Every own record that the agreement of the id `about` decided, released or not, in the order of the ledger.

        Where this node never adopted it, every record that any agreement decided. What a person approved later stands
        there as it left, not also as it waited. Read in pages, each in a transaction of its own, so that a long replay
        neither fills the memory nor keeps the database's log.
        """
        after = -1
        is_ours = self._house.agreements.named(about) is not None
        while page := self._page(after, about if is_ours else ""):
            after = page[-1][0]
            yield from (passage for _, passage in page if passage is not None)

    def _page(self, after: int, about: str) -> list[tuple[int, Passage | None]]:
        ledger = self._house.ledger
        with ledger.read() as tx:
            found = islice(ledger.entries(tx, after=after, kinds=(entries.SEALED, entries.JUDGED)), _PAGE)
            return [(entry.index, self._passage(tx, entry, body, about)) for entry, body in found]

    def _passage(self, tx: Tx, entry: Entry, body: bytes, about: str) -> Passage | None:
        facts: SealedFacts | JudgedFacts
        facts = read_entry(body, SealedFacts)[0] if entry.kind == entries.SEALED else read_entry(body, JudgedFacts)[0]
        agreement = self._house.agreements.find(facts.agreement)
        is_other = about and agreement is not None and agreement.id != about
        if facts.source < 0 or is_other or (isinstance(facts, JudgedFacts) and self._is_settled(tx, facts.id)):
            return None
        granted = (facts.demanded, facts.approved) if agreement is not None and agreement.id == about else ((), ())
        own = read_entry(self._house.ledger.body(tx, facts.source), StoredFacts)[1]
        record, at = msgspec.json.decode(own), from_ms(entry.at_ms)
        return Passage(record, self._house.party, facts.peer, facts.purpose, at, *granted)

    def _is_settled(self, tx: Tx, name: str) -> bool:
        row = tx.one("SELECT state FROM exchange_rulings WHERE id = :id", id=name)
        return row is not None and row[0] in ("approved", "asked_again")

    def totals(self) -> dict[str, int]:
        """How many records are held, were sealed, acknowledged, received and judged, over all partners."""
        with self._house.ledger.read() as tx:
            count = {
                "own": f"SELECT sum(number) FROM {COUNTS} WHERE what = 'own'",
                "sealed": f"SELECT sum(number) FROM {COUNTS} WHERE what = 'out' AND label = 'paper'",
                "received": f"SELECT sum(number) FROM {COUNTS} WHERE what = 'in' AND label = 'paper'",
                "quarantined": f"SELECT sum(number) FROM {COUNTS} WHERE what = 'in' AND state = 'quarantined'",
                "waiting_for_a_person": "SELECT count(*) FROM exchange_rulings WHERE state = 'waiting'",
            }
            return {name: int((tx.one(sql) or (0,))[0] or 0) for name, sql in count.items()}
