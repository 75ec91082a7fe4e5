"""`haemaru bench`: figures against peers, measured in the same run."""

from pathlib import Path

import click

from haemaru.cli.options import json_option
from haemaru.cli.output import show
from haemaru.node import Answer
from haemaru.wording import Fault


@click.command()
@click.argument(
    "what", type=click.Choice(["all", "ais", "decisions", "detect", "exchange", "live", "positions"]), default="all"
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True, help="Of the invented watch.")
@click.option("--rows", type=click.IntRange(200_000), default=10_000_000, show_default=True, help="Rows for detection.")
@click.option("--log", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), help="AIS log.")
@json_option
def bench(what: str, seed: int, rows: int, log: tuple[Path, ...], as_json: bool) -> None:
    """Measures AIS, decisions, detection, exchange, positions against peers of the same run, and detection live."""
    try:
        from haemaru.bench import measure
    except ImportError as error:
        raise Fault("bench_extra_missing", "haemaru bench", detail=str(error)) from None
    show(Answer(measure(what, seed=seed, rows=rows, logs=log)), as_json)
