"""Who comes in: sessions, forms, lockout, language; and the door for partners' frames."""

from datetime import timedelta

import pytest
from litestar.testing import TestClient
from tests.web.conftest import Browser
from tests.web.desks import CASE, NOW, FakeDesk

from haemaru.clock import FakeClock
from haemaru.values import parse_time
from haemaru.web.app import LARGEST_FORM, create_app
from haemaru.web.sessions import MOST_SESSIONS, SHIFT, Lockout
from haemaru.web.visits import local_path

CLOSED = ["/", "/tips", "/cases", f"/cases/{CASE}", "/records", "/exchange", "/agreement", "/support", "/training",
          "/agreement/2.1", "/ledger", "/health", "/vessels/900000003", "/bar", "/news", "/places.json"]  # fmt: skip
FORMS = ["/tips", f"/cases/{CASE}/choose", f"/cases/{CASE}/outcome", "/demands", "/demands/d", "/referred/r",
         "/disposals/d", "/onward/o", "/exchange/standing", "/support", "/support/s", "/training/t", "/ledger/verify",
         "/logout"]  # fmt: skip


@pytest.mark.parametrize("path", CLOSED)
def test_who_is_not_signed_in_is_sent_to_the_door(visitor: Browser, path: str) -> None:
    answer = visitor.get(path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize("path", FORMS)
def test_no_order_is_taken_from_who_is_not_signed_in(visitor: Browser, desk: FakeDesk, path: str) -> None:
    answer = visitor.client.post(path, data={"text": "x"}, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")
    assert desk.orders == []


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_the_sessions_token_is_refused(officer: Browser, desk: FakeDesk, path: str) -> None:
    answer = officer.client.post(path, data={"text": "x", "form_token": "guess"}, follow_redirects=False)

    assert answer.status_code == 403
    assert desk.orders == []


def test_a_form_from_another_origin_is_refused_even_with_the_token(officer: Browser, desk: FakeDesk) -> None:
    data = {"text": "x", "form_token": officer.token("/tips")}

    answer = officer.client.post("/tips", data=data, headers={"origin": "http://elsewhere.example"})

    assert answer.status_code == 403
    assert desk.orders == []


def test_the_picture_is_refused_plainly_without_a_session(visitor: Browser) -> None:
    assert visitor.get("/picture.bin").status_code == 401


def test_a_part_of_a_page_asks_for_a_new_page_when_the_session_is_over(visitor: Browser) -> None:
    answer = visitor.get("/bar", headers={"hx-request": "true"})

    assert answer.status_code == 401
    assert answer.headers["hx-refresh"] == "true"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor: Browser) -> None:
    answer = visitor.send("/login", "/login", name="haneul", password="right-words")

    [cookie] = [c for c in answer.headers.get_list("set-cookie") if "_session=" in c]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_two_consoles_on_one_host_do_not_share_a_session(clock: FakeClock, officer: Browser) -> None:
    with TestClient(create_app(FakeDesk(party="kcs"), clock=clock)) as other:
        other.cookies.update(officer.client.cookies)

        assert other.get("/", follow_redirects=False).status_code == 303


def test_a_wrong_password_is_refused_and_the_sixth_waits(visitor: Browser, clock: FakeClock) -> None:
    for _ in range(5):
        assert visitor.send("/login", "/login", name="haneul", password="wrong").status_code == 401

    assert visitor.send("/login", "/login", name="haneul", password="right-words").status_code == 429
    clock.advance(timedelta(seconds=31))
    assert visitor.send("/login", "/login", name="haneul", password="right-words").status_code == 303


def test_one_password_on_many_names_is_stopped_by_its_address() -> None:
    lockout, now = Lockout(), parse_time(NOW)
    waits = [lockout.begin(f"name-{number}", "10.0.0.1", now) for number in range(30)]

    assert waits[:20] == [0] * 20
    assert all(wait > 0 for wait in waits[20:])
    assert lockout.begin("haneul", "10.0.0.2", now) == 0


def test_one_name_from_many_addresses_waits_but_never_long() -> None:
    lockout, now = Lockout(), parse_time(NOW)
    waits = [lockout.begin("haneul", f"10.0.0.{number}", now) for number in range(60)]

    assert waits[:20] == [0] * 20
    assert 0 < max(waits) <= 31


def test_many_tries_at_the_same_moment_are_all_counted() -> None:
    lockout, now = Lockout(), parse_time(NOW)

    assert [lockout.begin("haneul", "10.0.0.1", now) == 0 for _ in range(8)] == [True] * 5 + [False] * 3


def test_a_flood_of_names_does_not_make_the_lockout_forget() -> None:
    lockout, now = Lockout(), parse_time(NOW)
    for _ in range(5):
        lockout.begin("haneul", "10.0.0.1", now)
    for number in range(MOST_SESSIONS):
        lockout.begin(f"name-{number}", f"10.1.{number // 250}.{number % 250}", now)

    assert lockout.begin("haneul", "10.0.0.1", now) > 0


def test_signing_in_takes_the_try_back_and_old_tries_are_forgotten() -> None:
    lockout, now = Lockout(), parse_time(NOW)
    for _ in range(50):
        assert lockout.begin("haneul", "10.0.0.1", now) == 0
        lockout.passed("haneul", "10.0.0.1")
    for hour in range(50):
        assert lockout.begin("byeol", "10.0.0.1", now + timedelta(hours=2 * hour)) == 0


def test_a_session_ends_when_its_account_is_changed(officer: Browser, desk: FakeDesk) -> None:
    desk.accounts.changed += 1

    assert officer.get("/").status_code == 303


def test_a_session_ends_with_the_shift(officer: Browser, clock: FakeClock) -> None:
    clock.advance(SHIFT)

    assert officer.get("/").status_code == 303


def test_signing_out_ends_the_session(officer: Browser) -> None:
    officer.send("/logout", "/tips")

    assert officer.get("/").status_code == 303


def test_the_language_is_chosen_by_the_browser_then_by_the_reader(visitor: Browser) -> None:
    assert '<html lang="en"' in visitor.get("/login", headers={"accept-language": "en-GB,en;q=0.9"}).text
    assert '<html lang="ko"' in visitor.get("/login", headers={"accept-language": "ko-KR,ko;q=0.9,en;q=0.8"}).text
    visitor.get("/login?lang=ko")
    assert '<html lang="ko"' in visitor.get("/login", headers={"accept-language": "en"}).text


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "evil"])
def test_signing_in_never_leads_to_another_host(wanted: str) -> None:
    assert local_path(wanted) == "/"


