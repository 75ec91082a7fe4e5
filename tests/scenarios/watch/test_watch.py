"""The invented watch: the same seed gives the same bytes, ships keep to the sea, and the truth is in the rows."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from haemaru.scenarios.watch import Order, make
from haemaru.scenarios.watch.waters import on_land, to_shore_m

ORDER = Order(seed=3, vessels=160, hours=14.0)
RULES = {
    "gap", "unexplained_stop", "loitering", "rendezvous", "one_sided_rendezvous", "drop_and_retrieve",
    "small_craft_visit", "night_approach", "identity_change", "identity_conflict", "impossible_jump",
    "lane_deviation", "leg_time_residual", "port_call",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("watch") / "one"
    make(ORDER, made)
    return made


@pytest.fixture(scope="module")
def rows(folder: Path) -> dict[str, Any]:
    tables = [pq.read_table(path) for path in sorted((folder / "positions").rglob("*.parquet"))]
    return {name: np.concatenate([table[name].to_numpy() for table in tables]) for name in tables[0].schema.names}


def truths(folder: Path) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return told


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_order_gives_the_same_bytes_and_another_seed_others(folder: Path, tmp_path: Path) -> None:
    make(ORDER, tmp_path / "again")
    again = _digests(tmp_path / "again")
    assert again == _digests(folder)
    make(Order(seed=4, vessels=160, hours=14.0), tmp_path / "other")
    other = _digests(tmp_path / "other")
    assert {name for name in again if other.get(name) == again[name]} == {"zones.geojson"}


def test_every_file_has_the_columns_of_the_contract_and_the_order_of_ship_and_time(folder: Path) -> None:
    for path in (folder / "positions").rglob("*.parquet"):
        table = pq.read_table(path)
        assert [f"{field.name} {field.type}" for field in table.schema] == [
            "mmsi int32", "t int64", "lat int32", "lon int32", "sog int16", "cog int16",
        ]  # fmt: skip
        mmsi, t = table["mmsi"].to_numpy(), table["t"].to_numpy()
        later = np.diff(mmsi) > 0
        assert (later | ((np.diff(mmsi) == 0) & (np.diff(t) > 0))).all()


def test_no_ship_sails_on_land(folder: Path, rows: dict[str, Any]) -> None:
    spoofed = [one["mmsi_a"] for one in truths(folder) if one["rule"] == "impossible_jump"]
    at_sea = ~np.isin(rows["mmsi"], spoofed)
    lon, lat = rows["lon"][at_sea] / 600_000, rows["lat"][at_sea] / 600_000
    dry = on_land(lon, lat)
    # The outline is coarse: what lies within 300 m of its edge may be water.
    assert int((to_shore_m(lon[dry], lat[dry]) > 300.0).sum()) == 0


def test_every_rule_has_its_truths_and_two_ships_stand_in_order(folder: Path) -> None:
    told = truths(folder)
    assert {one["rule"] for one in told} == RULES
    assert [one for one in told if one["mmsi_b"] and one["mmsi_a"] >= one["mmsi_b"]] == []
    assert [one for one in told if one["t_start"] >= one["t_end"]] == []


def test_a_quiet_watch_holds_nothing_but_port_calls(tmp_path: Path) -> None:
    told = make(Order(seed=5, vessels=120, hours=8.0, quiet=True), tmp_path)
    assert set(told["truths"]) <= {"port_call"}
    told = make(Order(seed=5, vessels=120, hours=8.0, quiet=True, dark_meeting=True, late_fetch=True), tmp_path)
    assert {rule: n for rule, n in told["truths"].items() if rule != "port_call"} == {
        "drop_and_retrieve": 1,
        "one_sided_rendezvous": 1,
    }
