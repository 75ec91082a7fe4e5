"""`haemaru bench`: figures against peers, measured in the same run."""

import click

from haemaru.cli.options import json_option
from haemaru.cli.output import show
from haemaru.node import Answer
from haemaru.wording import Fault


@click.command()
@click.argument("what", type=click.Choice(["all", "decisions", "exchange", "positions"]), default="all")
@json_option
def bench(what: str, as_json: bool) -> None:
    """Measures decisions, exchange and positions, each as a ratio against a peer of the same run."""
    try:
        from haemaru.bench import measure
    except ImportError as error:
        raise Fault("bench_extra_missing", "haemaru bench", detail=str(error)) from None
    show(Answer(measure(what)), as_json)
