"""The agreement as an ODRL 2.2 policy in JSON-LD: for registries and lawyers, never evaluated by anybody.

Each clause becomes one rule: `release`, `refer` and `demand` a permission, `withhold` a prohibition, which wins. What
a receiver owes stands as duties: erasing after the retention, the rule for passing on as the next policy, a person's
consent, a signed demand. What ODRL has no word for has one under `urn:haemaru:odrl:1:`, declared in the document
itself; the context is embedded, so nothing is fetched to read it. The signed TOML alone says what may leave: ODRL
knows no unknown attributes, no silence and no order of clauses, and the document says so.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from haemaru.agreement.conditions import Condition
from haemaru.agreement.conditions.age_at_most_hours import AgeAtMostHours
from haemaru.agreement.conditions.area_within import AreaWithin
from haemaru.agreement.conditions.caveat_present import CaveatPresent
from haemaru.agreement.conditions.caveats_within import CaveatsWithin
from haemaru.agreement.conditions.event_between import EventBetween
from haemaru.agreement.conditions.field_equals import FieldEquals
from haemaru.agreement.conditions.field_in import FieldIn
from haemaru.agreement.conditions.handling_at_most import HandlingAtMost
from haemaru.agreement.conditions.number_between import NumberBetween
from haemaru.agreement.conditions.origin_in import OriginIn
from haemaru.agreement.conditions.text_starts_with import TextStartsWith
from haemaru.agreement.explain import explain_condition
from haemaru.agreement.model import Agreement, Clause, Effect, FieldRule
from haemaru.clock.times import format_time
from haemaru.wording import LANGUAGES, Bilingual, say

PROFILE = "urn:haemaru:odrl:1"
_ACTIONS = {"release": "odrl:distribute", "demand": "odrl:inform"}
_OPERANDS = ("handlingLevel", "caveats", "origin", "ageHours", "eventTime", "field", "persons")
_LINKS = (
    "action", "assignee", "assigner", "conflict", "consentingParty", "constraint", "duty", "includedIn", "leftOperand",
    "obligation", "operator", "partOf", "permission", "profile", "prohibition", "refinement", "target",
)  # fmt: skip
_ASKING = {"type": "odrl:Duty", "action": "odrl:obtainConsent"}
CONTEXT: dict[str, Any] = {
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "hm": f"{PROFILE}:",
    "uid": "@id",
    "type": "@type",
    "rules": "@graph",
    **{name: {"@id": f"odrl:{name}", "@type": "@id"} for name in _LINKS},
    "rightOperand": "odrl:rightOperand",
    "title": {"@id": "dct:title", "@container": "@language"},
    "text": {"@id": "dct:description", "@container": "@language"},
    "label": {"@id": "skos:prefLabel", "@container": "@language"},
    "note": {"@id": "skos:note", "@container": "@language"},
    "basis": {"@id": "hm:legalBasis", "@container": "@language"},
    "article": {"@id": "dct:isPartOf", "@type": "@id"},
}


def odrl_policy(agreement: Agreement) -> dict[str, Any]:
    """The whole agreement as one JSON-LD document."""
    writer = _Writer(agreement)
    permissions = [c for c in agreement.clauses if c.effect is not Effect.WITHHOLD]
    policy = {
        "uid": writer.uid(),
        "type": "odrl:Agreement",
        "profile": PROFILE,
        "conflict": "odrl:prohibit",
        "title": _both(agreement.title),
        "text": _both(agreement.notice),
        "note": {lang: say("odrl.note", lang) for lang in LANGUAGES},
        "hm:hash": agreement.hash,
        "hm:version": agreement.version,
        "hm:handlingLevels": {"@list": list(agreement.handling_levels)},
        "permission": [writer.permission(clause) for clause in permissions],
        "prohibition": [writer.rule(clause) for clause in agreement.clauses if clause.effect is Effect.WITHHOLD],
        "obligation": [writer.promise(clause) for clause in permissions if clause.promise_s is not None],
    }
    graph = [{name: value for name, value in policy.items() if value != []}, *writer.others()]
    return {"@context": CONTEXT, "@graph": graph}


class _Writer:
    """Writes rules and remembers which parties, onward policies and targets they speak of."""

    def __init__(self, agreement: Agreement) -> None:
        self._agreement = agreement
        self._groups: dict[str, tuple[str, ...]] = {}
        self._next: dict[str, dict[str, Any]] = {}

    def uid(self, *parts: str) -> str:
        """A name within the agreement."""
        return ":".join(("urn:haemaru:agreement", *map(_name, (self._agreement.id, self._agreement.version, *parts))))

    def _party(self, names: tuple[str, ...]) -> str:
        """The party, or the group of those that the clause names."""
        known = tuple(party.id for party in self._agreement.parties) if "*" in names else names
        if len(known) == 1:
            return _uid_of_party(known[0])
        group = self.uid("parties", "+".join(sorted(known)))
        self._groups[group] = known
        return group

    def rule(self, clause: Clause) -> dict[str, Any]:
        """What every clause says, as permission or prohibition."""
        return {
            "uid": self.uid("clause", clause.id),
            "type": "odrl:Prohibition" if clause.effect is Effect.WITHHOLD else "odrl:Permission",
            "action": "hm:release",
            "assigner": self._party(clause.from_),
            "assignee": self._party(clause.to),
            "target": self._target(clause),
            "constraint": [*self._constraints(clause)],
            "article": self.uid("article", str(clause.article)),
            "text": _both(clause.text),
            "basis": _both(clause.legal_basis),
            "hm:clause": clause.id,
            "hm:effect": clause.effect.value,
            "hm:refusal": clause.refusal.value,
        }

    def permission(self, clause: Clause) -> dict[str, Any]:
        """A clause that lets something go, with what is owed for it."""
        return {**self.rule(clause), "duty": [*self._duties(clause)]}

    def promise(self, clause: Clause) -> dict[str, Any]:
        """How prompt the sender promised to be."""
        limit = {"@value": f"PT{clause.promise_s}S", "@type": "xsd:duration"}
        return {
            "uid": self.uid("clause", clause.id, "promise"),
            "type": "odrl:Duty",
            "action": "hm:release",
            "assigner": self._party(clause.from_),
            "assignee": self._party(clause.to),
            "target": self.uid("clause", clause.id, "target"),
            "constraint": [_constraint("odrl:delayPeriod", "lteq", limit)],
        }

    def _target(self, clause: Clause) -> dict[str, Any]:
        return {
            "uid": self.uid("clause", clause.id, "target"),
            "type": "odrl:AssetCollection",
            "hm:kind": list(clause.kinds),
            "hm:fieldRule": [_field(place, rule) for place, rule in enumerate(clause.fields)],
        }

    def _constraints(self, clause: Clause) -> Iterator[dict[str, Any]]:
        if clause.effect is not Effect.WITHHOLD:
            yield _constraint("odrl:dateTime", "gteq", _time(self._agreement.effective))
            if self._agreement.expires is not None:
                yield _constraint("odrl:dateTime", "lt", _time(self._agreement.expires))
        if clause.purposes:
            yield _constraint(
                "odrl:purpose", "isAnyOf", [{"@id": f"hm:purpose:{_name(name)}"} for name in clause.purposes]
            )
        for condition in clause.when:
            for left, operator, right, more in self._tests(condition):
                words = {lang: explain_condition(condition, lang) for lang in LANGUAGES}
                yield {**_constraint(left, operator, right), **more, "text": words, "hm:source": condition.words()}

    def _tests(self, condition: Condition) -> Iterator[tuple[str, str, Any, dict[str, Any]]]:
        """Left operand, operator, right operand and the field's path of each comparison that a condition makes."""
        match condition:
            case HandlingAtMost():
                yield "hm:handlingLevel", "lteq", condition.level, {}
            case CaveatsWithin():
                yield "hm:caveats", "isAllOf", list(condition.caveats) or [{"@id": "hm:nothing"}], {}
            case CaveatPresent():
                yield "hm:caveats", "hasPart", condition.caveat, {}
            case OriginIn():
                yield "hm:origin", "isAnyOf", [{"@id": _uid_of_party(name)} for name in condition.parties], {}
            case AreaWithin():
                place = {"hm:latitude": condition.lat, "hm:longitude": condition.lon}
                yield "odrl:spatial", "isPartOf", {"@id": self.uid("area", condition.area)}, place
            case AgeAtMostHours():
                yield "hm:ageHours", "lteq", condition.hours, {}
            case EventBetween():
                ends = (("gteq", condition.since), ("lt", condition.until))
                yield from (("hm:eventTime", operator, _time(end), {}) for operator, end in ends if end is not None)
            case FieldEquals():
                yield "hm:field", "eq", condition.value, {"hm:path": condition.path}
            case FieldIn():
                yield "hm:field", "isAnyOf", [value for _, value in condition.values], {"hm:path": condition.path}
            case NumberBetween():
                limits = (("gteq", condition.low), ("lteq", condition.high))
                path = {"hm:path": condition.path}
                yield from (("hm:field", operator, limit, path) for operator, limit in limits if limit is not None)
            case TextStartsWith():
                yield "hm:field", "hm:startsWith", condition.prefix, {"hm:path": condition.path}
            case _:
                raise AssertionError(f"a condition without a word in ODRL: {condition.test}")

    def _duties(self, clause: Clause) -> Iterator[dict[str, Any]]:
        receiver = {"type": "odrl:Duty", "assignee": self._party(clause.to)}
        if clause.effect is Effect.REFER:
            consent = {
                "type": "odrl:Duty",
                "action": "odrl:obtainConsent",
                "consentingParty": self._party(clause.from_),
            }
            yield {**consent, "constraint": [_constraint("hm:persons", "gteq", clause.persons)]}
        if clause.effect is Effect.DEMAND:
            yield {**receiver, "action": "hm:demand", "hm:statute": clause.statute}
        if clause.retention_days is not None:
            limit = {"@value": f"P{clause.retention_days}D", "@type": "xsd:duration"}
            keep = _constraint("odrl:delayPeriod", "lteq", limit)
            yield {**receiver, "action": "odrl:delete", "constraint": [keep]}
        yield {**receiver, "action": "odrl:nextPolicy", "target": self._onward(clause)}

    def _onward(self, clause: Clause) -> str:
        """The policy under which the receiver may pass on what this clause released."""
        rule = clause.onward if isinstance(clause.onward, str) else "+".join(sorted(clause.onward))
        uid = self.uid("onward", rule)
        passing: dict[str, Any] = {"action": "odrl:distribute", "target": "hm:received"}
        asking = {**_ASKING, "consentingParty": "hm:originator"}
        if rule == "none":
            rules = {"prohibition": [{**passing, "type": "odrl:Prohibition"}]}
        elif rule == "ask":
            rules = {"permission": [{**passing, "type": "odrl:Permission", "duty": [asking]}]}
        else:
            to = self._party(tuple(clause.onward))
            rules = {"permission": [{**passing, "type": "odrl:Permission", "assignee": to}]}
        self._next[uid] = {"uid": uid, "type": "odrl:Set", "profile": PROFILE, "hm:onward": rule, **rules}
        return uid

    def others(self) -> Iterator[dict[str, Any]]:
        """Parties, groups, articles, areas, onward policies, and the words that ODRL lacks."""
        yield from self._next.values()
        for party in self._agreement.parties:
            groups = [group for group, names in self._groups.items() if party.id in names]
            yield {"uid": _uid_of_party(party.id), "type": "odrl:Party", "label": _both(party.name),
                   **({"partOf": groups} if groups else {})}  # fmt: skip
        yield from ({"uid": group, "type": "odrl:PartyCollection"} for group in self._groups)
        for article in self._agreement.articles:
            yield {
                "uid": self.uid("article", str(article.number)),
                "type": "skos:Collection",
                "label": _both(article.title),
            }
        for area in self._agreement.areas:
            corners = ", ".join(f"{lon} {lat}" for lon, lat in (*area.polygon, area.polygon[0]))
            yield {"uid": self.uid("area", area.id), "type": "dct:Location", "label": _both(area.name),
                   "hm:polygon": f"POLYGON(({corners}))"}  # fmt: skip
        yield {"uid": "hm:originator", "type": "odrl:Party"}
        yield {"uid": "hm:received", "type": "odrl:Asset"}
        yield {"uid": "hm:startsWith", "type": "odrl:Operator"}
        yield from ({"uid": f"hm:{name}", "type": "odrl:LeftOperand"} for name in _OPERANDS)
        for name, wider in _ACTIONS.items():
            yield {"uid": f"hm:{name}", "type": "odrl:Action", "includedIn": wider}


def _name(text: str) -> str:
    """A text as it may stand in an IRI."""
    return quote(text, safe="+")


def _uid_of_party(name: str) -> str:
    return f"urn:haemaru:party:{_name(name)}"


def _constraint(left: str, operator: str, right: Any) -> dict[str, Any]:
    known = operator if ":" in operator else f"odrl:{operator}"
    return {"type": "odrl:Constraint", "leftOperand": left, "operator": known, "rightOperand": right}


def _field(place: int, rule: FieldRule) -> dict[str, Any]:
    how = {} if rule.coarsening is None else {f"hm:{rule.coarsening.how}": rule.coarsening.size}
    return {"hm:place": place, "hm:path": rule.path, "hm:treatment": rule.treatment.value, **how}


def _time(at: Any) -> dict[str, str]:
    return {"@value": format_time(at), "@type": "xsd:dateTime"}


def _both(text: Bilingual) -> dict[str, str]:
    return {lang: text.within(lang) for lang in LANGUAGES}
