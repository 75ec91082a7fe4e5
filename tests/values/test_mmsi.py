"""Nine digits tell the kind of a station and its country, and nothing else is an MMSI."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.values import Mmsi
from haemaru.wording import Fault


@pytest.mark.parametrize(
    ("text", "kind", "mid"),
    [
        ("440123456", "ship", 440),
        ("044012345", "group", 440),
        ("004401234", "coast_station", 440),
        ("111440123", "sar_aircraft", 440),
        ("844012345", "handheld", 440),
        ("984401234", "daughter_craft", 440),
        ("994401234", "aid_to_navigation", 440),
        ("970123456", "sart", None),
        ("972123456", "man_overboard", None),
        ("974123456", "epirb", None),
        ("100000000", "unknown", None),
        ("199999999", "unknown", None),
        ("776123456", "unknown", None),
        ("000000000", "unknown", None),
        ("991234567", "unknown", None),
    ],
)
def test_the_first_digits_tell_the_kind(text: str, kind: str, mid: int | None) -> None:
    mmsi = Mmsi.parse(text)

    assert (mmsi.kind, mmsi.mid, str(mmsi)) == (kind, mid, text)


@given(st.integers(0, 999_999_999))
def test_text_and_number_are_the_same_station(number: int) -> None:
    assert Mmsi.parse(str(Mmsi(number))) == Mmsi.parse(number) == Mmsi.parse(f" {number:09d} ")
    assert Mmsi(number).kind


@pytest.mark.parametrize(
    "value",
    [
        "",
        "44012345",
        "4401234567",
        "44012345a",
        "٤٤٠١٢٣٤٥٦",
        -1,
        10**9,
        True,
        None,
        1.5,
        pytest.param(10**5000, id="huge"),
    ],
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(Fault, match="bad_mmsi"):
        Mmsi.parse(value)
