"""A stamp makes checked records."""

from datetime import UTC, datetime

import pytest

from haemaru.records import Stamp
from haemaru.values import Handling
from haemaru.wording import Fault

STAMP = Stamp("kcg-1", "kcg", datetime(2025, 4, 2, tzinfo=UTC), Handling("restricted", frozenset({"no_onward"})))


def test_a_stamp_makes_a_record() -> None:
    assert STAMP.record("a.b", {"type": "vessel"}, {"x": 1}, refs=("kcg-0",)) == {
        "rid": "kcg-1",
        "kind": "a.b",
        "subject": {"type": "vessel"},
        "event_time": "2025-04-02T00:00:00Z",
        "handling": {"level": "restricted", "caveats": ["no_onward"]},
        "origin": "kcg",
        "body": {"x": 1},
        "refs": ["kcg-0"],
    }
    assert "refs" not in STAMP.record("a.b", {"type": "vessel"}, {})


def test_a_stamp_refuses_what_is_no_record() -> None:
    with pytest.raises(Fault, match="record_key_refused"):
        STAMP.record("a.b", {"type": "vessel"}, {"x.y": 1})
