"""The merged picture of a case: every fact that either agency may know, who holds it, and by which clause it came.

Nothing is merged into one truth. Each fact keeps its holder, its time and its grade; where two facts say different
things of one matter (a quantity, the hour of an arrival, the number of a ship) they stand side by side as claims. What
a partner openly holds back is a note that tells what may be demanded; what is withheld silently leaves no trace here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from haemaru.operations.answer import held_notes
from haemaru.operations.hand import in_time
from haemaru.records import Record, identifiers, labels_of, leaf_paths
from haemaru.values.handling import Handling
from haemaru.wording import Reason


class Held(Protocol):
    """A record that came from a partner, with the header that it came under."""

    @property
    def record(self) -> Mapping[str, Any]:
        """The record as it was released."""
        ...

    @property
    def header(self) -> Mapping[str, Any]:
        """The sealed header: clauses, redactions, agreement."""
        ...


@dataclass(frozen=True, slots=True)
class Fact:
    """One record of the picture, in words and in fields; `clauses` is empty for what we hold ourselves."""

    rid: str
    holder: str
    kind: str
    event_time: str | None
    summary: Reason
    clauses: tuple[str, ...]
    grade: dict[str, Any] | None
    fields: tuple[tuple[str, Any], ...]
    redacted: tuple[dict[str, Any], ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Dispute:
    """One matter on which facts differ: every value with who says so, in which record."""

    matter: str
    claims: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a case, in the order of time."""

    case: str
    facts: tuple[Fact, ...]
    disputes: tuple[Dispute, ...] = ()
    held: tuple[dict[str, Any], ...] = ()
    withheld: dict[str, int] = field(default_factory=dict)
    handling: Handling = field(default=Handling("-"))
    """How the whole must be handled, on a screen and in print: as strictly as the strictest record in it."""

    def as_json(self) -> dict[str, Any]:
        """The picture as plain JSON; reasons as `{"code", "params"}`."""
        disputed = {(claim["rid"], claim["field"]) for dispute in self.disputes for claim in dispute.claims}
        return {
            "case": self.case,
            "facts": [_fact_json(fact, disputed) for fact in self.facts],
            "disputes": [{"matter": one.matter, "claims": list(one.claims)} for one in self.disputes],
            "held": list(self.held),
            "withheld": dict(self.withheld),
            "handling": self.handling.as_json(),
        }


def picture(
    case: Record,
    own: Iterable[Mapping[str, Any]],
    received: Iterable[Held],
    withheld: Mapping[str, int] | None = None,
    levels: Sequence[str] = (),
) -> Picture:
    """The picture of `case` from our own records and from what partners released, each about its ship or its case."""
    received = list(received)
    own = [record for record in own if concerns(case, record) and _tells(record)]
    told = [held for held in received if concerns(case, held.record) and _tells(held.record)]
    facts = [_fact(record, None) for record in own] + [_fact(held.record, held) for held in told]
    labels = labels_of([*own, *(held.record for held in told)], levels, Handling.from_json(case["handling"]))
    facts.sort(key=lambda fact: in_time({"event_time": fact.event_time, "rid": fact.rid}))
    notes = _held_notes(case, [held.record for held in received])
    return Picture(str(case["rid"]), tuple(facts), tuple(_disputes(facts)), tuple(notes), dict(withheld or {}), labels)


