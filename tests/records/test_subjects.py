"""Subjects are found again by typed identifiers; what cannot be read gives none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.records import identifier, identifiers, same_subject


def test_a_vessel_is_found_by_all_its_numbers_and_names() -> None:
    subject = {
        "type": "vessel",
        "mmsi": 440123456,
        "imo": "IMO 9074729",
        "name": "M/V HAI FENG No. 8",
        "call_sign": "d7-xy",
        "former_names": ["SAMBO 17HO"],
        "flag": "KR",
    }

    assert identifiers(subject) == (
        "call_sign:D7XY",
        "imo:9074729",
        "mmsi:440123456",
        "name:HAIFENG 8",
        "name:SAMBO 17",
    )


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ({"type": "container", "container_number": "csqu 305438-3"}, ("container:CSQU3054383",)),
        ({"type": "place", "locode": "kr pus"}, ("locode:KRPUS",)),
        ({"type": "case", "id": "okgye-1"}, ("case:OKGYE-1",)),
        ({"type": "team", "id": "KCS-K9-3"}, ("team:KCS-K9-3",)),
        ({"type": "vessel", "mmsi": "12", "imo": 0, "name": ""}, ()),
        ({"type": 3, "mmsi": None}, ()),
        (None, ()),
        ("vessel", ()),
    ],
)
def test_other_subjects_have_theirs_and_bad_values_give_none(subject: object, found: tuple[str, ...]) -> None:
    assert identifiers(subject) == found


def test_one_identifier_is_typed_or_nothing() -> None:
    assert identifier("mmsi", "440123456") == "mmsi:440123456"
    assert identifier("mmsi", "44012345") is None
    assert identifier("shoe_size", "44") is None


def test_only_a_strong_identifier_makes_two_the_same() -> None:
    ship = {"type": "vessel", "imo": 9074729, "mmsi": "440123456"}

    assert same_subject(ship, {"type": "vessel", "imo": "IMO9074729", "mmsi": "636012345"})
    assert not same_subject(ship, {"type": "vessel", "mmsi": "440123456"})
    assert not same_subject(ship, None)


JSON = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3)
FIELDS = st.sampled_from(["type", "id", "mmsi", "imo", "name", "former_names", "container", "locode", "document"])


@given(st.dictionaries(FIELDS, JSON))
def test_looking_up_never_fails(subject: dict[str, object]) -> None:
    found = identifiers(subject)

    assert list(found) == sorted(set(found))
    assert all(":" in known for known in found)
