"""What a partner sends may hold anything under a known kind: nothing here falls over it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from haemaru.operations import Hand, KnownVessel, candidates, fold, follow, matching, open_case, picture, read_tip
from haemaru.records import KINDS, read_record
from haemaru.wording import say_reason

NOW = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 10**9)
    | st.text("aZ9 가é{}-:", max_size=8)
    | st.sampled_from(["KROKK", "PECLL"])
)
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


SHIP = KnownVessel(mmsi=538990121, name="HALVARD MERIDIAN")
TIP = read_tip(
    {"vessel_name": "HALVARD MERIDAN", "port": "옥계", "eta": "2026-04-01T21:30:00Z"}, Hand("kcg", "tip-1", NOW)
)
CASE = open_case(TIP, Hand("kcg", "a", NOW), {"mmsi": SHIP.mmsi})


@given(records=st.lists(RECORDS, max_size=4))
@settings(max_examples=80, deadline=None)
def test_any_record_is_survived(records: list[dict[str, Any]]) -> None:
    for record in records:
        record["subject"].setdefault("mmsi", SHIP.mmsi)
        read_record(record)
    ranking = candidates(TIP, [SHIP], records, NOW)
    merged = picture(CASE, records, [Shared(record) for record in records])
    files = fold([CASE, *records])
    states = follow(records, NOW + timedelta(days=1))

    assert ranking.candidates[0].ship == SHIP
    for fact in merged.facts:
        assert "{" not in say_reason(fact.summary, "ko") or "{" in str(fact.summary.params)
    assert merged.as_json()["case"] == "a"
    assert "a" in files
    assert all(state.state in ("open", "overdue", "released", "refused") for state in states)
    for record in records:
        assert isinstance(matching(record, records), list)
        if record["kind"] == "operations.case":
            assert picture(record, records, []).case == record["rid"]
