"""The door for partners' machines says the same to every path that is none, whoever guesses and whatever."""

import pytest
from tests.web.conftest import Browser
from tests.web.desks import CASE, OWN, REPORT

GUESSES = [f"/x/v1/records/{rid}" for rid in (CASE, OWN, REPORT, "0195555a-0000-7000-8000-0000000000ff")]
GUESSES += ["/x/v1/", "/x/v2/frames", "/x/v1/frames/1", "/x/records", "/x/v1/statement/kcg"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_every_unknown_path_is_answered_with_the_same_bytes(visitor: Browser, method: str) -> None:
    answers = [visitor.client.request(method, path, follow_redirects=False) for path in GUESSES]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1


def test_a_page_is_kept_from_who_is_not_signed_in_whether_there_is_one_or_not(visitor: Browser) -> None:
    answers = [visitor.get(f"/records/{rid}") for rid in (OWN, "0195555a-0000-7000-8000-0000000000ff")]

    assert {(answer.status_code, answer.content) for answer in answers} == {(303, b"")}
