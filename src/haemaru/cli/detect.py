"""`haemaru detect`: findings in stored positions, without a node."""

import sys
from pathlib import Path

import click

from haemaru.cli.options import json_option
from haemaru.cli.output import show
from haemaru.node import Answer

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Parquet to write.")
@click.option("--zones", type=_FILE, help="Ports, coast, lanes (GeoJSON); else ports are found where ships lay still.")
@click.option("--contacts", type=_FILE, help="Radar and patrol contacts (Parquet, CSV or Cursor on Target).")
@click.option("--rules", type=_FILE, help="Another rule file; FILE.signatures must hold a signature over its bytes.")
@click.option("--signer", "signers", multiple=True, type=_FILE, help="A statement whose keys may sign rules.")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", help="Where the work is done.")
@click.option("--master", help="The Spark master, with --engine spark.")
@json_option
def detect(
    paths: tuple[Path, ...], out: Path, zones: Path | None, contacts: Path | None, rules: Path | None,
    signers: tuple[Path, ...], engine: str, master: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Finds gaps, meetings, drops and the like in positions (Parquet files or folders) and writes the findings."""
    from haemaru.surveillance.detection.alerts import rank, told
    from haemaru.surveillance.detection.command import Order, run
    from haemaru.surveillance.detection.findings import read_findings
    from haemaru.surveillance.detection.rules import house_rules

    if master is not None and engine != "spark":
        raise click.UsageError("--master needs --engine spark")
    order = Order(paths, out, zones, contacts, rules, signers, engine, master)
    answer = run(order, _progress if sys.stderr.isatty() else None)
    show(Answer({**answer, **told(rank(read_findings(out), house_rules()))}), as_json)


def _progress(done: int, of: int) -> None:
    click.echo(f"\r{done:,} / {of:,}", nl=done >= of, err=True)
