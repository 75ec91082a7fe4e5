"""OGC API - Features: chart programs of the own agency read the picture with an account, and only with one."""

import base64
from typing import Any

import pytest
from tests.web.conftest import Browser

RIGHT = {"Authorization": "Basic " + base64.b64encode(b"haneul:right-words").decode()}
WRONG = {"Authorization": "Basic " + base64.b64encode(b"haneul:wrong").decode()}
ITEMS = "/ogc/collections/vessels/items"


def test_who_shows_no_account_is_asked_for_one_and_told_nothing(visitor: Browser) -> None:
    for path in ("/ogc", "/ogc/collections", ITEMS, f"{ITEMS}/1"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.text) == (401, "")
        assert answer.headers["www-authenticate"].startswith("Basic")


def test_guessing_passwords_locks_as_it_does_at_the_sign_in_page(visitor: Browser) -> None:
    codes = [visitor.get("/ogc", headers=WRONG).status_code for _ in range(6)]

    assert codes == [401, 401, 401, 401, 401, 429]
    assert visitor.get("/ogc", headers=RIGHT).status_code == 429


def test_a_password_that_was_changed_is_refused_at_once(visitor: Browser, desk: Any) -> None:
    assert visitor.get("/ogc", headers=RIGHT).status_code == 200
    desk.accounts.changed += 1
    desk.accounts.check = lambda _name, _password: None

    assert visitor.get("/ogc", headers=RIGHT).status_code == 401


def test_a_signed_in_officer_follows_links_from_the_landing_page_to_every_item(officer: Browser) -> None:
    links = {link["rel"]: link["href"] for link in officer.get("/ogc").json()["links"]}
    names = [each["id"] for each in officer.get(links["data"]).json()["collections"]]
    seen, path = [], ITEMS + "?limit=2"
    while path:
        page = officer.get(path).json()
        seen += [feature["id"] for feature in page["features"]]
        path = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")

    assert names == ["vessels", "tracks", "contacts", "findings", "ports", "zones"]
    assert seen == ["0", "1", "2", "3", "4"]
    assert officer.get(f"{ITEMS}/3").json()["geometry"]["coordinates"] == [127.0, 34.0]
    assert "core" in officer.get(links["conformance"]).json()["conformsTo"][0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bbox=125.5,33,127.5,35", ["2", "3"]),
        ("bbox=127.5,33,-170,35", ["4"]),
        ("bbox=127.5,33,0,-170,35,9", ["4"]),
        ("bbox=124,40,128,50", []),
        ("datetime=2026-03-02T09:00:00Z", ["0", "1", "2", "3", "4"]),
        ("datetime=../2026-03-02T08:59:59Z", []),
        ("datetime=2026-03-02T09:00:00Z/..&limit=1", ["0"]),
    ],
)
def test_a_box_and_a_span_of_time_choose_what_is_given(officer: Browser, query: str, found: list[str]) -> None:
    assert [each["id"] for each in officer.get(f"{ITEMS}?{query}").json()["features"]] == found


@pytest.mark.parametrize("query", ["bbox=1,2,3", "bbox=a,b,c,d", "limit=-1", "offset=x", "datetime=yesterday"])
def test_what_cannot_be_read_is_refused_and_says_why(officer: Browser, query: str) -> None:
    answer = officer.get(f"{ITEMS}?{query}")

    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.text


def test_unknown_collections_and_items_are_not_found(officer: Browser) -> None:
    assert officer.get("/ogc/collections/secrets/items").status_code == 404
    assert officer.get(f"{ITEMS}/99").status_code == 404
