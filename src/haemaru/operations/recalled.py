"""What becomes of cases, rankings, demands and outcomes when a record behind them is taken back.

A case and an outcome are what people did: they stay, with a mark, and an officer decides. A demand is a signed letter
and stays the same way. A ranking is only reckoned: it is made again without what is gone, and says so beside each ship
that had stood on it.
"""

from collections.abc import Mapping
from typing import Any

from haemaru.operations.candidates import Ranking
from haemaru.records import Change, Recalled, marked
from haemaru.wording import Reason

RANKING = "operations.ranking"
_MARKED = frozenset({"operations.case", "operations.outcome", "request.demand"})


def on_recall(recalled: Recalled, record: Mapping[str, Any]) -> Change | None:
    """What is to be done with a record of this room; None where nothing is. Rankings are made again by `reweighed`."""
    return marked(recalled, record) if record["kind"] in _MARKED else None


def reweighed(recalled: Recalled, record: Mapping[str, Any], ranking: Ranking) -> Change:
    """The ranking of a case made again; a ship that had stood on what is gone bears the reason."""
    body = record["body"]
    relied = {_ship(one) for one in body.get("candidates", ()) if recalled.rid in one.get("papers", ())}
    reason = Reason("candidate_source_taken_back" if recalled.is_gone else "candidate_source_corrected")
    said = {"code": reason.code, "params": {}, "points": 0}
    found = ranking.as_json()
    for one in found:
        kept = _said_before(body, one)
        one["reasons"] += [*kept, *([said] if _ship(one) in relied and said not in kept else [])]
    notes = [{"code": note.code, "params": dict(note.params)} for note in (*ranking.notes, reason)]
    changed = {**body, "candidates": found, "notes": notes, "rests_on": [str(one["rid"]) for one in ranking.sources]}
    return Change(changed, reason)


def _said_before(body: Mapping[str, Any], candidate: Mapping[str, Any]) -> list[dict[str, Any]]:
    codes = ("candidate_source_taken_back", "candidate_source_corrected")
    return [
        reason
        for one in body.get("candidates", ())
        if _ship(one) == _ship(candidate)
        for reason in one.get("reasons", ())
        if reason.get("code") in codes
    ]


def _ship(candidate: Mapping[str, Any]) -> tuple[Any, ...]:
    return candidate.get("mmsi"), candidate.get("imo"), candidate.get("name")
