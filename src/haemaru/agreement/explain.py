"""The agreement as a person reads it: article by article, clause by clause, in Korean or in English.

Where it is known what a clause did at a node, that follows: what left and stayed under it, and how it kept its promise.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from haemaru.agreement.conditions import Condition
from haemaru.agreement.model import Agreement, Clause, Effect, FieldRule
from haemaru.clock.times import format_time
from haemaru.wording import LANGUAGES, Bilingual, say

_COUNTED = ("records", "corrections", "positions")


def explain(agreement: Agreement, lang: str, only: str | None = None, did: Mapping[str, Any] | None = None) -> str:
    """The whole agreement (or one clause of it) as text in the reader's language, its notice first.

    `did` tells for each clause what it did at a node, as `haemaru agreement explain --home` counts it.
    """
    lines = [
        agreement.title.within(lang),
        agreement.notice.within(lang),
        say("clause.identity", lang, id=agreement.id, version=agreement.version, hash=agreement.hash),
        say("clause.in_force", lang, since=format_time(agreement.effective), until=_until(agreement)),
        say("clause.parties", lang, names=", ".join(f"{p.name.within(lang)} ({p.id})" for p in agreement.parties)),
    ]
    for article in agreement.articles:
        clauses = [each for each in agreement.clauses if each.article == article.number and only in (None, each.id)]
        if clauses or only is None:
            lines += ["", say("clause.article", lang, number=article.number, title=article.title.within(lang))]
        for clause in clauses:
            lines += ["", *explain_clause(clause, lang)]
            if did is not None:
                lines += [f"    {line}" for line in explain_deeds(clause, did[clause.id], lang)]
    return "\n".join(lines)


def explain_clause(clause: Clause, lang: str) -> list[str]:
    """One clause as lines of text in the reader's language."""
    return [
        f"{clause.id} {say(f'clause.effect.{clause.effect.value}', lang)} - {clause.text.within(lang)}",
        *(f"    {line}" for line in _facts(clause, lang)),
    ]


def clause_facts(clause: Clause) -> dict[str, Any]:
    """One clause as data, its conditions in words of both languages."""
    return {
        "id": clause.id,
        "article": clause.article,
        "effect": clause.effect.value,
        "refusal": clause.refusal.value,
        "text": _both(clause.text),
        "kinds": list(clause.kinds),
        "from": list(clause.from_),
        "to": list(clause.to),
        "purposes": list(clause.purposes),
        "conditions": [
            {"test": each.test, **{lang: explain_condition(each, lang) for lang in LANGUAGES}} for each in clause.when
        ],
        "fields": [_field(rule) for rule in clause.fields],
        "legal_basis": _both(clause.legal_basis),
        "retention_days": clause.retention_days,
        "onward": clause.onward if isinstance(clause.onward, str) else list(clause.onward),
        "promise_s": clause.promise_s,
        "persons": clause.persons,
        "statute": clause.statute,
        "conflate_s": clause.conflate_s,
    }


def _both(text: Bilingual) -> dict[str, str]:
    return {lang: text.within(lang) for lang in LANGUAGES}


def _field(rule: FieldRule) -> dict[str, Any]:
    how = {} if rule.coarsening is None else {rule.coarsening.how: rule.coarsening.size}
    return {"path": rule.path, "treatment": rule.treatment.value, **how}


def explain_deeds(clause: Clause, did: Mapping[str, Any], lang: str) -> Iterator[str]:
    """What a clause did at a node, as lines of text in the reader's language; what is not known is said."""
    if clause.effect is not Effect.WITHHOLD:
        released = did["released"]
        yield say("clause.did.released", lang, **{name: released[name] for name in _COUNTED})
        for row in released["by"]:
            yield "    " + say("clause.did.by", lang, to=row["to"], month=row["month"], **{n: row[n] for n in _COUNTED})
    yield say("clause.did.withheld", lang, records=did["withheld"], positions=did["withheld_positions"])
    if did["kept_fields_of"]:
        yield say("clause.did.kept_fields", lang, records=did["kept_fields_of"])
    if did["void"]:
        yield say("clause.did.void", lang, records=did["void"])
    if clause.effect is Effect.REFER:
        yield say("clause.did.referred", lang, **did["referred"])
    if clause.effect is Effect.DEMAND:
        yield say("clause.did.demanded", lang, kept=did["kept_for_a_demand"], **did["demands"])
    if did["promise"] is not None:
        yield from _promise(did["promise"], lang)


def _promise(kept: Mapping[str, Any], lang: str) -> Iterator[str]:
    if kept["measured"]:
        share = f"{100 * kept['share']:.1f}"
        times = {name: f"{kept[name]:.1f}" for name in ("p50_s", "p95_s", "worst_s")}
        yield say(
            "clause.did.promise", lang, seconds=kept["promise_s"], measured=kept["measured"], share=share, **times
        )
        legs = {name: f"{kept[name]:.1f}" for name in ("to_sealed_p50_s", "to_acknowledged_p50_s")}
        yield say("clause.did.legs", lang, **legs)
    else:
        yield say("clause.did.no_promise", lang)
    if kept["unknown"]:
        yield say("clause.did.unknown", lang, records=kept["unknown"])
    if kept["waiting"]:
        yield say("clause.did.waiting", lang, records=kept["waiting"], late=kept["waiting_late"])


def explain_condition(condition: Condition, lang: str) -> str:
    """One condition as a sentence in the reader's language."""
    return say(f"clause.when.{condition.test}", lang, **condition.facts())


def _until(agreement: Agreement) -> str:
    return format_time(agreement.expires) if agreement.expires else "-"


def _facts(clause: Clause, lang: str) -> Iterator[str]:
    yield say("clause.kinds", lang, kinds=", ".join(clause.kinds))
    yield say("clause.way", lang, sender=", ".join(clause.from_), receiver=", ".join(clause.to))
    if clause.purposes:
        yield say("clause.purposes", lang, purposes=", ".join(clause.purposes))
    for condition in clause.when:
        yield say("clause.condition", lang, condition=explain_condition(condition, lang))
    for rule in clause.fields:
        treatment = say(f"clause.treatment.{rule.treatment.value}", lang)
        more = f" ({rule.coarsening.how} {rule.coarsening.size})" if rule.coarsening else ""
        yield say("clause.field", lang, path=rule.path, treatment=treatment + more)
    yield say("clause.basis", lang, basis=clause.legal_basis.within(lang))
    if clause.persons > 1:
        yield say("clause.persons", lang, persons=clause.persons)
    if clause.statute:
        yield say("clause.statute", lang, statute=clause.statute)
    if clause.retention_days is not None:
        yield say("clause.retention", lang, days=clause.retention_days)
        if isinstance(clause.onward, str):
            yield say(f"clause.onward.{clause.onward}", lang)
        else:
            yield say("clause.onward.list", lang, parties=", ".join(clause.onward))
    if clause.conflate_s is not None:
        yield say("clause.conflate", lang, seconds=clause.conflate_s)
    if clause.promise_s is not None:
        yield say("clause.promise", lang, seconds=clause.promise_s)
    yield say(f"clause.refusal.{clause.refusal.value}", lang)
