"""The answer to a partner's case: how much was shared, and what is openly held back and may be demanded.

A silent refusal must not be told from "we hold nothing": it is neither named nor counted, and the answer has the same
shape with or without it. An answer goes out even when there is nothing to say, so that silence never carries meaning.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from haemaru.agreement import Agreement, Decision, Effect, Verdict, decide, standing_purpose
from haemaru.operations.hand import Hand
from haemaru.records import Record, labels_of


@dataclass(frozen=True, slots=True)
class Weighed:
    """One of our own records and what the agreement says about giving it to the partner."""

    kind: str
    decision: Decision
    purpose: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether the partner may know of the record: it is released, or a clause refuses it openly."""
        decision = self.decision
        if decision.verdict is Verdict.RELEASE:
            return True
        return decision.refused_by not in (None, "none") and not decision.is_silent


_ASKING = (Effect.DEMAND, Effect.REFER)


def weigh(agreement: Agreement, record: Mapping[str, Any], from_: str, to: str, at: datetime) -> Weighed:
    """What the agreement says about giving this record to the partner for a case.

    Under the purpose of the first clause that releases its kind; where none does, under that of the first clause that
    releases it on demand or by a person, so that the answer can tell what to ask for.
    """
    kind = str(record["kind"])
    purpose = standing_purpose(agreement, kind, from_, to)
    if purpose is None:
        asking = (c for c in agreement.clauses if c.effect in _ASKING and c.is_about(kind, from_, to))
        purpose = next((clause.purposes[0] for clause in asking if clause.purposes), "")
    return Weighed(kind, decide(agreement, record, from_, to, purpose, at), purpose)


def answer(case: Mapping[str, Any], weighed: Iterable[Weighed], hand: Hand) -> Record:
    """An `operations.answer`: `{case, shared, withheld, held: [{kind, clause, effect}]}`, open refusals only."""
    weighed = list(weighed)
    shared, withheld = 0, 0
    held: dict[tuple[str, str], str] = {}
    for one in weighed:
        decision = one.decision
        if decision.verdict is Verdict.RELEASE:
            shared += 1
        elif one.is_shown:
            withheld += 1
            held[one.kind, str(decision.refused_by)] = decision.verdict.value
    notes = [{"kind": kind, "clause": clause, "effect": effect} for (kind, clause), effect in sorted(held.items())]
    body = {"case": case["rid"], "shared": shared, "withheld": withheld, "held": notes}
    # Of the case and of what was given. A note repeats what its clause makes known of anything under it; and what is
    # silent must not show in the labels either.
    given = [one.decision.record for one in weighed if one.decision.verdict is Verdict.RELEASE]
    written = hand.write("operations.answer", case["subject"], body, sources=[case])
    return {**written, "handling": labels_of([written, *given], hand.levels, hand.handling).as_json()}


def held_notes(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What an answer openly holds back, as notes with the party that holds it."""
    notes = record.get("body", {}).get("held")
    return [
        {**note, "party": record["origin"]}
        for note in (notes if isinstance(notes, list) else ())
        if isinstance(note, Mapping)
    ]
