"""Seven digits name a hull; the check digit is a hint, fillers are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.values import Imo
from haemaru.wording import Fault


@pytest.mark.parametrize("text", ["9074729", "IMO 9074729", "imo9074729", "IMO: 9074729", " 9074729 "])
def test_the_number_is_read_with_and_without_its_prefix(text: str) -> None:
    assert Imo.parse(text) == Imo.parse(9074729) == Imo(9074729)
    assert Imo.parse(text).check_digit_ok


def test_a_wrong_check_digit_is_told_and_not_refused() -> None:
    assert not Imo.parse("9074728").check_digit_ok


@pytest.mark.parametrize("text", ["0000000", "1234567", "1111111", "9999999", "0123456", "0074729", 0])
def test_fillers_are_refused(text: object) -> None:
    with pytest.raises(Fault, match="filler_imo"):
        Imo.parse(text)


@pytest.mark.parametrize(
    "value", ["", "907472", "90747290", "IMO", "9074 729", True, None, pytest.param(10**5000, id="huge"), -9074729]
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(Fault, match="bad_imo"):
        Imo.parse(value)


@given(st.integers(100_000, 999_999), st.integers(1, 5), st.integers(1, 9))
def test_a_single_wrong_digit_is_seen_unless_weight_and_step_hide_it(body: int, place: int, step: int) -> None:
    right = next(imo for imo in (Imo(body * 10 + last) for last in range(10)) if imo.check_digit_ok)
    digits = [int(digit) for digit in str(right)]
    before = digits[place]
    digits[place] = (before + step) % 10

    wrong = Imo(int("".join(map(str, digits))))

    assert wrong.check_digit_ok == ((7 - place) * (digits[place] - before) % 10 == 0)


@given(st.integers(1_000_000, 9_999_999))
def test_what_is_written_is_read_again(number: int) -> None:
    try:
        imo = Imo.parse(number)
    except Fault as fault:
        imo = Imo(number)
        number = number if fault.code == "filler_imo" else -1

    assert str(imo) == str(number)
