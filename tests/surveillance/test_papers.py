from datetime import UTC, datetime
from typing import Any

import pytest

from haemaru.records import Stamp
from haemaru.surveillance.papers import (
    PAPERS,
    Change,
    CrewChange,
    Inspection,
    Paper,
    PortCall,
    Sighting,
    build_paper,
    check_paper,
)
from haemaru.values.handling import Handling
from haemaru.wording import Fault

AT = datetime(2025, 4, 2, tzinfo=UTC)
STAMP = Stamp("r-1", "kcg", AT, Handling("restricted"))
SHIP = {"type": "vessel", "mmsi": "440999101", "name": "INVENTED ALPHA"}
GOOD: dict[str, Paper] = {
    "surveillance.sighting": Sighting(platform="patrol vessel", what="launch alongside", lat=37.1, lon=126.4),
    "surveillance.port_call": PortCall(
        port="KRTJI", source="declared", arrived="2025-04-01T00:00:00Z", departed="2025-04-02T00:00:00Z"
    ),
    "surveillance.crew_change": CrewChange(port="KRTJI", changes=[Change(change="sign_off", rank="oiler")]),
    "surveillance.inspection": Inspection(nature="administrative", result="nothing_found", port="KRTJI"),
}


@pytest.mark.parametrize("kind", PAPERS)
def test_a_paper_becomes_a_record_and_is_read_back(kind: str) -> None:
    record = build_paper(GOOD[kind], SHIP, STAMP)

    assert record["kind"] == kind
    assert check_paper(record) == GOOD[kind]


@pytest.mark.parametrize(
    ("kind", "changed", "code"),
    [
        ("surveillance.sighting", {"platform": ""}, "bad_paper"),
        ("surveillance.sighting", {"lat": 91}, "bad_paper"),
        ("surveillance.sighting", {"lat": None}, "bad_paper"),
        ("surveillance.sighting", {"at": "yesterday"}, "bad_time"),
        ("surveillance.sighting", {"photos": -1}, "bad_paper"),
        ("surveillance.port_call", {"source": "guessed"}, "bad_paper"),
        ("surveillance.port_call", {"port": "Dangjin"}, "bad_locode"),
        ("surveillance.port_call", {"departed": "2025-03-01T00:00:00Z"}, "bad_paper"),
        ("surveillance.crew_change", {"changes": []}, "bad_paper"),
        ("surveillance.crew_change", {"changes": [{"change": "vanished"}]}, "bad_paper"),
        ("surveillance.crew_change", {"changes": [{"change": "sign_on", "at": "x"}]}, "bad_time"),
        ("surveillance.inspection", {"nature": "curious"}, "bad_paper"),
    ],
)
def test_a_wrong_field_is_named(kind: str, changed: dict[str, Any], code: str) -> None:
    record = build_paper(GOOD[kind], SHIP, STAMP)

    with pytest.raises(Fault) as refused:
        check_paper({**record, "body": {**record["body"], **changed}})

    assert refused.value.code == code
    assert refused.value.where.startswith("record.body")


def test_unknown_fields_are_kept_untouched() -> None:
    record = build_paper(GOOD["surveillance.sighting"], SHIP, STAMP)
    record["body"]["note"] = "invented"

    check_paper(record)

    assert record["body"]["note"] == "invented"


def test_another_kind_is_refused() -> None:
    record = STAMP.record("intelligence.report", SHIP, {})

    with pytest.raises(Fault, match="paper_of_other_kind"):
        check_paper(record)


def test_the_papers_of_the_invented_story_are_right() -> None:
    scenarios = pytest.importorskip("haemaru.scenarios.papers")
    body = scenarios.port_call(sorted(scenarios.PORTS)[0], AT, AT, "observed")

    assert check_paper(STAMP.record("surveillance.port_call", SHIP, body))
