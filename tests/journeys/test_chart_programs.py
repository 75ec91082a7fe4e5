"""A chart program of the own agency (GDAL, as in QGIS) reads a running node's picture with an account only."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pyogrio
import pytest
from tests.journeys.house_pair import MODEL, Served, haemaru
from tests.surveillance.sentences import position

START = "2026-03-02T09:00:00Z"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    node = Served("kcg", tmp_path / "kcg")
    made = haemaru(
        "init", node.home, "--party", "kcg", "--agreement", MODEL, "--realm", "demo", "--json",
    )  # fmt: skip
    log = tmp_path / "ais.nmea"
    log.write_bytes(b"\n".join(position(440_000_000 + n, 34.0 + n / 10, 125.0) for n in range(1, 6)) + b"\n")
    node.start()
    haemaru("feed", "ais", node.home, log, "--start", START, "--json")
    node.ready["user"] = f"{made['officer']['name']}:{made['officer']['password']}"
    yield node
    if node.process is not None:
        node.stop()


def test_gdal_reads_ships_over_ogc_api_features_with_an_account(served: Served) -> None:
    url = "OAPIF:" + served.ready["console"].rstrip("/") + "/ogc"
    with pytest.raises(pyogrio.errors.DataSourceError):
        pyogrio.list_layers(url)
    pyogrio.set_gdal_config_options({"GDAL_HTTP_USERPWD": served.ready["user"], "GDAL_HTTP_AUTH": "BASIC"})
    try:
        layers = {str(name) for name, _ in pyogrio.list_layers(url)}
        about, _, shapes, fields = pyogrio.raw.read(url, layer="vessels")
        _, _, boxed, _ = pyogrio.raw.read(url, layer="vessels", bbox=(124.9, 34.15, 125.1, 34.35))
        _, _, areas, _ = pyogrio.raw.read(url, layer="zones")
    finally:
        pyogrio.set_gdal_config_options({"GDAL_HTTP_USERPWD": None, "GDAL_HTTP_AUTH": None})

    ships = fields[list(about["fields"]).index("mmsi")].tolist()
    assert {"vessels", "tracks", "contacts", "ports", "zones"} <= layers
    assert sorted(ships) == [440_000_000 + n for n in range(1, 6)]
    assert (len(shapes), len(boxed)) == (5, 2)
    assert len(areas) > 3


def test_the_same_picture_as_files_that_others_read(served: Served, tmp_path: Path) -> None:
    told = {
        kind: haemaru("features", "export", served.home, "vessels", "-o", tmp_path / f"out.{kind}", "--json")
        for kind in ("geojson", "parquet", "cot")
    }
    haemaru("contacts", "decode", tmp_path / "out.cot", "-o", tmp_path / "back.parquet", "--json")

    assert {each["features"] for each in told.values()} == {5}
    assert len(pyogrio.raw.read(tmp_path / "out.geojson")[2]) == 5
    about = json.loads(pq.read_schema(tmp_path / "out.parquet").metadata[b"geo"])
    assert about["columns"]["geometry"]["geometry_types"] == ["Point"]
    assert pq.read_table(tmp_path / "back.parquet")["track"].to_pylist() == [
        f"MMSI-{440_000_000 + n}" for n in range(1, 6)
    ]
    haemaru("features", "export", served.home, "vessels", "-o", tmp_path / "out.cot", "--json", code=2)
    haemaru("features", "export", served.home, "secrets", "-o", tmp_path / "x.cot", "--json", code=2)
