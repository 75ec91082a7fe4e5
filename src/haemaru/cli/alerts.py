"""`haemaru alerts`: the few findings that somebody should be called for, with their reasons in both languages."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from haemaru.cli.options import json_option
from haemaru.cli.output import show
from haemaru.clock import format_time, from_ms, to_ms
from haemaru.node import Answer
from haemaru.values.instant import parse_time
from haemaru.wording import LANGUAGES, say_reason

if TYPE_CHECKING:
    from haemaru.surveillance.detection.alerts import Alert, Ranking

_UNITS_PER_DEGREE = 600_000


@click.group()
def alerts() -> None:
    """Few alerts out of many findings."""


@alerts.command("rank")
@click.argument("findings", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--until", default=None, help="Count watches back from here (RFC 3339); else from the last finding.")
@json_option
def rank_findings(findings: Path, until: str | None, as_json: bool) -> None:
    """Ranks the findings of a Parquet file: stories of ship and time, at most six for a watch of eight hours."""
    from haemaru.surveillance.detection.alerts import rank
    from haemaru.surveillance.detection.findings import read_findings
    from haemaru.surveillance.detection.rules import house_rules

    until_ms = to_ms(parse_time(until, "--until")) if until else None
    show(Answer(told(rank(read_findings(findings), house_rules(), until_ms))), as_json)


def told(ranking: "Ranking") -> dict[str, Any]:
    """The alerts as they are printed."""
    return {
        "alerts": [_told_alert(place, alert) for place, alert in enumerate(ranking.alerts, start=1)],
        "weak": ranking.weak,
        "gave_way": ranking.gave_way,
    }


def _told_alert(place: int, alert: "Alert") -> dict[str, Any]:
    return {
        "rank": place,
        "score": alert.score,
        "ships": list(alert.ships),
        "t_start": format_time(from_ms(alert.t_start)),
        "t_end": format_time(from_ms(alert.t_end)),
        "lat": round(alert.lat / _UNITS_PER_DEGREE, 6),
        "lon": round(alert.lon / _UNITS_PER_DEGREE, 6),
        "rules": list(alert.rules),
        "findings": list(alert.findings),
        "reasons": [
            {"code": reason.code, **{lang: say_reason(reason, lang) for lang in LANGUAGES}} for reason in alert.reasons
        ],
    }
