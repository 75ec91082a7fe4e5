"""Counts of everything that left and arrived, per partner and channel, from the tables and so from the ledger.

Rows are counted as they change (`counting`): the console asks each second, and no answer reads more than the streams.

`lost` and `duplicates` are computed, not remembered: numbers that a receipt or a cursor covers but no row holds, and
records that are held twice. Both must be zero. Only transport counts (`sent`, `repeated`, `refused`) begin anew when
the node starts.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

from haemaru.clock import format_time, from_ms, to_ms
from haemaru.exchange.counting import COUNTS
from haemaru.exchange.digests import Digests
from haemaru.exchange.house import House
from haemaru.exchange.sending import Sending
from haemaru.records import CHANNELS
from haemaru.storage import Tx

Counts = dict[str, Any]
_OTHER_KEY_SHOWN = timedelta(minutes=10)
"""So long after the last refusal of a frame with a key that is not known the alarm stands."""


class StatusBook:
    """Counts for one node."""

    def __init__(self, house: House, sending: Sending, digests: Digests) -> None:
        self._house = house
        self._sending = sending
        self._digests = digests

    def status(self) -> dict[str, Any]:
        """`{party: {"channels": [counts], "last_receipt", "compliance", "overdue", "witness"}}`."""
        with self._house.ledger.read() as tx:
            peers = [row[0] for row in tx.all("SELECT party FROM exchange_peers ORDER BY party")]
            counted = {peer: {channel: self._blank(peer, channel) for channel in CHANNELS} for peer in peers}
            self._count_out(tx, counted)
            self._count_in(tx, counted)
            found = {peer: self._peer(tx, peer, [*counted[peer].values()]) for peer in peers}
        for (peer, channel, code), number in self._house.tally.refused.items():
            if peer in found and channel:
                counted[peer][channel]["refused"][code] = number
        return found

    def refused(self) -> dict[str, int]:
        """Refused frames whose sender or channel is not known, by code."""
        unknown: Counter[str] = Counter()
        for (peer, channel, code), number in self._house.tally.refused.items():
            if not peer or not channel:
                unknown[code] += number
        return dict(unknown)

    def _blank(self, peer: str, channel: str) -> Counts:
        held_back = self._sending.held_back(channel, peer)
        return {
            "channel": channel,
            "epoch": 1,
            "sealed": 0,
            "sent": 0,
            "acknowledged": 0,
            "waiting": 0,
            "held_back": None if held_back is None else held_back.code,
            "void": 0,
            "received": 0,
            "void_received": 0,
            "duplicates": 0,
            "repeated": self._house.tally.repeated[peer, channel],
            "quarantined": {},
            "exceptions": {},
            "refused": {},
            "told": self._house.tally.told.get((peer, channel)),
            "alarm": self._house.tally.alarms.get((peer, channel)) or self._house.tally.behind.get((peer, channel)),
            "lost": 0,
        }

    def _count_out(self, tx: Tx, counted: dict[str, dict[str, Counts]]) -> None:
        streams = tx.all(
            "SELECT peer, channel, epoch, acked FROM exchange_streams WHERE direction = 'out' ORDER BY epoch"
        )
        newest = {(peer, channel): epoch for peer, channel, epoch, _ in streams}
        rows_of: Counter[tuple[str, str, int]] = Counter()
        for what, peer, channel, epoch, state, code, number in tx.all(
            f"SELECT what, peer, channel, epoch, state, code, number FROM {COUNTS} WHERE what IN ('out', 'waiting')"
        ):
            counts = counted[peer][channel]
            sign = 1 if what == "out" else -1  # acknowledged: all, less what is beyond the receipts
            rows_of[peer, channel, epoch] += sign * number
            counts["acknowledged"] += sign * number
            if state == "moved":
                continue
            if what == "waiting":
                # A void of an epoch that is over is never sent: what it stood for has a new number, or is owed one.
                counts["waiting"] += number if epoch == newest[peer, channel] else 0
                continue
            counts["sealed"] += number
            counts["void"] += number if state == "void" else 0
            if code and state == "sealed":
                counts["exceptions"][code] = counts["exceptions"].get(code, 0) + number
        for peer, channel, epoch, acked in streams:
            counts = counted[peer][channel]
            counts["epoch"] = epoch
            counts["sent"] += max(acked, self._house.tally.sent[peer, channel, epoch])
            counts["lost"] += acked - rows_of[peer, channel, epoch]

    def _count_in(self, tx: Tx, counted: dict[str, dict[str, Counts]]) -> None:
        held: Counter[tuple[str, str, int]] = Counter()
        for what, peer, channel, epoch, state, code, number in tx.all(
            f"SELECT what, peer, channel, epoch, state, code, number FROM {COUNTS} WHERE what IN ('in', 'twice')"
        ):
            counts = counted[peer][channel]
            if what == "twice":
                counts["duplicates"] += number
                continue
            held[peer, channel, epoch] += number
            if state == "void":
                counts["void_received"] += number
                continue
            counts["received"] += number
            if state == "quarantined":
                counts["quarantined"][code] = counts["quarantined"].get(code, 0) + number
        for peer, channel, epoch, last in tx.all(
            "SELECT peer, channel, epoch, last FROM exchange_streams WHERE direction = 'in'"
        ):
            counted[peer][channel]["lost"] += last - held[peer, channel, epoch]

    def _owed(self, tx: Tx, peer: str) -> dict[str, Any]:
        """What each side owes the other about records: answers there; disposals, onward questions, backups here."""
        late_ms = to_ms(self._house.clock.now()) - int(self._house.settings.answer_due.total_seconds() * 1000)
        questions = {
            "answers": "exchange_answers WHERE peer = :peer AND answer IN ('pending', 'refused')",
            "disposals": "exchange_disposals WHERE peer = :peer AND state IN ('proposed', 'refused')",
            "onward": "exchange_onward WHERE peer = :peer AND side = 'asked' AND state IN ('waiting', 'referred')",
            "backups": "exchange_given WHERE peer = :peer AND backups > 0",
        }
        counted = {}
        for name, where in questions.items():
            since = "asked_ms" if name == "answers" else "at_ms"
            row = tx.one(
                f"SELECT count(*), sum(CASE WHEN {since} < :late THEN 1 ELSE 0 END), min({since}) FROM {where}",
                peer=peer,
                late=late_ms,
            )
            number, late, first = row or (0, 0, None)
            oldest = format_time(from_ms(int(first))) if first is not None else None
            counted[name] = {"open": number, "overdue": int(late or 0), "since": oldest}
        return {"to_us": {"answers": counted.pop("answers")}, "by_us": counted}

    def _peer(self, tx: Tx, peer: str, channels: list[Counts]) -> dict[str, Any]:
        due_ms = int(self._house.settings.answer_due.total_seconds() * 1000)
        answers = dict(tx.all(f"SELECT state, number FROM {COUNTS} WHERE what = 'answers' AND peer = :peer", peer=peer))
        late = tx.one(
            "SELECT count(*) FROM exchange_answers WHERE peer = :peer AND answer = 'pending' AND asked_ms < :late",
            peer=peer,
            late=to_ms(self._house.clock.now()) - due_ms,
        )
        row = tx.one("SELECT offered, countersigned, code FROM exchange_witness WHERE peer = :peer", peer=peer)
        offered, countersigned, code = row or (0, 0, "")
        refused = tx.one(
            "SELECT code FROM exchange_in WHERE peer = :peer AND kind = 'control.checkpoint' AND state = 'message'"
            " AND code > '' ORDER BY entry DESC LIMIT 1",
            peer=peer,
        )
        conflated = tx.one("SELECT rows FROM exchange_conflated WHERE peer = :peer", peer=peer)
        latest = tx.one("SELECT max(at_ms) FROM exchange_streams WHERE direction = 'out' AND peer = :peer", peer=peer)
        at_ms = latest[0] if latest else 0
        return {
            "channels": channels,
            "last_receipt": format_time(from_ms(at_ms)) if at_ms else None,
            "compliance": answers,
            "overdue": 0 if late is None else late[0],
            "owed": self._owed(tx, peer),
            "conflated": conflated[0] if conflated else 0,
            "alarms": self._alarms(tx, peer),
            "skew_s": self._house.tally.skew_s.get(peer),
            "agreements": self._agreements(tx, peer),
            "compared": {
                "out": self._digests.latest(tx, peer),
                "in": self._digests.latest(tx, peer, "peer"),
                "open": self._digests.counts(tx, peer),
            },
            "witness": {
                "offered": offered,
                "countersigned": countersigned,
                "code": code or None,
                "refused": refused[0] if refused else None,
            },
        }

    def _alarms(self, tx: Tx, peer: str) -> list[str]:
        """What a person has to look at: streams that stopped, numbers that differ, clocks that differ."""
        tally = self._house.tally
        found = {
            code for places in (tally.alarms, tally.behind) for (party, _), code in places.items() if party == peer
        }
        differing = self._digests.counts(tx, peer)
        found |= {f"items_{code}" for code in ("altered", "unknown") if differing.get(code)}
        found |= {"epoch_forked"} if differing.get("forked") else set()
        refused_at = tally.other_key.get(peer)
        if refused_at is not None and self._house.clock.now() - refused_at < _OTHER_KEY_SHOWN:
            found.add("frame_other_key")
        if abs(tally.skew_s.get(peer, 0.0)) > self._house.settings.clock_skew.total_seconds():
            found.add("clock_skew")
        return sorted(found)

    def _agreements(self, tx: Tx, peer: str) -> list[Counts]:
        """For each agreement with a partner until when its lease runs, why its queue waits, and how much waits."""
        house, now = self._house, self._house.clock.now()
        rows = tx.all(
            f"SELECT label, number FROM {COUNTS} WHERE what = 'waiting' AND peer = :peer AND channel <> 'control'"
            " AND state = 'sealed'",
            peer=peer,
        )
        waiting: Counter[str] = Counter()
        for digest, number in rows:
            found = house.agreements.find(digest)
            waiting["" if found is None else found.id] += number
        shown = []
        for agreement in house.agreements.between(peer):
            held_back = house.held_back(agreement, peer, now)
            shown.append(
                {
                    "id": agreement.id,
                    "version": agreement.version,
                    "hash": agreement.hash,
                    "lease_minutes": agreement.lease_minutes,
                    "lease_until": None if house.leases is None else house.leases.until(agreement, peer),
                    "held_back": None if held_back is None else held_back.code,
                    "waiting": waiting[agreement.id],
                }
            )
        return shown
