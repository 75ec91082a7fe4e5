"""The agreement as Cedar policies: an independent second judge for tests, and the peer that `bench` measures against.

Cedar skips a denial whose attribute is missing; here unknown must count as matched. So every test is guarded with
`has`, and a denial is written "unless known not to hold". Attributes are flat and carry their type in their name
(`text:body.flag`), so that a value of another type is simply absent. One request asks for one record and one leaf path.
Exported: everything but areas (Cedar has no reals), whose outcome the caller hands in as a boolean attribute.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from haemaru.agreement.conditions import Condition, Met, NotMet
from haemaru.agreement.conditions.age_at_most_hours import AgeAtMostHours
from haemaru.agreement.conditions.attributes import is_texts, json_type, read_time
from haemaru.agreement.conditions.caveat_present import CaveatPresent
from haemaru.agreement.conditions.caveats_within import CaveatsWithin
from haemaru.agreement.conditions.event_between import EventBetween
from haemaru.agreement.conditions.field_equals import FieldEquals
from haemaru.agreement.conditions.field_in import FieldIn
from haemaru.agreement.conditions.handling_at_most import HandlingAtMost
from haemaru.agreement.conditions.number_between import NumberBetween
from haemaru.agreement.conditions.origin_in import OriginIn
from haemaru.agreement.conditions.text_starts_with import TextStartsWith
from haemaru.agreement.model import Agreement, Clause, Effect, FieldRule
from haemaru.agreement.treatments import Treatment
from haemaru.clock.times import to_ms

SCALE = 10_000  # Cedar counts in whole numbers: numbers are handed over in ten-thousandths


def cedar_policies(agreement: Agreement) -> str:
    """All clauses as Cedar policies, for one leaf path a request (`context.path`)."""
    return "\n".join(text for clause in agreement.clauses for text in _clause(clause))


def cedar_entity(agreement: Agreement, record: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """The record as the Cedar entity `Record::"r"`, with typed attributes and the outcomes of area conditions."""
    attributes: dict[str, Any] = {}
    _scalars("", record, attributes)
    caveats = record.get("handling", {}).get("caveats") if isinstance(record.get("handling"), dict) else None
    if is_texts(caveats):
        attributes["caveats"] = caveats
    event = read_time(record.get("event_time"))
    if event is not None:
        attributes["event"] = to_ms(event)
        attributes["age"] = to_ms(at) - to_ms(event)
    for clause in agreement.clauses:
        for condition in clause.when:
            if condition.test == "area_within":
                outcome = condition.verify(record, at)
                if isinstance(outcome, Met | NotMet):
                    attributes[_area(condition)] = isinstance(outcome, Met)
    return {"uid": {"type": "Record", "id": "r"}, "attrs": attributes, "parents": []}


def cedar_request(record: Mapping[str, Any], way: tuple[str, str], purpose: str, path: str) -> dict[str, Any]:
    """The question whether one leaf of the record may leave."""
    return {
        "principal": f"Party::{_text(way[0])}",
        "action": 'Action::"leave"',
        "resource": 'Record::"r"',
        "context": {"to": way[1], "purpose": purpose, "kind": record["kind"], "path": path},
    }


def _scalars(prefix: str, value: Mapping[str, Any], found: dict[str, Any]) -> None:
    for key, inner in value.items():
        kind = json_type(inner)
        if isinstance(inner, dict):
            _scalars(f"{prefix}{key}.", inner, found)
        elif kind == "number":
            found[f"number:{prefix}{key}"] = round(inner * SCALE)
        elif kind != "other":
            found[f"{kind}:{prefix}{key}"] = inner


def _clause(clause: Clause) -> Iterator[str]:
    known_out = " || ".join(f"({_not_met(condition)})" for condition in clause.when) or "false"
    scope = _scope(clause)
    drops = [rule for rule in clause.fields if rule.treatment is Treatment.DROP]
    if clause.effect is Effect.RELEASE:
        met = " && ".join(f"({_met(condition)})" for condition in clause.when) or "true"
        kept = " || ".join(f"({_keeps(rule)})" for rule in clause.fields if rule.treatment is not Treatment.DROP)
        if kept:
            yield f"{_head('permit', clause.id)} when {{ {scope} && ({kept}) && {met} }};"
    elif clause.effect is not Effect.WITHHOLD or not drops:  # a withhold with fields denies only those, below
        yield f"{_head('forbid', clause.id)} when {{ {scope} }} unless {{ {known_out} }};"
    if drops and clause.effect in (Effect.RELEASE, Effect.WITHHOLD):
        touched = " || ".join(f"({_touches(rule)})" for rule in drops)
        yield f"{_head('forbid', f'{clause.id} fields')} when {{ {scope} && ({touched}) }} unless {{ {known_out} }};"


def _head(effect: str, name: str) -> str:
    return f"@id({_text(name)})\n{effect}(principal, action, resource)"


def _scope(clause: Clause) -> str:
    kinds = " || ".join(
        f"context.kind like {_text(kind)}" if kind.endswith("*") else f"context.kind == {_text(kind)}"
        for kind in clause.kinds
    )
    parts = [f"({kinds})"]
    if "*" not in clause.from_:
        parts.append("(" + " || ".join(f"principal == Party::{_text(name)}" for name in clause.from_) + ")")
    if "*" not in clause.to:
        parts.append(f"{_set(clause.to)}.contains(context.to)")
    if clause.purposes:
        parts.append(f"{_set(clause.purposes)}.contains(context.purpose)")
    return " && ".join(parts)


def _keeps(rule: FieldRule) -> str:
    if rule.path == "*":
        return "true"
    below = rule.path.endswith(".*")
    return _under(rule.path[:-2]) if below else f"context.path == {_text(rule.path)}"


def _touches(rule: FieldRule) -> str:
    if rule.path == "*":
        return "true"
    base = rule.path.removesuffix(".*")
    lists = [base[:place] for place in range(len(base)) if base.startswith("[]", place)]
    return " || ".join([f"context.path == {_text(path)}" for path in (base, *lists)] + [_under(base)])


def _under(base: str) -> str:
    return f"context.path like {_text(base + '.*')} || context.path like {_text(base + '[]*')}"


def _met(condition: Condition) -> str:
    guard, test = _guarded(condition)
    return f"{guard} && ({test})"


def _not_met(condition: Condition) -> str:
    guard, test = _guarded(condition)
    return f"{guard} && !({test})"


def _guarded(condition: Condition) -> tuple[str, str]:
    """What must be known for the condition to be decided, and the test itself."""
    match condition:
        case HandlingAtMost():
            guard, at = _attribute("text", "handling.level")
            lower = condition.levels[: condition.levels.index(condition.level) + 1]
            return f"{guard} && {_set(condition.levels)}.contains({at})", f"{_set(lower)}.contains({at})"
        case CaveatsWithin():
            return "resource has caveats", f"{_set(condition.caveats)}.containsAll(resource.caveats)"
        case CaveatPresent():
            return "resource has caveats", f"resource.caveats.contains({_text(condition.caveat)})"
        case OriginIn():
            guard, at = _attribute("text", "origin")
            return guard, f"{_set(condition.parties)}.contains({at})"
        case AgeAtMostHours():
            return "resource has age", f"resource.age <= {round(condition.hours * 3_600_000)}"
        case EventBetween():
            since = f"resource.event >= {to_ms(condition.since)}" if condition.since else "true"
            until = f"resource.event < {to_ms(condition.until)}" if condition.until else "true"
            return "resource has event", f"{since} && {until}"
        case TextStartsWith():
            guard, at = _attribute("text", condition.path)
            return guard, f"{at} like {_text(condition.prefix.replace('*', chr(92) + '*') + '*')}"
        case _:
            return _guarded_value(condition)


def _guarded_value(condition: Condition) -> tuple[str, str]:
    match condition:
        case FieldEquals():
            guard, at = _attribute(condition.kind, condition.path)
            return guard, f"{at} == {_value(condition.value)}"
        case FieldIn():
            kinds = sorted({kind for kind, _ in condition.values})
            guards = [_attribute(kind, condition.path) for kind in kinds]
            tests = [
                f"({guard} && {_set_of([_value(v) for own, v in condition.values if own == kind])}.contains({at}))"
                for kind, (guard, at) in zip(kinds, guards, strict=True)
            ]
            return "(" + " || ".join(guard for guard, _ in guards) + ")", " || ".join(tests)
        case NumberBetween():
            guard, at = _attribute("number", condition.path)
            low = f"{at} >= {_value(condition.low)}" if condition.low is not None else "true"
            high = f"{at} <= {_value(condition.high)}" if condition.high is not None else "true"
            return guard, f"{low} && {high}"
        case _:
            name = _text(_area(condition))
            return f"resource has {name}", f"resource[{name}]"


def _area(condition: Condition) -> str:
    return f"area:{condition.words()}"


def _attribute(kind: str, path: str) -> tuple[str, str]:
    name = _text(f"{kind}:{path}")
    return f"resource has {name}", f"resource[{name}]"


def _value(value: str | int | float | bool) -> str:
    if isinstance(value, str):
        return _text(value)
    return str(value).lower() if isinstance(value, bool) else str(round(value * SCALE))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _set(texts: tuple[str, ...]) -> str:
    return _set_of([_text(text) for text in texts])


def _set_of(values: list[str]) -> str:
    return "[" + ", ".join(values) + "]"
