"""A typo never becomes a rule that nobody applies: the loader names place, key and the nearest right word."""

import re
from pathlib import Path

import pytest
from tests.agreement.conftest import HEAD, agreement_of, clause_text

from haemaru.agreement import Effect, load_agreement
from haemaru.wording import LANGUAGES, Fault, say_fault

ROOT = Path(__file__).parents[2]
LONG = """
[[clause]]
id = "1.1"
article = 1
effect = "release"
kinds = ["a.*"]
from = ["north"]
to = ["south"]
purposes = ["watch"]
retention_days = 3
onward = "none"
legal_basis = { ko = "가", en = "b" }
text = { ko = "가", en = "b" }

[[clause.fields]]
path = "body.*"

[[clause.when]]
test = "handling_at_most"
level = "restricted"
"""


def fault_of(text: str) -> Fault:
    with pytest.raises(Fault) as raised:
        load_agreement((HEAD + text).encode(), "draft.toml")
    return raised.value


@pytest.mark.parametrize(
    ("right", "wrong", "code", "params"),
    [
        ('test = "handling_at_most"', 'test = "handling_at_least"', "agreement_word_unknown",
         {"word": "handling_at_least", "nearest": "handling_at_most"}),
        ('level = "restricted"', 'level = "restrictd"', "agreement_word_unknown", {"nearest": "restricted"}),
        ('level = "restricted"', 'levle = "restricted"', "agreement_key_missing", {"key": "level"}),
        ('from = ["north"]', 'from = ["nort"]', "agreement_word_unknown", {"word": "nort", "nearest": "north"}),
        ('effect = "release"', 'effect = "relase"', "agreement_word_unknown", {"nearest": "release"}),
        ("article = 1", "article = 7", "agreement_value_wrong", {"key": "article"}),
        ("retention_days = 3", "retention_day = 3", "agreement_key_missing", {"key": "retention_days"}),
        ("retention_days = 3", "retention_days = 3\npromise = 4", "agreement_key_unknown", {"nearest": "promise_s"}),
        ("retention_days = 3", "retention_days = 0", "agreement_value_wrong", {}),
        ("retention_days = 3", "retention_days = true", "agreement_value_wrong", {}),
        ('onward = "none"', 'onward = ["west"]', "agreement_word_unknown", {"word": "west"}),
        ('onward = "none"', 'onward = "none"\nstatute = "x"', "agreement_key_unknown", {"key": "statute"}),
        ('path = "body.*"', 'path = "handling.level"', "agreement_header_path", {"path": "handling.level"}),
        ('path = "body.*"', 'path = "bo*dy"', "agreement_value_wrong", {"key": "path"}),
        ('path = "body.*"', 'path = "body.n"\ntreatment = "coarsen"', "agreement_coarsening_unclear", {}),
        ('path = "body.*"', 'path = "body.n"\ntreatment = "coarsen"\nstep = 1\nchars = 2',
         "agreement_coarsening_unclear", {}),
        ('path = "body.*"', 'path = "body.n"\ntreatment = "blur"', "agreement_word_unknown", {"word": "blur"}),
        ('kinds = ["a.*"]', 'kinds = ["a*"]', "agreement_value_wrong", {"key": "kinds"}),
        ('kinds = ["a.*"]', "kinds = []", "agreement_value_wrong", {"key": "kinds"}),
        ('text = { ko = "가", en = "b" }', 'text = { ko = "가" }', "agreement_key_missing", {"key": "en"}),
        ('id = "1.1"', 'id = "none"', "agreement_value_wrong", {"key": "id"}),
    ],
)  # fmt: skip
def test_a_wrong_word_is_named_with_its_place_and_the_nearest_right_one(
    right: str, wrong: str, code: str, params: dict[str, str]
) -> None:
    text = LONG.replace(right, wrong, 1)

    fault = fault_of(text)

    assert fault.code == code
    assert params.items() <= fault.params.items()
    assert fault.where.startswith("draft.toml, line ")
    assert "clause" in fault.where


