"""Ship names are compared with reasons; a number that differs ends the matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.intelligence import compare_names
from haemaru.intelligence.hangul import romanised


@pytest.mark.parametrize(
    ("one", "other", "verdict", "code"),
    [
        ("HAI FENG 8", "M/V HAIFENG No. 8", "same", "name_words_equal"),
        ("HAI FENG 8", "HAI FENG 18", "different", "name_numbers_differ"),
        ("HAI FENG 8", "HAI FENG", "alike", "name_number_missing"),
        ("제17삼보호", "SAMBO 17", "same", "name_spoken_equal"),
        ("제17삼보호", "SAMBO 71", "different", "name_numbers_differ"),
        ("해마루", "HAEMAROO", "same", "name_spoken_equal"),
        ("부산스타", "PUSAN STAR", "alike", "name_words_alike"),
        ("PUSAN", "BUSAN", "alike", "name_spoken_equal"),
        ("DEMO STAR", "HAEMARU DEMO STAR", "alike", "name_part_of_other"),
        ("MERIDIAN LOTUS", "MERIDAN LOTUS", "alike", "name_words_alike"),
        ("MERIDIAN LOTUS", "OCEAN PEARL", "different", "name_words_differ"),
        ("", "OCEAN PEARL", "different", "name_missing"),
        ("17", "SAMBO 17", "different", "name_words_differ"),
    ],
)
def test_names_are_compared_with_reasons(one: str, other: str, verdict: str, code: str) -> None:
    result = compare_names(one, other)

    assert result.verdict == verdict
    assert code in {reason.code for reason in result.reasons}


NAMES = st.text(alphabet="ABCEHIMNORSTU 0123456789가나부산해마루호제", max_size=15)


@given(NAMES, NAMES)
def test_the_order_of_the_two_does_not_matter(one: str, other: str) -> None:
    first, second = compare_names(one, other), compare_names(other, one)

    assert (first.verdict, first.score) == (second.verdict, second.score)
    assert first.reasons
    assert 0 <= first.score <= 1


@given(NAMES, st.integers(0, 99), st.integers(0, 99))
def test_names_with_other_numbers_are_never_the_same(name: str, one: int, other: int) -> None:
    result = compare_names(f"{name} {one}", f"{name} {other}")

    assert result.verdict == ("same" if one == other else "different") or not name.strip(" 호제") or name[-1].isdigit()


@pytest.mark.parametrize(
    ("hangul", "latin"), [("해마루", "HAEMARU"), ("삼보", "SAMBO"), ("독도", "DOKDO"), ("A가", "AGA")]
)
def test_hangul_is_written_in_latin_letters(hangul: str, latin: str) -> None:
    assert romanised(hangul) == latin
