"""Both agencies' watch on one map: sensors declared and hours heard under their own clause, only with a basis."""

import json
from pathlib import Path

from tests.node.conftest import Pair, asked

from haemaru.surveillance import Fixes
from haemaru.surveillance.watch_coverage import cell_of, waters

SENSORS = {
    "sensors": [
        {"name": "Hongdo", "kind": "radar", "lat": 34.7, "lon": 125.2, "range_nm": 30, "basis": "model basis"},
        {"name": "rescue only", "kind": "receiver", "lat": 36.0, "lon": 124.5, "range_nm": 40},
    ]
}


def test_a_sensor_with_a_basis_is_on_both_maps_and_one_without_stays_at_home(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "sensors.json").write_text(json.dumps(SENSORS))
    own = asked(pair.kcg, "coverage", declare=str(tmp_path / "sensors.json"))
    pair.carry()
    theirs = asked(pair.kcs, "coverage")

    assert [row["name"] for row in own["sensors"]] == ["Hongdo", "rescue only"]
    assert [(row["party"], row["name"]) for row in theirs["sensors"]] == [("kcg", "Hongdo")]
    assert 0 < theirs["by_party"]["kcg"] < own["by_party"]["kcg"]
    assert own["by_hour"][0]["covered"] + own["by_hour"][0]["blind"] == own["cells"] == len(waters())


def test_a_sensor_taken_back_leaves_both_maps(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "sensors.json").write_text(json.dumps(SENSORS))
    rid = asked(pair.kcg, "coverage", declare=str(tmp_path / "sensors.json"))["declared"][0]
    pair.carry()
    pair.kcg.do("records.retract", {"rid": rid, "reason": "moved"})
    pair.carry()

    assert [row["name"] for row in asked(pair.kcg, "coverage")["sensors"]] == ["rescue only"]
    assert asked(pair.kcs, "coverage")["sensors"] == []


def test_what_is_really_heard_is_told_and_corrected_when_it_changes(pair: Pair) -> None:
    seen_ms = int(pair.kcg.clock.now().timestamp() * 1000) - 60_000
    lon, cells = int(124.6 * 600_000), set()
    for mmsi, lat in ((440_000_001, int(34.1 * 600_000)), (440_000_002, int(35.1 * 600_000))):
        fixes = Fixes.of(mmsi=[mmsi], t=[seen_ms], lat=[lat], lon=[lon])
        cells.add(int(cell_of(fixes.lat, fixes.lon)[0]))
        pair.kcg.surveillance.take(fixes, [], "test")
        asked(pair.kcg, "coverage", tell=True)
        pair.carry()

    theirs = asked(pair.kcs, "coverage", since="2026-03-03T08:00:00Z", hours=1)
    assert cells <= set(waters())
    assert theirs["heard_cells"]["kcg"] == 2
    assert not cells & {spot["cell"] for spot in theirs["blind"]}
