"""`haemaru detect`: positions in, findings out; the same findings in a mirrored, turned, later, renamed world."""

import json
import sys
from datetime import UTC, datetime
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from haemaru.cli.main import haemaru
from haemaru.signing import NodeKeys, make_statement
from haemaru.surveillance.detection.findings import SCHEMA
from haemaru.surveillance.detection.geometry import HALF_TURN
from haemaru.surveillance.detection.rule_signatures import rules_signature_line
from haemaru.surveillance.detection.rules import house_rules
from haemaru.wording import Fault

MINUTE, START = 60_000, 1_790_000_000_000
LATER = 400 * 86_400_000
LAT, LON = 20_400_000, 77_000_000
Row = tuple[int, int, int, int, int]


def way(mmsi: int, minutes: range, lat: int, lon: int, sog: int, north: int = 1) -> list[Row]:
    """A ship that goes north (or south) from a place, a row a minute."""
    return [(mmsi, START + m * MINUTE, lat + north * sog * 1000 // 60 * (m - minutes[0]), lon, sog) for m in minutes]


def night() -> list[Row]:
    """Two ships that meet at sea, a third that falls silent, and traffic that nobody need look at."""
    rows = []
    for mmsi, east in ((440_000_011, 0), (440_000_012, 900)):
        rows += way(mmsi, range(180), LAT - 360_000, LON + east, 120)
        rows += way(mmsi, range(180, 225), LAT, LON + east, 3)
        rows += way(mmsi, range(225, 500), LAT, LON + east, 120)
    rows += way(440_000_013, range(240), LAT, LON + 900_000, 110)
    rows += way(440_000_013, range(620, 800), LAT + 110 * 1000 // 60 * 620 - 90_000, LON + 900_000, 110)
    for ship in range(12):
        rows += way(441_000_000 + ship, range(800), LAT - 500_000, LON + 700_000 + 40_000 * ship, 100 + ship)
    return rows


def write(path: Path, rows: list[Row]) -> Path:
    names = {"mmsi": "i4", "t": "i8", "lat": "i4", "lon": "i4", "sog": "i2"}
    columns = {name: np.array(values, names[name]) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    pq.write_table(pa.table(columns | {"cog": np.zeros(len(rows), np.int16)}), path)
    return path


def run(*arguments: object) -> dict[str, Any]:
    done = CliRunner().invoke(haemaru, ["detect", *map(str, arguments), "--json"])
    if done.exception is not None:
        raise done.exception
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("night")
    told = run(write(folder / "a.parquet", night()), "-o", folder / "f.parquet")
    return told, pq.read_table(folder / "f.parquet").to_pylist()


def test_a_meeting_and_a_silence_are_found_and_the_answer_counts_what_was_read(
    found: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    told, findings = found

    ships = {(row["rule"], row["mmsi_a"], row["mmsi_b"]) for row in findings}
    assert {("rendezvous", 440_000_011, 440_000_012), ("gap", 440_000_013, 0)} <= ships
    assert (told["rows"], told["vessels"], told["engine"]) == (len(night()), 15, "local")
    assert told["findings"] == sum(told["by_rule"].values()) == len(findings)
    assert told["rules_sha256"] == house_rules().sha256
    known = {mmsi: {row[1] for row in night() if row[0] == mmsi} for mmsi in {row[0] for row in night()}}
    for row in findings:
        assert set(row["evidence"]) <= known[row["mmsi_a"]] | known.get(row["mmsi_b"], set())
        assert row["evidence"] == sorted(set(row["evidence"]))


def test_the_same_rows_shuffled_and_in_two_files_are_the_same_bytes(tmp_path: Path) -> None:
    rows = night()
    run(write(tmp_path / "a.parquet", rows), "-o", tmp_path / "one.parquet")
    order = np.random.default_rng(1).permutation(len(rows))
    shuffled = [rows[at] for at in order]
    (tmp_path / "folder").mkdir()
    write(tmp_path / "folder" / "a.parquet", shuffled[:2000])
    write(tmp_path / "folder" / "b.parquet", shuffled[1500:])

    run(tmp_path / "folder", "-o", tmp_path / "two.parquet")

    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    assert pq.read_schema(tmp_path / "one.parquet").names == SCHEMA.names


def test_a_mirrored_turned_later_renamed_world_has_the_same_findings_mapped(
    found: tuple[dict[str, Any], list[dict[str, Any]]], tmp_path: Path
) -> None:
    other = [(900_000_000 - mmsi, t + LATER, -lat, lon - HALF_TURN, sog) for mmsi, t, lat, lon, sog in night()]

    run(write(tmp_path / "a.parquet", other), "-o", tmp_path / "f.parquet")

    def back(row: dict[str, Any]) -> dict[str, Any]:
        mmsi = [900_000_000 - row[name] if row[name] else 0 for name in ("mmsi_a", "mmsi_b")]
        mmsi = sorted(mmsi) if row["mmsi_b"] else mmsi
        times = {name: row[name] - LATER for name in ("t_start", "t_end")}
        moved = {"mmsi_a": mmsi[0], "mmsi_b": mmsi[1], "lat": -row["lat"], "lon": row["lon"] + HALF_TURN}
        return row | moved | times | {"evidence": [t - LATER for t in row["evidence"]]}

    def plain(row: dict[str, Any]) -> dict[str, Any]:
        # A pair is told at the place of the ship with the smaller number.
        return {name: value for name, value in row.items() if not (row["mmsi_b"] and name in ("lat", "lon"))}

    def order(row: dict[str, Any]) -> tuple[Any, ...]:
        return (row["rule"], row["t_start"], row["mmsi_a"], row["mmsi_b"])

    mapped = sorted((back(row) for row in pq.read_table(tmp_path / "f.parquet").to_pylist()), key=order)
    assert [plain(row) for row in mapped] == [plain(row) for row in sorted(found[1], key=order)]


def test_an_agencys_own_rules_count_only_under_the_signature_of_a_signer_that_is_named(tmp_path: Path) -> None:
    keys, other = NodeKeys.generate(), NodeKeys.generate()
    created = datetime(2026, 3, 2, tzinfo=UTC).isoformat()
    for name, pair in (("kcg", keys), ("other", other)):
        (tmp_path / f"{name}.json").write_bytes(make_statement(pair, name, "live", created))
    positions = write(tmp_path / "a.parquet", night())
    source = Path(__file__).parents[3] / "src/haemaru/surveillance/detection/rules.toml"
    mine = source.read_bytes().replace(b"silence_ms = { value = 7200000", b"silence_ms = { value = 86400000")
    (tmp_path / "mine.toml").write_bytes(mine)
    order = [positions, "-o", tmp_path / "f.parquet", "--rules", tmp_path / "mine.toml", "--signer"]

    with pytest.raises(Fault) as caught:
        run(*order, tmp_path / "kcg.json")
    assert caught.value.code == "rules_unsigned"
    (tmp_path / "mine.toml.signatures").write_text(rules_signature_line(keys, "kcg", "live", mine) + "\n")
    with pytest.raises(Fault):
        run(*order, tmp_path / "other.json")
    assert run(*order, tmp_path / "kcg.json")["by_rule"]["gap"] == 0
    (tmp_path / "mine.toml").write_bytes(mine + b"\n")
    with pytest.raises(Fault):
        run(*order, tmp_path / "kcg.json")


@pytest.mark.parametrize("missing", ["pyspark", "Java"])
def test_an_engine_that_is_not_there_is_told(missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    positions = write(tmp_path / "a.parquet", night()[:10])
    module = None if missing == "pyspark" else ModuleType("pyspark")
    if module is not None:
        module.__spec__ = ModuleSpec("pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark", module)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    with pytest.raises(Fault) as caught:
        run(positions, "-o", tmp_path / "f.parquet", "--engine", "spark")

    assert (caught.value.code, caught.value.params["problem"]) == ("engine_missing", missing)
    assert not (tmp_path / "f.parquet").exists()
