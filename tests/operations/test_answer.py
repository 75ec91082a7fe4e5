"""An answer tells how much was shared and what is openly held back; a silent refusal leaves no trace in it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from haemaru.agreement import Agreement, load_agreement
from haemaru.operations import Hand, Weighed, answer, concerns, held_notes, open_case, read_tip, weigh
from haemaru.records import read_record
from haemaru.scenarios import World

Maker = Callable[..., Hand]
MODEL = Path(__file__).resolve().parents[2] / "agreements" / "kcg-kcs-narcotics.toml"
NOW = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)

AGREEMENT = """
[agreement]
id = "invented"
version = "1"
effective = "2026-01-01T00:00:00Z"
handling_levels = ["open", "restricted"]
title = { ko = "가상 협약", en = "Invented agreement" }
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
    return weigh(agreement, record, "south", "north", NOW)


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


def test_under_the_model_agreement_customs_tells_what_may_be_demanded(world: World, hand: Maker) -> None:
    model = load_agreement(MODEL.read_bytes(), MODEL.name)
    ship = {"mmsi": world.truth.mmsi, "name": world.truth.name}
    case = open_case(read_tip(world.tip, hand("kcg", "tip-1")), hand("kcg", "case-1"), ship)

    def reply(party: str, to: str) -> dict[str, Any]:
        own = [record for record in world.holdings[party] if concerns(case, record)]
        body: dict[str, Any] = answer(case, [weigh(model, one, party, to, NOW) for one in own], hand(party, "a1"))[
            "body"
        ]
        return body

    customs, coast_guard = reply("kcs", "kcg"), reply("kcg", "kcs")

    assert customs["held"] == [{"kind": "customs.clearance", "clause": "1.10", "effect": "demand"}]
    assert (customs["shared"], customs["withheld"]) == (8, 2)
    # The covert sighting is neither named nor counted; the partner service's history waits for a person.
    assert coast_guard["held"] == [{"kind": "surveillance.sighting", "clause": "1.4", "effect": "refer"}]
    assert (coast_guard["shared"], coast_guard["withheld"]) == (5, 1)
