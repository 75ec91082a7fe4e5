"""Every page in both languages: whole, in words, harmless whatever a partner wrote, with strict headers."""

import re

import pytest
from tests.web.conftest import Browser
from tests.web.desks import CASE, HOSTILE, OWN, REPORT, TIP, FakeDesk

from haemaru.web.app import POLICY
from haemaru.web.console import MENU
from haemaru.web.render import age, plain, text, when
from haemaru.wording import say

PAGES = [path for _, path, _ in MENU] + [
    f"/cases/{CASE}",
    f"/records/{REPORT}",
    f"/records/{OWN}",
    "/vessels/900000003",
    "/agreement/2.1",
    "/sea/findings/finding-kcg-aa11",
    "/sea/findings/finding-kcs-bb22",
]
RAW_KEY = re.compile(r"(?<![\w/.])(?:web|page|reason|fault)\.[a-z_]+(?:\.[a-z_]+)*")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_page_is_whole_and_in_words(officer: Browser, path: str, lang: str) -> None:
    answer = officer.get(f"{path}?lang={lang}")

    assert answer.status_code == 200
    assert f'<html lang="{lang}"' in answer.text
    assert answer.text.rstrip().endswith("</html>")
    shown = re.sub(r"<[^>]*>", " ", answer.text)
    assert RAW_KEY.findall(shown) == []
    assert say("web.realm.banner", lang).replace("'", "&#39;") in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_what_a_partner_wrote_stays_text(officer: Browser, path: str) -> None:
    answer = officer.get(path)

    assert "<script>alert" not in answer.text
    assert "\u202e" not in answer.text
    if path in (f"/cases/{CASE}", f"/records/{REPORT}"):
        assert "&lt;script&gt;alert(1)" in answer.text
        assert HOSTILE not in answer.text


@pytest.mark.parametrize("path", [*PAGES, "/login", "/nope", "/static/css/tokens.css", "/picture.bin"])
def test_every_answer_carries_the_strict_policy(officer: Browser, path: str) -> None:
    answer = officer.get(path)

    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_inline_script_style_or_foreign_address(officer: Browser, path: str) -> None:
    html = officer.get(path).text

    assert re.findall(r"<style|<script(?![^>]* src=)", html) == []
    assert re.findall(r'\s(?:on[a-z]+|style)="', html) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', html) == []


def test_every_field_of_a_received_record_says_by_which_clause_we_see_it(officer: Browser) -> None:
    korean = officer.get(f"/records/{REPORT}?lang=ko").text

    assert "해양 마약범죄 정보보고는 등급과 함께 상대 기관에 제공한다." in korean
    assert "감시구역 안의 화물선과 유조선의 위치를 제공한다." in korean
    english = officer.get(f"/records/{REPORT}?lang=en").text
    assert "Intelligence reports on marine narcotics crimes are given" in english


def test_every_withheld_field_says_why(officer: Browser) -> None:
    html = officer.get(f"/records/{REPORT}?lang=en").text
    withheld = html.split('id="withheld"')[1].split("</section>")[0]

    assert "body.informant" in withheld
    assert "The identity of an informant is never given." in withheld
    assert say("web.clause_none_why", "en") in withheld


def test_our_own_record_shows_what_would_leave(officer: Browser) -> None:
    html = officer.get(f"/records/{OWN}?lang=en").text
    leaving = html.split('class="block leaving"')[1]

    assert say("page.record.leaves", "en") in leaving
    assert say("page.record.stays", "en") in leaving
    assert leaving.index("body.summary") < leaving.index("body.informant")


def test_a_case_drafts_the_demand_that_its_clause_asks_for(officer: Browser) -> None:
    html = officer.get(f"/cases/{CASE}").text

    assert 'name="clause" value="2.6"' in html
    assert 'name="letter"' in html
    assert 'value="KCG-2026-03-02-00C1"' in html


def test_times_are_korean_time_first_in_one_pattern() -> None:
    assert "2026-03-02 18:00:00 <small>KST</small>" in when("2026-03-02T09:00:00Z")
    assert "09:00Z" in when("2026-03-02T09:00:00Z")
    assert "not a time" in when("not a time")


@pytest.mark.parametrize("bad", ["\u202eabc", "a\x00b", "\ud800", "\u2066x\u2069", "\x1b[31m"])
def test_characters_that_move_or_hide_text_are_shown_as_numbers(bad: str) -> None:
    shown = plain(bad)

    assert "⟨U+" in shown
    shown.encode("utf-8")


def test_a_megabyte_of_name_is_cut() -> None:
    assert len(text("x" * 1_000_000)) < 3_000


def test_a_page_whose_answer_does_not_fit_says_so_and_no_more(
    officer: Browser, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeDesk, "tips", lambda self, limit=100: [{"rid": 7}])

    answer = officer.get("/tips")

    assert answer.status_code == 500
    assert "web_desk_answer" in answer.text
    assert "Traceback" not in answer.text


