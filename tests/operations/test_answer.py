"""An answer tells how much was shared and what is openly held back; a silent refusal leaves no trace in it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from haemaru.agreement import Agreement, decide, load_agreement
from haemaru.operations import Hand, Weighed, answer, held_notes, open_case, read_tip
from haemaru.records import read_record

Maker = Callable[..., Hand]
NOW = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)

AGREEMENT = """
[agreement]
id = "invented"
version = "1"
effective = "2026-01-01T00:00:00Z"
handling_levels = ["open", "restricted"]
title = { ko = "가상 협정", en = "Invented agreement" }
notice = { ko = "가상", en = "invented" }
[[party]]
id = "north"
name = { ko = "북쪽 기관", en = "North agency" }
[[party]]
id = "south"
name = { ko = "남쪽 기관", en = "South agency" }
[[article]]
number = 1
title = { ko = "공유", en = "Sharing" }
"""
CLAUSE = """
[[clause]]
id = "{id}"
article = 1
effect = "{effect}"
refusal = "{refusal}"
kinds = ["{kind}"]
from = ["south"]
to = ["north"]
purposes = ["case"]
legal_basis = {{ ko = "가상", en = "invented" }}
text = {{ ko = "가상", en = "invented" }}
retention_days = 30
onward = "none"
fields = [{{ path = "*", treatment = "keep" }}]
{more}
"""

STATUTE = 'statute = "invented act, art. 1"'


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    clauses = [
        CLAUSE.format(id="1.1", effect="release", refusal="open", kind="surveillance.port_call", more=""),
        CLAUSE.format(id="1.2", effect="demand", refusal="open", kind="customs.clearance", more=STATUTE),
        CLAUSE.format(id="1.3", effect="refer", refusal="open", kind="intelligence.report", more=""),
        CLAUSE.format(id="1.4", effect="demand", refusal="silent", kind="surveillance.sighting", more=STATUTE),
    ]
    return load_agreement((AGREEMENT + "".join(clauses)).encode(), "invented.toml")


def weighed(agreement: Agreement, kind: str) -> Weighed:
    record = {
        "rid": f"south-{kind}", "kind": kind, "subject": {"type": "vessel", "mmsi": 538990116},
        "event_time": "2026-03-30T00:00:00Z", "handling": {"level": "open", "caveats": []}, "origin": "south",
        "body": {"port": "KROKK"},
    }  # fmt: skip
    return Weighed(kind, decide(agreement, record, "south", "north", "case", NOW))


@pytest.fixture
def case(hand: Maker) -> dict[str, Any]:
    return open_case(read_tip({"text": "invented"}, hand("north", "tip-1")), hand("north", "case-1"))


def test_shared_and_openly_held_records_are_counted(case: dict[str, Any], agreement: Agreement, hand: Maker) -> None:
    kinds = ["surveillance.port_call", "customs.clearance", "customs.clearance", "intelligence.report"]

    reply = answer(case, [weighed(agreement, kind) for kind in kinds], hand("south", "a1"))

    assert read_record(reply)["body"]["shared"] == 1
    assert reply["body"]["withheld"] == 3
    assert reply["body"]["held"] == [
        {"kind": "customs.clearance", "clause": "1.2", "effect": "demand"},
        {"kind": "intelligence.report", "clause": "1.3", "effect": "refer"},
    ]
    assert held_notes(reply)[0]["party"] == "south"
    assert reply["refs"] == ["case-1"]


def test_silent_refusals_and_unnamed_kinds_leave_no_trace(
    case: dict[str, Any], agreement: Agreement, hand: Maker
) -> None:
    nothing = answer(case, [], hand("south", "a1"))
    silent = [weighed(agreement, "surveillance.sighting"), weighed(agreement, "surveillance.inspection")]

    assert answer(case, silent, hand("south", "a1")) == nothing
    assert nothing["body"]["held"] == []
