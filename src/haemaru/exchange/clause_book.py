"""What a clause did and how it kept its promise, counted from the view of the ledger in bounded memory.

A promise runs from the event itself to the partner's receipt. It can be known where the own record has a time of
event that is not later than its sealing, and where a receipt came; everything else is told as unknown or as waiting,
never as kept. Percentiles are values that really occurred (nearest rank).
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from haemaru.agreement import Agreement, Clause
from haemaru.clock import to_ms
from haemaru.exchange.clauses import KEPT, OUT
from haemaru.exchange.house import House
from haemaru.storage import Tx

# A correction has the event time of the record it corrects: nobody promised to be quick from then on.
_FIRST = "does = 'released' AND op <> 'correct' AND state IN ('sealed', 'delivered')"
_KNOWN = f"{_FIRST} AND acked_ms > 0 AND event_ms >= 0 AND event_ms <= sealed_ms"
_STATES = {"waiting": "waiting", "approved": "approved", "refused": "refused"}


class ClauseBook:
    """Counts for one node's own officers."""

    def __init__(self, house: House) -> None:
        self._house = house

    def did(self, agreement: Agreement, since: datetime | None = None) -> dict[str, dict[str, Any]]:
        """For each clause of this exact text: what it released, withheld and referred, and how prompt it was."""
        place = {"agreement": agreement.hash, "since": 0 if since is None else to_ms(since)}
        with self._house.ledger.read() as tx:
            released, fields, void = _released(tx, place), _kept_fields(tx, place), _void(tx, place)
            stayed = _stayed(tx, place)
            return {
                clause.id: {
                    "released": released[clause.id],
                    "kept_fields_of": fields.get(clause.id, 0),
                    "void": void.get(clause.id, 0),
                    **_rulings(stayed[clause.id]),
                    "promise": self._promise(tx, clause, place),
                }
                for clause in agreement.clauses
            }

    def _promise(self, tx: Tx, clause: Clause, place: Mapping[str, Any]) -> dict[str, Any] | None:
        if clause.promise_s is None:
            return None
        limit_ms = clause.promise_s * 1000
        about = {**place, "clause": clause.id}
        where = f" FROM {OUT} WHERE agreement = :agreement AND sealed_ms >= :since AND clause = :clause AND "
        measured, worst = tx.one(f"SELECT count(*), max(acked_ms - event_ms){where}{_KNOWN}", **about) or (0, None)
        kept = _count(tx, f"{where}{_KNOWN} AND acked_ms - event_ms <= :limit", limit=limit_ms, **about)
        unknown = _count(tx, f"{where}{_FIRST} AND (event_ms < 0 OR event_ms > sealed_ms)", **about)
        waiting = f"{where}{_FIRST} AND acked_ms = 0 AND event_ms >= 0 AND event_ms <= sealed_ms"
        late = to_ms(self._house.clock.now()) - limit_ms
        legs = ("acked_ms - event_ms", "sealed_ms - event_ms", "acked_ms - sealed_ms")
        ranks = {"p50": (measured + 1) // 2, "p95": -(-measured * 95 // 100)}
        total, sealing, travel = (
            {name: _ranked(tx, leg, where, rank, about) for name, rank in ranks.items()} for leg in legs
        )
        return {
            "promise_s": clause.promise_s,
            "measured": measured,
            "in_time": kept,
            "share": round(kept / measured, 4) if measured else None,
            "p50_s": total["p50"],
            "p95_s": total["p95"],
            "worst_s": None if worst is None else worst / 1000,
            "to_sealed_p50_s": sealing["p50"],
            "to_acknowledged_p50_s": travel["p50"],
            "waiting": _count(tx, waiting, **about),
            "waiting_late": _count(tx, f"{waiting} AND event_ms < :late", late=late, **about),
            "unknown": unknown,
        }


def _count(tx: Tx, rest: str, **params: Any) -> int:
    row = tx.one(f"SELECT count(*){rest}", **params)
    return 0 if row is None else int(row[0])


def _ranked(tx: Tx, leg: str, where: str, rank: int, about: Mapping[str, Any]) -> float | None:
    row = tx.one(f"SELECT {leg}{where}{_KNOWN} ORDER BY 1 LIMIT 1 OFFSET :rank", rank=max(rank - 1, 0), **about)
    return None if row is None else row[0] / 1000


def _released(tx: Tx, place: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = defaultdict(lambda: {"records": 0, "corrections": 0, "positions": 0, "by": []})
    for clause, peer, month, records, corrections, positions in tx.all(
        "SELECT clause, peer, month, sum(CASE WHEN channel <> 'track' AND op <> 'correct' THEN 1 ELSE 0 END),"
        " sum(CASE WHEN op = 'correct' THEN 1 ELSE 0 END), sum(rows)"
        f" FROM {OUT} WHERE agreement = :agreement AND sealed_ms >= :since AND does = 'released'"
        " AND state IN ('sealed', 'delivered') GROUP BY clause, peer, month ORDER BY clause, peer, month",
        **place,
    ):
        row = {"records": int(records), "corrections": int(corrections), "positions": int(positions)}
        for name, number in row.items():
            found[clause][name] += number
        found[clause]["by"].append({"to": peer, "month": month, **row})
    return found


def _kept_fields(tx: Tx, place: Mapping[str, Any]) -> dict[str, int]:
    rows = tx.all(
        f"SELECT clause, count(*) FROM {OUT} WHERE agreement = :agreement AND sealed_ms >= :since"
        " AND does = 'kept' AND channel <> 'track' AND state IN ('sealed', 'delivered') GROUP BY clause",
        **place,
    )
    return {clause: int(number) for clause, number in rows}


def _void(tx: Tx, place: Mapping[str, Any]) -> dict[str, int]:
    rows = tx.all(
        f"SELECT clause, count(*) FROM {OUT} WHERE agreement = :agreement AND sealed_ms >= :since"
        " AND does = 'released' AND state = 'void' GROUP BY clause",
        **place,
    )
    return {clause: int(number) for clause, number in rows}


def _stayed(tx: Tx, place: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """How many different records (and receivers) each clause kept, by what became of them."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for clause, state, number in tx.all(
        "SELECT clause, state, count(*) FROM (SELECT DISTINCT k.clause AS clause, r.state AS state, k.rid, k.peer"
        f" FROM {KEPT} k JOIN exchange_rulings r ON r.id = k.id"
        " WHERE k.agreement = :agreement AND k.at_ms >= :since) AS stayed GROUP BY clause, state",
        **place,
    ):
        found[clause][state] = int(number)
    return found


def _rulings(states: Mapping[str, int]) -> dict[str, Any]:
    return {
        "withheld": states.get("withheld", 0),
        "referred": {name: states.get(state, 0) for name, state in _STATES.items()},
        "kept_for_a_demand": states.get("demand", 0),
    }
