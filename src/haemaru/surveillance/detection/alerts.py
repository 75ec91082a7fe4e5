"""Alerts: out of many findings the few that somebody should be called for, each with its reasons.

Findings of one ship that lie close in time are one story and make one alert. Each rule brings a strength
(`rules.toml`, section `alerts`); rules that agree add up as independent signs do: what each leaves in doubt is
multiplied. Of each watch of eight hours, counted back from the end, the strongest few are shown; the others are
counted, never dropped in silence: they stay findings. Nothing here reads a clock or a store.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from haemaru.clock import format_time, from_ms
from haemaru.surveillance.detection.findings import finding_id
from haemaru.surveillance.detection.rules import RULES, Rules
from haemaru.surveillance.fixes import UNITS_PER_DEGREE
from haemaru.wording import LANGUAGES, Reason, say_reason

Finding = Mapping[str, Any]
"""One row of a findings table."""

_HOUR_MS: Final = 3_600_000
_MINUTE_MS: Final = 60_000
_DAY_MIN: Final = 1_440
_WHOLE: Final = 10_000  # what is left in doubt, in hundredths of a percent


@dataclass(frozen=True, slots=True)
class Alert:
    """One story: its strength from 0 to 100, who, from when to when (UTC ms), where it was last seen, and why."""

    score: int
    ships: tuple[int, ...]
    t_start: int
    t_end: int
    lat: int
    lon: int
    rules: tuple[str, ...]
    findings: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The alerts, strongest first; how many stories were too weak, and how many gave way to stronger ones."""

    alerts: tuple[Alert, ...]
    weak: int
    gave_way: int


def rank(findings: Sequence[Finding], rules: Rules, until_ms: int | None = None) -> Ranking:
    """The alerts of these findings; watches are counted back from `until_ms`, else from the end of the last finding."""
    stories = [_alert(story, rules) for story in _stories(findings, rules)]
    end = until_ms if until_ms is not None else max((alert.t_end for alert in stories), default=0)
    strong = [alert for alert in stories if alert.score >= rules.number("alerts", "least_percent")]
    strong.sort(key=lambda alert: (-alert.score, -alert.t_end, alert.t_start, alert.ships))
    shown, used = list[Alert](), dict[int, int]()
    for alert in strong:
        watch = (end - alert.t_end) // rules.number("alerts", "watch_ms")
        used[watch] = used.get(watch, 0) + 1
        if used[watch] <= rules.number("alerts", "most_alerts"):
            shown.append(alert)
    return Ranking(tuple(shown), len(stories) - len(strong), len(strong) - len(shown))


def _stories(findings: Sequence[Finding], rules: Rules) -> Iterator[list[Finding]]:
    """The findings in groups that share a ship and lie close in time."""
    told = [finding for finding in findings if rules.number("alerts", f"{finding['rule']}_percent") > 0]
    group = list(range(len(told)))

    def leader(at: int) -> int:
        while group[at] != at:
            group[at] = group[group[at]]
            at = group[at]
        return at

    spans: dict[int, list[tuple[int, int, int]]] = {}
    for at, finding in enumerate(told):
        for ship in _ships(finding):
            spans.setdefault(ship, []).extend((start, end, at) for start, end in _moments(finding))
    for held in spans.values():
        last_end, last_at = None, -1
        for start, end, at in sorted(held):
            if last_end is not None and start - last_end <= rules.number("alerts", "near_ms"):
                group[leader(at)] = leader(last_at)
            if last_end is None or end > last_end:
                last_end, last_at = end, at
    stories: dict[int, list[Finding]] = {}
    for at, finding in enumerate(told):
        stories.setdefault(leader(at), []).append(finding)
    yield from stories.values()


def _ships(finding: Finding) -> tuple[int, ...]:
    return tuple(ship for ship in (finding["mmsi_a"], finding["mmsi_b"]) if ship)