def concerns(case: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """True when the record is the case's tip, refers to the case or the tip, or is about the case's ship."""
    body = case.get("body", {})
    names = {str(case["rid"]), str(body.get("tip") or case["rid"])}
    own_case = str(record.get("body", {}).get("case"))
    if record["rid"] in names or own_case in names or names & set(record.get("refs", ())):
        return True
    ship = {one for one in identifiers(body.get("ship")) if not one.startswith("name:")}
    return bool(ship & set(identifiers(record.get("subject"))))


# These are the case's own paperwork, shown as its history and not as facts about the ship.
_PAPERWORK = ("operations.case", "operations.answer", "request.demand", "request.refusal")


def _tells(record: Mapping[str, Any]) -> bool:
    return record["kind"] not in _PAPERWORK and not str(record["kind"]).startswith("resources.")


def _fact(record: Mapping[str, Any], held: Held | None) -> Fact:
    body = record.get("body", {})
    header = held.header if held is not None else {}
    return Fact(
        rid=str(record["rid"]),
        holder=str(record.get("origin", "")),
        kind=str(record["kind"]),
        event_time=record.get("event_time"),
        summary=summary(record),
        clauses=tuple(header.get("clauses", ())),
        grade=body.get("grade") if isinstance(body.get("grade"), Mapping) else None,
        fields=tuple((path, _value(body, path)) for path in leaf_paths(body)),
        redacted=tuple(header.get("redacted", ())),
        withdrawn=getattr(held, "state", "held") != "held",
    )


def _value(body: Mapping[str, Any], path: str) -> Any:
    value: Any = body
    for key in path.split("."):
        value = value[key]
    return value


def _fact_json(fact: Fact, disputed: set[tuple[str, str]]) -> dict[str, Any]:
    return {
        "rid": fact.rid,
        "holder": fact.holder,
        "kind": fact.kind,
        "event_time": fact.event_time,
        "summary": {"code": fact.summary.code, "params": fact.summary.params},
        "clauses": list(fact.clauses),
        "grade": fact.grade,
        "fields": [
            {"field": path, "value": value, "disputed": (fact.rid, path) in disputed} for path, value in fact.fields
        ],
        "redacted": list(fact.redacted),
        "withdrawn": fact.withdrawn,
    }


def _word(body: Mapping[str, Any], *names: str) -> str:
    # "-" stands for a field that did not come: withheld or never written.
    for name in names:
        if body.get(name) not in (None, ""):
            return str(body[name])
    return "-"


def _changed(body: Mapping[str, Any], change: str) -> int:
    rows = body.get("changes")
    return (
        sum(isinstance(row, Mapping) and row.get("change") == change for row in rows) if isinstance(rows, list) else 0
    )


_SUMMARIES: dict[str, Callable[[Mapping[str, Any]], Reason]] = {
    "operations.tip": lambda b: Reason("fact_tip", {"text": _word(b, "text", "vessel_name"), "port": _word(b, "port")}),
    "operations.outcome": lambda b: Reason("fact_outcome", {"result": _word(b, "result")}),
    "surveillance.sighting": lambda b: Reason(
        "fact_sighting", {"platform": _word(b, "platform"), "what": _word(b, "what")}
    ),
    "surveillance.port_call": lambda b: Reason(
        "fact_port_call",
        {"port": _word(b, "port_name", "port"), "arrived": _word(b, "arrived"), "departed": _word(b, "departed")},
    ),
    "surveillance.crew_change": lambda b: Reason(
        "fact_crew_change",
        {"port": _word(b, "port"), "off": _changed(b, "sign_off"), "on": _changed(b, "sign_on")},
    ),
    "surveillance.inspection": lambda b: Reason(
        "fact_inspection", {"port": _word(b, "port", "place"), "result": _word(b, "result")}
    ),
    "intelligence.report": lambda b: Reason("fact_report", {"title": _word(b, "title", "text")}),
    "customs.clearance": lambda b: Reason(
        "fact_clearance", {"declaration": _word(b, "declaration"), "port": _word(b, "port")}
    ),
}


def summary(record: Mapping[str, Any]) -> Reason:
    """One line about a record as a reason: what it tells, with `-` for what did not come with it."""
    teller = _SUMMARIES.get(str(record["kind"]))
    return teller(record.get("body", {})) if teller else Reason("fact_other", {"kind": str(record["kind"])})


def _held_notes(case: Mapping[str, Any], records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    notes: dict[tuple[str, str, str], dict[str, Any]] = {}
    for record in records:
        body = record.get("body", {})
        if record["kind"] != "operations.answer" or body.get("case") != case["rid"]:
            continue
        for note in held_notes(record):
            key = (str(record.get("origin")), str(note.get("kind")), str(note.get("clause")))
            notes[key] = {"party": key[0], "kind": key[1], "clause": key[2], "effect": str(note.get("effect"))}
    return [notes[key] for key in sorted(notes)]


def _disputes(facts: list[Fact]) -> Iterable[Dispute]:
    # Only matters of which there is one truth: two sightings at two places do not contradict each other.
    matters: dict[str, list[dict[str, Any]]] = {}
    for fact in facts:
        for matter, path, value in _matters(fact):
            claim = {"rid": fact.rid, "holder": fact.holder, "field": path, "value": value, "at": fact.event_time}
            matters.setdefault(matter, []).append(claim)
    for matter, claims in matters.items():
        if len({str(claim["value"]) for claim in claims}) > 1 and len({claim["rid"] for claim in claims}) > 1:
            yield Dispute(matter, tuple(claims))


def _matters(fact: Fact) -> Iterable[tuple[str, str, Any]]:
    fields = dict(fact.fields)
    if "quantity.kg" in fields:
        yield "quantity", "quantity.kg", fields["quantity.kg"]
    rows = fields.get("quantities")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping) and "kg" in row:
            yield "quantity", "quantities", row["kg"]
    if fact.kind == "surveillance.port_call" and fields.get("port"):
        # One call of one port: two papers about the same month of arrival speak of the same call.
        month = str(fields.get("arrived") or "")[:7]
        for path in ("arrived", "departed"):
            if fields.get(path):
                yield f"{path}:{fields['port']}:{month}", path, fields[path]
