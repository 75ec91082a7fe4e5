"""Labels follow: whatever is made from a record is handled at least as strictly, and every builder is on this list.

A function that writes a record is found in the source. It stands in `DERIVES`, where each of its sources is made
stricter and the record that comes out has to follow, or in `BEGINS`, because nothing that this
house holds goes into it.
"""

import ast
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.agreement import load_agreement, standing_purpose
from haemaru.intelligence import Feedback, Report, build_feedback, build_report
from haemaru.operations import (
    Hand,
    KnownVessel,
    Weighed,
    answer,
    candidates,
    choose,
    draft_demand,
    given_already,
    open_case,
    picture,
    rank_of,
    read_demand,
    read_outcome,
    refuse,
    weigh,
)
from haemaru.operations import ask as ask_support
from haemaru.records import Stamp
from haemaru.resources import (
    DogTeam,
    Eligibility,
    Need,
    commit,
    fold,
    make_message,
    offer,
    offer_unasked,
    request_resource,
    requisition,
)
from haemaru.training import SessionPlan, answer_application, apply_for_seat, withdraw
from haemaru.training import fold as fold_sessions
from haemaru.values.handling import Handling

LEVELS = ("open", "restricted", "confidential", "secret")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROOMS = ("operations", "intelligence", "resources", "training", "node")
Record = dict[str, Any]
Build = Callable[[Record], Record]

BEGINS = {
    "operations/tip.py:read_tip": "what a caller said",
    "operations/hand.py:write": "the door itself",
    "training/build.py:publish_session": "an officer's plan",
}
NEED = Need(capability="k9.narcotics", since="2026-03-02T10:00:00Z", until="2026-03-02T20:00:00Z", place="KROKK")
TEAM = DogTeam(id="kcs-k9-3", owner="kcs", handler="h-3")
FORM = {
    "statute": "Act 1", "letter": "L-1", "officer": "o", "kinds": ["customs.clearance"],
    "subject": {"type": "vessel", "mmsi": 900000011}, "purpose": "narcotics_case", "reply_by": "2026-03-02T13:00:00Z",
}  # fmt: skip
PLAN = SessionPlan(
    course="search", title_ko="수색 과정 (가상)", title_en="Search (invented)", since="2026-05-01T00:00:00Z",
    until="2026-05-02T00:00:00Z", seats=2, quotas={}, release_at="2026-04-01T00:00:00Z",
)  # fmt: skip


def hand(party: str = "kcg", rid: str = "made") -> Hand:
    return Hand(party, rid, NOW, handling=Handling("open"), levels=LEVELS)


def stamp(party: str = "kcg", rid: str = "made") -> Stamp:
    return Stamp(rid, party, NOW, Handling("open"), LEVELS)


def plain(kind: str, body: Record, origin: str = "kcg", rid: str = "source", **more: Any) -> Record:
    """A record as open as can be; a test makes it stricter."""
    record = {
        "rid": rid,
        "kind": kind,
        "subject": {"type": "vessel", "mmsi": 900000011, "name": "INVENTED ONE"},
        "event_time": "2026-03-02T08:00:00Z",
        "handling": {"level": "open", "caveats": []},
        "origin": origin,
        "body": body,
    }
    return record | more


TIP = plain("operations.tip", {"vessel_name": "INVENTED ONE", "port": "KROKK"}, rid="tip")
CASE = plain("operations.case", {"case": "source", "status": "open", "port": "KROKK", "eta": "2026-03-02T21:00:00Z"})
DEMAND = plain("request.demand", {"demand": "source", "case": "case"})
REPORT = plain("intelligence.report", {"text": "seen", "grade": {"scheme": "europol_4x4", "code": "B2"}})
ANSWER = plain("operations.answer", {"case": "source"}, "kcs", "answer")
NOTE = {"kind": "customs.clearance", "clause": "1.10", "effect": "demand"}
VESSEL = KnownVessel(mmsi=900000011, name="INVENTED ONE", destination="KR OKK")
CALL = plain("surveillance.port_call", {"port": "COBUN", "next_port": "KROKK"})
MODEL = load_agreement((Path(__file__).parents[2] / "agreements/kcg-kcs-narcotics.toml").read_bytes(), "model")


def _support(source: Record) -> Any:
    asked = request_resource(stamp("kcg", "support"), {"type": "place", "name": "berth 5"}, NEED, "kcs")
    return fold([{**asked, "handling": source["handling"]}])[0]


