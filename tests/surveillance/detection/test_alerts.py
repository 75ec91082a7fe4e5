"""Alerts: few out of many, the story that matters on top, nothing dropped in silence."""

from typing import Any

import pytest

from haemaru.surveillance.detection.alerts import rank
from haemaru.surveillance.detection.rules import RULES, house_rules
from haemaru.wording import LANGUAGES, say_reason

HOUR = 3_600_000
START = 1_790_000_000_000


def finding(rule: str, ships: tuple[int, int], start_h: float, end_h: float, value: int = 100) -> dict[str, Any]:
    t_start, t_end = START + int(start_h * HOUR), START + int(end_h * HOUR)
    place = {"lat": 20_400_000, "lon": 77_000_000}
    who = {"mmsi_a": ships[0], "mmsi_b": ships[1]}
    when = {"t_start": t_start, "t_end": t_end, "evidence": [t_start, t_end]}
    return {"rule": rule, "version": 1, **who, **when, **place, "value": value}


def drop(ships: tuple[int, int], start_h: float, end_h: float) -> dict[str, Any]:
    one = finding("drop_and_retrieve", ships, start_h, end_h, value=30 * 3600)
    edges = [one["t_start"], one["t_start"] + HOUR // 4, one["t_end"] - HOUR // 4, one["t_end"]]
    return {**one, "evidence": edges}


def traffic() -> list[dict[str, Any]]:
    """Eight hours of what happens every day: visits, waiting, port calls, and a dozen short stops."""
    visits = [finding("small_craft_visit", (100 + i, 200 + i), i / 2, i / 2 + 0.2) for i in range(10)]
    waits = [finding("loitering", (300 + i, 0), i / 3, i / 3 + 3) for i in range(12)]
    calls = [finding("port_call", (400 + i, 0), 0, 8) for i in range(40)]
    stops = [finding("unexplained_stop", (500 + i, 0), i / 2, i / 2 + 0.5) for i in range(12)]
    return [*visits, *waits, *calls, *stops]


def test_a_quiet_watch_calls_at_most_six_times_and_tells_what_it_left_out() -> None:
    ranking = rank(traffic(), house_rules())

    assert len(ranking.alerts) == 6
    assert ranking.gave_way == 16  # visits by night among them
    assert ranking.weak == 12


def test_a_dark_partner_and_a_late_fetch_stand_on_top_of_the_traffic() -> None:
    meeting = [finding("one_sided_rendezvous", (900, 0), 4, 5), finding("unexplained_stop", (900, 0), 3.8, 5.2)]
    fetched = drop((901, 902), -24, 6)

    top = rank([*traffic(), *meeting, fetched], house_rules()).alerts[:2]

    assert {alert.ships for alert in top} == {(900,), (901, 902)}
    assert {alert.rules for alert in top} == {("one_sided_rendezvous", "unexplained_stop"), ("drop_and_retrieve",)}


def test_what_one_ship_does_within_two_hours_is_one_story_and_counts_more() -> None:
    alone = rank([finding("rendezvous", (1, 2), 0, 1)], house_rules()).alerts
    both = rank([finding("rendezvous", (1, 2), 0, 1), finding("gap", (2, 0), 2, 5)], house_rules()).alerts
    apart = rank([finding("rendezvous", (1, 2), 0, 1), finding("identity_change", (2, 0), 4, 5)], house_rules()).alerts

    assert [alert.score for alert in alone] == [65]
    assert [alert.score for alert in both] == [77]
    assert len(apart) == 2


def test_the_day_between_a_drop_and_its_fetching_belongs_to_neither() -> None:
    ranking = rank([drop((1, 2), 0, 30), finding("identity_change", (2, 0), 14, 15)], house_rules())

    assert [alert.rules for alert in ranking.alerts] == [("drop_and_retrieve",), ("identity_change",)]


def test_a_boat_alongside_by_night_calls_and_by_day_does_not() -> None:
    # START is 14:13 UTC: 23:13 in Korea.
    by_night = rank([finding("small_craft_visit", (1, 2), 0, 0.3)], house_rules())
    by_day = rank([finding("small_craft_visit", (1, 2), 10, 10.3)], house_rules())

    assert (len(by_night.alerts), by_night.weak) == (1, 0)
    assert (len(by_day.alerts), by_day.weak) == (0, 1)


def test_the_order_of_the_findings_changes_nothing() -> None:
    findings = [*traffic(), drop((901, 902), -24, 6)]

    assert rank(findings, house_rules()) == rank(findings[::-1], house_rules())


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "port_call"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_is_said_in_both_languages(rule: str, lang: str) -> None:
    [alert] = rank([finding(rule, (1, 2), 0, 1), finding("drop_and_retrieve", (1, 2), 0, 1)], house_rules()).alerts

    said = [say_reason(reason, lang) for reason in alert.reasons]

    assert all("{" not in text and not text.startswith("reason.") for text in said)
