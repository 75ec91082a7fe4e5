"""What an amendment would change, and the agreement in words."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from tests.agreement.conftest import AT, agreement_of, clause_text, record_of

from haemaru.agreement import Columns, Row, Traffic, difference, difference_of_columns, explain, load_agreement
from haemaru.wording import LANGUAGES

ROOT = Path(__file__).parents[2]
TRAFFIC = [Traffic(record_of({"what": "x", "who": "y"}), "north", "south", "watch", AT)]
RELEASE = clause_text("1.1", "release")
NOTHING = agreement_of(clause_text("1.9", "release", kinds=["other.kind"]))


def test_the_same_text_changes_nothing() -> None:
    found = difference(agreement_of(RELEASE), agreement_of(RELEASE), TRAFFIC)

    assert not found.is_any
    assert found.as_json()["newly_released"] == found.as_json()["newly_withheld"] == []
    assert found.examined == 1


def test_a_denial_shows_as_newly_withheld_and_its_removal_as_newly_released() -> None:
    old, new = (
        agreement_of(RELEASE),
        agreement_of(RELEASE, clause_text("1.2", "withhold", fields=[{"path": "body.who"}])),
    )

    assert difference(old, new, TRAFFIC).newly_withheld == [Row("r-1", ("body.who",), "1.2")]
    assert difference(new, old, TRAFFIC).newly_released == [Row("r-1", ("body.who",), "1.1")]


def test_a_milder_treatment_is_newly_released() -> None:
    rules = [{"path": "*"}, {"path": "body.who", "treatment": "coarsen", "chars": 1}]

    found = difference(agreement_of(clause_text("1.1", "release", fields=rules)), agreement_of(RELEASE), TRAFFIC)

    assert found.newly_released == [Row("r-1", ("body.who",), "1.1")]


def test_an_agreement_without_the_party_releases_nothing_to_it() -> None:
    three_seas = load_agreement((ROOT / "agreements" / "three-seas-trafficking.toml").read_bytes(), "three seas")

    found = difference(agreement_of(RELEASE), three_seas, TRAFFIC)

    assert {row.clause for row in found.newly_withheld} == {"none"}


def test_the_agreement_reads_in_both_languages_and_names_its_notice_first() -> None:
    for name in ("kcg-kcs-narcotics", "three-seas-trafficking"):
        agreement = load_agreement((ROOT / "agreements" / f"{name}.toml").read_bytes(), name)
        for lang in LANGUAGES:
            text = explain(agreement, lang)
            assert text.splitlines()[1] == agreement.notice.within(lang)
            assert "clause." not in text
            assert all(clause.text.within(lang) in text for clause in agreement.clauses)


def test_a_verdict_that_changes_is_counted_also_where_nothing_newly_leaves() -> None:
    found = difference(NOTHING, agreement_of(clause_text("1.1", "refer")), TRAFFIC)

    assert (found.newly_released, found.newly_withheld) == ([], [])
    assert found.verdicts == {"withhold > refer": 1}
    assert found.is_any


def test_what_a_person_approved_counts_as_it_left() -> None:
    refer = agreement_of(clause_text("1.1", "refer"))
    approved = [TRAFFIC[0]._replace(approved=("1.1",))]

    assert not difference(refer, agreement_of(RELEASE), approved).newly_released
    assert difference(refer, agreement_of(RELEASE), TRAFFIC).newly_released


def test_the_limit_cuts_the_lists_and_never_the_totals() -> None:
    found = difference(NOTHING, agreement_of(RELEASE), TRAFFIC * 5, 2)

    assert len(found.newly_released) == 2
    assert found.as_json()["totals"] == {"newly_released": 5, "newly_withheld": 0}


def test_a_long_replay_keeps_nothing_of_what_went_through() -> None:
    def traffic(count: int) -> Iterator[Traffic]:
        for number in range(count):
            yield TRAFFIC[0]._replace(record={**TRAFFIC[0].record, "rid": f"r-{number}"})

    def peak(count: int) -> int:
        tracemalloc.start()
        difference(NOTHING, agreement_of(RELEASE), traffic(count), 10)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(100)
    assert peak(8_000) < peak(1_000) + 1_000_000


def test_columns_are_compared_row_by_row_and_counted_by_fields_and_clause() -> None:
    columns = Columns(
        kind="a.b",
        size=4,
        constant={"origin": "north", "handling.level": "open", "handling.caveats": []},
        arrays={"body.n": np.array([1, 2, 3, 4])},
        missing={},
        event_time_ms=np.full(4, 1_772_442_000_000),
    )
    small = clause_text("1.1", "release", when=[{"test": "number_between", "path": "body.n", "max": 1}])

    more, less = difference_of_columns(agreement_of(small), agreement_of(RELEASE), columns, ("north", "south"), AT)

    assert [(row.to, row.clause, row.rows) for row in more] == [("south", "1.1", 3)]
    assert less == []
    assert difference_of_columns(agreement_of(RELEASE), agreement_of(small), columns, ("north", "south"), AT)[1] == more


def test_the_difference_reads_as_documented() -> None:
    who = clause_text("1.2", "withhold", fields=[{"path": "body.who"}])
    traffic = [TRAFFIC[0], TRAFFIC[0]._replace(purpose="other"), TRAFFIC[0]._replace(to="nobody-else")]

    found = difference(agreement_of(RELEASE), agreement_of(clause_text("1.1", "refer"), who), traffic)

    golden = ROOT / "tests" / "golden" / "agreement-diff.json"
    assert msgspec.json.format(msgspec.json.encode(found.as_json()), indent=1) + b"\n" == golden.read_bytes()