def test_the_line_named_is_the_line_of_the_key() -> None:
    text = HEAD + LONG + LONG.replace('"1.1"', '"1.2"').replace('"restricted"', '"restrictd"')

    with pytest.raises(Fault) as raised:
        load_agreement(text.encode(), "draft.toml")

    line = int(re.findall(r"line (\d+)", raised.value.where)[0])
    assert text.splitlines()[line - 1] == 'level = "restrictd"'
    assert "clause 1.2, when 1" in raised.value.where


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ({"test": "field_equals", "path": "body.crew[].name", "value": "x"}, "agreement_condition_list_path"),
        ({"test": "field_equals", "path": "body.*", "value": "x"}, "agreement_value_wrong"),
        ({"test": "number_between", "path": "body.n"}, "agreement_key_missing"),
        ({"test": "event_between", "since": "yesterday"}, "agreement_value_wrong"),
        ({"test": "event_between"}, "agreement_key_missing"),
        ({"test": "event_between", "since": "2026-03-02T09:00:00Z", "until": "2026-03-02T09:00:00Z"},
         "agreement_value_wrong"),
        ({"test": "number_between", "path": "body.n", "min": 2, "max": 1}, "agreement_value_wrong"),
        ({"test": "area_within", "area": "bax"}, "agreement_word_unknown"),
        ({"test": "field_in", "path": "body.t", "values": []}, "agreement_value_wrong"),
        ({"test": "field_absent", "path": "body.t"}, "agreement_word_unknown"),
    ],
)  # fmt: skip
def test_a_condition_that_is_not_understood_is_refused(when: dict[str, object], code: str) -> None:
    with pytest.raises(Fault) as raised:
        agreement_of(clause_text("1.1", "release", when=[when]))

    assert raised.value.code == code


def test_an_empty_list_of_fields_or_conditions_is_as_good_as_none() -> None:
    [clause] = agreement_of(clause_text("1.1", "withhold", fields=[], when=[])).clauses

    assert (clause.fields, clause.when) == ((), ())


def test_bytes_that_are_no_agreement_are_refused() -> None:
    for data, code in ((b"\xff", "agreement_not_utf8"), (b"[agreement", "agreement_not_toml")):
        with pytest.raises(Fault) as raised:
            load_agreement(data, "draft.toml")
        assert raised.value.code == code


@pytest.mark.parametrize("extra", [LONG + LONG, '[[party]]\nid = "north"\nname = { ko = "가", en = "b" }\n' + LONG])
def test_an_id_stands_once(extra: str) -> None:
    assert fault_of(extra).code == "agreement_id_twice"


@pytest.mark.parametrize("polygon", ["[[1, 2], [3, 4]]", "[[1, 2], [3, 4], [200, 5]]", "[[1, 2], [1, 2], [3, 4]]", "5"])
def test_an_area_that_encloses_nothing_is_refused(polygon: str) -> None:
    area = f'[[area]]\nid = "line"\nname = {{ ko = "가", en = "b" }}\npolygon = {polygon}\n'

    assert fault_of(area + LONG).code == "agreement_value_wrong"


def test_the_hash_is_over_the_exact_bytes() -> None:
    one, other = agreement_of(clause_text("1.1", "release")), agreement_of(clause_text("1.1", "release"), "\n")

    assert one.hash != other.hash
    assert one.clauses == other.clauses


@pytest.mark.parametrize("name", ["kcg-kcs-narcotics", "three-seas-trafficking"])
def test_the_agreements_that_ship_are_complete_in_both_languages(name: str) -> None:
    agreement = load_agreement((ROOT / "agreements" / f"{name}.toml").read_bytes(), name)

    assert agreement.id == name
    assert all(re.search("[가-힣]", clause.text.ko) and clause.text.en for clause in agreement.clauses)
    assert all(clause.retention_days for clause in agreement.clauses if clause.effect is not Effect.WITHHOLD)


def test_the_model_text_says_whose_it_is_not() -> None:
    data = (ROOT / "agreements" / "kcg-kcs-narcotics.toml").read_bytes()
    agreement = load_agreement(data, "model")

    assert "모델 문안" in agreement.title.ko
    assert "not endorsed" in agreement.notice.en
    assert "승인하거나 보증한 것이 아닙니다" in agreement.notice.ko
    assert len(agreement.clauses) >= 26
    assert [article.number for article in agreement.articles] == [1, 2, 3, 4]
    unsure = [clause.id for clause in agreement.clauses if "confirmed by counsel" not in clause.legal_basis.en]
    assert unsure == []
    assert [clause.id for clause in agreement.clauses if "법률 검토 필요" not in clause.legal_basis.ko] == []
    clearance = [clause for clause in agreement.clauses if "customs.clearance" in clause.kinds]
    assert {clause.effect for clause in clearance} == {Effect.DEMAND}
    assert "Art. 116 (1)" in str(clearance[0].statute)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_fault_reads_as_what_why_and_what_to_do(lang: str) -> None:
    words = say_fault(fault_of(LONG.replace('"release"', '"relase"')), lang)

    assert "relase" in words["what"]
    assert "release, withhold, refer, demand" in words["why"]
    assert words["where"].startswith("draft.toml, line ")
