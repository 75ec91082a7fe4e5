"""What an amendment would change, and the agreement in words."""

from pathlib import Path

from tests.agreement.conftest import AT, agreement_of, clause_text, record_of

from haemaru.agreement import Traffic, difference, explain, load_agreement
from haemaru.wording import LANGUAGES

ROOT = Path(__file__).parents[2]
TRAFFIC = [Traffic(record_of({"what": "x", "who": "y"}), "north", "south", "watch", AT)]
RELEASE = clause_text("1.1", "release")


def test_the_same_text_changes_nothing() -> None:
    found = difference(agreement_of(RELEASE), agreement_of(RELEASE), TRAFFIC)

    assert found.as_json() == {"newly_released": [], "newly_withheld": [], "examined": 1}


def test_a_denial_shows_as_newly_withheld_and_its_removal_as_newly_released() -> None:
    old, new = (
        agreement_of(RELEASE),
        agreement_of(RELEASE, clause_text("1.2", "withhold", fields=[{"path": "body.who"}])),
    )

    assert difference(old, new, TRAFFIC).newly_withheld == [{"rid": "r-1", "paths": ["body.who"], "clause": "1.2"}]
    assert difference(new, old, TRAFFIC).newly_released == [{"rid": "r-1", "paths": ["body.who"], "clause": "1.1"}]


def test_a_milder_treatment_is_newly_released() -> None:
    rules = [{"path": "*"}, {"path": "body.who", "treatment": "coarsen", "chars": 1}]

    found = difference(agreement_of(clause_text("1.1", "release", fields=rules)), agreement_of(RELEASE), TRAFFIC)

    assert found.newly_released == [{"rid": "r-1", "paths": ["body.who"], "clause": "1.1"}]


def test_an_agreement_without_the_party_releases_nothing_to_it() -> None:
    three_seas = load_agreement((ROOT / "agreements" / "three-seas-trafficking.toml").read_bytes(), "three seas")

    found = difference(agreement_of(RELEASE), three_seas, TRAFFIC)

    assert {row["clause"] for row in found.newly_withheld} == {"none"}


def test_the_agreement_reads_in_both_languages_and_names_its_notice_first() -> None:
    for name in ("kcg-kcs-narcotics", "three-seas-trafficking"):
        agreement = load_agreement((ROOT / "agreements" / f"{name}.toml").read_bytes(), name)
        for lang in LANGUAGES:
            text = explain(agreement, lang)
            assert text.splitlines()[1] == agreement.notice.within(lang)
            assert "clause." not in text
            assert all(clause.text.within(lang) in text for clause in agreement.clauses)