def _moments(finding: Finding) -> tuple[tuple[int, int], ...]:
    """When it happened: a drop and its fetching are two moments, and what lies between is not part of it."""
    times = finding["evidence"]
    if finding["rule"] == "drop_and_retrieve" and len(times) == 4:
        return (times[0], times[1]), (times[2], times[3])
    return ((finding["t_start"], finding["t_end"]),)


def _alert(story: list[Finding], rules: Rules) -> Alert:
    strengths = dict[str, int]()
    for finding in story:
        rule = finding["rule"]
        strengths[rule] = max(strengths.get(rule, 0), _strength(finding, rules))
    doubt = _WHOLE
    for rule in RULES:
        doubt = doubt * (100 - strengths.get(rule, 0)) // 100
    story = sorted(story, key=lambda one: (-_strength(one, rules), -one["t_end"], one["t_start"], one["mmsi_a"]))
    ships = {ship: None for finding in story for ship in _ships(finding)}  # the strongest finding's first
    return Alert(
        score=(_WHOLE - doubt) // 100,
        ships=tuple(ships),
        t_start=min(finding["t_start"] for finding in story),
        t_end=max(finding["t_end"] for finding in story),
        lat=story[0]["lat"],
        lon=story[0]["lon"],
        rules=tuple({finding["rule"]: None for finding in story}),
        findings=tuple(finding_id(one["rule"], one["mmsi_a"], one["mmsi_b"], one["t_start"]) for one in story),
        reasons=tuple(_reason(finding) for finding in story),
    )


def _strength(finding: Finding, rules: Rules) -> int:
    """What one finding is worth, 0 to 99: its rule's share, more for a visit by night or a gap that hides a stop."""
    share = rules.number("alerts", f"{finding['rule']}_percent")
    length_ms = finding["t_end"] - finding["t_start"]
    if finding["rule"] == "small_craft_visit" and _by_night(finding, rules):
        share += rules.number("alerts", "night_percent")
    if finding["rule"] == "gap" and finding["value"] * _HOUR_MS >= rules.number("alerts", "deficit_m") * length_ms:
        share += rules.number("alerts", "gap_deficit_percent")
    return min(share, 99)


def _by_night(finding: Finding, rules: Rules) -> bool:
    minute: int = (finding["t_start"] + finding["t_end"]) // 2 // _MINUTE_MS % _DAY_MIN
    since, until = (rules.number("night_approach", f"night_{name}_min") for name in ("from", "until"))
    return since <= minute < until if since <= until else minute >= since or minute < until


def _reason(finding: Finding) -> Reason:
    return Reason(
        f"alert_{finding['rule']}",
        {
            "ship": finding["mmsi_a"],
            "other": finding["mmsi_b"],
            "minutes": (finding["t_end"] - finding["t_start"]) // _MINUTE_MS,
            "value": finding["value"],
            "hours": finding["value"] // 3600,
            "minutes_more": finding["value"] // 60,
            "knots": finding["value"] // 10,
        },
    )


def told(ranking: Ranking) -> dict[str, Any]:
    """The alerts as they are printed: times as text, places in degrees, reasons in both languages."""
    return {
        "alerts": [_told(place, alert) for place, alert in enumerate(ranking.alerts, start=1)],
        "weak": ranking.weak,
        "gave_way": ranking.gave_way,
    }


def _told(place: int, alert: Alert) -> dict[str, Any]:
    return {
        "rank": place,
        "score": alert.score,
        "ships": list(alert.ships),
        "t_start": format_time(from_ms(alert.t_start)),
        "t_end": format_time(from_ms(alert.t_end)),
        "lat": round(alert.lat / UNITS_PER_DEGREE, 6),
        "lon": round(alert.lon / UNITS_PER_DEGREE, 6),
        "rules": list(alert.rules),
        "findings": list(alert.findings),
        "reasons": [
            {"code": reason.code, **{lang: say_reason(reason, lang) for lang in LANGUAGES}} for reason in alert.reasons
        ],
    }