def _offered(source: Record) -> Any:
    asked = request_resource(stamp("kcg", "support"), {"type": "place", "name": "berth 5"}, NEED, "kcs")
    may = Eligibility(team=TEAM.id, ok=True, blocking=(), evidence=(), expires_at="")
    offered = offer(stamp("kcs", "offer"), fold([asked])[0], TEAM, may)
    return fold([asked, {**offered, "handling": source["handling"]}])[0]


def _offer(source: Record) -> Record:
    may = Eligibility(team=TEAM.id, ok=True, blocking=(), evidence=(), expires_at="")
    return offer(stamp("kcs"), _support(plain("x", {})), TEAM, may, sources=[source])


def _session(source: Record) -> Any:
    session = plain("training.session", _plan(), "kcs", "session")
    return fold_sessions([{**session, "handling": source["handling"]}])[0]


def _plan() -> Record:
    return {name: getattr(PLAN, name) for name in PLAN.__struct_fields__} | {"prerequisites": []}


def _applied(source: Record) -> Any:
    session = plain("training.session", _plan(), "kcs", "session")
    asked = plain("training.application", {"session": "session", "person": "p-1"}, "kcg", "application")
    return fold_sessions([session, {**asked, "handling": source["handling"]}])[0]


def _weighed(source: Record) -> list[Weighed]:
    return [weigh(MODEL, source, "kcs", "kcg", NOW)]


def _ranked(source: Record) -> Any:
    return candidates(TIP, [VESSEL], [source], NOW, levels=LEVELS)


# Each takes one source, as strict as a test makes it, and gives the record that is made of it.
DERIVES: dict[str, tuple[Record, Build]] = {
    "operations/case.py:open_case": (TIP, lambda one: open_case(one, hand())),
    "operations/case.py:open_case behind": (CALL, lambda one: open_case(TIP, hand(), behind=[one])),
    "operations/case.py:choose": (CASE, lambda one: choose(one, {"mmsi": 1}, hand())),
    "operations/case.py:choose behind": (CALL, lambda one: choose(CASE, {"mmsi": 1}, hand(), [one])),
    "operations/case.py:rank_of": (CALL, lambda one: rank_of(CASE, _ranked(one), hand())),
    "operations/answer.py:answer": (CASE, lambda one: answer(one, [], hand("kcs"))),
    "operations/demand.py:read_demand": (CASE, lambda one: read_demand(FORM, hand(), case=one)),
    "operations/demand.py:draft_demand": (CASE, lambda one: draft_demand(one, [NOTE], "L-1", hand())),
    "operations/demand.py:draft_demand answers": (
        ANSWER,
        lambda one: draft_demand(CASE, [NOTE], "L-1", hand(), answers=[one]),
    ),
    "operations/demand.py:refuse": (DEMAND, lambda one: refuse(one, "no", hand("kcs"))),
    "operations/demand.py:given_already": (DEMAND, lambda one: given_already(one, ["r"], "before", hand("kcs"))),
    "operations/outcome.py:read_outcome": (CASE, lambda one: read_outcome({"result": "nothing_found"}, one, hand())),
    "operations/support.py:ask": (CASE, lambda one: ask_support(one, NEED, "kcs", hand())),
    "resources/build.py:request_resource": (
        CASE,
        lambda one: request_resource(stamp(), {"type": "place", "name": "b"}, NEED, "kcs", sources=[one]),
    ),
    "resources/build.py:offer_unasked": (
        CASE,
        lambda one: offer_unasked(stamp("kcs"), {"type": "place", "name": "b"}, NEED, TEAM, "kcg", sources=[one]),
    ),
    "resources/build.py:make_message": (
        CASE,
        lambda one: make_message(stamp(), _support(one), "request_quote", {}),
    ),
    "resources/build.py:make_message sources": (
        CASE,
        lambda one: make_message(stamp(), _support(plain("x", {})), "request_quote", {}, sources=[one]),
    ),
    "resources/build.py:offer": (CASE, _offer),
    "resources/build.py:requisition": (CASE, lambda one: requisition(stamp(), _offered(one))),
    "training/build.py:_of_session": (CASE, lambda one: apply_for_seat(stamp(), _session(one), "p-1")),
    "training/build.py:withdraw": (CASE, lambda one: withdraw(stamp(), _session(one), "p-1")),
    "training/build.py:answer_application": (
        CASE,
        lambda one: answer_application(stamp("kcs"), _applied(one), "application"),
    ),
    "intelligence/reports.py:build_report": (
        REPORT,
        lambda one: build_report(
            Report(text="t", grade={"scheme": "europol_4x4", "code": "B2"}), CASE["subject"], stamp(), [one]
        ),
    ),
    "intelligence/feedback.py:build_feedback": (
        REPORT,
        lambda one: build_feedback(Feedback(about="source", outcome="nothing_found"), one, stamp()),
    ),
}


