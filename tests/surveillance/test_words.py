import re
from pathlib import Path

import pytest

import haemaru.surveillance.feeds as room
from haemaru.surveillance.feeds.codes import QUARANTINE_CODES
from haemaru.surveillance.stats import quarantine_key
from haemaru.surveillance.times import QUALITIES, quality_key
from haemaru.wording import LANGUAGES, keys


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_quarantine_code_and_every_source_of_time_has_its_words(lang: str) -> None:
    wanted = {quarantine_key(code) for code in QUARANTINE_CODES}
    wanted |= {quality_key(quality) for quality in range(len(QUALITIES))}

    assert wanted <= keys(lang)


def test_no_feed_quarantines_under_a_code_that_is_not_listed() -> None:
    used = set()
    for path in Path(room.__file__).parent.rglob("*.py"):
        text = path.read_text("utf-8")
        used |= set(re.findall(r'(?:_refuse|RowRefused|_drop)\((?:[^"()]*, )?"([a-z_]+)"', text))
        used |= set(re.findall(r'refused\["([a-z_]+)"\]|return "([a-z_]+)"$', text, re.MULTILINE))
    flat = {code for found in used for code in ((found,) if isinstance(found, str) else found) if code}

    assert flat <= set(QUARANTINE_CODES)
    assert len(flat) > 10
