"""What must hold for every agreement and every record."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agreement import worlds
from tests.agreement.conftest import AT, agreement_of

from haemaru.agreement import Agreement, Verdict, decide

KEY = b"0123456789abcdef"
relaxed = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def released(agreement: Agreement, record: dict[str, Any], purpose: str) -> set[str]:
    return {path for path, _, _ in decide(agreement, record, "north", "south", purpose, AT).released}


def without_one(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all attributes: keys of objects, at any depth, also within lists."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        if isinstance(value, dict) and (*above, key) not in (("rid",), ("kind",)):
            yield (*above, key)
        yield from without_one(value[key], (*above, key))


@relaxed
@given(worlds.agreements(), worlds.records(), worlds.purposes)
def test_removing_any_attribute_never_releases_more(agreement: Agreement, record: dict[str, Any], purpose: str) -> None:
    before = released(agreement, record, purpose)

    for place in without_one(record):
        smaller = copy.deepcopy(record)
        inner = smaller
        for key in place[:-1]:
            inner = inner[key]
        del inner[place[-1]]
        assert released(agreement, smaller, purpose) <= before


@relaxed
@given(worlds.clause_lists(), worlds.clauses("9.9", ("withhold", "refer", "demand")), worlds.records(),
       worlds.purposes, st.data())  # fmt: skip
def test_adding_a_denial_never_releases_more(
    clauses: list[str], denial: str, record: dict[str, Any], purpose: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(clauses)))

    before = released(agreement_of(*clauses), record, purpose)
    after = released(agreement_of(*clauses[:place], denial, *clauses[place:]), record, purpose)

    assert after <= before


@relaxed
@given(worlds.agreements(), worlds.records(), worlds.purposes)
def test_every_leaf_is_released_or_withheld_once_and_the_copy_holds_what_is_released(
    agreement: Agreement, record: dict[str, Any], purpose: str
) -> None:
    decision = decide(agreement, record, "north", "south", purpose, AT)

    out, kept = [path for path, _, _ in decision.released], [path for path, _, _ in decision.withheld]
    assert len(out) == len(set(out))
    assert len(kept) == len(set(kept))
    assert not set(out) & set(kept)
    assert (decision.verdict is Verdict.RELEASE) == bool(out)
    copied = decision.redact(pseudonym_key=KEY)
    again = set(_leaves(copied))
    assert again <= set(out)
    assert {clause for _, clause, _ in decision.released} <= set(decision.clause_ids)
    open_paths = {row["path"] for row in decision.open_redactions()}
    assert open_paths <= set(kept)
    silent = {clause.id for clause in agreement.clauses if clause.refusal == "silent"}
    assert not {row["clause"] for row in decision.open_redactions()} & silent


def _leaves(value: Any, path: str = "") -> Iterator[str]:
    """Leaf paths, walked plainly and apart from the code under test."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        for item in value:
            yield from _leaves(item, f"{path}[]")
    else:
        yield path


@relaxed
@given(worlds.clause_lists(("release",)), worlds.records(), worlds.purposes)
def test_the_order_of_clauses_changes_citations_only(clauses: list[str], record: dict[str, Any], purpose: str) -> None:
    assert released(agreement_of(*clauses), record, purpose) == released(
        agreement_of(*reversed(clauses)), record, purpose
    )
