"""What a partner sends may hold anything under a known kind: nothing here falls over it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haemaru.operations import Hand, KnownVessel, candidates, fold, follow, matching, open_case, picture, read_tip
from haemaru.records import KINDS, read_record
from haemaru.scenarios import World
from haemaru.wording import say_reason

Maker = Callable[..., Hand]

LEAVES = st.none() | st.booleans() | st.integers(-5, 10**9) | st.text(max_size=8) | st.sampled_from(["KROKK", "PECLL"])
NAMES = st.sampled_from(
    ["case", "tip", "held", "kinds", "demand", "reply_by", "port", "next_port", "arrived", "changes", "change", "kg",
     "quantity", "quantities", "result", "ship", "grade", "text", "kind", "clause", "eta", "closes", "mmsi", "imo"]
)  # fmt: skip
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))
RECORDS = st.fixed_dictionaries(
    {
        "rid": st.text("abc", min_size=1, max_size=3),
        "kind": st.sampled_from(KINDS),
        "subject": st.fixed_dictionaries({"type": st.sampled_from(["vessel", "case"])}, optional={"mmsi": VALUES}),
        "event_time": st.sampled_from(["2026-03-30T00:00:00Z", "2026-01-01T00:00:00+09:00"]),
        "handling": st.just({"level": "open", "caveats": []}),
        "origin": st.just("kcs"),
        "body": st.dictionaries(NAMES, VALUES, max_size=6),
    }
)


@dataclass(frozen=True)
class Shared:
    record: dict[str, Any]
    header: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def tip(world: World, hand: Maker) -> dict[str, Any]:
    return read_tip(world.tip, hand(rid="tip-1"))


@given(records=st.lists(RECORDS, max_size=4))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_record_is_survived(records: list[dict[str, Any]], tip: dict[str, Any], world: World, hand: Maker) -> None:
    for record in records:
        record["subject"].setdefault("mmsi", world.truth.mmsi)
        read_record(record)
    ship = KnownVessel(mmsi=world.truth.mmsi, name=world.truth.name)
    case = open_case(tip, hand(rid="a"), {"mmsi": world.truth.mmsi})

    ranking = candidates(tip, [ship], records, world.now)
    merged = picture(case, records, [Shared(record) for record in records])
    files = fold([case, *records])
    states = follow(records, world.now + timedelta(days=1))

    assert ranking.candidates[0].ship.name == world.truth.name
    for fact in merged.facts:
        assert "{" not in say_reason(fact.summary, "ko") or "{" in str(fact.summary.params)
    assert merged.as_json()["case"] == "a"
    assert "a" in files
    assert all(state.state in ("open", "overdue", "released", "refused") for state in states)
    for record in records:
        assert isinstance(matching(record, records), list)
        if record["kind"] == "operations.case":
            assert picture(record, records, []).case == record["rid"]
