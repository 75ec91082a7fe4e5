"""Cases: everything both agencies know about one tip, merged, each fact with its clause."""

from typing import Any

from litestar import Response

from haemaru.web import shapes
from haemaru.web.console import back
from haemaru.web.routes import Form, Here, InPath, Reader, shows, takes
from haemaru.wording import Fault

OUTCOMES = ("seizure", "nothing_found", "other_offence", "not_searched", "false_tip")
MMSI_DIGITS = 9


@shows("/cases")
def cases(console: Here, visit: Reader) -> Response[Any]:
    """All cases."""
    return console.page(visit, "cases", rows=console.reading.many(console.desk.cases(), shapes.CaseRow, "cases"))


@shows("/cases/{rid:str}")
def case(console: Here, visit: Reader, rid: InPath) -> Response[Any]:
    """One case: candidates, merged picture, what the partner gives only on demand, support, history."""
    found = console.reading.one(console.desk.case(rid), shapes.Case, rid)
    return console.page(visit, "case", case=found, clauses=console.clauses(), outcomes=OUTCOMES)


@takes("/cases/{rid:str}/choose")
def choose(console: Here, visit: Reader, rid: InPath, form: Form) -> Response[Any]:
    """Says which of the candidates is meant."""
    number = form.get("mmsi", "")
    if not (number.isascii() and number.isdigit() and len(number) == MMSI_DIGITS):
        raise Fault("web_field_missing", "mmsi")
    console.order(visit, "operations.choose", case=rid, mmsi=int(number))
    return back(f"/cases/{rid}", "chosen")


@takes("/cases/{rid:str}/outcome")
def outcome(console: Here, visit: Reader, rid: InPath, form: Form) -> Response[Any]:
    """Records what came of it; nothing found counts too."""
    given = {name: form[name] for name in ("result", "substance", "text") if form.get(name)}
    console.order(visit, "operations.outcome", case=rid, **given)
    return back(f"/cases/{rid}", "outcome")


@takes("/demands")
def demand(console: Here, visit: Reader, form: Form) -> Response[Any]:
    """Signs and sends a demand that the case page drafted."""
    given = {name: form.get(name, "") for name in ("case", "to", "kind", "clause", "statute", "letter", "purpose")}
    console.order(visit, "demand.new", **given)
    return back(f"/cases/{given['case']}" if given["case"] else "/exchange", "demanded")


ROUTES = (cases, case, choose, outcome, demand)
