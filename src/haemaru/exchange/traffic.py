"""What has passed: when a record left and was acknowledged, what was given in reply, all of it for replays."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from haemaru.agreement.difference import Traffic as Passage
from haemaru.clock import format_time, from_ms
from haemaru.exchange import entries
from haemaru.exchange.entries import JudgedFacts, SealedFacts, StoredFacts, read_entry
from haemaru.exchange.house import House

_PAPERS = "op IN ('put', 'reply', 'correct')"


@dataclass(frozen=True, slots=True)
class Sent:
    """One revision of an own record on its way to one partner."""

    rev: int
    state: str
    sealed_at: str
    is_acknowledged: bool


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
