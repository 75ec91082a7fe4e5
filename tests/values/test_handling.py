"""Levels climb the agreement's own ladder; caveats only add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.values import Handling
from haemaru.wording import Fault

LEVELS = ("open", "internal", "restricted", "confidential")
WORDS = st.sampled_from(["no_onward", "court_ask", "H1", "눈으로만"])
HANDLINGS = st.builds(Handling, st.sampled_from([*LEVELS, "cosmic", "요주의"]), st.frozensets(WORDS))


@given(HANDLINGS)
def test_what_is_written_is_read_again(handling: Handling) -> None:
    assert Handling.parse(str(handling)) == handling
    assert Handling.from_json(handling.as_json()) == handling


@given(HANDLINGS, HANDLINGS, HANDLINGS)
def test_joining_never_loses_a_restriction(one: Handling, other: Handling, third: Handling) -> None:
    joined = one.joined(other, LEVELS)

    assert joined == other.joined(one, LEVELS)
    assert joined.joined(third, LEVELS) == one.joined(other.joined(third, LEVELS), LEVELS)
    assert joined.caveats == one.caveats | other.caveats
    assert joined.rank(LEVELS) == max(one.rank(LEVELS), other.rank(LEVELS))


def test_a_level_nobody_knows_ranks_above_all() -> None:
    assert Handling("cosmic").rank(LEVELS) == len(LEVELS)
    assert Handling("confidential").joined(Handling("cosmic"), LEVELS).level == "cosmic"


@pytest.mark.parametrize("value", ["", "// no_onward", None, 3, "a\nb"])
def test_text_that_is_no_marking_is_refused(value: object) -> None:
    with pytest.raises(Fault, match="bad_handling"):
        Handling.parse(value)


@pytest.mark.parametrize(
    "value", [None, {}, {"level": 3}, {"level": "open", "caveats": 3}, {"level": "open", "caveats": [""]}]
)
def test_json_that_is_no_marking_is_refused(value: object) -> None:
    with pytest.raises(Fault, match="bad_handling"):
        Handling.from_json(value)
