"""The agreement as a person reads it: article by article, clause by clause, in Korean or in English."""

from collections.abc import Iterator

from haemaru.agreement.conditions import Condition
from haemaru.agreement.model import Agreement, Clause
from haemaru.clock.times import format_time
from haemaru.wording import say


def explain(agreement: Agreement, lang: str) -> str:
    """The whole agreement as text in the reader's language, its notice first."""
    lines = [
        agreement.title.within(lang),
        agreement.notice.within(lang),
        say("clause.identity", lang, id=agreement.id, version=agreement.version, hash=agreement.hash),
        say("clause.in_force", lang, since=format_time(agreement.effective), until=_until(agreement)),
        say("clause.parties", lang, names=", ".join(f"{p.name.within(lang)} ({p.id})" for p in agreement.parties)),
    ]
    for article in agreement.articles:
        lines += ["", say("clause.article", lang, number=article.number, title=article.title.within(lang))]
        for clause in agreement.clauses:
            if clause.article == article.number:
                lines += ["", *explain_clause(clause, lang)]
    return "\n".join(lines)


def explain_clause(clause: Clause, lang: str) -> list[str]:
    """One clause as lines of text in the reader's language."""
    return [
        f"{clause.id} {say(f'clause.effect.{clause.effect.value}', lang)} - {clause.text.within(lang)}",
        *(f"    {line}" for line in _facts(clause, lang)),
    ]


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
    if clause.statute:
        yield say("clause.statute", lang, statute=clause.statute)
    if clause.retention_days is not None:
        yield say("clause.retention", lang, days=clause.retention_days)
        if isinstance(clause.onward, str):
            yield say(f"clause.onward.{clause.onward}", lang)
        else:
            yield say("clause.onward.list", lang, parties=", ".join(clause.onward))
    if clause.promise_s is not None:
        yield say("clause.promise", lang, seconds=clause.promise_s)
    yield say(f"clause.refusal.{clause.refusal.value}", lang)