def test_without_built_assets_everything_but_the_map_is_served(
    officer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("haemaru.web.build.built", lambda: False)

    html = officer.get("/?lang=en").text

    assert say("web.map.missing", "en").split(";")[0].replace("'", "&#39;") in html
    assert "maplibre" not in html
    assert "HAN BIT" in html


def test_outside_realm_demo_there_is_no_story_and_no_banner(officer: Browser, desk: FakeDesk) -> None:
    desk.realm = "live"

    html = officer.get("/?lang=en").text

    assert say("page.watch.story", "en") not in html
    assert 'class="realm"' not in html


def test_what_came_since_is_counted_and_not_pushed_in(officer: Browser) -> None:
    [second] = [row["rid"] for row in FakeDesk().tips()[1:]]

    nothing_new = officer.get(f"/news?tip={TIP}&record={REPORT}")
    one_new = officer.get(f"/news?lang=en&tip={second}&record={REPORT}")

    assert nothing_new.text.strip() == ""
    assert "New: 1" in one_new.text


@pytest.mark.parametrize(("lang", "words"), [
    ("en", ("May go", "May not go", "Team Sample 3")), ("ko", ("출동 가능", "출동 불가", "해상 승선이 불가능한 팀")),
])  # fmt: skip
def test_a_request_to_us_tells_which_team_may_go_and_why_the_others_may_not(
    officer: Browser, desk: FakeDesk, lang: str, words: tuple[str, ...]
) -> None:
    blocked = {"code": "team_cannot_board", "params": {"team": "Team Sample 4"}}
    teams = [
        {"team": "Team Sample 3", "may_go": True, "base": "KRPUS"},
        {"team": "Team Sample 4", "may_go": False, "reasons": [blocked]},
    ]
    asked = {"id": "sup-2", "capability": "k9.narcotics", "state": "requested", "requested_by": "kcs"}
    desk.asked_of_us = [{**asked, "teams": teams, "next": ["offer", "decline"]}]

    html = officer.get(f"/support?lang={lang}").text

    for word in words:
        assert word in html


def test_an_age_is_told_in_the_readers_language() -> None:
    assert [age(seconds, "ko") for seconds in (0, 2.5, 300, 10_000, 400_000)] == ["0초", "2.5초", "5분", "3시간", "5일"]
    assert age(0) == "0 s"


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_clause_page_tells_what_it_did(officer: Browser, lang: str) -> None:
    html = officer.get(f"/agreement/2.1?lang={lang}").text

    assert ("Released: 3 records" if lang == "en" else "기록 3건") in html
    assert "2026-03" in html
    assert officer.get("/agreement/9.9").status_code == 404


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_overdue_answers_leases_alarms_and_what_is_to_decide_are_on_the_exchange_page(
    officer: Browser, lang: str
) -> None:
    html = officer.get(f"/exchange?lang={lang}").text

    for key in (
        "web.alarm.cursor_in_future",
        "web.held_back.lease_ended",
        "page.duties.disposal",
        "page.duties.onward",
    ):
        assert say(key, lang) in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "1,100" in html or "1100" in html


def test_every_agreement_is_shown_with_anchors_of_its_own(officer: Browser) -> None:
    html = officer.get("/agreement?lang=en").text

    assert html.count('<header class="head" id="m-') == 2
    anchors = re.findall(r'id="([acm]-[^"]+)"', html)
    assert len(anchors) == len(set(anchors)) > 4
    assert "?of=second" in html


def test_disputes_and_declared_restarts_are_listed(officer: Browser) -> None:
    html = officer.get("/ledger?lang=en").text

    assert say("web.dispute.checkpoint_forked", "en") in html
    assert "120 → 90" in html
    assert say("page.ledger.to_look_into", "en") in html
    assert say("page.ledger.accepted", "en") in html


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_findings_stand_above_the_coverage_alerts_first_and_withdrawn_ones_with_their_reason(
    officer: Browser, lang: str
) -> None:
    html = officer.get(f"/sea?lang={lang}").text

    places = [html.index(part) for part in ('class="candidates alerts"', 'id="findings-table"', 'id="coverage"')]
    assert places == sorted(places)
    row = html.split('class="withdrawn"')[1].split("</tr>")[0]
    assert say("web.finding_state.withdrawn", lang) in row
    assert say("web.rule.rendezvous", lang) in row
    assert 'href="/sea/findings/finding-kcs-bb22"' in row


def test_findings_are_filtered_by_rule_and_ship(officer: Browser) -> None:
    by_rule = officer.get("/sea?rule=rendezvous").text.split('id="findings-table"')[1]
    by_ship = officer.get("/sea?ship=900000005").text.split('id="findings-table"')[1]

    assert ("finding-kcg-aa11" in by_rule, "finding-kcs-bb22" in by_rule) == (True, False)
    assert ("finding-kcg-aa11" in by_ship, "finding-kcs-bb22" in by_ship) == (False, True)


def test_new_and_changed_findings_are_counted_and_not_pushed_in(officer: Browser) -> None:
    assert officer.get("/sea/news?entry=905").text.strip() == ""
    assert ": 1." in officer.get("/sea/news?lang=en&entry=900").text


def test_a_finding_is_explained_with_its_numbers_and_where_they_come_from(officer: Browser) -> None:
    html = officer.get("/sea/findings/finding-kcs-bb22?lang=en").text

    for words in (say("web.rule_is.unexplained_stop", "en"), "contracts.md 6", "500 m", "10 min", "3 kn", "+4.0 s"):
        assert words in html
    assert '<svg class="sketch"' in html
    assert officer.get("/sea/findings/nothing").status_code == 404


def test_the_map_reads_findings_and_blind_cells_as_geojson(officer: Browser) -> None:
    found = officer.get("/sea/findings.json?lang=en").json()["features"]
    cells = officer.get("/sea/coverage.json").json()["features"]

    assert (found[0]["properties"]["title"], found[0]["properties"]["sign"]) == ("Signal loss", "?")
    assert len(cells[0]["geometry"]["coordinates"][0]) == 5


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_stalled_feed_is_shown_as_stalled(
    officer: Browser, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    told = desk.status()
    stalled = {**told, "feed": {**told["feed"], "stalled": True, "silent_s": 420.0}}
    monkeypatch.setattr(FakeDesk, "status", lambda self: stalled)

    bar = officer.get(f"/bar?lang={lang}").text

    assert say("web.bar.stalled", lang, age=age(420.0, lang)) in bar
    assert say("web.feed.stalled", lang) in officer.get(f"/health?lang={lang}").text
