"""How a case ended. "Nothing found" is an outcome like any other: without it every rate would lie.

The ship that was used and the persons suspected are separate roles, quantities are claims with their basis, and the
credit names every party whose half was needed.
"""

from collections.abc import Mapping
from typing import Any

from haemaru.operations.form import Form, one_of, text, texts, time
from haemaru.operations.hand import Hand
from haemaru.records import Record
from haemaru.wording import Fault

RESULTS = ("seizure", "nothing_found", "other_offence", "not_searched", "false_tip")
BASES = ("estimated", "gross", "net", "laboratory")
PLACES = ("at_sea", "anchorage", "berth", "landed")
"""Where it ended, for the mission's own figure: the share that is found before it is landed."""


def _quantities(value: object, where: str) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise Fault("form_list_wrong", where)
    return [_QUANTITY.read(item, f"{where}[{index}]") for index, item in enumerate(value)]


def _kg(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise Fault("form_number_wrong", where, found=str(value)[:40])
    return value


_QUANTITY = Form({"kg": _kg, "basis": one_of(*BASES), "by": text(80)}, required=("kg", "basis"))

FORM = Form(
    {
        "result": one_of(*RESULTS),
        "at": time,
        "place": one_of(*PLACES),
        "spaces": texts,
        "substance": text(80),
        "quantities": _quantities,
        "credit": texts,
        "text": text(),
        "note": text(200),
    },
    required=("result",),
)
"""The fields of an outcome, as an officer fills them in."""


def read_outcome(data: object, case: Mapping[str, Any], hand: Hand, where: str = "outcome") -> Record:
    """An `operations.outcome` record of a case; raises `Fault` naming the field that is wrong."""
    body = FORM.read(data, where)
    found = body.get("substance") or body.get("quantities")
    if body["result"] == "seizure" and not found:
        raise Fault("outcome_seizure_empty", where)
    if body["result"] in ("nothing_found", "not_searched") and found:
        raise Fault("outcome_contradicts_itself", f"{where}.result", result=body["result"])
    body = {**body, "case": case["rid"], "closes": True}
    return hand.write("operations.outcome", case["subject"], body, sources=[case], event_time=body.get("at"))
