"""Amounts are exact, keep their unit and say how they are known."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.values import Quantity
from haemaru.values.quantity import BASES, UNITS
from haemaru.wording import Fault

QUANTITIES = st.builds(
    Quantity,
    st.decimals(0, 9_999_999, places=3),
    st.sampled_from(UNITS),
    st.sampled_from(BASES),
)


@given(QUANTITIES)
def test_what_is_written_is_read_again(quantity: Quantity) -> None:
    assert Quantity.parse(str(quantity)) == quantity
    assert Quantity.from_json(json.loads(json.dumps(quantity.as_json()))) == quantity


@pytest.mark.parametrize(
    ("text", "amount", "unit", "basis", "grams"),
    [
        ("1,690 kg gross", "1690", "kg", "gross", "1690000"),
        ("2 t", "2", "t", "estimated", "2000000"),
        ("28.43kg net", "28.43", "kg", "net", "28430"),
        ("300 tablets (lab)", "300", "tablet", "lab", None),
        ("0.03 g", "0.03", "g", "estimated", "0.03"),
        ("1톤", "1", "t", "estimated", "1000000"),
    ],
)
def test_what_officers_write_is_read(text: str, amount: str, unit: str, basis: str, grams: str | None) -> None:
    quantity = Quantity.parse(text)

    assert (quantity.amount, quantity.unit, quantity.basis) == (Decimal(amount), unit, basis)
    assert quantity.grams == (None if grams is None else Decimal(grams))


@pytest.mark.parametrize(
    "value", ["", "kg", "-3 kg", "3 stones", "3 kg guessed", "1,69 kg", None, 3, "1 kg net net", "9" * 16 + " kg"]
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(Fault, match="bad_quantity"):
        Quantity.parse(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"amount": True, "unit": "kg"},
        {"amount": "NaN", "unit": "kg"},
        {"amount": 1e300, "unit": "kg"},
        {"amount": 1, "unit": []},
    ],
)
def test_json_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(Fault, match="bad_quantity"):
        Quantity.from_json(value)
