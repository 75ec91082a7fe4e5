"""The assets: a lock file without addresses, a coastline cut rightly, and a second build that does nothing."""

import json
from pathlib import Path

import pytest

from haemaru.web import build, coastline

ROOT = Path(__file__).resolve().parents[2]
# Two triangles that share an edge: arc 0 is the edge, arcs 1 and 2 are the rest of each.
TOPOLOGY = {
    "transform": {"scale": [0.5, 0.5], "translate": [120.0, 30.0]},
    "objects": {
        "land": {
            "geometries": [{"type": "MultiPolygon", "arcs": [[[0, 1]], [[-1, 2]]]}],
        }
    },
    "arcs": [[[0, 0], [4, 0]], [[4, 0], [-2, 4], [-2, -4]], [[0, 0], [2, -4], [2, 4]]],
}


def test_the_lock_file_holds_names_versions_and_hashes_but_no_address() -> None:
    text = (ROOT / "web" / "package-lock.json").read_text("utf-8")
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}

    assert "://" not in text
    assert {name for name, package in packages.items() if not package.get("integrity")} == set()
    assert {f"node_modules/{source.split('/')[0]}" for source, _ in build.FILES} <= set(packages)


def test_arcs_are_steps_and_a_negative_arc_runs_backwards() -> None:
    upper, lower = coastline.polygons_of(TOPOLOGY)

    assert upper == [[(120.0, 30.0), (122.0, 30.0), (121.0, 32.0), (120.0, 30.0)]]
    assert lower == [[(122.0, 30.0), (120.0, 30.0), (121.0, 28.0), (122.0, 30.0)]]


def test_the_coast_is_clipped_without_drawing_the_edge_of_the_box(tmp_path: Path) -> None:
    atlas = tmp_path / "atlas"
    atlas.mkdir()
    square = {**TOPOLOGY, "objects": {"land": {"geometries": [{"type": "Polygon", "arcs": [[0]]}]}},
              "arcs": [[[-20, 4], [40, 0], [0, 4], [-40, 0], [0, -4]]]}  # fmt: skip
    for name in ("land-10m.json", "land-50m.json"):
        (atlas / name).write_text(json.dumps(square))

    coastline.write(atlas, tmp_path)

    west = coastline.WATERS_BOX[0]
    land, shore = json.loads((tmp_path / coastline.WATERS).read_text())["features"]
    points = [point for line in shore["geometry"]["coordinates"] for point in line]
    assert any(x == west for ring in land["geometry"]["coordinates"][0] for x, _ in ring)
    assert [line for line in shore["geometry"]["coordinates"] if all(x == west for x, _ in line)] == []
    assert min(x for x, _ in points) >= west


def test_a_second_build_of_the_same_recipe_fetches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "VENDOR", tmp_path)
    monkeypatch.setattr(build, "built", lambda: True)
    monkeypatch.setattr(build, "_npm_ci", lambda recipe: pytest.fail("npm was asked"))
    (tmp_path / build.STAMP).write_text(build.recipe_hash(ROOT / "web"))

    told = build.build(ROOT / "web")

    assert "not for navigation" in told
    assert any("Natural Earth" in line for line in told)


def test_a_build_without_a_recipe_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(build.BuildFailed, match=r"package-lock\.json"):
        build.build(tmp_path)
