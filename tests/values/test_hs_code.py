"""Tariff codes: 2 to 10 digits in pairs, written with their points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.values import HsCode
from haemaru.wording import Fault


@pytest.mark.parametrize(
    ("text", "written", "chapter", "subheading"),
    [
        ("2939.72", "2939.72", "29", "293972"),
        ("2939720000", "2939.72.0000", "29", "293972"),
        ("2939", "2939", "29", None),
        ("29", "29", "29", None),
        ("2939 72-00", "2939.72.00", "29", "293972"),
    ],
)
def test_codes_are_read_and_written(text: str, written: str, chapter: str, subheading: str | None) -> None:
    code = HsCode.parse(text)

    assert (str(code), code.chapter, code.subheading) == (written, chapter, subheading)


def test_a_heading_covers_its_subheadings() -> None:
    assert HsCode.parse("2939").covers(HsCode.parse("2939.72"))
    assert not HsCode.parse("2939.72").covers(HsCode.parse("2939"))


@given(st.from_regex(r"(?!00|77)([0-9]{2}){1,5}", fullmatch=True))
def test_what_is_written_is_read_again(text: str) -> None:
    assert HsCode.parse(str(HsCode.parse(text))).digits == text


@pytest.mark.parametrize("value", ["", "2", "293", "00", "7701", "29397200001", "29a9", None, 2939])
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(Fault, match="bad_hs_code"):
        HsCode.parse(value)
