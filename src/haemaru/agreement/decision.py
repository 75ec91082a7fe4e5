"""The answer to "may it leave?", with every reason at hand but none written out before somebody asks.

A `Decision` holds the verdict and the released paths; withheld paths, obligations and the trace are worked out when
they are read. `redact` makes the copy that may leave.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from haemaru.agreement.model import Agreement, Clause
from haemaru.agreement.plan import Plan, Verdict, Withheld, withheld_of
from haemaru.agreement.redaction import redacted
from haemaru.agreement.scope import Scope
from haemaru.clock.times import format_time
from haemaru.wording import Reason


class Decision:
    """May this record leave, to this party, for this purpose, at this moment? And if not, why."""

    __slots__ = ("_scope", "_withheld", "agreement", "at", "plan", "record", "released", "to", "verdict")

    def __init__(
        self, agreement: Agreement, scope: Scope, plan: Plan, record: Mapping[str, object], moment: tuple[str, datetime]
    ) -> None:
        self.agreement = agreement
        self.verdict: Verdict = plan.verdict
        self.released: tuple[tuple[str, str, str], ...] = plan.triples
        self.record = record
        self.to, self.at = moment
        self.plan = plan
        self._scope = scope
        self._withheld: tuple[Withheld, ...] | None = None

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses that released something, in document order."""
        return self.plan.clauses

    @property
    def clause_ids(self) -> tuple[str, ...]:
        """The ids of the clauses that released something, in document order."""
        return tuple(clause.id for clause in self.plan.clauses)

    @property
    def withheld(self) -> list[tuple[str, str, Reason]]:
        """Every path that stays, with the first clause that refuses it (or "none") and the reason."""
        return [(leaf.path, leaf.clause, leaf.reason) for leaf in self._refusals()]

    @property
    def refused_by(self) -> str | None:
        """The clause that keeps the whole record back, "none" if none names it; None when something is released."""
        return None if self.verdict is Verdict.RELEASE else self._whole().clause

    @property
    def is_silent(self) -> bool:
        """True when the record stays and the partner must not learn that it exists."""
        if self.verdict is Verdict.RELEASE:
            return False
        whole = self._whole()
        return whole.is_silent if whole.clause != "none" else any(leaf.is_silent for leaf in self._refusals())

    @property
    def obligations(self) -> list[dict[str, Any]]:
        """What the receiver owes for what was released, each from the strictest clause."""
        return obligations(self.plan.clauses, self.at)

    @property
    def trace(self) -> list[dict[str, Any]]:
        """Every clause in scope, in document order, with how each of its conditions came out."""
        answers = dict(zip(self._scope.conditions, self.plan.case.outcomes, strict=True))
        return [
            {
                "clause": standing.clause.id,
                "effect": standing.clause.effect.value,
                "outcome": standing.outcome.word,
                "role": standing.role.value,
                "conditions": [
                    {
                        "test": condition.test,
                        "outcome": answers[condition].word,
                        "reason": reason.code if reason else None,
                        "params": dict(reason.params) if reason else {},
                    }
                    for condition in standing.clause.when
                    for reason in (answers[condition].reason,)
                ],
            }
            for standing in self.plan.standings
        ]

    def redact(self, record: Mapping[str, object] | None = None, pseudonym_key: bytes | None = None) -> dict[str, Any]:
        """The copy that may leave: released leaves only, treated as the clauses say; empty when nothing is released.

        `record` must be the record that was decided (it is the default).
        """
        source = self.record if record is None else record
        return redacted(source, self.plan.released, pseudonym_key, (self.agreement.id, self.to))

    def open_redactions(self) -> list[dict[str, str]]:
        """The withheld paths that the partner may know of: refused by clauses, none of them silent."""
        if self.verdict is not Verdict.RELEASE:
            return []
        return [
            {"path": leaf.path, "clause": leaf.clause}
            for leaf in self._refusals()
            if leaf.clause != "none" and not leaf.is_silent
        ]

    def as_json(self) -> dict[str, Any]:
        """The decision as contracts.md section 3 prints it."""
        return {
            "verdict": self.verdict.value,
            "released": [{"path": p, "clause": c, "treatment": t} for p, c, t in self.released],
            "withheld": [{"path": p, "clause": c, "reason": reason.code} for p, c, reason in self.withheld],
            "obligations": self.obligations,
            "trace": self.trace,
            "agreement": self.agreement.hash,
        }

    def _refusals(self) -> tuple[Withheld, ...]:
        if self._withheld is None:
            self._withheld = withheld_of(self._scope, self.plan)
        return self._withheld

    def _whole(self) -> Withheld:
        return next(leaf for leaf in self._refusals() if leaf.path == "rid")


def obligations(clauses: tuple[Clause, ...], at: datetime) -> list[dict[str, Any]]:
    """Retention, onward rule and promise of clauses that released something at `at`, the strictest of each."""
    if not clauses:
        return []
    keeper = min(clauses, key=lambda clause: clause.retention_days or 0)
    until = format_time(retention_end(at, keeper.retention_days or 0))
    rule, by = strictest_onward(clauses)
    owed: list[dict[str, Any]] = [
        {"obligation": "retain_until", "until": until, "clause": keeper.id},
        {"obligation": "onward", "rule": rule, "clause": by},
    ]
    prompt = [clause for clause in clauses if clause.promise_s is not None]
    if prompt:
        soonest = min(prompt, key=lambda clause: clause.promise_s or 0)
        owed.append({"obligation": "promise_s", "seconds": soonest.promise_s, "clause": soonest.id})
    return owed


def retention_end(at: datetime, days: int) -> datetime:
    """`days` after `at`, or the end of the calendar: a stranger's date of the year 9999 is no reason to stumble."""
    try:
        return at + timedelta(days=days)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def strictest_onward(clauses: tuple[Clause, ...]) -> tuple[str | list[str], str]:
    """The onward rule and its clause: `none`, else `ask`, else what all lists share (nothing shared is `none`)."""
    for word in ("none", "ask"):
        for clause in clauses:
            if clause.onward == word:
                return word, clause.id
    shared = [party for party in clauses[0].onward if all(party in clause.onward for clause in clauses)]
    return shared or "none", clauses[0].id
