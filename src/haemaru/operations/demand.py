"""A demand: the signed letter that a statute asks for before certain data may be given, and the reply to it.

Customs clearance data is given only where somebody entitled demands it (Customs Act Art. 116 (1)); an agreement is no
standing licence. A demand names the statute item, the letter and its number, the officer, what is asked about whom and
for what purpose, and by when. It is drafted from a case's notes in one call, and its answer names the demand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from haemaru.clock import format_time
from haemaru.operations.form import Form, text, texts, thing, time
from haemaru.operations.hand import Hand
from haemaru.records import Record, identifiers, is_kind
from haemaru.values.instant import parse_time
from haemaru.wording import Fault, Reason


def _kinds(value: object, where: str) -> list[str]:
    kinds = texts(value, where)
    for index, kind in enumerate(kinds):
        if not is_kind(kind):
            raise Fault("bad_kind", f"{where}[{index}]", value=kind[:40])
    return kinds


FORM = Form(
    {
        "statute": text(300),
        "letter": text(120),
        "officer": text(120),
        "kinds": _kinds,
        "subject": thing,
        "purpose": text(80),
        "reply_by": time,
        "case": text(200),
        "clause": text(80),
        "to": text(80),
        "grounds": text(),
    },
    required=("statute", "letter", "officer", "kinds", "subject", "purpose", "reply_by"),
)
"""The fields of a demand, as an officer writes them into FILE.json."""


def read_demand(
    data: object,
    hand: Hand,
    where: str = "demand",
    case: Record | None = None,
    answers: Iterable[Mapping[str, Any]] = (),
) -> Record:
    """A `request.demand` record from a filled-in form; raises `Fault` naming the field that is wrong.

    `case` and `answers` are what it was written from: it is handled as strictly as they are.
    """
    body = FORM.read(data, where)
    if not body["kinds"]:
        raise Fault("form_list_wrong", f"{where}.kinds")
    if not identifiers(body["subject"]):
        raise Fault("demand_subject_unclear", f"{where}.subject")
    if parse_time(body["reply_by"], f"{where}.reply_by") <= hand.at:
        raise Fault("demand_reply_past", f"{where}.reply_by", reply_by=body["reply_by"])
    subject = body.pop("subject")
    return hand.write(
        "request.demand", subject, {**body, "demand": hand.rid}, sources=[*([case] if case else []), *answers]
    )


def draft_demand(
    case: Record,
    notes: Iterable[Mapping[str, Any]],
    letter: str,
    hand: Hand,
    *,
    answers: Iterable[Mapping[str, Any]] = (),
    **more: str,
) -> Record:
    """A demand for everything that one partner's `held` notes say can be demanded, in one call.

    `answers` are the records in which the notes stand; `more` may give statute, purpose, grounds; what is left out is
    taken from the case. Four hours are asked for.
    """
    asked = [note for note in notes if note.get("effect") == "demand"]
    if not asked:
        raise Fault("demand_nothing_held", str(case["rid"]))
    form = {
        "statute": more.get("statute") or "-",
        "letter": letter,
        "officer": hand.officer or "-",
        "kinds": sorted({str(note["kind"]) for note in asked}),
        "subject": case["subject"],
        "purpose": more.get("purpose") or "narcotics_case",
        "reply_by": format_time(hand.at + timedelta(hours=4)),
        "case": case["rid"],
        "clause": ", ".join(sorted({str(note["clause"]) for note in asked})),
        "grounds": more.get("grounds"),
    }
    return read_demand(form, hand, case=case, answers=answers)


def matching(demand: Mapping[str, Any], own: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Which of our own records the demand covers: its kinds, about its subject by number (a name is too little)."""
    asked = {one for one in identifiers(demand.get("subject")) if not one.startswith("name:")}
    named = demand.get("body", {}).get("kinds")
    kinds = {str(kind) for kind in named} if isinstance(named, list) else set()
    return [record for record in own if record["kind"] in kinds and asked & set(identifiers(record.get("subject")))]


def refuse(demand: Mapping[str, Any], reason: str, hand: Hand) -> Record:
    """A `request.refusal`: a demand is answered even when the answer is no, with the reason in the officer's words."""
    if not reason.strip():
        raise Fault("form_field_missing", "refusal.reason", field="reason")
    body = {"demand": demand["rid"], "case": demand["body"].get("case"), "reason": reason.strip()}
    return hand.write("request.refusal", demand["subject"], body, sources=[demand])


def given_already(demand: Mapping[str, Any], rids: Iterable[str], reason: str, hand: Hand) -> Record:
    """The reply to a demand for what the asker has: one envelope a revision, so it names what was given before.

    Of the kind `request.refusal`, because a clause lets that pass; with `given` in it a demand reads as released.
    """
    body = {"demand": demand["rid"], "case": demand["body"].get("case"), "given": sorted(rids)}
    said = {"reason": reason.strip()} if reason.strip() else {}
    return hand.write("request.refusal", demand["subject"], {**body, **said}, sources=[demand])


@dataclass(frozen=True, slots=True)
class DemandState:
    """Where a demand stands: open, released (with what came), refused (with why) or overdue."""

    demand: Mapping[str, Any]
    state: str
    answers: tuple[str, ...]
    reason: Reason | None

    @property
    def id(self) -> str:
        """The rid of the demand."""
        return str(self.demand["rid"])


def follow(records: Iterable[Mapping[str, Any]], at: datetime) -> list[DemandState]:
    """Every demand among the records, own and received, with what refers to it; the oldest first."""
    held = list(records)
    states = []
    for demand in held:
        if demand["kind"] != "request.demand":
            continue
        refusal = next((r for r in held if r["kind"] == "request.refusal" and _answers(r, demand)), None)
        given = tuple(str(r["rid"]) for r in held if r["kind"] != "request.refusal" and _refers(r, demand))
        states.append(_state(demand, refusal, given, at))
    return sorted(states, key=lambda state: (str(state.demand.get("event_time", "")), state.id))


def _answers(record: Mapping[str, Any], demand: Mapping[str, Any]) -> bool:
    return record.get("body", {}).get("demand") == demand["rid"] or _refers(record, demand)


def _given(refusal: Mapping[str, Any] | None) -> tuple[str, ...]:
    named = (refusal or {}).get("body", {}).get("given")
    return tuple(map(str, named)) if isinstance(named, list) else ()


def _refers(record: Mapping[str, Any], demand: Mapping[str, Any]) -> bool:
    return demand["rid"] in record.get("refs", ())


def _is_past(reply_by: object, at: datetime) -> bool:
    # What a partner wrote may be anything; a time that cannot be read has not passed.
    try:
        return isinstance(reply_by, str) and parse_time(reply_by, "reply_by") < at
    except Fault:
        return False


def _state(
    demand: Mapping[str, Any], refusal: Mapping[str, Any] | None, given: tuple[str, ...], at: datetime
) -> DemandState:
    already = _given(refusal)
    if already:
        return DemandState(demand, "released", already, Reason("demand_given_already", {"count": len(already)}))
    if refusal is not None:
        why = str(refusal.get("body", {}).get("reason", "-"))
        return DemandState(demand, "refused", (str(refusal["rid"]),), Reason("demand_refused", {"reason": why}))
    if given:
        return DemandState(demand, "released", given, Reason("demand_released", {"count": len(given)}))
    reply_by = demand.get("body", {}).get("reply_by")
    if _is_past(reply_by, at):
        return DemandState(demand, "overdue", (), Reason("demand_overdue", {"reply_by": str(reply_by)}))
    return DemandState(demand, "open", (), Reason("demand_open", {"reply_by": str(reply_by or "-")}))
