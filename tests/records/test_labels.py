"""The labels of what is made from records: the strictest of all, in whatever order they come."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from haemaru.records import labels_of
from haemaru.values.handling import Handling

LEVELS = ("open", "restricted", "secret")
OPEN = Handling("open")
handlings = st.builds(
    lambda level, caveats: {"level": level, "caveats": sorted(caveats)},
    st.sampled_from((*LEVELS, "foreign", "other foreign")),
    st.sets(st.sampled_from("abcd"), max_size=3),
)
sources = st.lists(st.builds(lambda handling: {"handling": handling}, handlings), max_size=5)


@given(sources)
def test_no_source_is_stricter_than_what_is_made(found: list[dict[str, Any]]) -> None:
    made = labels_of(found, LEVELS, OPEN)

    for source in found:
        assert made.rank(LEVELS) >= Handling.from_json(source["handling"]).rank(LEVELS)
        assert made.caveats >= set(source["handling"]["caveats"])


@given(sources)
def test_the_order_of_the_sources_is_no_matter(found: list[dict[str, Any]]) -> None:
    assert labels_of(found, LEVELS, OPEN) == labels_of(found[::-1], LEVELS, OPEN)


@given(sources, sources)
def test_labels_made_step_by_step_are_those_made_at_once(
    one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    step = {"handling": labels_of(one, LEVELS, OPEN).as_json()}

    assert labels_of([step, *other], LEVELS, OPEN) == labels_of([*one, *other], LEVELS, OPEN)


def test_a_level_off_the_ladder_is_above_all_of_it_and_one_that_is_missing_is_the_highest() -> None:
    secret, foreign = {"handling": {"level": "secret"}}, {"handling": {"level": "foreign"}}

    assert labels_of([secret, foreign], LEVELS, OPEN).level == "foreign"
    assert labels_of([{}], LEVELS, OPEN).level == "secret"
    assert labels_of([{"handling": {"level": 7}}], LEVELS, OPEN).level == "secret"
    assert labels_of([], LEVELS, OPEN) == OPEN
