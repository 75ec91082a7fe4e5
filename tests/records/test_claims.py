"""Claims keep their source; what differs is shown, never overwritten."""

from typing import Any

from haemaru.records import by_field, claims_of, contradictions


def found(rid: str, at: str, origin: str, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    subject = {"type": "vessel", "mmsi": "440000001"}
    return {"rid": rid, "kind": kind, "subject": subject, "event_time": at, "origin": origin, "body": body}


FIRST = found("a", "2025-04-02T08:00:00Z", "kcg", "operations.outcome", {"seized": {"amount": 1, "unit": "t"}})
LATER = found("b", "2025-04-05T08:00:00Z", "kcs", "intelligence.report", {"seized": {"amount": 1690, "unit": "t"}})


def test_every_leaf_becomes_a_claim_with_its_source() -> None:
    claims = {claim.field: claim for claim in claims_of(FIRST)}

    assert set(claims) == {"mmsi", "seized.amount", "seized.unit"}
    amount = claims["seized.amount"]
    assert (amount.value, amount.source, amount.rid, amount.basis) == (1, "kcg", "a", "observed")
    assert amount.about == ("mmsi:440000001",)


def test_a_stated_basis_wins_over_the_kind() -> None:
    stated = found("c", "2025-04-02T08:00:00Z", "kcg", "surveillance.sighting", {"basis": "reported", "speed": 3})

    assert {claim.basis for claim in claims_of(stated)} == {"reported"}
    assert {claim.basis for claim in claims_of(LATER)} == {"reported"}


def test_the_newest_stands_first_and_nothing_is_lost() -> None:
    said = by_field([*claims_of(FIRST), *claims_of(LATER)])["seized.amount"]

    assert [claim.value for claim in said] == [1690, 1]


def test_only_what_differs_is_a_contradiction() -> None:
    differing = contradictions([*claims_of(FIRST), *claims_of(LATER), *claims_of(LATER)])

    assert set(differing) == {"seized.amount"}
    assert [claim.source for claim in differing["seized.amount"]] == ["kcs", "kcg"]


def test_a_claim_whose_time_was_withheld_stands_last() -> None:
    timeless = {key: value for key, value in LATER.items() if key != "event_time"}

    assert [claim.value for claim in by_field([*claims_of(timeless), *claims_of(FIRST)])["seized.amount"]] == [1, 1690]


def test_a_record_without_body_or_subject_makes_no_claims() -> None:
    assert claims_of({"rid": "x", "kind": "a.b"}) == []
