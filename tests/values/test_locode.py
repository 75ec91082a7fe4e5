"""UN/LOCODEs: shape only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.values import Locode
from haemaru.wording import Fault


@pytest.mark.parametrize("text", ["KRPUS", "KR PUS", "kr-pus"])
def test_codes_are_read_in_every_spelling(text: str) -> None:
    assert str(Locode.parse(text)) == "KRPUS"
    assert Locode.parse(text).country == "KR"


@given(st.from_regex(r"[A-Z]{2}[A-Z2-9]{3}", fullmatch=True))
def test_what_is_written_is_read_again(text: str) -> None:
    assert str(Locode.parse(str(Locode.parse(text)))) == text


@pytest.mark.parametrize("value", ["", "KR", "KRPU", "KRPUSA", "K1PUS", "KRPU1", None, 5, "ﬁPUS"])
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(Fault, match="bad_locode"):
        Locode.parse(value)
