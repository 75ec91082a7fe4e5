"""ISO 6346 numbers: shape is checked, the check digit is told, remainders 10 and 0 share a digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.values import ContainerNumber
from haemaru.wording import Fault


@pytest.mark.parametrize("text", ["CSQU3054383", "CSQU 305438 3", "csqu-305438-3", "CSQU305438/3"])
def test_separators_do_not_matter(text: str) -> None:
    box = ContainerNumber.parse(text)

    assert str(box) == "CSQU 305438 3"
    assert (box.owner, box.category, box.serial) == ("CSQ", "U", "305438")
    assert box.check_digit_ok


def test_a_wrong_check_digit_is_told_and_not_refused() -> None:
    box = ContainerNumber.parse("CSQU3054384")

    assert not box.check_digit_ok
    assert box.expected_digit == 3


def test_a_zero_stands_for_two_remainders() -> None:
    boxes = [ContainerNumber(f"HMRU{serial:06d}0") for serial in range(2000)]

    shared = [box for box in boxes if box.check_digit_is_shared]

    assert 0.13 < len(shared) / len(boxes) < 0.24
    assert all(box.check_digit_ok for box in shared)


@given(st.from_regex(r"[A-Z]{3}[UJZ][0-9]{7}", fullmatch=True))
def test_what_is_written_is_read_again(text: str) -> None:
    assert ContainerNumber.parse(str(ContainerNumber.parse(text))).text == text


@pytest.mark.parametrize(
    "value", ["", "CSQX3054383", "CSQU305438", "CSQU30543833", "CS1U3054383", None, 3, "ﬀQU3054383"]
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(Fault, match="bad_container"):
        ContainerNumber.parse(value)
