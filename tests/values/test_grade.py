"""Grades stay as written; mapping goes one way and never raises one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.values import SCHEMES, Grade
from haemaru.wording import Fault

GRADES = st.sampled_from(sorted(SCHEMES)).flatmap(
    lambda scheme: st.from_regex(SCHEMES[scheme], fullmatch=True).map(lambda code: Grade.parse(code, scheme))
)


@given(GRADES)
def test_a_grade_comes_back_as_written(grade: Grade) -> None:
    assert Grade.from_json(grade.as_json()) == grade
    assert Grade.parse(grade.code.lower(), grade.scheme) == grade


@pytest.mark.parametrize(
    ("code", "admiralty", "with_corroboration"),
    [("A1", "A2", "A1"), ("B2", "B3", "B3"), ("C3", "D2", "D2"), ("X4", "F6", "F6")],
)
def test_europol_maps_as_the_conservative_table_says(code: str, admiralty: str, with_corroboration: str) -> None:
    grade = Grade.parse(code, "europol_4x4")

    assert grade.to_admiralty().code == admiralty
    assert grade.to_admiralty(corroborated=True).code == with_corroboration
    assert grade.to_admiralty().mapped_from == f"europol_4x4:{code}"


@given(GRADES)
def test_mapping_never_raises_a_grade(grade: Grade) -> None:
    mapped = grade.to_admiralty()
    ladders = {"europol_4x4": "ABCX", "uk_3x5x2": "132", "admiralty": "ABCDEF", "uk_5x5x5": "ABCDE"}
    source = ladders[grade.scheme].index(grade.source)

    assert "ABCDEF".index(mapped.source) >= min(source, 5)
    if grade.scheme != "admiralty":
        assert mapped.information != "1"
    assert mapped.to_admiralty() == mapped


@given(GRADES, st.booleans())
def test_what_cannot_be_judged_stays_so(grade: Grade, corroborated: bool) -> None:
    unknown = {"europol_4x4": ("X", "4"), "uk_3x5x2": ("2", "D"), "admiralty": ("F", "6"), "uk_5x5x5": ("E", "4")}
    mapped = grade.to_admiralty(corroborated=corroborated)

    assert (grade.source == unknown[grade.scheme][0]) <= (mapped.source == "F")
    assert (grade.information == unknown[grade.scheme][1]) <= (mapped.information == "6")


@pytest.mark.parametrize(
    ("value", "scheme", "code"),
    [
        ("D1", "europol_4x4", "bad_grade"),
        ("A5", "europol_4x4", "bad_grade"),
        ("1F", "uk_3x5x2", "bad_grade"),
        ("A7", "admiralty", "bad_grade"),
        ("", "uk_5x5x5", "bad_grade"),
        (None, "admiralty", "bad_grade"),
        ("A1", "nato", "unknown_grade_scheme"),
    ],
)
def test_a_code_outside_its_scheme_is_refused(value: object, scheme: str, code: str) -> None:
    with pytest.raises(Fault, match=code):
        Grade.parse(value, scheme)


@pytest.mark.parametrize("value", [None, "B2", {}, {"scheme": 3, "code": "B2"}])
def test_json_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(Fault):
        Grade.from_json(value)
