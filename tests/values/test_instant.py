"""Times need an offset and become UTC."""

from datetime import UTC, datetime

import pytest

from haemaru.values import parse_time
from haemaru.wording import Fault


@pytest.mark.parametrize("text", ["2025-04-02T06:30:00Z", "2025-04-02T15:30:00+09:00"])
def test_every_offset_becomes_utc(text: str) -> None:
    assert parse_time(text) == datetime(2025, 4, 2, 6, 30, tzinfo=UTC)
    assert parse_time(text).tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2025-04-02",
        "2025-04-02T06:30:00",
        "soon",
        "0001-01-01T00:00:00+09:00",
        None,
        17,
        pytest.param(10**5000, id="huge"),
    ],
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(Fault, match="bad_time"):
        parse_time(value)  # type: ignore[arg-type]
