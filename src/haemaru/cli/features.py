"""`haemaru features`: the picture of a node as files for other programs."""

from pathlib import Path

import click

from haemaru.cli.door import act
from haemaru.cli.options import home_argument, json_option
from haemaru.cli.output import show


@click.group()
def features() -> None:
    """The picture for chart programs."""


@features.command()
@home_argument
@click.argument("collection")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@json_option
def export(home: Path, collection: str, out: Path, as_json: bool) -> None:
    """Writes ships, tracks, contacts, findings, ports or zones: .geojson, .parquet (GeoParquet) or .cot (ships)."""
    show(act(home, "features.export", {"collection": collection, "out": str(out.resolve())}), as_json)