def test_after_signing_in_the_wanted_page_opens(visitor: Browser) -> None:
    answer = visitor.send("/login", "/login?next=/tips", name="haneul", password="right-words", next="/tips")

    assert answer.headers["location"] == "/tips"


def test_an_unknown_page_is_told_as_a_page(officer: Browser) -> None:
    answer = officer.get("/nope")

    assert answer.status_code == 404
    assert "web_not_found" in answer.text
    assert "<html" in answer.text


def test_frames_are_answered_with_a_receipt_and_need_no_session(visitor: Browser) -> None:
    answer = visitor.client.post("/x/v1/frames", content=b"frames")

    assert (answer.status_code, answer.content) == (200, b"receipt")
    assert "set-cookie" not in answer.headers


def test_refused_frames_are_answered_with_an_error_document(visitor: Browser) -> None:
    answer = visitor.client.post("/x/v1/frames", content=b"noise")

    assert answer.status_code == 400
    assert set(answer.json()["error"]) >= {"what", "where", "why", "do"}


def test_frames_that_find_no_room_are_answered_503_with_one_line_in_the_log(
    visitor: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    answer = visitor.client.post("/x/v1/frames", content=b"too much")

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "web_not_stored")
    assert "/srv" not in answer.text
    [line] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert line.exc_info is None
    assert line.getMessage().count("\n") == 0
    assert "disk is full" in line.getMessage()


def test_the_statement_is_given_as_its_exact_bytes(visitor: Browser, desk: FakeDesk) -> None:
    assert visitor.get("/x/v1/statement").content == desk.statement()


def test_a_console_without_exchange_takes_no_frames(clock: FakeClock) -> None:
    with TestClient(create_app(FakeDesk(), exchange_route=False, clock=clock)) as client:
        assert client.post("/x/v1/frames", content=b"frames").status_code == 404


def test_a_form_that_is_too_large_is_refused(officer: Browser, desk: FakeDesk) -> None:
    answer = officer.send("/tips", "/tips", text="x" * (LARGEST_FORM + 1))

    assert answer.status_code == 413
    assert desk.orders == []


def test_a_partner_pulls_a_frame_and_brings_its_receipt(visitor: Browser) -> None:
    assert visitor.client.post("/x/v1/pull", content=b"pull").content == b"HAEMARU\x01frame"
    assert visitor.client.post("/x/v1/pull", content=b"nothing").status_code == 204
    assert visitor.client.post("/x/v1/receipts", content=b"receipt").status_code == 204
    assert visitor.client.post("/x/v1/receipts", content=b"noise").status_code == 422
