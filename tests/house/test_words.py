"""Every word in both languages: whatever a person can be told is in both catalogues, complete and alike."""

import re
from pathlib import Path

import pytest
from tests.house.words import Words, catalogue, placeholders, read_words

HANGUL = re.compile(r"[가-힣]")


@pytest.fixture(scope="module")
def words(package: Path) -> Words:
    return read_words(package)


@pytest.fixture(scope="module")
def english(package: Path) -> dict[str, list[tuple[str, str]]]:
    return catalogue(package, "en")


@pytest.fixture(scope="module")
def korean(package: Path) -> dict[str, list[tuple[str, str]]]:
    return catalogue(package, "ko")


Catalogue = dict[str, list[tuple[str, str]]]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_key_in_use_is_in_both_catalogues(words: Words, package: Path, lang: str) -> None:
    texts = catalogue(package, lang)

    missing = sorted({f"{use.key} ({use.where})" for use in words.uses if use.key not in texts})

    assert not missing, "\n" + "\n".join(missing)


def test_both_languages_hold_the_same_keys_with_the_same_placeholders(english: Catalogue, korean: Catalogue) -> None:
    alone = sorted(set(english) ^ set(korean))
    assert not alone, "\n" + "\n".join(alone)
    differ = [k for k in english if placeholders(english[k][0][1]) != placeholders(korean[k][0][1])]
    assert differ == []


def test_no_key_stands_twice_and_no_text_is_empty(english: Catalogue, korean: Catalogue) -> None:
    for texts in (english, korean):
        assert {key: [name for name, _ in found] for key, found in texts.items() if len(found) > 1} == {}
        assert [key for key, found in texts.items() if not found[0][1].strip()] == []


def test_korean_sentences_are_korean(english: Catalogue, korean: Catalogue) -> None:
    foreign = []
    for key, [(_, text), *_rest] in korean.items():
        original = re.sub(r"\{[^}]*\}", "", english.get(key, [("", "")])[0][1])
        is_sentence = len(re.findall(r"[A-Za-z]{3,}", original)) >= 2
        if is_sentence and not HANGUL.search(text):
            foreign.append(key)

    assert not foreign, "\n" + "\n".join(foreign)


def test_every_placeholder_is_filled_where_its_key_is_used(words: Words, english: Catalogue) -> None:
    unfilled = []
    for use in words.uses:
        if use.values is not None and use.key in english:
            lacking = placeholders(english[use.key][0][1]) - use.values
            if lacking:
                unfilled.append(f"{use.key} ({use.where}): {', '.join(sorted(lacking))}")

    assert not unfilled, "\n" + "\n".join(unfilled)


def test_no_key_is_left_over(words: Words, english: Catalogue) -> None:
    left = sorted(f"{key} ({found[0][0]})" for key, found in english.items() if not words.may_use(key))

    assert not left, "\n" + "\n".join(left)
