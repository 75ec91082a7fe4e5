"""What has passed: when a record left and was acknowledged, what was given in reply, all of it for replays."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from haemaru.agreement.difference import Traffic as Passage
from haemaru.clock import format_time, from_ms
from haemaru.exchange import entries
from haemaru.exchange.entries import JudgedFacts, ReceivedFacts, SealedFacts, StoredFacts, read_entry
from haemaru.exchange.envelope import read_envelope
from haemaru.exchange.house import House
from haemaru.exchange.messages import Disposition, read_message
from haemaru.storage import Tx

_PAPERS = "op IN ('put', 'reply', 'correct')"


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
                " ORDER BY peer, rev",
                rid=self._house.vault.blind(rid),
            )
            newest = {row[0]: row for row in rows}
            return [
                Answered(
                    peer,
                    op,
                    rev,
                    answer,
                    self._basis(tx, entry) if at_ms else "",
                    format_time(from_ms(asked_ms)),
                    format_time(from_ms(at_ms)) if at_ms else None,
                )
                for peer, op, rev, answer, entry, asked_ms, at_ms in newest.values()
            ]

    def _basis(self, tx: Tx, entry: int) -> str:
        """The words that a partner put beside its answer: what keeps its copy, or why it refuses."""
        message = read_message(read_envelope(read_entry(self._house.ledger.body(tx, entry), ReceivedFacts)[1]).content)
        return (message.basis or "") if isinstance(message, Disposition) else ""

    def replies(self) -> dict[str, list[str]]:
        """The rids of own records that left in reply, by the record they reply to."""
        with self._house.ledger.read() as tx:
            rows = tx.all("SELECT entry FROM exchange_out WHERE op = 'reply' ORDER BY entry")
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
            own = tx.all("SELECT entry, rev, at_ms FROM exchange_own WHERE rid = :rid ORDER BY entry", rid=blind)
            came = tx.all(
                "SELECT op, rev, at_ms, peer, code FROM exchange_in WHERE rid = :rid ORDER BY entry", rid=blind
            )
            lines = []
            for entry, rev, at_ms in own:
                kept = read_entry(self._house.ledger.body(tx, entry), StoredFacts)[0]
                lines.append((at_ms, kept.op, rev, self._house.party, kept.reason))
            # From the rows alone: an erased copy has no body, but that it came stays part of the history.
            lines += [(at_ms, op, rev, peer, code) for op, rev, at_ms, peer, code in came]
        return [
            {"op": op, "at": format_time(from_ms(at_ms)), "rev": rev, "by": by, "reason": reason}
            for at_ms, op, rev, by, reason in sorted(lines, key=lambda line: line[0])
        ]

    def passages(self) -> Iterator[Passage]:
        """Every own record that was put before the agreement, released or not, in the order of the ledger."""
        ledger, party = self._house.ledger, self._house.party
        with ledger.read() as tx:
            for entry, body in ledger.entries(tx, kinds=(entries.SEALED, entries.JUDGED)):
                facts: SealedFacts | JudgedFacts
                if entry.kind == entries.SEALED:
                    facts = read_entry(body, SealedFacts)[0]
                else:
                    facts = read_entry(body, JudgedFacts)[0]
                if facts.source >= 0:
                    content = read_entry(ledger.body(tx, facts.source), StoredFacts)[1]
                    record = msgspec.json.decode(content)
                    yield Passage(record, party, facts.peer, facts.purpose, from_ms(entry.at_ms))

    def totals(self) -> dict[str, int]:
        """How many records are held, were sealed, acknowledged, received and judged, over all partners."""
        with self._house.ledger.read() as tx:
            count = {
                "own": "SELECT count(DISTINCT rid) FROM exchange_own",
                "sealed": f"SELECT count(*) FROM exchange_out WHERE {_PAPERS} AND channel <> 'track'",
                "received": f"SELECT count(*) FROM exchange_in WHERE {_PAPERS} AND channel <> 'track'",
                "quarantined": "SELECT count(*) FROM exchange_in WHERE state = 'quarantined'",
                "waiting_for_a_person": "SELECT count(*) FROM exchange_rulings WHERE state = 'waiting'",
            }
            return {name: int((tx.one(sql) or (0,))[0]) for name, sql in count.items()}
