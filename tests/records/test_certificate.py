"""A certificate holds for the whole mission and for its own pair, or not at all."""

from typing import Any

import pytest

from haemaru.records import certificate_json, read_certificate, why_invalid
from haemaru.values import Interval
from haemaru.wording import Fault

PLAIN: dict[str, Any] = {
    "id": "kcs-cert-7",
    "holder": "kcs-k9-3",
    "capability": "k9.narcotics",
    "issued": "2025-01-01T00:00:00Z",
    "until": "2025-04-02T02:00:00Z",
    "issuer": "kcs",
    "substances": ["cocaine"],
    "handler": "handler-3",
    "status": "issued",
}


def test_a_certificate_comes_back_as_it_was() -> None:
    assert certificate_json(read_certificate(PLAIN)) == PLAIN


@pytest.mark.parametrize(
    ("change", "window", "handler", "code"),
    [
        ({}, "2025-04-01T22:00:00Z/2025-04-02T02:00:00Z", "handler-3", None),
        ({}, "2025-04-01T22:00:00Z/2025-04-02T02:00:00Z", "", None),
        ({}, "2025-04-01T22:00:00Z/2025-04-02T03:10:00Z", "", "certificate_ends_before"),
        ({}, "2025-04-01T22:00:00Z/..", "", "certificate_ends_before"),
        ({}, "2024-12-31T22:00:00Z/2025-01-02T00:00:00Z", "", "certificate_not_yet_valid"),
        ({}, "2025-04-01T22:00:00Z/2025-04-02T02:00:00Z", "handler-4", "certificate_of_other_handler"),
        ({"status": "suspended"}, "2025-04-01T22:00:00Z/2025-04-02T02:00:00Z", "", "certificate_suspended"),
        ({"status": "revoked"}, "2025-04-01T22:00:00Z/2025-04-02T02:00:00Z", "", "certificate_revoked"),
    ],
)
def test_why_it_does_not_hold(change: dict[str, Any], window: str, handler: str, code: str | None) -> None:
    reason = why_invalid(read_certificate({**PLAIN, **change}), Interval.parse(window), handler)

    assert (reason.code if reason else None) == code


@pytest.mark.parametrize(
    "value",
    [None, {}, {**PLAIN, "until": "2024-01-01T00:00:00Z"}, {**PLAIN, "extra": 1}, {**PLAIN, "status": "lost"}],
)
def test_what_is_no_certificate_is_refused(value: object) -> None:
    with pytest.raises(Fault, match="bad_certificate"):
        read_certificate(value)
