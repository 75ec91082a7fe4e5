"""Spellings of one ship's name share a key; another number is another ship."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.records import read_vessel_name


@pytest.mark.parametrize(
    "spellings",
    [
        (
            "HAI FENG 8",
            "M/V HAI FENG No. 8",
            "HAIFENG VIII",
            "hai feng 08",
            "MV Hai Feng #8",
            "HAI FENG 8@@@@@",
            "HAI-FENG NO.8",
        ),
        ("제17삼보호", "삼보 17호", "삼보호 17", "제 17 삼보", "제17호 삼보", "삼보 제17호"),
        ("NO.17 SAMBO", "SAMBO 17", "SAMBO 17HO", "17 SAMBO HO", "SAMBO XVII", "Nr 17 Sambo"),
        ("HAE MARU", "M.V. HAEMARU", "F/V Hae Maru", "HAE 丸"),
        ("ISABEL II", "Isábel 2", "ISABEL 2"),
        ("海豊17号", "海豊 第17号", "海豊17號"),
        ("ＨＡＥ　８", "HAE 8"),
    ],
)
def test_spellings_of_one_name_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({read_vessel_name(spelling).key for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HAI FENG 8", "HAI FENG 18"),
        ("HAI FENG 8", "HAI FENG"),
        ("제17삼보호", "제71삼보호"),
        ("SAMBO 1 2", "SAMBO 12"),
        ("XI FENG", "11 FENG"),
        ("MSC LUNA", "LUNA"),
        ("HO", ""),
    ],
)
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert read_vessel_name(one).key != read_vessel_name(other).key


@pytest.mark.parametrize("text", ["", "@@@@@@", "---", "\x00", "  "])
def test_no_name_gives_no_key(text: str) -> None:
    assert read_vessel_name(text).key == ""


@given(st.text(max_size=60))
def test_any_text_is_read_and_its_key_is_stable(text: str) -> None:
    name = read_vessel_name(text)

    assert read_vessel_name(text.lower()).numbers == name.numbers or not text.isascii()
    assert name == read_vessel_name(text)


@given(st.from_regex(r"[A-Z]{3,6}", fullmatch=True), st.integers(0, 999), st.integers(0, 999))
def test_numbers_compare_exactly(word: str, one: int, other: int) -> None:
    keys = {read_vessel_name(f"{word} {number}").key for number in (one, other)}

    assert len(keys) == len({one, other})
