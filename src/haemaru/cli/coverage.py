"""`haemaru coverage`: what both agencies together can see, hour by hour, and what nobody does."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import home_argument, json_option
from haemaru.cli.output import show


@click.command()
@home_argument
@click.option("--since", default=None, help="From when (RFC 3339); otherwise from now.")
@click.option("--hours", type=click.IntRange(1, 72), default=12, help="For how many hours.")
@click.option(
    "--declare",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Declares sensors first.",
)
@click.option("--tell", is_flag=True, help="Tells partners where and when this node usually hears ships first.")
@json_option
def coverage(home: Path, since: str | None, hours: int, declare: Path | None, tell: bool, as_json: bool) -> None:
    """Who covers what tonight, by area and hour, blind spots named."""
    params = {"since": since, "hours": hours, "declare": str(declare.resolve()) if declare else None, "tell": tell}
    show(act(home, "coverage", params), as_json)
