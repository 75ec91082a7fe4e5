"""What the model text of the coast guard and the customs service makes of ordinary papers."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from haemaru.agreement import Decision, Verdict, decide, load_agreement, standing_purpose

ROOT = Path(__file__).parents[2]
AGREEMENT = load_agreement((ROOT / "agreements" / "kcg-kcs-narcotics.toml").read_bytes(), "model")
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RELEASED_BOTH_WAYS = (
    "intelligence.report", "intelligence.feedback", "surveillance.sighting", "surveillance.port_call",
    "operations.tip", "operations.case", "operations.answer", "operations.outcome", "request.demand",
    "request.refusal", "training.session", "training.application", "training.enrolment",
)  # fmt: skip
RESOURCES = (
    "request_resource", "response_to_request_resource", "requisition_resource", "commit_resource",
    "request_information", "response_to_request_information", "offer_unsolicited_resource", "release_resource",
    "request_return", "response_to_request_return", "request_quote", "response_to_request_quote",
    "request_resource_deployment_status", "report_resource_deployment_status",
    "request_extended_deployment_duration", "response_to_request_extended_deployment_duration",
)  # fmt: skip


def paper(kind: str, body: dict[str, Any] | None = None, level: str = "restricted", *caveats: str) -> dict[str, Any]:
    return {
        "rid": "r-1",
        "kind": kind,
        "subject": {"type": "vessel", "mmsi": "440000001"},
        "event_time": "2026-03-02T08:00:00Z",
        "handling": {"level": level, "caveats": list(caveats)},
        "origin": "kcg",
        "body": body or {"text": "invented"},
    }


def judged(record: dict[str, Any], from_: str = "kcg", to: str = "kcs", **granted: Any) -> Decision:
    purpose = standing_purpose(AGREEMENT, record["kind"], from_, to) or "narcotics_investigation"
    return decide(AGREEMENT, record, from_, to, purpose, AT, **granted)


@pytest.mark.parametrize("kind", [*RELEASED_BOTH_WAYS, *(f"resources.{message}" for message in RESOURCES)])
@pytest.mark.parametrize("way", [("kcg", "kcs"), ("kcs", "kcg")])
def test_ordinary_papers_pass_in_both_directions(kind: str, way: tuple[str, str]) -> None:
    decision = judged(paper(kind), *way)

    assert decision.verdict is Verdict.RELEASE
    assert "body.text" in {path for path, _, _ in decision.released}
    assert {duty["obligation"] for duty in decision.obligations} >= {"retain_until", "onward", "promise_s"}


@pytest.mark.parametrize("kind", [*RELEASED_BOTH_WAYS, "surveillance.position", "customs.clearance"])
def test_what_is_secret_or_covert_stays_in_silence(kind: str) -> None:
    for record in (paper(kind, None, "secret"), paper(kind, None, "restricted", "covert_measure")):
        assert judged(record).verdict is Verdict.WITHHOLD
        assert judged(record).is_silent


def position(**body: Any) -> dict[str, Any]:
    return paper("surveillance.position", {"lat": 35.1, "lon": 129.4, "sog": 12.5, "cog": 90.0,
                                           "vessel_class": "cargo", "station": "s-1"} | body)  # fmt: skip


def test_positions_leave_by_class_area_age_and_column() -> None:
    seen = judged(position())

    assert seen.verdict is Verdict.RELEASE
    assert ("body.station", "2.3") in [(path, clause) for path, clause, _ in seen.withheld]
    assert judged(position(vessel_class="military")).refused_by == "2.1"
    assert judged(position(vessel_class="law_enforcement")).is_silent
    assert judged(position(vessel_class=None)).refused_by == "2.1"
    assert judged(position(vessel_class="sar")).refused_by == "2.4"
    assert judged(position(lat=34.7, lon=124.7)).refused_by == "2.2"
    assert judged(position() | {"event_time": "2026-02-20T08:00:00Z"}).refused_by == "2.4"
    assert judged(position(), "kcs", "kcg").verdict is Verdict.WITHHOLD


def test_customs_data_leaves_only_in_reply_to_a_demand_and_without_prices() -> None:
    cargo = {"cargo": [{"description": "clinker", "unit_price": 3}]}
    record = paper("customs.clearance", cargo, "confidential") | {"origin": "kcs"}

    blocked, released = judged(record, "kcs", "kcg"), judged(record, "kcs", "kcg", demanded={"1.10"})

    assert blocked.verdict is Verdict.DEMAND
    assert released.redact()["body"] == {"cargo": [{"description": "clinker"}]}
    assert judged(record, "kcg", "kcs", demanded={"1.10"}).verdict is Verdict.WITHHOLD


def test_crew_changes_leave_without_the_people() -> None:
    changes = {"changes": [{"name": "N", "rank": "bosun", "nationality": "XA", "document": "D", "change": "sign_off"}]}

    decision = judged(paper("surveillance.crew_change", changes) | {"origin": "kcs"}, "kcs", "kcg")

    assert decision.redact()["body"] == {"changes": [{"rank": "bosun", "change": "sign_off"}]}


def test_a_caller_is_never_named() -> None:
    decision = judged(paper("operations.tip", {"text": "a load", "caller": "C. Invented"}))

    assert decision.redact()["body"] == {"text": "a load"}


def test_third_party_papers_and_criminal_searches_wait_for_a_person() -> None:
    foreign = paper("surveillance.sighting", None, "restricted", "third_party")
    search = paper("surveillance.inspection", {"nature": "criminal", "result": "found"})

    assert judged(foreign).verdict is Verdict.REFER
    assert judged(foreign, approved={"1.4"}).verdict is Verdict.RELEASE
    assert judged(search).verdict is Verdict.REFER
    assert judged(paper("surveillance.inspection", {"nature": "administrative"})).verdict is Verdict.RELEASE
