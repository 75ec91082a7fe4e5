"""`haemaru alerts`: the few findings that somebody should be called for, with their reasons in both languages."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import home_argument, json_option
from haemaru.cli.output import show
from haemaru.clock import to_ms
from haemaru.node import Answer
from haemaru.values.instant import parse_time


@click.group()
def alerts() -> None:
    """Few alerts out of many findings."""


@alerts.command("rank")
@click.argument("findings", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--until", default=None, help="Count watches back from here (RFC 3339); else from the last finding.")
@json_option
def rank_findings(findings: Path, until: str | None, as_json: bool) -> None:
    """Ranks the findings of a Parquet file: stories of ship and time, at most six for a watch of eight hours."""
    from haemaru.surveillance.detection.alerts import rank, told
    from haemaru.surveillance.detection.findings import read_findings
    from haemaru.surveillance.detection.rules import house_rules

    until_ms = to_ms(parse_time(until, "--until")) if until else None
    show(Answer(told(rank(read_findings(findings), house_rules(), until_ms))), as_json)


@alerts.command("list")
@home_argument
@json_option
def list_alerts(home: Path, as_json: bool) -> None:
    """The alerts of a node now: out of its own and its partners' findings of the last day."""
    show(act(home, "alerts.list", {}), as_json)