def builders(package: Path) -> Iterator[str]:
    """Every function that writes a record: it calls `record` on a stamp, or `write` on a hand."""
    for path in sorted(path for room in ROOMS for path in (package / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
                if isinstance(call.func, ast.Attribute) and _writes(call.func):
                    yield f"{path.relative_to(package)}:{node.name}"


def _writes(func: ast.Attribute) -> bool:
    on = ast.unparse(func.value).lower()
    return (func.attr == "record" and ("stamp" in on or "replace(" in on)) or (
        func.attr == "write" and (on == "hand" or on.startswith("hand("))
    )


def test_every_function_that_writes_a_record_stands_on_the_list(package: Path) -> None:
    listed = {name.split(" ")[0] for name in DERIVES} | BEGINS.keys()

    found = {*builders(package)}

    assert found - listed == set()
    assert BEGINS.keys() - found == set()


@pytest.mark.parametrize("name", DERIVES)
@given(level=st.sampled_from((*LEVELS, "not on the ladder")), caveats=st.sets(st.sampled_from("abc"), max_size=2))
def test_what_is_made_follows_its_source(name: str, level: str, caveats: set[str]) -> None:
    source, build = DERIVES[name]
    stricter = {**source, "handling": {"level": level, "caveats": sorted(caveats)}}

    made = Handling.from_json(build(stricter)["handling"])

    assert made.rank(LEVELS) >= Handling(level).rank(LEVELS)
    assert made.caveats >= caveats
    assert made.rank(LEVELS) == Handling(level).rank(LEVELS)


# A tip is read by the same house and always bears labels.
@pytest.mark.parametrize("name", [name for name in DERIVES if DERIVES[name][0] is not TIP])
def test_a_source_without_labels_counts_as_the_highest(name: str) -> None:
    source, build = DERIVES[name]

    made = build({**source, "handling": {}})

    assert made["handling"]["level"] == "secret"


def test_an_answer_bears_the_labels_of_what_was_given_and_of_nothing_silent() -> None:
    given_ = plain("intelligence.report", {"text": "t"}, "kcs", handling={"level": "confidential", "caveats": ["a"]})
    silent = plain("intelligence.report", {"text": "t"}, "kcs", handling={"level": "secret", "caveats": ["b"]})
    assert standing_purpose(MODEL, "intelligence.report", "kcs", "kcg")

    with_silent = answer(CASE, [*_weighed(given_), *_weighed(silent)], hand("kcs"))

    assert with_silent["handling"] == {"level": "confidential", "caveats": ["a"]}
    assert with_silent == answer(CASE, _weighed(given_), hand("kcs"))


def test_a_picture_is_handled_as_strictly_as_its_strictest_fact() -> None:
    locked = plain(
        "surveillance.sighting", {"what": "w"}, rid="s", refs=["source"], handling={"level": "secret", "caveats": ["a"]}
    )

    shown = picture(CASE, [REPORT | {"rid": "r"}, locked], [], levels=LEVELS).as_json()

    assert shown["handling"] == {"level": "secret", "caveats": ["a"]}


def test_every_message_of_a_support_stays_as_strict_as_the_strictest_before_it() -> None:
    strict = {"handling": {"level": "confidential", "caveats": ["a"]}}
    taken = requisition(stamp(rid="taken"), _offered(strict))

    assert commit(stamp("kcs", "commit"), fold([*_history(strict), taken])[0])["handling"] == strict["handling"]


def _history(source: Record) -> list[Record]:
    asked = request_resource(stamp("kcg", "support"), {"type": "place", "name": "berth 5"}, NEED, "kcs")
    may = Eligibility(team=TEAM.id, ok=True, blocking=(), evidence=(), expires_at="")
    offered = offer(stamp("kcs", "offer"), fold([asked])[0], TEAM, may)
    return [asked, {**offered, "handling": source["handling"]}]
